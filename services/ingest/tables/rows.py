"""From a row to a claim, or to what is wrong with it."""

from dataclasses import dataclass

from services.ingest.extraction.letters import base_language
from services.ingest.tables.celldate import EXPLICIT, CellDate, Read, Refused, closed, day_of, opened
from services.ingest.tables.dates import DateReader, ongoing, style_of
from services.ingest.tables.grid import Cell, Grid, Row, Sheet
from services.ingest.tables.lexicon import ROLES, Role, folded, is_empty, page_form, statuses
from services.ingest.tables.mapping import Column, Mapping, data_rows
from services.ingest.tables.numbers import Attribute, NumberReader, attribute_of
from services.ingest.tables.options import TableOptions
from services.ingest.tables.statement import StatementReader, Told
from services.ingest.tables.thrift import Thrift
from shared.domain.claims import ClaimBody, ClaimDate, Mention, Modality, Value
from shared.domain.provenance import context
from shared.lexicon.places import known_place

_ONE_STRETCH = 300
"""Code points: what stands further apart in a row is not quoted as one stretch."""

_BESIDE = 5
"""Code points between the cell of a source and that of its page, where they stand side by side."""

_SEPARATORS = ";\n\r"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a row: where, what stands there, why it does not do and what would. `kept`: the row is a claim all the same."""

    row: int
    column: Column | None
    holds: str
    reason: str
    remedy: str
    kept: bool = False


class BadRowError(Exception):
    """A row that cannot be read. Caught where rows are read one after the other."""

    def __init__(self, column: Column | None, holds: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.column, self.holds, self.reason, self.remedy = column, holds, reason, remedy


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date with the cells that say it."""

    date: CellDate
    cells: tuple[Cell, ...]
    how: str


