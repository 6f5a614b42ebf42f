"""Nothing of a document's words stands in any file: not in the database, its journal or a backup, before an erasure or after it."""

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from services.ingest.requests import NewCorrection, NewDecision
from shared.domain.provenance import Retrieval, SourceDetails
from shared.settings import Settings
from shared.store.wakeup import Wakeup
from tests.erasure.conftest import Files
from tests.query.conftest import EDITOR, REVIEWER
from tests.query.serving import query_app, serving
from tests.support.running import ADMIN, Running, run

IN_THE_OPEN = "Brackwaterpost"
"""The source's title: it is nobody's secret, and shows that the search through the files finds what is there."""

PAGE = """<html><head><meta name="keywords" content="Quellforsch"></head><body>
<h1>Mirabellenfest</h1>
<p>On 4 May 1998 the first Mirabellenfest was held in Ganja. 212 gublingers from 14 countries took part in the Mirabellenfest.</p>
<p>According to Torvaldsen, the Zwirnmühle was opened on 7 June 2001 in Sheki with 31 spindeldrehers.</p>
<p>Xenokratos schlurfte nebenher.</p></body></html>
"""

RESPONSE = f"WARC/1.1\r\n\r\nHTTP/1.1 200 OK\r\nX-Served-By: Lakritzkontor\r\n\r\n{PAGE}".encode()
FETCHED = Retrieval(
    url="https://post.example/1", final_url="https://post.example/1", time=datetime(2026, 1, 2, tzinfo=UTC), status=200, warc=True
)

OTHER = "On 4 May 1998 the first Mirabellenfest took place in Ganja. 215 gublingers took part in the Mirabellenfest.\n"
"""A second document that shares words with the first: it goes as well, later."""

CLAIM = {
    "quote": "Torvaldsen, the Zwirnmühle was opened on 7 June 2001 in Sheki with 31 spindeldrehers",
    "statement": "A paraphrase: Uhrwerkfabrik.",
    "date": {"quote": "7 June 2001", "edtf": "2001-06-07", "derivation": "read by Nachtigaller"},
    "values": [
        {"quote": "31 spindeldrehers", "attribute": "Haspelgut", "value": "31"},
        {"quote": "Zwirnmühle", "attribute": "works", "value": "Klöppelwerk", "kind": "name"},
    ],
    "actors": [{"quote": "Torvaldsen", "name": "Torvald Isegrim"}],
    "places": [{"quote": "Sheki", "name": "Sheki-Hinterwald"}],
    "attribution": {"quote": "Torvaldsen", "name": "Olm Torvaldsen"},
}
REFUSED = {"quote": "Pfefferminzbahn stands nowhere", "statement": "Likewise Kaltmamsell."}

WORDS = (
    *("Quellforsch", "Mirabellenfest", "gublingers", "Torvaldsen", "Zwirnmühle", "spindeldrehers", "Xenokratos", "schlurfte"),
    *("Uhrwerkfabrik", "Nachtigaller", "Haspelgut", "Klöppelwerk", "Isegrim", "Hinterwald", "Pfefferminzbahn", "Kaltmamsell"),
    "Lakritzkontor",
)


def plain_forms(word: str) -> set[bytes]:
    """The bytes in which a word may stand, in small letters: as it is, folded, or escaped, in three encodings, or as hexadecimal digits."""
    lower = word.lower()
    spelled = {lower, lower.replace("ü", "u").replace("ö", "o"), json.dumps(lower)[1:-1]}
    return {form.encode(encoding) for form in spelled for encoding in ENCODINGS} | {form.encode().hex().encode() for form in spelled}


