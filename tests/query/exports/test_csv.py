"""CSV, read by Python's csv module at its strictest."""

import csv
import io
from collections.abc import Iterator

import pytest

from services.query.exports.csv import COLUMNS, RISKY, guarded
from tests.query.exports.story import BASE, HOSTILE, LINES, REASON, Story

Row = dict[str, str]


def rows(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def said(row: Row, column: str) -> str:
    """A cell as it was before it was guarded."""
    return row[column].removeprefix("'")


@pytest.fixture(scope="module")
def exported(story: Story) -> Iterator[list[Row]]:
    return rows(story.export("csv"))


def by_claim(exported: list[Row]) -> dict[str, Row]:
    return {row["claim_id"]: row for row in exported if row["claim_id"]}


def test_lines_end_as_the_standard_has_it_and_all_are_as_long(story: Story) -> None:
    text = story.export("csv")
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert {len(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)} == {len(COLUMNS)}


def test_every_claim_has_a_line_with_its_words(story: Story, exported: list[Row]) -> None:
    found = by_claim(exported)
    held = {claim_id for entry in story.opened().entries() for claim_id in (*entry.claims, *entry.withdrawn)}
    gone = {story.claims["beside"]}
    assert set(found) == held | gone
    for name, words in LINES.items():
        row = found[story.claims[name]]
        assert said(row, "quote") == words
        text = "\n".join(LINES.values())
        assert text[int(row["start"]) : int(row["end"])] == words
        assert row["url"].startswith(f"{BASE}/chronologies/test/documents/{story.documents['book']}")


def test_nothing_is_taken_for_a_formula(exported: list[Row]) -> None:
    cells = [cell for row in exported for cell in row.values() if cell]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert [cell for cell in cells if cell.lstrip()[0] in RISKY and not cell.startswith("'")] == []


def test_a_date_before_the_common_era_is_no_subtraction(story: Story, exported: list[Row]) -> None:
    row = by_claim(exported)[story.claims["bce"]]
    assert (row["entry_date"], said(row, "date")) == ("'-0043", "-0043")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "'=1", "''", "'Tis"])
def test_what_is_guarded_can_be_had_again(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(text).removeprefix("'") == text


@pytest.mark.parametrize("text", ["", "1", "a=1", "Ə", "403", "“quoted”", "a'b"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_what_became_of_claims_is_told(story: Story, exported: list[Row]) -> None:
    found = by_claim(exported)
    assert found[story.claims["dropped"]]["status"] == "withdrawn"
    assert found[story.claims["counted"]]["values"] == "sails: 52"
    assert "51 sails" in found[story.claims["counted"]]["quote"]
    assert len(found[story.claims["counted"]]["corrections"]) == 36
    assert {row["superseded"] for row in exported if row["document_id"] == story.documents["web"]} == {"carried", "changed"}
    assert {row["superseded_by"] for row in exported if row["superseded"]} == {story.documents["web again"]}
    denied = found[story.claims["denied"]]
    assert (denied["modality"], denied["attribution"]) == ("denied", "the mayor")


def test_what_was_erased_is_told_of_without_its_words(story: Story, exported: list[Row]) -> None:
    erased = [row for row in exported if row["status"] == "erased"]
    assert {row["document_id"] for row in erased} == {story.documents["gone"]}
    assert {row["erased_reason"] for row in erased} == {REASON}
    beside = by_claim(exported)[story.claims["beside"]]
    assert (beside["quote"], beside["statement"]) == ("", "")
    assert beside["entry_id"] == story.entries()["about"].id
    assert "vault" not in story.export("csv")


def test_the_page_of_a_paged_document(story: Story, exported: list[Row]) -> None:
    assert {row["page"] for row in exported if row["document_id"] == story.documents["report"]} == {"2"}


def test_hostile_words_stay_in_one_cell(story: Story, exported: list[Row]) -> None:
    row = by_claim(exported)[story.claims["hostile"]]
    assert said(row, "statement") == HOSTILE