class RowReader:
    """Reads the rows of one sheet."""

    def __init__(self, grid: Grid, sheet: Sheet, mapping: Mapping, language: str, options: TableOptions) -> None:
        self._grid = grid
        self._language = language
        self._options = options
        self._columns = {role: mapping.of(role) for role in ROLES}
        self._rows = data_rows(sheet, mapping.header)
        self._statements = StatementReader(grid, language)
        self._date, self._end = mapping.one("date"), mapping.one("end")
        self._statement = mapping.of("statement")[0]
        dated = [column for column in (self._date, self._end) if column]
        self.style = style_of((text for column in dated for text in self._texts(column)), options.order, options.serial or sheet.serial)
        self._dates = DateReader(base_language(language), self.style)
        self.attributes: dict[int, Attribute] = {
            column.index: attribute_of(column.header or column.name, language) for column in mapping.of("value")
        }
        self._numbers = {column.index: NumberReader(self._texts(column), language) for column in mapping.of("value")}
        self._above: _Dated | None = None
        self.trouble: list[Trouble] = []

    @property
    def rows(self) -> int:
        """The number of rows under the header that hold anything."""
        return len(self._rows)

    def claims(self) -> list[tuple[int, ClaimBody]]:
        """Read all rows: the claims with the numbers of their rows. What is wrong with the others is in `trouble`."""
        found = []
        thrift = Thrift()
        for row in self._rows:
            try:
                found.append((row.number, thrift.claim(self._claim(row))))
            except BadRowError as bad:
                self.trouble.append(Trouble(row.number, bad.column, bad.holds, bad.reason, bad.remedy))
        return found

    def _one(self, role: Role) -> Column | None:
        return next(iter(self._columns[role]), None)

    def _texts(self, column: Column) -> list[str]:
        return [cell.text for row in self._rows if (cell := row.cell(column.index)) and not cell.dated]

    def _claim(self, row: Row) -> ClaimBody:
        if row.trouble:
            raise BadRowError(None, self._grid.text[row.start : row.end], row.trouble, "mend the row")
        statement = self._filled(row, self._statement)
        dated = self._dated(row)
        if statement is None:
            raise BadRowError(self._statement, "", "nothing says what happened", "fill in the cell")
        told = self._statements.read(statement)
        first, last = _ends(self._grid.text, row)
        prefix, suffix = context(self._grid.text, first, last)
        places = self._mentions(row, "place") or told.places
        return ClaimBody(
            **_cited(self._grid, first, last),
            prefix=prefix,
            suffix=suffix,
            statement=self._said(row, statement),
            language=self._language,
            date=self._claim_date(row, dated),
            values=self._values(row, told),
            actors=self._mentions(row, "actor") or told.actors,
            places=places,
            modality=self._modality(row, told),
            attribution=self._attribution(row) or told.attribution,
            confidence="high",
        )

    def _filled(self, row: Row, column: Column | None) -> Cell | None:
        cell = row.cell(column.index) if column else None
        return None if cell is None or is_empty(cell.text) else cell

    def _said(self, row: Row, statement: Cell) -> str:
        said = " ".join(statement.text.split())
        title = self._filled(row, self._one("title"))
        if title is None:
            return said
        named = " ".join(title.text.split())
        return said if folded(named) in folded(said) else f"{named.rstrip('.:')}: {said}"

    # dates

    def _dated(self, row: Row) -> _Dated:
        above, self._above = self._above, None  # what cannot be read is not passed over: the next row does not mean the one before it
        start = self._start(row)
        if start is None:
            if self._options.fill_down and above is not None:
                self._above = above
                words = self._grid.text[above.cells[0].start : above.cells[0].end]
                return _Dated(above.date, above.cells, f'carried from "{words}"')
            column = self._date or self._one("year")
            raise BadRowError(column, "", "there is no date", "fill in the cell, or say --fill-down if it means the date above")
        self._above = start
        end = self._filled(row, self._end)
        if end is None or self._end is None:
            return start
        read: Read = opened(start.date) if ongoing(end.text) else self._read(self._end, end)
        if isinstance(read, CellDate) and not ongoing(end.text):
            read = closed(start.date, read)
        date = self._sound(self._end, end, read)
        columns = f'column "{_title(self._date or self._one("year"))}" to column "{_title(self._end)}"'
        return _Dated(date, (*start.cells, end), columns if start.how == EXPLICIT else f"{columns}; {start.how}")

    def _start(self, row: Row) -> _Dated | None:
        year_column = self._one("year")
        year = self._filled(row, year_column)
        cell = self._filled(row, self._date)
        if cell is not None and self._date is not None:
            if year is not None and year_column is not None and year.text.isdecimal() and len(year.text) <= 4:
                date = self._sound(self._date, cell, self._dates.within(cell.text, int(year.text)))
                return _Dated(date, (cell, year), f'year from column "{_title(year_column)}"')
            return self._alone(row, self._date, cell)
        if year is None or year_column is None:
            return None
        if not (self._columns["month"] or self._columns["day"]):
            return self._alone(row, year_column, year)
        return self._parted(row, year_column, year)

    def _alone(self, row: Row, column: Column, cell: Cell) -> _Dated:
        date = self._sound(column, cell, self._read(column, cell))
        how = date.how
        if column.index in row.borrowed:
            how = f'merged cell "{self._grid.text[cell.start : cell.end]}"'
        elif how != EXPLICIT:
            how = f'column "{_title(column)}": {how}'
        return _Dated(date, (cell,), how)

    def _parted(self, row: Row, year_column: Column, year: Cell) -> _Dated:
        """The date of a row whose year, month and day stand in columns of their own."""
        month_column, day_column = self._one("month"), self._one("day")
        month, day = self._filled(row, month_column), self._filled(row, day_column)
        if month is None and day is None:
            return self._alone(row, year_column, year)
        if not year.text.isdecimal() or len(year.text) > 4:
            raise BadRowError(
                year_column, year.text, "a month stands beside what is no year in figures", "write the year with four figures"
            )
        number = self._dates.month(month.text) if month else None
        if month is not None and number is None:
            raise BadRowError(month_column, month.text, "this is no month", "write its name, or a number from 1 to 12")
        of_month = day.text.rstrip(".") if day else None
        if day is not None and not (of_month and of_month.isdecimal() and len(of_month) <= 2):
            raise BadRowError(day_column, day.text, "this is no day of a month", "write a number from 1 to 31")
        read = day_of(int(year.text), number, int(of_month) if of_month else None)
        date = self._sound(day_column if day else month_column, day or month or year, read)
        used = [(column, cell) for column, cell in ((year_column, year), (month_column, month), (day_column, day)) if column and cell]
        names = ", ".join(f'"{_title(column)}"' for column, _ in used)
        return _Dated(date, tuple(cell for _, cell in used), f"columns {names}")

    def _read(self, column: Column, cell: Cell) -> Read:
        if cell.doubt:
            raise BadRowError(column, cell.text, cell.doubt, "write the date as text, such as 9 Jan 1900")
        if cell.dated:
            return CellDate(cell.text.partition(" ")[0])
        return self._dates.read(" ".join(cell.text.split()))

    def _sound(self, column: Column | None, cell: Cell, read: Read) -> CellDate:
        if isinstance(read, Refused):
            raise BadRowError(column, cell.text, read.reason, read.remedy)
        return read

    def _claim_date(self, row: Row, dated: _Dated) -> ClaimDate:
        start, end = min(cell.start for cell in dated.cells), max(cell.end for cell in dated.cells)
        inside = row.start <= start and end <= row.end
        if len(dated.cells) > 1 and not (inside and end - start <= _ONE_STRETCH):
            start, end = dated.cells[0].start, dated.cells[0].end
        return ClaimDate(**_cited(self._grid, start, end), edtf=dated.date.edtf, derivation=dated.how[:500])

    # what else a row says

    def _values(self, row: Row, told: Told) -> tuple[Value, ...]:
        values = list(told.values)
        for column in self._columns["value"]:
            cell = self._filled(row, column)
            if cell is None:
                continue
            number = self._numbers[column.index].read(cell.text)
            if number is None:
                self.trouble.append(
                    Trouble(
                        row.number, column, cell.text, "this is no number: the value is left out", "write a number such as 406", kept=True
                    )
                )
                continue
            attribute = self.attributes[column.index]
            kind = attribute.kind if number.unit is None else "percent" if number.unit == "%" else "money"
            values.append(
                Value(
                    **_cited(self._grid, cell.start, cell.end),
                    attribute=attribute.name,
                    value=number.value,
                    kind=kind,
                    bound=attribute.bound if number.bound == "exact" else number.bound,
                    upper=number.upper,
                    unit=number.unit or attribute.unit,
                )
            )
        given = self._mentions(row, "place")
        if given:
            # Where a column says it, it is said: the words of the statement are not asked.
            values = [value for value in values if value.kind != "place"]
            values += [Value(**_cited(self._grid, one.start, one.end), attribute="place", value=one.name, kind="place") for one in given]
        return tuple(sorted(values, key=lambda value: (value.start, value.end)))

    def _mentions(self, row: Row, role: Role) -> tuple[Mention, ...]:
        found = []
        for column in self._columns[role]:
            cell = self._filled(row, column)
            for start, end in _split(cell.text) if cell else ():
                assert cell is not None
                name = cell.text[start:end]
                known = known_place(name, base_language(self._language)) if role == "place" else None
                found.append(Mention(**_cited(self._grid, *cell.span(start, end)), name=(known or " ".join(name.split()))[:500]))
        return tuple(found)

    def _modality(self, row: Row, told: Told) -> Modality:
        column = self._one("status")
        cell = self._filled(row, column)
        if cell is None:
            return told.modality
        known = statuses().get(folded(cell.text))
        if known is None:
            self.trouble.append(
                Trouble(
                    row.number,
                    column,
                    cell.text,
                    "this status is not known: whether it happened is read from the statement",
                    "write happened, planned, denied or supposed",
                    kept=True,
                )
            )
        return known or told.modality

    def _attribution(self, row: Row) -> Mention | None:
        """Who says so: the source of the row with its page, else its address."""
        source = self._filled(row, self._one("source"))
        if source is None:
            address = self._filled(row, self._one("url"))
            return Mention(**_cited(self._grid, address.start, address.end), name=address.text[:500]) if address else None
        start, end = source.start, source.end
        name = " ".join(source.text.split())
        page = self._filled(row, self._one("page"))
        if page is not None:
            written = page.text if not page.text[0].isdecimal() else page_form(base_language(self._language)).format(page.text)
            name = f"{name}, {written}"
            if 0 < page.start - end <= _BESIDE:
                end = page.end
        return Mention(**_cited(self._grid, start, end), name=name[:500])


def _cited(grid: Grid, start: int, end: int) -> dict[str, int | str]:
    return {"start": start, "end": end, "quote": grid.text[start:end]}


def _ends(text: str, row: Row) -> tuple[int, int]:
    """Return the span of a row as it stands, without the blanks around it: empty cells of a workbook's row are tabs."""
    line = text[row.start : row.end]
    return row.end - len(line.lstrip()), row.start + len(line.rstrip())


def _title(column: Column | None) -> str:
    return (column.header or column.name) if column else ""


def _split(text: str) -> list[tuple[int, int]]:
    """Return the spans of the names in a cell, which semicolons or line breaks part."""
    spans = []
    start = 0
    for at, mark in enumerate(text + ";"):
        if mark in _SEPARATORS:
            part = text[start:at]
            if part.strip():
                first = start + len(part) - len(part.lstrip())
                spans.append((first, first + len(part.strip())))
            start = at + 1
    return spans
