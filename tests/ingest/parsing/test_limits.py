"""Hostile files are read within limits or refused in words that help; the reader goes on with the next file as if nothing had been."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest.intake import Intake
from services.ingest.parsing.limits import ParseLimits
from services.ingest.readers import Readers
from shared.domain.errors import InvalidInput, TooLarge, UnreadableDocument
from shared.domain.provenance import SourceDetails
from tests.support.hostile import SAID, hostile_files

LIMITS = ParseLimits(bytes=3_000_000, seconds=4, memory_bytes=1_000_000_000, unpacked_bytes=20_000_000)
FILES = hostile_files()


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(LIMITS, 1) as readers:
        yield readers


def taken(readers: Readers, name: str) -> Intake | InvalidInput | UnreadableDocument:
    try:
        return readers.take_in(FILES[name], name, None, SourceDetails(language="en"))
    except (InvalidInput, UnreadableDocument) as error:
        return error


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".zip")])
def test_a_hostile_file_is_read_within_limits_or_refused(readers: Readers, name: str) -> None:
    begun = time.monotonic()
    found = taken(readers, name)
    if isinstance(found, Intake):
        assert "\x00" not in found.parsed.text
        found.parsed.text.encode()
        for claim in found.claims:
            claim.check(found.parsed.text)
    else:
        assert len(found.detail) < 500
    assert time.monotonic() - begun < LIMITS.seconds + 20
    after = readers.take_in(SAID.encode(), "good.txt", None, SourceDetails(language="en"))
    assert [claim.date and claim.date.edtf for claim in after.claims] == ["1998-05"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("laughs.docx", "defines entities"),
        ("bomb.docx", "250 times|pages|bytes allowed"),
        ("deep.html", "nest"),
        ("surrogates.txt", "surrogate"),
        ("zero.txt", "zero bytes"),
        ("cut.pdf", "damaged or cut off"),
    ],
)
def test_what_is_wrong_is_named(readers: Readers, name: str, said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        readers.take_in(FILES[name], name, None, SourceDetails(language="en"))


def test_a_file_that_is_too_large_is_refused_before_a_worker_sees_it() -> None:
    with Readers(ParseLimits(bytes=10), 1) as readers, pytest.raises(TooLarge, match=r"11 bytes.*SALNAME_MAX_DOCUMENT_BYTES"):
        readers.take_in(b"12345678901", "a.txt", None, SourceDetails())


@pytest.mark.parametrize(("name", "outcomes"), [("bomb.zip", ["refused", None]), ("deep.eml", [None, "refused"])])
def test_hostile_containers_come_apart_within_limits(readers: Readers, name: str, outcomes: list[str | None]) -> None:
    assert [member.outcome for member in readers.documents_in(FILES[name], name, None)] == outcomes


class Patient:
    """An extractor that keeps its own time, as one does that asks a server."""

    name, version, seconds = "patient", "1", 1000.0

    def extract(self, document: object) -> tuple[()]:
        return ()


def test_an_extractor_with_a_time_limit_of_its_own_works_in_this_process(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.readers.load_extractor", lambda name: Patient())
    monkeypatch.setattr("services.ingest.intake.load_extractor", lambda name: Patient())
    assert readers.take_in(SAID.encode(), "a.txt", None, SourceDetails(language="en"), "patient").extractor.name == "patient"


def test_an_extractor_that_there_is_not(readers: Readers) -> None:
    with pytest.raises(InvalidInput, match="no extractor called 'nobody'"):
        readers.take_in(SAID.encode(), "a.txt", None, SourceDetails(language="en"), "nobody")


def test_every_limit_is_a_setting_that_its_description_names() -> None:
    described = ParseLimits.__doc__ or ""
    settings = (Path(__file__).parents[3] / "docs" / "reference" / "settings.md").read_text("utf-8")
    names = [word.strip("().,") for word in described.split() if word.startswith("(SALNAME_")]
    assert len(names) == len(ParseLimits.__dataclass_fields__)
    assert [name for name in names if name not in settings] == []
