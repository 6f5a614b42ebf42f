"""The tables that one can try are read as their page says."""

from pathlib import Path

import pytest

from tests.ingest.tables.helpers import dates, read

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "tables"


def test_honey_fairs() -> None:
    reading = read((EXAMPLES / "honey-fairs.csv").read_bytes(), None)
    assert reading.language == "en"
    assert dates(reading) == ["1998-05-04/1998-05-05", "1999-05", "2000-21", "2001-05-13", "2002-05-12", "2003", "1850~"]
    assert [claim.modality for claim in reading.claims] == ["happened"] * 5 + ["planned", "hypothetical"]
    assert [(bad.row, bad.holds) for bad in reading.report.bad] == [(8, "5.5.04")]


def test_bal_yarmarkalari() -> None:
    reading = read((EXAMPLES / "bal-yarmarkalari.xlsx").read_bytes(), None)
    assert reading.language == "az"
    assert dates(reading) == ["1998-05-04", "1998-11", "1999-05-05"]
    assert reading.report.bad == ()
    assert any("hidden" in note for note in reading.report.notes)


@pytest.mark.parametrize("name", ["honey-fairs.csv", "bal-yarmarkalari.xlsx"])
def test_the_page_tells_of_each(name: str) -> None:
    assert name in (EXAMPLES / "README.md").read_text("utf-8")
