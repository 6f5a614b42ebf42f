"""Verifying a log: everything that is stored about it is derived again from its events, and the first thing that is wrong is named.

Checked, event by event: positions without a gap, canonical bytes, columns that say what the bytes say, whole commands. Over them: the
Merkle tree (every tile, the peaks, the root of every checkpoint and its signature), one idempotency key for each command, the chronology's
own row, documents that have their hashes, claims that open and quote what stands in their documents. Nothing is trusted but the events and
the keys. What no event tells cannot be derived: how an idempotency key was called, and that a checkpoint was once signed and is gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import orjson

from shared.crypto.sealing import opening_under
from shared.domain.brief import is_brief
from shared.domain.codec import SEALED_TYPE, OpenUnder, event_source, sealed_part
from shared.domain.errors import Damaged, InvalidProof, SalnameError, WrongKey
from shared.domain.events import ChronologyCreated
from shared.domain.ids import sha256
from shared.domain.merkle import TILE_WIDTH, CompactRange, leaf_hash
from shared.store.checkpoints import checkpoint_at, signed_checkpoint, signing_keys
from shared.store.driver import Driver, Row
from shared.store.engine import Database, ReadSession
from shared.store.keys import ORIGINAL, TEXT, WARC, Keyring, count_erasures, unseal_form
from shared.store.moments import microseconds
from shared.store.tree import Growth, grow, stored_roots

BATCH = 2_560
TEXTS_KEPT = 20_000_000
"""Code points of document texts that are kept at hand."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """What was found in order: how many events, keys of commands, checkpoints and documents, and the root over all events."""

    events: int
    root: bytes
    keys: int
    checkpoints: int
    documents: int
    erased: int


@dataclass(slots=True)
class _Walk:
    """Where the walk along the log has got to."""

    tree: CompactRange = field(default_factory=CompactRange)
    pending: Sequence[bytes] = ()
    first: int = 1
    """The first position of the command under way."""


def verify_log(database: Database, chronology_id: str, progress: Progress = lambda done, total: None) -> VerifiedLog:
    """Derive everything about a log again, in one snapshot; raise `Damaged` with the first thing that is wrong."""
    with database.read() as session:
        return _Verifier(database, session, chronology_id).verify(progress)


class _Verifier:
    """One verification of one log."""

    def __init__(self, database: Database, session: ReadSession, here: str) -> None:
        self._here = here
        self._source = event_source(here)
        self._driver = database.driver(session)
        self._documents = _Documents(self._driver, session, Keyring(lambda: database.kek), here)
        self._checkpoints = _checkpoints(self._driver, here)
        self._commands = _commands(self._driver, here)
        self._keys = 0
        self._tiles = 0
        self._named: list[str] = []
        self._walk = _Walk()

    def verify(self, progress: Progress) -> VerifiedLog:
        rows = self._driver.rows("SELECT head, peaks, erasures, slug, title, description FROM chronology WHERE id = ?", self._here)
        if not rows:
            raise Damaged(f"there is no chronology with id {self._here}")
        head, peaks, erasures, *named = rows[0]
        # Positions are dense, so a batch is a range. With LIMIT, PostgreSQL may sort all the rest of the log to give the first of it.
        between = "chronology_id = ? AND position > ? AND position <= ?"
        query = f'SELECT position, "commit", type, time_us, body FROM event WHERE {between} ORDER BY position'  # noqa: S608
        position, checked = 0, 0
        while batch := self._driver.rows(query, self._here, position, position + BATCH):
            bodies = [body.encode() for *_, body in batch]
            for row, body in zip(batch, bodies, strict=True):
                position += 1
                self._event(position, row, body)
            checked += self._grow([leaf_hash(body) for body in bodies])
            progress(position, head)
        if position != head or self._walk.first != head + 1:
            raise Damaged(f"the log ends at {position} in the middle of a command, or not at its head {head}", position=position)
        if self._walk.tree.encode() != bytes(peaks):
            raise Damaged(f"the tree of the chronology is not the one over its {head} events", position=head)
        if erasures != self._documents.erased:
            raise Damaged(f"the chronology counts {erasures} erasures, and its log has {self._documents.erased}", position=head)
        if named != self._named:
            raise Damaged("the chronology's slug, title or description is not the one that it was opened with", position=1)
        self._no_more(head)
        return VerifiedLog(
            events=head,
            root=self._walk.tree.root(),
            keys=self._keys,
            checkpoints=checked,
            documents=self._documents.seen,
            erased=self._documents.erased,
        )

    def _event(self, position: int, row: Row, body: bytes) -> None:
        stored, commit, kind, time_us, _ = row
        if stored != position:
            raise Damaged(f"event {position} is missing: the log goes on at {stored}", position=position)
        try:
            raw = orjson.loads(body)
        except ValueError as error:
            raise Damaged(f"event {position} is not JSON: {error}", position=position) from error
        if orjson.dumps(raw, option=orjson.OPT_SORT_KEYS) != body:
            raise Damaged(f"event {position} is not stored in its canonical form", position=position)
        said = (raw["position"], raw["commit"], raw["type"], raw["chronology"], raw["source"])
        if said != (position, commit, kind, self._here, self._source) or abs(_microseconds(raw["time"]) - time_us) > 1:
            raise Damaged(f"event {position} says something else than the columns beside it", position=position)
        self._command(position, commit)
        try:
            if kind == ChronologyCreated.type:
                self._named = [raw["data"][name] for name in ("slug", "title", "description")]
            self._documents.check(raw)
        except Damaged:
            raise
        except (SalnameError, KeyError, ValueError) as error:
            raise Damaged(f"event {position}: {error}", position=position) from error

    def _command(self, position: int, commit: int) -> None:
        """Commands are whole, and each has its key."""
        if commit < position:
            raise Damaged(f"event {position} belongs to a command that ended at {commit}", position=position)
        if position == self._walk.first:
            found = next(self._commands, None)
            self._keys += 1
            if found != (position, commit):
                raise Damaged(
                    f"no idempotency key was kept for the command at {position}–{commit}; the next one is for {found}", position=position
                )
        if commit == position:
            self._walk.first = position + 1

    def _grow(self, leaves: Sequence[bytes]) -> int:
        """Carry the tree on, up to each checkpoint on the way; return how many of them there were."""
        checked = 0
        while leaves:
            size = self._walk.tree.size
            until = next((at for at in self._checkpoints if at > size), None)
            count = len(leaves) if until is None else min(len(leaves), until - size)
            growth = grow(self._walk.tree, self._walk.pending, leaves[:count], stored_roots(self._driver, self._here))
            self._compare_tiles(growth)
            self._walk.tree, self._walk.pending, leaves = growth.tree, growth.pending, leaves[count:]
            if growth.tree.size == until:
                self._checkpoints.pop(until)(growth.tree.root())
                checked += 1
        return checked

    def _compare_tiles(self, growth: Growth) -> None:
        self._tiles += len(growth.tiles)
        for tile in growth.tiles:
            query = 'SELECT hashes, root FROM tile WHERE chronology_id = ? AND level = ? AND "index" = ?'
            stored = self._driver.rows(query, self._here, tile.level, tile.index)
            if [(bytes(hashes), bytes(root)) for hashes, root in stored] != [(tile.hashes, tile.root)]:
                first = (tile.index * TILE_WIDTH << (8 * tile.level)) + 1
                raise Damaged(
                    f"the stored tile {tile.index} of level {tile.level} is not the one over the events from {first} on", position=first
                )

    def _no_more(self, head: int) -> None:
        """Nothing is stored beyond the head."""
        ((last,),) = self._driver.rows("SELECT max(position) FROM event WHERE chronology_id = ?", self._here)
        if last != head:
            raise Damaged(f"there is an event {last}, beyond the head {head}", position=head)
        if self._checkpoints:
            raise Damaged(f"there is a checkpoint over {min(self._checkpoints)} events, and the log has {head}", position=head)
        if (more := next(self._commands, None)) is not None:
            raise Damaged(f"an idempotency key speaks of events {more[0]}–{more[1]}, which are not in the log", position=head)
        beyond = self._driver.rows("SELECT name, position FROM reservation WHERE chronology_id = ? AND position > ?", self._here, head + 1)
        if beyond:
            raise Damaged(f"the name {beyond[0][0]} was reserved at {beyond[0][1]}, beyond the head {head}", position=head)
        ((tiles,),) = self._driver.rows("SELECT count(*) FROM tile WHERE chronology_id = ?", self._here)
        if tiles != self._tiles:
            raise Damaged(f"there are {tiles} tiles, and the tree over {head} events has {self._tiles}", position=head)
        self._documents.no_more()


@lru_cache(maxsize=100)
def _microseconds(time: str) -> int:
    return microseconds(datetime.fromisoformat(time))


def _commands(driver: Driver, here: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of positions that the idempotency keys speak of, in order; commands without events have none."""
    after = 0
    query = (
        'SELECT "first", "last" FROM idempotency WHERE chronology_id = ? AND "first" > ? AND "last" >= "first" '
        'ORDER BY "first", "last" LIMIT ?'
    )
    while rows := driver.rows(query, here, after, BATCH):
        yield from ((first, last) for first, last in rows)
        after = rows[-1][0]


