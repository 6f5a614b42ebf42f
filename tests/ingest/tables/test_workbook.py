"""XLSX: a workbook as text in which every cell has its place; hostile files are refused before anything unpacks them."""

import zipfile
from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook

from services.ingest.tables.grid import Grid
from services.ingest.tables.limits import TableLimits
from services.ingest.tables.options import TableOptions
from services.ingest.tables.reading import read_grid
from services.ingest.tables.workbook import read_workbook
from shared.domain.errors import InvalidInput, TooLarge, UnreadableDocument
from tests.ingest.tables.helpers import dates, read, saved, sheet

LIMITS = TableLimits()


def grid(data: bytes, limits: TableLimits = LIMITS) -> Grid:
    found = read_workbook(data, limits)
    for part in found.sheets:
        for row in part.rows:
            for cell in row.cells:
                assert cell is None or found.text[cell.start : cell.end] == cell.text
    return found


def rezipped(data: bytes, change: dict[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same ZIP with members changed, added or (None) left out."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", compression) as new:
        for name in {**dict.fromkeys(old.namelist()), **change}:
            content = change[name] if name in change else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def test_the_canonical_text_is_one_line_a_row_under_a_line_for_the_sheet() -> None:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Fairs"
    first.append(["Date", "What", None, "Stalls"])
    first.append([date(2001, 11, 9), "Opened\nin the\train", None, 120])
    first.append([])
    first.append([datetime(2001, 11, 9, 14, 30, tzinfo=UTC).replace(tzinfo=None), True, 0.25, 1e300, time(9, 5)])
    hidden = workbook.create_sheet("Drafts")
    hidden.sheet_state = "hidden"
    hidden["B2"] = "x"
    text = grid(saved(workbook)).text
    assert text.split("\n") == [
        "# Fairs",
        "Date\tWhat\t\tStalls",
        "2001-11-09\tOpened in the rain\t\t120",
        "",
        f"2001-11-09 14:30\tTRUE\t0.25\t1{'0' * 300}\t09:05",
        "",
        "# Drafts (hidden)",
        "",
        "\tx",
        "",
        "",
    ]
    assert grid(saved(workbook)).text == text, "the same file gives the same text"


def test_a_date_is_as_exact_as_the_cell_shows_it() -> None:
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.append(["Date", "Event"])
    for row, code in enumerate(["yyyy-mm-dd", "mmm-yy", "yyyy", 'mmmm" of "yyyy', "[$-409]mmm yyyy;@", "d/m/yyyy", "General"], start=2):
        page.cell(row, 1, date(2001, 11, 9)).number_format = code
        page.cell(row, 2, f"Something of the kind {code} happened here")
    reading = read(saved(workbook), serial=None)
    assert dates(reading) == ["2001-11-09", "2001-11", "2001", "2001-11", "2001-11", "2001-11-09", "2001-11-09"]


def test_years_typed_as_numbers_are_years_and_bare_day_numbers_count_from_the_workbooks_own_year() -> None:
    data = sheet([["Date", "Event"], [1991, "A fair was held"], [37204, "Another fair was held"]])
    assert dates(read(data)) == ["1991", "2001-11-09"]


def test_a_merged_cell_counts_in_every_row_that_it_reaches() -> None:
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    for row in [["Year", "Event"], [1993, "First fair"], [None, "Second fair"], [None, "Third fair"], [1994, "Fourth fair"]]:
        page.append(row)
    page.merge_cells("A2:A4")
    reading = read(saved(workbook))
    assert dates(reading) == ["1993", "1993", "1993", "1994"]
    derivations = [claim.date.derivation for claim in reading.claims if claim.date]
    assert derivations == ["explicit", 'merged cell "1993"', 'merged cell "1993"', "explicit"]


def test_all_visible_sheets_are_read_unless_some_are_named_and_hidden_ones_are_told() -> None:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "One"
    second, hidden, notes = workbook.create_sheet("Two"), workbook.create_sheet("Secret"), workbook.create_sheet("Notes")
    hidden.sheet_state = "veryHidden"
    for at, page in enumerate((first, second, hidden)):
        page.append(["Date", "Event"])
        page.append([1991 + at, f"Fair number {at}"])
    notes.append(["nothing but words", "and more words"])
    data = saved(workbook)
    both = read(data)
    assert dates(both) == ["1991", "1992"]
    assert [part.sheet for part in both.report.sheets] == ["One", "Two"]
    told = " ".join(both.report.notes)
    assert "'Secret' is hidden" in told
    assert "'Notes'" in told
    assert both.notes == ("sheet 3 was not read", "sheet 4 was not read"), "what is recorded for ever names no sheet"
    unread = " ".join(both.grid.text[span.start : span.end] for span in both.skip)
    assert "Fair number 2" in unread
    assert "Fair number 0" not in unread
    assert dates(read(data, sheets=["Two"])) == ["1992"]
    assert dates(read(data, sheets=["Secret"])) == ["1993"]
    with pytest.raises(InvalidInput, match="there is no sheet 'Three'; the sheets are 'One'"):
        read(data, sheets=["Three"])
    with pytest.raises(InvalidInput, match="dates"):
        read(data, sheets=["Notes"])


def test_days_that_spreadsheet_programs_disagree_about_are_not_believed() -> None:
    reading = read(sheet([["Date", "Event"], [date(1900, 1, 5), "A fair"], [date(1900, 3, 1), "Another fair"]]))
    assert dates(reading) == ["1900-03-01"]
    assert "disagree" in reading.report.bad[0].reason


def test_a_row_is_quoted_without_the_empty_cells_around_it() -> None:
    reading = read(sheet([[None, "Date", "Event", None], [None, 1991, "A fair", None]]))
    assert [claim.quote for claim in reading.claims] == ["1991\tA fair"]


def test_formulas_are_text_or_what_they_came_to() -> None:
    reading = read(sheet([["Date", "Event"], [1991, "=1+1"], [1992, "@SUM(A1)"], [1993, "+A fair"]]))
    assert [claim.statement for claim in reading.claims] == ["@SUM(A1)", "+A fair"], "a formula without a result is an empty cell"


BIG = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def _sheet_xml(rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1991</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>' + rows + b"</sheetData></worksheet>"
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (BIG, "row 1,048,576"),
        (b'<row r="2"><c r="XFD2"><v>1</v></c></row>', "column XFD"),
        (b'<row r="100000"><c r="ZZ100000"><v>1</v></c></row>', "cells"),
        (b"<x:row r='1048576'><x:c r='A1048576'><x:v>1</x:v></x:c></x:row>", "row 1,048,576"),
        (b'<row r="2">' + b"<c><v>1</v></c>" * 1_500 + b"</row>", "column"),
    ],
)
def test_a_sheet_that_reaches_too_far_is_refused_before_it_takes_memory(rows: bytes, says: str) -> None:
    data = rezipped(sheet([[1991, "x"]]), {"xl/worksheets/sheet1.xml": _sheet_xml(rows)})
    with pytest.raises(TooLarge, match=says):
        grid(data)


