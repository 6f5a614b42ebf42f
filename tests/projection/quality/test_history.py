"""The generated history with known truth, and how good entries of it are: the figures of `benchmarks.quality`."""

import pytest

from benchmarks.history import Report, history
from benchmarks.quality import Share, b_cubed, quality_of_history
from services.projection.consolidation.consolidate import consolidate
from services.projection.independence.documents import read_text
from shared.domain.chronology import DocumentFacts
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.ids import sha256

CLAIMS = 1_000


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return list(history(CLAIMS))


def test_every_part_stands_where_the_generated_text_has_it(reports: list[Report]) -> None:
    for report in reports:
        for claim in report.claims:
            assert all(report.text[part.start : part.end] == part.quote for part in claim.passages())


def test_copies_are_copies_with_small_edits(reports: list[Report]) -> None:
    by_id = {report.id: report for report in reports}
    copies = [report for report in reports if report.copy_of]
    original = {report.id: {claim.quote for claim in by_id[report.copy_of or ""].claims} for report in copies}
    edited = [claim for report in copies for claim in report.claims if claim.quote not in original[report.id]]
    assert 0 < len(edited) < sum(len(report.claims) for report in copies)


def test_what_is_planted_is_found(reports: list[Report]) -> None:
    facts = [
        DocumentFacts(id=report.id, sha256=sha256(report.text.encode()), source_id=f"s{report.id}", language=report.language)
        for report in reports
    ]
    told = [
        Told(claim=claim, document=document, position=position)
        for position, (document, claim) in enumerate(
            ((document, claim) for document, report in zip(facts, reports, strict=True) for claim in report.claims), start=1
        )
    ]
    entries = consolidate(
        told, (), [(document, read_text(report.text, report.language)) for document, report in zip(facts, reports, strict=True)]
    )
    found = quality_of_history(entries, reports, CLAIMS)
    assert found.f1 >= 0.98
    assert found.disputes.value >= 0.98
    assert found.undisputed.value >= 0.99
    assert found.copies.value >= 0.9
    assert found.strangers.value >= 0.99
    assert found.disputes.of > 10
    assert found.copies.of > 10
    assert str(found).startswith("B-cubed ")


def test_b_cubed_counts_what_stands_together_and_what_does_not() -> None:
    assert b_cubed("aabb", "xxyy") == (1.0, 1.0)
    assert b_cubed("aaaa", "xxyy") == (0.5, 1.0)
    assert b_cubed("abcd", "xxyy") == (1.0, 0.5)
    assert Share(0, 0).value == 1.0