def _checkpoints(driver: Driver, here: str) -> dict[int, Callable[[bytes], None]]:
    """Return, by size, what checks each checkpoint against the root that the log's own tree has there."""
    keys = signing_keys(driver)

    def check(size: int, root: bytes) -> None:
        what = f"the checkpoint over {size} events"
        try:
            stored = checkpoint_at(driver, here, size)
        except InvalidProof as error:
            raise Damaged(f"{what}: {error.detail}", position=size) from error
        if stored is None or stored.root != root:
            raise Damaged(f"{what} was signed over another root: the log was rewritten at or before {size}", position=size)
        try:
            signed_checkpoint(stored, here, keys)
        except Damaged as error:
            raise Damaged(error.detail, position=size) from error
        except InvalidProof as error:  # what is stored is no key, no note or no signature at all
            raise Damaged(f"{what} cannot be checked: {error.detail}", position=size) from error

    rows = driver.rows("SELECT size FROM log_checkpoint WHERE chronology_id = ? ORDER BY size", here)
    return {size: partial(check, size) for (size,) in rows}


class _Documents:
    """The documents of a log, checked as its events speak of them."""

    def __init__(self, driver: Driver, session: ReadSession, keyring: Keyring, here: str) -> None:
        self._driver = driver
        self._session = session
        self._keyring = keyring
        self._here = here
        self._erasures = count_erasures(session, here)
        self._captured: dict[str, Mapping[str, Any]] = {}
        self._gone: set[str] = set()
        self._texts: dict[str, str] = {}
        self._keys: dict[str, bytes | None] = {}
        self._openers: dict[str, OpenUnder] = {}

    @property
    def seen(self) -> int:
        """How many documents were captured."""
        return len(self._captured)

    @property
    def erased(self) -> int:
        """How many of them are erased."""
        return len(self._gone)

    def check(self, raw: Mapping[str, Any]) -> None:
        """Check what an event says about a document."""
        match raw["type"]:
            case "claim.recorded" if raw["datacontenttype"] == SEALED_TYPE:
                self._claim(raw)
            case "document.captured":
                self._capture(raw["data"])
            case "document.erased":
                self._gone.add(raw["data"]["document_id"])
                if self._key(raw["data"]["document_id"]) is not None:
                    raise Damaged(f"document {raw['data']['document_id']} is erased, but its key is still there", position=raw["position"])

    def _key(self, document_id: str) -> bytes | None:
        if document_id not in self._keys:
            found = self._keyring.keys(self._session, self._here, self._erasures, [document_id])
            if document_id not in found:
                raise WrongKey(f"there is no key of document {document_id}")
            self._keys |= found
        return self._keys[document_id]

    def _capture(self, data: Mapping[str, Any]) -> None:
        document_id = data["document_id"]
        self._captured[document_id] = data
        key = self._key(document_id)
        if key is None:
            return
        rows = self._driver.rows("SELECT original, text, warc FROM document WHERE chronology_id = ? AND id = ?", self._here, document_id)
        if not rows:
            raise Damaged(f"the bytes of document {document_id} are missing")
        original = unseal_form(key, self._here, document_id, ORIGINAL, bytes(rows[0][0]))
        text = unseal_form(key, self._here, document_id, TEXT, bytes(rows[0][1]))
        if (sha256(original), sha256(text)) != (data["sha256"], data["text_sha256"]):
            raise Damaged(f"document {document_id} does not have the bytes that were captured")
        if rows[0][2] is None and (data.get("retrieved") or {}).get("warc"):
            raise Damaged(f"the response that document {document_id} was taken from is missing")
        if rows[0][2] is not None:
            unseal_form(key, self._here, document_id, WARC, bytes(rows[0][2]))
        self._keep(document_id, text.decode())

    def _keep(self, document_id: str, text: str) -> None:
        if sum(map(len, self._texts.values())) + len(text) > TEXTS_KEPT:
            self._texts.clear()
        self._texts[document_id] = text

    def _text(self, document_id: str, key: bytes) -> str:
        if document_id not in self._texts:
            rows = self._driver.rows("SELECT text FROM document WHERE chronology_id = ? AND id = ?", self._here, document_id)
            self._keep(document_id, unseal_form(key, self._here, document_id, TEXT, bytes(rows[0][0])).decode())
        return self._texts[document_id]

    def _claim(self, raw: Mapping[str, Any]) -> None:
        sealed = sealed_part(raw)
        key = self._key(sealed.document_id)
        if key is None:
            return
        if sealed.document_id not in self._openers:
            self._openers[sealed.document_id] = opening_under(key, sealed.document_id)
        plaintext = self._openers[sealed.document_id](sealed.subject.encode(), sealed.context, sealed.keyhash, sealed.ciphertext)
        claim = orjson.loads(plaintext)["claim"]
        brief = is_brief(raw["type"], raw["typeversion"])
        if (claim.get("id"), claim.get("document_id")) != ((None, None) if brief else (sealed.subject, sealed.document_id)):
            raise Damaged(f"event {raw['position']} holds another claim than it says", position=raw["position"])
        text = self._text(sealed.document_id, key)
        for part in _passages(claim):
            start, end = part["start"], part["end"]
            if text[start:end] != part["quote"]:
                where = f"{start}–{end} of document {sealed.document_id}"
                raise Damaged(f"claim {sealed.subject} quotes words that do not stand at {where}", position=raw["position"])

    def no_more(self) -> None:
        """What is erased was erased by an event, and no key or document is there that no event speaks of."""
        for document_id, wrapped in self._driver.rows("SELECT document_id, wrapped FROM document_key WHERE chronology_id = ?", self._here):
            if document_id not in self._captured:
                raise Damaged(f"there is a key of document {document_id}, which no event of the log captured")
            if (wrapped is None) != (document_id in self._gone):
                raise Damaged(f"the key of document {document_id} was destroyed, and no event says so")
        for (document_id,) in self._driver.rows("SELECT id FROM document WHERE chronology_id = ?", self._here):
            if document_id not in self._captured or document_id in self._gone:
                said = "erased" if document_id in self._gone else "never captured"
                raise Damaged(f"there are bytes of document {document_id}, which was {said} as the log has it")


def _passages(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every part of a claim that cites its document. By hand, since each claim of a log comes by here."""
    found = [claim]
    found += [part for part in (claim.get("date"), claim.get("attribution")) if part is not None]
    for parts in ("values", "actors", "places"):
        if parts in claim:
            found += claim[parts]
    return found
