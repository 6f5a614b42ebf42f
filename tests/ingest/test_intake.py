"""Taking in a file gives the same here as in a worker, and errors cross over whole."""

from collections.abc import Iterator

import pytest

from services.ingest.intake import Intake, take_in
from services.ingest.parsing.limits import ParseLimits
from services.ingest.workers import WorkerPool
from shared.domain.errors import InvalidInput, TooLarge, UnreadableDocument
from shared.domain.provenance import SourceDetails

TEXT = "---\ntitle: The fair\npublished: 1998-05-06\n---\nThe fair opened on 4 May 1998 with 212 guests. On 6 May it closed.\n"
LIMITS = ParseLimits(bytes=100_000, seconds=60)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1, LIMITS) as pool:
        yield pool


def taken(text: str, declared: SourceDetails | None = None) -> Intake:
    return take_in(text.encode(), "fair.txt", None, declared or SourceDetails(), "rules", LIMITS)


def test_a_file_is_parsed_and_its_claims_are_read() -> None:
    found = taken(TEXT)
    assert (found.source.title, found.source.published, found.language, found.language_detected) == ("The fair", "1998-05-06", "en", True)
    assert [claim.date and claim.date.edtf for claim in found.claims] == ["1998-05-04", "1998-05-06"]
    assert found.extractor.name == "rules"
    assert all(found.parsed.text[claim.start : claim.end] == claim.quote for claim in found.claims)


def test_what_was_declared_outranks_what_the_file_says() -> None:
    found = taken(TEXT, SourceDetails(title="Another", language="en"))
    assert (found.source.title, found.source.published, found.language_detected) == ("Another", "1998-05-06", False)


def test_a_language_that_the_file_states_is_not_detected() -> None:
    assert taken("---\nlang: de\ntitle: x\n---\nDas Fest begann am 4. Mai 1998.\n").language_detected is False


def test_a_worker_takes_in_the_same(pool: WorkerPool) -> None:
    assert pool.run(take_in, TEXT.encode(), "fair.txt", None, SourceDetails(), "rules", LIMITS) == taken(TEXT)


@pytest.mark.parametrize(
    ("data", "name", "extractor", "error"),
    [
        (b"", "a.txt", "rules", UnreadableDocument),
        (b"x" * 100_001, "a.txt", "rules", TooLarge),
        (b"---\ntitle: x\npublished: soon\n---\nA text of 1998.\n", "a.md", "rules", InvalidInput),
        (b"A text of 1998.", "a.txt", "nobody", InvalidInput),
    ],
)
def test_errors_cross_over_whole(pool: WorkerPool, data: bytes, name: str, extractor: str, error: type[Exception]) -> None:
    with pytest.raises(error) as here:
        take_in(data, name, None, SourceDetails(), extractor, LIMITS)
    with pytest.raises(error) as there:
        pool.run(take_in, data, name, None, SourceDetails(), extractor, LIMITS)
    assert type(there.value) is type(here.value)
    assert str(there.value) == str(here.value)
