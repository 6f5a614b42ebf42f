"""CSV texts told into cells: whatever programs write, every cell has its place in the text."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.parsing.encoding import Decoded
from services.ingest.tables.delimited import detect_delimiter, read_delimited
from services.ingest.tables.grid import Row
from services.ingest.tables.limits import TableLimits
from shared.domain.errors import TooLarge, UnreadableDocument

LIMITS = TableLimits()
Texts = list[list[str | None]]


def rows(text: str, delimiter: str | None = ",", limits: TableLimits = LIMITS) -> list[Row]:
    return list(read_delimited(Decoded(text, "utf-8"), delimiter, limits).sheets[0].rows)


def texts(text: str, delimiter: str | None = ",") -> Texts:
    return [[cell.text if cell else None for cell in row.cells] for row in rows(text, delimiter)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
        ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
        ("\ufeffa,b\nc,d", [["a", "b"], ["c", "d"]]),
        ("sep=;\na;b\nc;d", [[], ["a", "b"], ["c", "d"]]),
        ("a,,\n,,\n,b,", [["a", None, None], [], [None, "b", None]]),
        ('a,"b, and ""c"""\n', [["a", 'b, and "c"']]),
        ('a,"two\r\nlines",c\nd,e,f', [["a", "two\r\nlines", "c"], ["d", "e", "f"]]),
        (' a , "b" ,c', [["a", "b", "c"]]),
        ('a,5" guns,b', [["a", '5" guns', "b"]]),
        ('"",""\na,b', [[], ["a", "b"]]),
        ('a,"b"', [["a", "b"]]),
    ],
)
def test_cells(text: str, expected: Texts) -> None:
    delimiter = None if text.startswith("sep=") else ","
    found = texts(text, delimiter)
    assert found == expected


def test_each_cell_has_its_place_in_the_text() -> None:
    text = 'x, "He said ""go"" twice" ,z\n'
    cell = rows(text)[0].cells[1]
    assert cell is not None
    assert text[cell.start : cell.end] == 'He said ""go"" twice'
    assert cell.text == 'He said "go" twice'
    at = cell.text.index("twice")
    start, end = cell.span(at, at + 5)
    assert text[start:end] == "twice"
    start, end = cell.span(8, 12)
    assert text[start:end] == '""go""'


@pytest.mark.parametrize(("text", "reason"), [('a,"b\nc,d\ne,f\n', "not closed"), ('a,"b" c\nc,d\ne,f\n', "closing quotation mark")])
def test_a_row_with_unbalanced_quotation_marks_is_trouble_of_that_row_alone(text: str, reason: str) -> None:
    first, *others = rows(text)
    assert first.trouble is not None
    assert reason in first.trouble
    assert text[first.start : first.end] == text.split("\n")[0]
    assert [[cell.text for cell in row.cells if cell] for row in others] == [["c", "d"], ["e", "f"]]
    assert [row.number for row in others] == [2, 3]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Datum;Was\n1991;Eins, zwei, drei\n1992;Vier, fünf\n", ";"),
        ("date,what\n1991,one; two\n1992,three\n", ","),
        ("date\twhat\n1991\tone, two; three\n", "\t"),
        ("date|what|who\n1991|one, two|x\n1992|three|y\n", "|"),
        ('date,what\n1991,"a; b; c"\n1992,"d; e; f"\n', ","),
    ],
)
def test_the_delimiter_is_the_one_that_parts_rows_alike(text: str, delimiter: str) -> None:
    assert detect_delimiter(text, LIMITS) == delimiter


def test_a_text_without_columns_is_no_table() -> None:
    with pytest.raises(UnreadableDocument, match="no columns"):
        rows("one\ntwo\nthree\n", None)


@pytest.mark.parametrize("text", ["a," * 1_000_000, 'x,"y",' + "a," * 1_000_000])
def test_a_line_of_a_million_columns_is_refused(text: str) -> None:
    with pytest.raises(TooLarge, match="columns"):
        rows(text, None)


def test_rows_and_cells_have_limits() -> None:
    small = TableLimits(rows=3, cells=100, cell=20, row=30)
    with pytest.raises(TooLarge, match="3 rows"):
        rows("a,b\n" * 4, limits=small)
    with pytest.raises(TooLarge, match="cells"):
        rows("a,b,c\n" * 3, limits=TableLimits(cells=8))
    long_cell, long_row, fine = rows(f"{'x' * 21},b\n{'x' * 16},{'y' * 16}\na,b\n", limits=small)
    assert long_cell.trouble == "a cell has more than the 20 characters allowed"
    assert long_row.trouble == "the row has 33 characters, more than the 30 allowed"
    assert fine.trouble is None


@pytest.mark.parametrize("line", ['"a\n', '"a,\n', 'x,"""\n', '"" "\n', '"\n"\n'])
def test_many_quotation_marks_that_do_not_match_cost_no_more_than_reading(line: str) -> None:
    found = rows(line * 20_000)
    assert len(found) >= 10_000


plain = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=8)
broken = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", " x", "ə", ";"]), max_size=6).map("".join)


@given(st.lists(st.lists(st.one_of(plain, broken), min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(table: list[list[str]]) -> None:
    buffer = StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(table)
    text = buffer.getvalue()
    found = rows(text)
    expected = [[held.strip() or None for held in row] for row in table]
    assert [[cell.text if cell else None for cell in row.cells] for row in found] == [row if any(row) else [] for row in expected]
    for row in found:
        for cell in row.cells:
            if cell is not None:
                assert text[cell.start : cell.end].replace('""', '"') == cell.text


@given(st.text(max_size=200))
def test_any_text_is_told_into_rows_that_cover_it_in_order(text: str) -> None:
    at = 0
    for number, row in enumerate(rows(text), start=1):
        assert row.number == number
        assert at <= row.start <= row.end <= len(text)
        at = row.end
        for cell in row.cells:
            if cell is not None:
                assert row.start <= cell.start < cell.end <= row.end