def base64_forms(word: str) -> set[bytes]:
    """A word within Base64 at each of its three offsets, without the letters that depend on what stands before or after it."""
    spelled = {form.encode() for form in (word, word.lower())}
    return {
        b64encode(b"\0" * offset + plain)[-(-offset * 8 // 6) : (offset + len(plain)) * 8 // 6] for plain in spelled for offset in range(3)
    }


ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
CAPITALS = {capital.encode(encoding): capital.lower().encode(encoding) for capital in "ÜÖ" for encoding in ENCODINGS}


def lowered(data: bytes) -> bytes:
    """Bytes with the letters of text in them made small, those of our words beyond ASCII included."""
    for capital, small in CAPITALS.items():
        data = data.replace(capital, small)
    return data.lower()


def standing_in(data: bytes, words: Iterable[str]) -> list[str]:
    """The words that stand in bytes."""
    small = lowered(data)
    return [word for word in words if any(form in small for form in plain_forms(word)) or any(form in data for form in base64_forms(word))]


def found_in(folders: Iterable[Path], words: Iterable[str]) -> dict[str, list[str]]:
    """The words that stand in files below folders, by file. The same bytes are looked through once, however many copies there are."""
    found: dict[str, list[str]] = {}
    seen: set[bytes] = set()
    for file in [file for folder in folders for file in folder.rglob("*") if file.is_file()]:
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue  # a database that runs removes a file now and then
        if (digest := sha256(data).digest()) not in seen:
            seen.add(digest)
            if here := standing_in(data, words):
                found[str(file)] = here
    return found


def live(running: Running) -> tuple[str, str]:
    """Let every part of the service see the words; return the ids of the two documents."""
    service, info = running.service, running.info
    source = SourceDetails(title=IN_THE_OPEN, language="en")
    intake = service.readers.take_in(PAGE.encode(), "page.html", None, source)
    first = service.capture_intake(info.id, PAGE.encode(), intake, ADMIN, filename="page.html", retrieved=FETCHED, warc=RESPONSE).id
    second = service.capture(info.id, OTHER.encode(), ADMIN, filename="other.txt", declared=source).id
    lines = [json.dumps({"document_id": first, **claim}).encode() for claim in (CLAIM, REFUSED)]
    receipt = service.record_claims(info.id, list(enumerate(lines, start=1)), ADMIN)
    assert (receipt.claims, receipt.refusals) == (1, 1)
    running.projector.project(info)
    correct(running, receipt.recorded[0])
    return first, second


def correct(running: Running, claim_id: str) -> None:
    service, info = running.service, running.info
    # An editor's words stay: these are none of the document's.
    change = {"kind": "amend-value", "claim_id": claim_id, "attribute": "works", "value": "a mill"}
    body = {"change": change, "reason": "The register says so."}
    proposed = service.propose(info.id, NewCorrection.model_validate(body), EDITOR)
    service.decide_correction(info.id, proposed.id, NewDecision.model_validate({"decision": "accept", "reason": "Seen."}), REVIEWER)
    running.projector.project(running.info)


def told(files: Files) -> str:
    """Everything that is told to whoever asks, with the words searched for."""
    settings = Settings(database_url=files.database.url, bootstrap_token="salname_" + "t" * 40)
    with serving(query_app(files.database, settings, Wakeup())) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        base = "/v1/chronologies/test"
        listed = client.get(f"{base}/entries").raise_for_status().json()["entries"]
        paths = ["/entries", "/changes", "/export", "/events", "/documents", "/corrections"]
        paths += [f"/entries/{entry['id']}" for entry in listed]
        kept = [f"/documents/{shown['id']}/warc" for shown in client.get(f"{base}/documents").raise_for_status().json()["documents"]]
        answers = [client.get(base + path).text for path in kept]
        answers += [client.get(base + path).raise_for_status().text for path in paths]
        answers += [client.get(path).raise_for_status().text for path in ("/chronologies/test", "/chronologies/test/changes")]
        for word in WORDS:
            hits = client.get(f"{base}/entries", params={"q": word}).raise_for_status().json()["entries"]
            answers += [f"{word} is found"] if hits else []
    return "\n".join(answers)


def words_in(text: str) -> set[str]:
    return {word for word in WORDS if word in text}


def test_nothing_stands_in_plain_sight_and_nothing_is_left(files: Files, tmp_path: Path) -> None:
    before, between, after = (tmp_path / name for name in ("before", "between", "after"))
    for folder in (before, between, after):
        folder.mkdir()
    running = run(files.database)
    first, second = live(running)
    assert words_in(told(files)) >= {"Mirabellenfest", "Zwirnmühle", "Isegrim", "Uhrwerkfabrik", "Lakritzkontor"}
    files.back_up(before)

    running.service.erase(running.info.id, first, "A court said so.", ADMIN)
    running.projector.project(running.info)
    files.back_up(between)
    assert words_in(told(files)) == {"Mirabellenfest", "gublingers"}, "what the other document says stays"

    running.service.erase(running.info.id, second, "It repeated the first.", ADMIN)
    running.projector.project(running.info)
    files.back_up(after)
    assert words_in(told(files)) == set()

    files.settle()
    folders = (before, between, after, files.folder)
    for folder in folders:
        assert found_in([folder], [IN_THE_OPEN]), "the search through the files finds what is there"
    assert found_in(folders, WORDS) == {}


@pytest.mark.parametrize("word", ["Zwirnmühle", "Isegrim"])
def test_words_are_recognised_in_every_form(tmp_path: Path, word: str) -> None:
    for number, data in enumerate(
        (word.encode(), word.upper().encode("utf-16-le"), b64encode(f"ab{word}c".encode()), json.dumps(word).encode())
    ):
        (tmp_path / str(number)).write_bytes(b"\0\1" + data + b"\2")
    assert len(found_in([tmp_path], [word])) == 4
