"""The reference pages name what the exports have."""

from services.query.citing.rendering import LANGUAGES, Style
from services.query.exports.csv import COLUMNS
from services.query.exports.formats import FORMATS
from services.query.exports.ical import REASONS
from tests.docs.pages import DOCS, code, tables


def test_csv_has_every_column_in_order() -> None:
    assert [code(row[0])[0] for row in tables(DOCS / "reference" / "export-csv.md")["Columns"]] == list(COLUMNS)


def test_icalendar_has_every_reason() -> None:
    rows = tables(DOCS / "reference" / "export-icalendar.md")["What is left out"]
    assert [code(row[0])[0].removeprefix("X-SALNAME-LEFT-OUT-").lower() for row in rows] == list(REASONS)


def test_citations_have_every_style_and_language() -> None:
    rows = {code(row[0])[0]: code(row[1]) for row in tables(DOCS / "reference" / "export-citations.md")["Ready citations"]}
    assert (rows["style"], rows["language"]) == (list(Style), list(LANGUAGES))


def test_the_guide_names_every_format() -> None:
    rows = tables(DOCS / "how-to" / "export-a-chronology.md")["Export a chronology"]
    assert [code(row[1])[0] for row in rows] == [known.name for known in FORMATS]
