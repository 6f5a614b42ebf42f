"""Verifying a log finds whatever was changed behind its back, and names the first place."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.notes import Checkpoint, Signer, encode_base64, origin
from shared.domain.claims import Claim, Extractor
from shared.domain.errors import Damaged
from shared.domain.events import AnyEvent, ChronologyCreated, ClaimRecorded, Command, DocumentCaptured, DocumentErased, SourceRegistered
from shared.domain.ids import IdSource, sha256
from shared.domain.ports import Append, StoredDocument
from shared.domain.provenance import Retrieval, SourceDetails
from shared.store.append import DatabaseLog
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.tree import read_root
from shared.store.verify import verify_log

HERE = "0190a000-0000-7000-8000-00000000000c"
TEXT = "The mill opened in 1901. The bakery closed in 1930."
WARC = b"WARC/1.1"
FETCHED = Retrieval(
    url="https://mill.example/1", final_url="https://mill.example/1", time=datetime(2026, 1, 2, tzinfo=UTC), status=200, warc=True
)
COMMANDS = 300
"""More than a tile."""


def captured(document_id: str) -> tuple[SourceRegistered, DocumentCaptured]:
    source = SourceRegistered(source_id=f"source-{document_id}", identity=document_id, details=SourceDetails(title="The mill"))
    return source, DocumentCaptured(
        document_id=document_id, source_id=source.source_id, filename=None, media_type="text/plain", encoding="utf-8", language="en",
        language_detected=False, sha256=sha256(TEXT.encode()), size=len(TEXT), text_sha256=sha256(TEXT.encode()), length=len(TEXT),
        parser="text", retrieved=FETCHED,
    )  # fmt: skip


def claim(claim_id: str, document_id: str) -> ClaimRecorded:
    return ClaimRecorded(
        claim=Claim(
            id=claim_id, document_id=document_id, extractor=Extractor(name="person", version="1"), start=0, end=24, quote=TEXT[:24],
            statement="The mill opened.", language="en",
        )
    )  # fmt: skip


class Keeper:
    """Appends to one log."""

    def __init__(self, database: Database, new_id: IdSource) -> None:
        self._log = DatabaseLog(database, new_id)
        self._count = 0

    def append(self, *events: AnyEvent, erases: str | None = None, documents: tuple[StoredDocument, ...] = ()) -> None:
        self._count += 1
        command = Command(actor="test", time=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), correlation_id=f"c-{self._count}")
        key = f"key-{self._count}"
        self._log.append(
            Append(chronology_id=HERE, command=command, events=events, key=key, fingerprint="f", result="", erases=erases), documents
        )


@pytest.fixture
def kept(database: Database, new_id: IdSource) -> Database:
    """A log with two documents, one of them erased, claims over more than a tile, and a checkpoint."""
    keeper = Keeper(database, new_id)
    keeper.append(ChronologyCreated(chronology_id=HERE, slug="mills", title="Mills"))
    for name in ("kept", "erased"):
        keeper.append(
            *captured(name),
            claim(f"{name}-claim", name),
            documents=(StoredDocument(id=name, original=TEXT.encode(), text=TEXT, warc=WARC),),
        )
    for number in range(COMMANDS):
        keeper.append(claim(f"claim-{number}", "kept"))
    keeper.append(DocumentErased(document_id="erased", reason="asked for"), erases="erased")
    sign(database, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    keeper.append(claim("last", "kept"))
    return database


def sign(database: Database, key: Ed25519PrivateKey, root: bytes | None = None) -> None:
    signer = Signer(origin(HERE), key)
    with database.drive() as driver:
        ((head,),) = driver.rows("SELECT head FROM chronology")
        root = root or read_root(driver, HERE, head, head)
        note = signer.sign(Checkpoint(origin(HERE), head, root).text)
        driver.insert("signing_key", ("public", "since_us"), [(encode_base64(key.public_key().public_bytes_raw()), 1)])
        driver.insert("log_checkpoint", ("chronology_id", "size", "root", "note", "time_us"), [(HERE, head, root, str(note), 1)])


def test_a_log_that_nobody_touched_is_found_in_order(kept: Database) -> None:
    reached: list[tuple[int, int]] = []
    found = verify_log(kept, HERE, lambda done, total: reached.append((done, total)))
    assert (found.events, found.keys, found.checkpoints, found.documents, found.erased) == (COMMANDS + 9, COMMANDS + 5, 1, 2, 1)
    assert reached[-1] == (COMMANDS + 9, COMMANDS + 9)


def changed(statement: str, *parameters: object) -> Callable[[Driver], None]:
    return lambda driver: driver.run(statement, *parameters)


def swapped(driver: Driver) -> None:
    """Another claim's sealed words in the place of these."""
    ((body, other),) = driver.rows("SELECT a.body, b.body FROM event a, event b WHERE a.position = 20 AND b.position = 21")
    cipher = other.split('"data_base64":"')[1].split('"')[0]
    mine = body.split('"data_base64":"')[1].split('"')[0]
    driver.run("UPDATE event SET body = ? WHERE position = 20", body.replace(mine, cipher))


