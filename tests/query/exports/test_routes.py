"""Exports over HTTP and from the command line: the same bytes, rightly labelled."""

import json
import subprocess
from pathlib import Path

import pytest

from services.cli import Format as NamedFormat
from services.query.exports.csv import COLUMNS
from services.query.exports.formats import FORMATS, Format
from services.query.exports.walking import open_export
from services.query.exports.words import Words
from services.query.snapshot import open_snapshot
from shared.settings import Settings
from tests.query.conftest import World
from tests.support.here import salname_here
from tests.support.texts import FAIR_EN

EXPORT = "/v1/chronologies/test/export"

LABELS = {
    "jsonl": ("application/x-ndjson", "test.jsonl"),
    "csv": ("text/csv", "test.csv"),
    "jsonld": ("application/ld+json", "test.jsonld"),
    "timelinejs": ("application/json", "test.json"),
    "atom": ("application/atom+xml", "test.atom"),
    "ical": ("text/calendar", "test.ics"),
    "markdown": ("text/markdown", "test.md"),
    "report": ("text/html", "test.html"),
}


def test_every_format_has_a_name_on_the_command_line() -> None:
    assert [named.value for named in NamedFormat] == [known.name for known in FORMATS] == list(LABELS)


@pytest.mark.parametrize("known", FORMATS, ids=list(LABELS))
def test_every_format_is_labelled_and_conditional(world: World, known: Format) -> None:
    answer = world.client.get(EXPORT, params={"format": known.name})
    media_type, filename = LABELS[known.name]
    assert answer.headers["content-type"].partition(";")[0] == media_type
    disposition = "inline" if known.name == "report" else "attachment"
    assert answer.headers["content-disposition"] == f'{disposition}; filename="{filename}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-revision"] == str(world.running.info.head)
    exported = open_export(world.database, world.running.info, base=str(world.client.base_url).rstrip("/"))
    assert answer.text == "".join(known.write(exported))
    again = world.client.get(EXPORT, params={"format": known.name}, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_etags_differ_by_format_revision_and_language(world: World) -> None:
    asked = [
        {"format": known.name, "language": language, "at": str(at)}
        for known in FORMATS
        for language in (("en", "az") if known.worded else ("en",))
        for at in (world.running.info.head, world.running.info.head - 1)
    ]
    etags = {world.client.get(EXPORT, params=params).headers["etag"] for params in asked}
    assert len(etags) == len(asked)


def test_an_earlier_revision_can_be_had(world: World) -> None:
    before = {known.name: world.client.get(EXPORT, params={"format": known.name}).text for known in FORMATS}
    revision = world.running.info.head
    claim = json.loads(before["jsonl"].splitlines()[0])["claim_id"]
    world.correct({"kind": "withdraw-claim", "claim_id": claim})
    for known in FORMATS:
        assert world.client.get(EXPORT, params={"format": known.name}).text != before[known.name]
        past = world.client.get(EXPORT, params={"format": known.name, "at": str(revision)})
        assert past.headers["x-revision"] == str(revision)
        assert past.text == before[known.name]
    assert world.client.get(EXPORT, params={"at": "9999"}).status_code == 422


def test_the_reader_is_spoken_to_in_their_language(world: World) -> None:
    answer = world.client.get(EXPORT, params={"format": "markdown"}, headers={"Accept-Language": "az, en;q=0.3"})
    assert answer.headers["content-language"] == "az"
    assert "Accept-Language" in answer.headers["vary"]
    assert "4–5 may 1998" in answer.text
    chosen = world.client.get(EXPORT, params={"format": "markdown", "language": "en"}, headers={"Accept-Language": "az"})
    assert "4–5 May 1998" in chosen.text
    assert world.client.get(EXPORT, params={"format": "markdown", "language": "xx"}).status_code == 422


def test_what_is_not_there_is_told_as_a_problem(world: World) -> None:
    assert world.client.get("/v1/chronologies/none/export?format=csv").status_code == 404
    refused = world.client.get(EXPORT, params={"format": "docx"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    def salname(*arguments: str) -> subprocess.CompletedProcess[str]:
        return salname_here(arguments, tmp_path, {"SALNAME_DATA": str(tmp_path / "data")})

    (tmp_path / "fair.txt").write_text(FAIR_EN, "utf-8")
    assert salname("ingest", "fair.txt", "-c", "test").returncode == 0
    database = Settings(data=tmp_path / "data", database_url=None).open_database()
    with open_snapshot(database, "test") as snapshot:
        info = snapshot.chronology
    for known in FORMATS:
        done = salname("export", "test", "-f", known.name, "--language", "az", "--address", "https://annals.example/", "-o", "exported")
        assert done.returncode == 0, done.stderr
        exported = open_export(database, info, words=Words("az"), base="https://annals.example")
        assert (tmp_path / "exported").read_bytes().decode() == "".join(known.write(exported))
    database.close()
    printed = salname("export", "test", "-f", "csv", "--at", "1")
    assert printed.stdout == ",".join(COLUMNS) + "\r\n"
    assert salname("export", "test", "--language", "xx").returncode == 2
    assert salname("export", "test", "--at", "9999").returncode == 1