def test_formats_far_down_an_empty_sheet_do_no_harm() -> None:
    rows = b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    data = rezipped(sheet([[1991, "x"]]), {"xl/worksheets/sheet1.xml": _sheet_xml(rows)})
    assert grid(data).text.startswith("# Sheet\n1991\tx\n")


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to() -> None:
    data = rezipped(sheet([[1991, "x"]]), {"xl/media/image1.png": b"\0" * 30_000_000})
    assert len(data) < 100_000
    with pytest.raises(TooLarge, match="unpacks to more"):
        grid(data, TableLimits(unpacked_bytes=20_000_000))


def test_a_text_that_is_kept_once_and_used_everywhere_is_weighed_as_often_as_it_is_used() -> None:
    texts = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (at, at) for at in range(2, 1_002))
    data = rezipped(sheet([[1991, "x"]]), {"xl/sharedStrings.xml": texts, "xl/worksheets/sheet1.xml": _sheet_xml(rows)})
    with pytest.raises(TooLarge, match="unpacks to more"):
        grid(data, TableLimits(unpacked_bytes=20_000_000))


def test_sizes_that_a_zip_declares_are_not_believed() -> None:
    data = bytearray(rezipped(sheet([[1991, "x"]]), {"xl/media/image1.png": b"\0" * 1_000_000}))
    size = (1_000_000).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableDocument, match="not as large as the file says"):
        grid(bytes(data))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"xl/workbook.xml": None}, "no Excel workbook"),
        ({"xl/workbook.xml": b"<workbook/>"}, "no filled cells"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}, "cannot be read|no filled cells"),
    ],
)
def test_what_is_no_workbook_is_refused(change: dict[str, bytes | None], says: str) -> None:
    with pytest.raises(UnreadableDocument, match=says):
        grid(rezipped(sheet([[1991, "x"]]), change))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[: len(data) // 2], "not a whole XLSX"),
        (lambda data: data[:30] + b"\xff" * 40 + data[70:], "damaged|not a whole|cannot be read|cannot be unpacked"),
        (lambda data: rezipped(data, {}, zipfile.ZIP_BZIP2), "packed in a way"),
        (lambda data: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old kind"),
        (lambda data: b"", "empty"),
    ],
)
def test_damaged_files_are_refused_with_a_reason(damage: object, says: str) -> None:
    assert callable(damage)
    with pytest.raises(UnreadableDocument, match=says):
        read_grid(damage(sheet([[1991, "x"]])), TableOptions(), LIMITS)


def test_entities_of_xml_are_not_expanded() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
    xml = laughs + _sheet_xml(b'<row r="2"><c r="A2" t="inlineStr"><is><t>&b;</t></is></c></row>')
    try:
        found = grid(rezipped(sheet([[1991, "x"]]), {"xl/worksheets/sheet1.xml": xml}))
    except UnreadableDocument:
        return
    assert len(found.text) < 1_000