def moved_quote(driver: Driver) -> None:
    ((text,),) = driver.rows("SELECT text FROM document WHERE id = ?", "kept")
    altered = bytearray(text)
    altered[20] ^= 1
    driver.run("UPDATE document SET text = ? WHERE id = ?", bytes(altered), "kept")


TAMPERING: dict[str, tuple[Callable[[Driver], None], str]] = {
    "an event is removed": (changed("DELETE FROM event WHERE position = 200"), "event 200 is missing"),
    "the last event is removed": (changed("DELETE FROM event WHERE position = ?", COMMANDS + 9), "ends at 308"),
    "an event is invented far beyond the head": (
        changed('INSERT INTO event SELECT chronology_id, 9999999, "commit", type, time_us, body FROM event WHERE position = 5'),
        "an event 9999999, beyond the head 309",
    ),
    "an actor is replaced": (
        changed("UPDATE event SET body = replace(body, '\"test\"', '\"tost\"') WHERE position = 7"),
        "tile 0 of level 0",
    ),
    "a column says otherwise": (changed("UPDATE event SET type = 'x' WHERE position = 30"), "event 30 says something else"),
    "the form is no longer canonical": (changed("UPDATE event SET body = body || ' ' WHERE position = 12"), "event 12 is not stored"),
    "an event is no JSON any more": (changed("UPDATE event SET body = '{' WHERE position = 12"), "event 12 is not JSON"),
    "the chronology is renamed": (changed("UPDATE chronology SET slug = 'wells'"), "slug, title or description"),
    "the chronology gets another title": (changed("UPDATE chronology SET title = 'Wells'"), "slug, title or description"),
    "an erasure is not counted": (changed("UPDATE chronology SET erasures = 0"), "counts 0 erasures, and its log has 1"),
    "the response is altered": (changed("UPDATE document SET warc = ?", bytes(40)), "event 3"),
    "the response is removed": (changed("UPDATE document SET warc = NULL"), "the response that document kept was taken from is missing"),
    "bytes of an erased document come back": (
        changed("INSERT INTO document SELECT chronology_id, 'erased', original, text, warc FROM document"),
        "bytes of document erased, which was erased",
    ),
    "a document is invented": (
        changed("INSERT INTO document SELECT chronology_id, 'new', original, text, warc FROM document"),
        "bytes of document new, which was never captured",
    ),
    "a tile is invented": (changed("INSERT INTO tile SELECT chronology_id, 7, 7, hashes, root FROM tile"), "there are 2 tiles"),
    "a signing key is no key": (changed("UPDATE signing_key SET public = 'AAAA'"), "cannot be checked: the key"),
    "sealed words are swapped": (swapped, "event 20"),
    "a document is altered": (moved_quote, "event 3"),
    "a document is removed": (changed("DELETE FROM document WHERE id = 'kept'"), "document kept are missing"),
    "a key is removed": (changed("DELETE FROM document_key WHERE document_id = 'kept'"), "no key of document kept"),
    "a key is destroyed without a word": (changed("UPDATE document_key SET wrapped = NULL"), "no event says so"),
    "an idempotency key is removed": (
        changed("DELETE FROM idempotency WHERE key = 'key-50'"),
        "no idempotency key was kept .* 54–54",
    ),
    "an idempotency key is invented": (
        changed("INSERT INTO idempotency SELECT chronology_id, 'new', fingerprint, 400, 401, result FROM idempotency WHERE key = 'key-1'"),
        "400–401",
    ),
    "a tile is altered": (changed("UPDATE tile SET root = ?", bytes(32)), "tile 0 of level 0"),
    "the peaks are altered": (changed("UPDATE chronology SET peaks = ?", bytes(32 * (COMMANDS + 9).bit_count())), "tree of the chronology"),
    "the checkpoint's root is altered": (changed("UPDATE log_checkpoint SET root = ?", bytes(32)), "another root"),
    "the checkpoint is signed by somebody else": (
        changed(
            "UPDATE signing_key SET public = ?", base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
        ),
        "not signed by any key",
    ),
    "a checkpoint is invented": (
        changed("INSERT INTO log_checkpoint SELECT chronology_id, 5000, root, note, time_us FROM log_checkpoint"),
        "a checkpoint over 5000 events",
    ),
    "a reservation is invented": (changed("INSERT INTO reservation VALUES (?, 'x', 'y', 900)", HERE), "x was reserved at 900"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_whatever_is_changed_behind_its_back_is_named(kept: Database, what: str) -> None:
    tamper, named = TAMPERING[what]
    with kept.drive() as driver:
        _without_triggers(driver)
        tamper(driver)
    with pytest.raises(Damaged, match=named):
        verify_log(kept, HERE)


def _without_triggers(driver: Driver) -> None:
    if driver.dialect == "postgresql":
        driver.run("SET LOCAL session_replication_role = replica")
        return
    for (name,) in driver.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        driver.run(f"DROP TRIGGER {name}")
