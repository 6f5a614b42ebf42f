"""CSV: the decoded text is the canonical one, and every cell has its place in it.

RFC 4180 as programs write it: cells are parted by a comma, a semicolon, a tab or a vertical bar; a cell in quotation marks may hold line
breaks, the delimiter, and quotation marks written twice. A row whose quotation marks do not match is trouble of that row alone: reading
goes on at the next line. Linear in the length of the text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from services.ingest.parsing.encoding import Decoded
from services.ingest.tables.grid import Cell, Grid, Row, Sheet
from services.ingest.tables.limits import TableLimits
from shared.domain.errors import TooLarge, UnreadableDocument

CSV, TSV = "text/csv", "text/tab-separated-values"
DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_SAMPLE_ROWS = 200
_SAMPLE = 200_000
_REACH = 10
"""A quotation mark that is not closed within so many times the longest cell allowed is never closed."""

_BREAK = re.compile(r"\r\n|\n|\r")
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')
_DECLARED = re.compile(r"\ufeff?sep=(.)[ \t]*(?=\r|\n)", re.IGNORECASE)


def read_delimited(decoded: Decoded, delimiter: str | None, limits: TableLimits) -> Grid:
    """Read a decoded CSV text. `delimiter` is detected where none is given."""
    text, start = decoded.text, 0
    if declared := _DECLARED.match(text):
        delimiter, start = delimiter or declared.group(1), declared.end()
    chosen = delimiter or detect_delimiter(text[:_SAMPLE], limits)
    if len(chosen) != 1 or chosen in '"\r\n':
        raise UnreadableDocument(f"{delimiter!r} cannot part cells: name one character, such as ; or ,")
    rows: list[Row] = []
    cells = 0
    for row in _rows(text, start, chosen, limits):
        rows.append(row)
        cells += len(row.cells)
        if row.number > limits.rows:
            raise TooLarge(f"the table has more than the {limits.rows:,} rows allowed: split it")
        if cells > limits.cells:
            raise TooLarge(f"the table has more than the {limits.cells:,} cells allowed: split it")
    media_type = TSV if chosen == "\t" else CSV
    sheet = Sheet(name=None, hidden=False, rows=rows, start=0, end=len(text))
    return Grid(text=text, media_type=media_type, parser="csv", encoding=decoded.encoding, sheets=(sheet,), notes=decoded.notes)


def detect_delimiter(text: str, limits: TableLimits) -> str:
    """Return the character that parts the first rows of a text into the same number of cells most often."""
    best, best_score = "", (0.0, 0)
    whole = len(text) + 1
    limits = replace(limits, columns=whole, cell=whole, row=whole)  # what is too large is told when it is read, not while it is guessed at
    for delimiter in DELIMITERS:
        widths = []
        for row in _rows(text, 0, delimiter, limits):
            if row.cells and not row.trouble:
                widths.append(len(row.cells))
            if len(widths) >= _SAMPLE_ROWS:
                break
        common = Counter(width for width in widths if width > 1).most_common(1)
        if common:
            width, count = common[0]
            score = (round(count / len(widths), 2), width)
            if score > best_score:
                best, best_score = delimiter, score
    if not best:
        raise UnreadableDocument(
            "no columns were found: a chronology has a column of dates and one of statements, parted by a comma, a semicolon, a tab or a "
            "vertical bar; name another delimiter if it has one"
        )
    return best


def _rows(text: str, start: int, delimiter: str, limits: TableLimits) -> Iterator[Row]:
    number = 0
    if text.startswith("\ufeff", start):
        start += 1
    length = len(text)
    while start < length:
        mark = _BREAK.search(text, start)
        end, following = mark.span() if mark else (length, length)
        number += 1
        if text.find('"', start, end) < 0:
            yield _plain(text, number, start, end, delimiter, limits)
        else:
            row, following = _quoted(text, number, start, end, following, delimiter, limits)
            yield row
        start = following


def _plain(text: str, number: int, start: int, end: int, delimiter: str, limits: TableLimits) -> Row:
    count = text.count(delimiter, start, end)
    if count >= limits.columns:
        raise TooLarge(f"row {number} has {count + 1:,} columns, more than the {limits.columns:,} allowed")
    cells: list[Cell | None] = []
    at = start
    for part in text[start:end].split(delimiter):
        cells.append(_cell(part, at))
        at += len(part) + 1
    return _row(number, start, end, cells, limits)


def _cell(part: str, at: int) -> Cell | None:
    held = part.strip()
    if not held:
        return None
    first = at + len(part) - len(part.lstrip())
    return Cell(first, first + len(held), held)


def _row(number: int, start: int, end: int, cells: list[Cell | None], limits: TableLimits) -> Row:
    if not any(cells):
        return Row(number, start, end, ())
    return Row(number, start, end, tuple(cells), trouble=too_long(end - start, cells, limits))


def too_long(length: int, cells: list[Cell | None], limits: TableLimits) -> str | None:
    """Say what of a row is longer than allowed, if anything is."""
    if length > limits.row:
        return f"the row has {length:,} characters, more than the {limits.row:,} allowed"
    if length > limits.cell and any(cell and len(cell.text) > limits.cell for cell in cells):
        return f"a cell has more than the {limits.cell:,} characters allowed"
    return None


def _quoted(text: str, number: int, start: int, end: int, following: int, delimiter: str, limits: TableLimits) -> tuple[Row, int]:
    """Read a row that holds quotation marks; also returns where the next row begins."""
    length = len(text)
    cells: list[Cell | None] = []
    at = start
    blanks = " " if delimiter == "\t" else " \t"
    stops = re.compile(f"[{re.escape(delimiter)}\r\n]")
    while True:
        first = at
        while first < length and text[first] in blanks:
            first += 1
        if first < length and text[first] == '"':
            quoted = _QUOTED.match(text, first, min(length, first + _REACH * limits.cell))
            close = quoted.end() if quoted else first
            while close < length and text[close] in blanks:
                close += 1
            if quoted is None:
                return _spoilt(number, start, end, "a quotation mark is opened and not closed: close it, or write it twice"), following
            if close < length and text[close] not in (delimiter, "\r", "\n"):
                return _spoilt(number, start, end, "words follow a closing quotation mark: write a mark within a cell twice"), following
            cells.append(_unquoted(quoted.group()[1:-1], first + 1))
            at = close
        else:
            at = _unquoted_end(text, at, stops)
            cells.append(_cell(text[first:at], first))
        if len(cells) > limits.columns:
            raise TooLarge(f"row {number} has more than the {limits.columns:,} columns allowed")
        if at < length and text[at] == delimiter:
            at += 1
            continue
        mark = _BREAK.match(text, at)
        return _row(number, start, at, cells, limits), mark.end() if mark else at


def _unquoted_end(text: str, at: int, stops: re.Pattern[str]) -> int:
    stop = stops.search(text, at)
    return stop.start() if stop else len(text)


def _spoilt(number: int, start: int, end: int, trouble: str) -> Row:
    return Row(number, start, end, (), trouble=trouble)


def _unquoted(inner: str, at: int) -> Cell | None:
    held = inner.strip()
    if not held:
        return None
    first = at + len(inner) - len(inner.lstrip())
    if '""' not in held:
        return Cell(first, first + len(held), held)
    plain = ""
    doubled: list[int] = []
    parts = held.split('""')
    for index, part in enumerate(parts):
        plain += part
        if index + 1 < len(parts):
            doubled.append(len(plain))
            plain += '"'
    return Cell(first, first + len(held), plain, tuple(doubled))
