"""XLSX: a workbook as tab-separated text, so that every cell has its place.

The canonical text of a workbook, the same for the same file whatever is read of it:

- each sheet begins with a line `# NAME`, a hidden one with `# NAME (hidden)`, and ends with an empty line;
- then one line for each row from the first to the last one in use, its cells parted by tabs, empty cells at its end left out;
- a line break or tab within a cell, and any other control character, is one space;
- a date is written `2001-11-09`, as `2001-11` or `2001` where the cell shows no more of it, with ` 14:30` or ` 14:30:15` after it where
  it has a time; a number without needless zeros; truth values as `TRUE` and `FALSE`; a formula as what it came to.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from services.ingest.tables.delimited import too_long
from services.ingest.tables.grid import Cell, Grid, Row, Sheet
from services.ingest.tables.limits import TableLimits
from services.ingest.tables.package import Place, Precision, inspect
from shared.domain.errors import UnreadableDocument

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Content = int | float | str | bool | time | date | datetime | timedelta
Merged = Sequence[tuple[Place, Place]]

_CONTROLS = re.compile(r"\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FIRST_SURE_DAY = date(1900, 3, 1)
_DOUBT = "spreadsheet programs disagree by a day about dates before 1 March 1900: write it as text"


def read_workbook(data: bytes, limits: TableLimits) -> Grid:
    """Read an XLSX file; raise `UnreadableDocument` or `TooLarge` that say what to do."""
    package = inspect(data, limits)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            parts = [
                (meta.name, meta.visible != SheetVisibleEnum.Visible, workbook.get_sheet_by_name(meta.name))
                for meta in workbook.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
            grids = [
                (name, hidden, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or ()) for name, hidden, sheet in parts
            ]
    except CalamineError as error:
        raise UnreadableDocument(f"the workbook cannot be read: {error}; save it again as XLSX or CSV") from error
    writer = _Writer(limits)
    for name, hidden, content, merged in grids:
        writer.add(name, hidden, content, merged, package.coarse.get(name, {}), package.serial)
    text = writer.text()
    if not any(sheet.rows for sheet in writer.sheets):
        raise UnreadableDocument("the workbook has no filled cells: there is nothing to cite")
    return Grid(text=text, media_type=XLSX, parser="xlsx", encoding=None, sheets=tuple(writer.sheets))


class _Writer:
    """Writes sheets down one after the other, and remembers where each cell stands."""

    def __init__(self, limits: TableLimits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._at = 0
        self.sheets: list[Sheet] = []

    def text(self) -> str:
        return "".join(self._parts)

    def add(
        self,
        name: str,
        hidden: bool,
        content: Sequence[Sequence[Content]],
        merged: Merged,
        coarse: Mapping[Place, Precision],
        serial: str,
    ) -> None:
        """Write a sheet."""
        begin = self._at
        self._put(f"# {_CONTROLS.sub(' ', name)}{' (hidden)' if hidden else ''}\n")
        rows = (
            [self._row(at, held, coarse, serial) for at, held in enumerate(content)]
            if any(any(h != "" for h in r) for r in content)
            else []
        )
        end = self._at
        self._put("\n")
        self.sheets.append(Sheet(name, hidden, _borrowing(rows, merged), begin, end, serial))

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._at += len(text)

    def _row(self, at: int, held: Sequence[Content], coarse: Mapping[Place, Precision], serial: str) -> Row:
        start = self._at
        cells: list[Cell | None] = []
        gap = ""
        for column, content in enumerate(held):
            text = _shown(content, coarse.get((at, column)))
            if text:
                self._put(gap)
                gap = ""
                cells += [None] * (column - len(cells))
                cells.append(Cell(self._at, self._at + len(text), text, (), isinstance(content, date), _doubt(content, serial)))
                self._put(text)
            gap += "\t"
        end = self._at
        self._put("\n")
        return Row(at + 1, start, end, tuple(cells), trouble=too_long(end - start, cells, self._limits))


def _borrowing(rows: list[Row], merged: Merged) -> list[Row]:
    """Let a cell that is merged over several rows count in each of them."""
    for (first, column), (last, _) in merged:
        if first >= len(rows) or (cell := rows[first].cell(column)) is None:
            continue
        for at in range(first + 1, min(last + 1, len(rows))):
            row = rows[at]
            if not row.cells:
                continue  # nothing else stands in it
            cells = [*row.cells, *[None] * (column + 1 - len(row.cells))]
            if cells[column] is None:
                cells[column] = cell
                rows[at] = row._replace(cells=tuple(cells), borrowed=row.borrowed | {column})
    return rows


def _shown(content: Content, precision: Precision | None) -> str:
    match content:
        case str():
            return _CONTROLS.sub(" ", content).strip()
        case bool():
            return "TRUE" if content else "FALSE"
        case int() | float():
            return _number(content)
        case datetime():
            moment = content.time()
            return _day(content, precision) + (f" {_time(moment)}" if moment != time() and precision is None else "")
        case date():
            return _day(content, precision)
        case time():
            return _time(content)
        case timedelta():
            minutes, seconds = divmod(int(content.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _number(content: float) -> str:
    if content == int(content) if abs(content) < 1e15 else False:
        return str(int(content))
    text = f"{Decimal(repr(content)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(day: date, precision: Precision | None) -> str:
    return day.strftime("%Y-%m-%d").zfill(10)[: {"year": 4, "month": 7, None: 10}[precision]]


def _time(moment: time) -> str:
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


def _doubt(content: Content, serial: str) -> str | None:
    if serial == "1900" and isinstance(content, date):
        day = content.date() if isinstance(content, datetime) else content
        return _DOUBT if day < _FIRST_SURE_DAY else None
    return None
