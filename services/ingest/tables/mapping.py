"""Which column of a sheet plays which role: as it was said, as the headers say, and as the contents show."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from services.ingest.tables.dates import DateReader, Style, ongoing, reads_as_date
from services.ingest.tables.grid import Row, Sheet, letters
from services.ingest.tables.lexicon import ROLES, Role, folded, header_words, is_empty
from services.ingest.tables.numbers import looks_numeric
from services.ingest.tables.options import TableOptions
from shared.domain.errors import InvalidInput

MANY: frozenset[Role] = frozenset({"place", "actor", "note", "value", "ignore"})
"""Roles that several columns may play."""

_SAMPLE = 300
_VALUES = 50
_DATED = 60
_HEADER_ROWS = 20
_HEADER_WORDS = 6
_MOSTLY = 0.8
_OFTEN = 0.5
_YEAR = re.compile(r"\d{3,4}")
_SMALL = re.compile(r"\d{1,2}\.?")
_TEXTUAL: frozenset[Role] = frozenset({"statement", "title", "source", "place", "actor", "url", "note", "status"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its role. `why` says how the role was settled, `sample` is the first thing in it."""

    index: int
    header: str | None
    role: Role
    why: str
    sample: str | None

    @property
    def name(self) -> str:
        """The column as a reader knows it."""
        return f"{letters(self.index)} ({self.header})" if self.header else letters(self.index)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of a sheet and the number of the row with their headers, 0 where there is none."""

    header: int
    columns: tuple[Column, ...]

    def of(self, role: Role) -> tuple[Column, ...]:
        """Return the columns that play a role."""
        return tuple(column for column in self.columns if column.role == role)

    def one(self, role: Role) -> Column | None:
        """Return the column that plays a role, if there is one."""
        return next(iter(self.of(role)), None)


class _Contents:
    """What a column holds: shares of its filled cells that are dates, numbers, years and small numbers, found out when asked for."""

    def __init__(self, held: Sequence[str], reader: DateReader) -> None:
        self._held = held
        self._reader = reader
        self.filled = len(held)
        self.first = held[0][:100] if held else None

    @cached_property
    def dates(self) -> float:
        """Finding out is dear: the first cells have to do."""
        return self._share(lambda text: reads_as_date(text, self._reader) or ongoing(text), self._held[:_DATED])

    @cached_property
    def numbers(self) -> float:
        return self._share(looks_numeric, self._held)

    @cached_property
    def years(self) -> float:
        return self._share(lambda text: _YEAR.fullmatch(text) is not None, self._held)

    @cached_property
    def small(self) -> float:
        return self._share(lambda text: _SMALL.fullmatch(text) is not None, self._held)

    @cached_property
    def length(self) -> float:
        return sum(map(len, self._held)) / self.filled if self.filled else 0.0

    def _share(self, test: Callable[[str], bool], held: Sequence[str]) -> float:
        return sum(map(test, held)) / len(held) if held else 0.0

    def fits(self, role: Role) -> bool:
        """Whether the contents can play a role."""
        if not self.filled:
            return role not in ("date", "statement", "year")
        if role in ("date", "end"):
            return self.dates >= _OFTEN
        if role == "year":
            return self.years >= _OFTEN
        if role == "day":
            return self.small >= _OFTEN
        if role == "statement":
            return self.numbers < _MOSTLY and self.dates < _MOSTLY
        return role not in _TEXTUAL or self.numbers < _MOSTLY


def map_columns(sheet: Sheet, options: TableOptions, language: str) -> Mapping:
    """Settle the roles of the columns of a sheet; raise `InvalidInput` where no dates or no statements can be told.

    `language` is what its words are most likely in.
    """
    reader = DateReader(language, Style(order="day-first", short="month"))
    header = _header_row(sheet, reader) if options.header is None else options.header
    headers = _headers(sheet, header)
    rows = data_rows(sheet, header)
    if rows and all(row.trouble for row in rows):
        raise InvalidInput(f"none of the {len(rows):,} rows can be told into cells; row {rows[0].number}: {rows[0].trouble}")
    rows = [row for row in rows if not row.trouble][:_SAMPLE]
    columns = [
        Column(index, headers.get(index), "ignore", "nothing is known by this name", None)
        for index in range(max(sheet.width, max(headers, default=-1) + 1))
    ]
    contents = [_contents(rows, index, reader) for index in range(len(columns))]
    columns = [replace(column, sample=held.first) for column, held in zip(columns, contents, strict=True)]
    given = _given(columns, options)
    roles = dict(given)
    _by_header(columns, contents, roles)
    _by_contents(columns, contents, roles)
    mapping = Mapping(header, tuple(_settled(column, roles.get(column.index)) for column in columns))
    _check(sheet, mapping)
    return mapping


def data_rows(sheet: Sheet, header: int) -> list[Row]:
    """Return the rows under the header that hold anything; a header that is repeated further down is none of them."""
    at = next((row for row in sheet.rows if row.number == header), None)
    title = _texts(at) if at and at.cells else None
    return [row for row in sheet.rows if row.number > header and (row.trouble or (row.cells and _texts(row) != title))]


def _texts(row: Row) -> tuple[str | None, ...]:
    return tuple(cell.text if cell else None for cell in row.cells)


Roles = dict[int, tuple[Role, str]]
"""Roles by the index of the column, each with how it was settled."""


def _settled(column: Column, role: tuple[Role, str] | None) -> Column:
    return replace(column, role=role[0], why=role[1]) if role else column


def _header_row(sheet: Sheet, reader: DateReader) -> int:
    """Return the number of the row that names the columns: the one with most known headers, else one of words above dates; 0 for none."""
    filled = [row for row in sheet.rows if row.cells and not row.trouble][: _HEADER_ROWS + 1]
    scores = [sum(_names_role(cell.text) for cell in row.cells if cell) for row in filled[:_HEADER_ROWS]]
    best = max(range(len(scores)), key=lambda at: scores[at], default=None)
    if best is not None and scores[best] >= 2:
        return filled[best].number
    for row, following in pairwise(filled):
        held = [cell.text for cell in row.cells if cell]
        plain = not any(looks_numeric(text) or reads_as_date(text, reader) for text in held)
        if len(held) > 1 and plain and any(cell and reads_as_date(cell.text, reader) for cell in following.cells):
            return row.number
    return 0


def _names_role(text: str) -> float:
    written = folded(text)
    words = header_words()
    if written in words.whole:
        return 1
    return 0.5 if len(written.split()) <= _HEADER_WORDS and _parts(written) else 0


def _headers(sheet: Sheet, header: int) -> dict[int, str]:
    if header == 0:
        return {}
    row = next((row for row in sheet.rows if row.number == header), None)
    if row is None or not row.cells:
        raise InvalidInput(f"row {header} is empty or not there, and cannot be the header; row 0 says that there is none")
    return {index: " ".join(cell.text.split()) for index, cell in enumerate(row.cells) if cell}


def _contents(rows: Sequence[Row], index: int, reader: DateReader) -> _Contents:
    return _Contents([cell.text for row in rows if (cell := row.cell(index)) and not is_empty(cell.text)], reader)


def _given(columns: Sequence[Column], options: TableOptions) -> Roles:
    roles: Roles = {}
    taken: set[Role] = set()
    for wanted, name in options.wanted():
        role = next((known for known in ROLES if known == wanted), None)
        if role is None:
            raise InvalidInput(f"{wanted!r} is no role of a column; the roles are {', '.join(ROLES)}")
        index = _named(columns, name)
        if index in roles:
            raise InvalidInput(f"column {columns[index].name} is given two roles, {roles[index][0]} and {role}: it plays one")
        if role in taken and role not in MANY:
            raise InvalidInput(f"two columns are given the role {role}, which one plays")
        taken.add(role)
        roles[index] = (role, "as said")
    return roles


def _named(columns: Sequence[Column], name: str) -> int:
    """Return the index of the column of a name: a header, else its letter or number."""
    by_header = [column.index for column in columns if column.header is not None and folded(column.header) == folded(name)]
    if len(by_header) > 1:
        raise InvalidInput(f"{len(by_header)} columns are called {name!r}: name one by its letter, {' or '.join(map(letters, by_header))}")
    if by_header:
        return by_header[0]
    for column in columns:
        if name.upper() == letters(column.index) or name == str(column.index + 1):
            return column.index
    raise InvalidInput(f"there is no column {name!r}; the columns are {_listed(columns)}")


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns) or "none"


def _parts(written: str) -> list[Role]:
    """Return the roles that a folded header names in one of its words, the longest phrase first."""
    padded = f" {written} "
    found = [(len(phrase), role) for phrase, role in header_words().part.items() if f" {phrase} " in padded]
    return [role for _, role in sorted(found, key=lambda pair: -pair[0])]


def _by_header(columns: Sequence[Column], contents: Sequence[_Contents], roles: Roles) -> None:
    """Add the roles that headers name and contents can play. A whole header goes before a part of one, and left before right."""
    wanted: list[tuple[int, int, Role]] = []
    for column in columns:
        if column.index in roles or column.header is None:
            continue
        written = folded(column.header)
        whole = header_words().whole.get(written)
        candidates = [whole] if whole else _parts(written)
        if whole in ("day", "year") and not contents[column.index].fits(whole):
            candidates.append("date")  # a column called "Day" that holds days with their months
        fitting = next((role for role in candidates if contents[column.index].fits(role)), None)
        if fitting:
            wanted.append((0 if whole else 1, column.index, fitting))
    taken = {role for role, _ in roles.values()}
    for _, index, role in sorted(wanted):
        if role in taken and role not in MANY:
            roles[index] = ("note", f"another column is the {role}")
            continue
        taken.add(role)
        roles[index] = (role, "its header")


def _by_contents(columns: Sequence[Column], contents: Sequence[_Contents], roles: Roles) -> None:
    """Add the roles that contents show: dates, the longest texts, numbers."""

    def free() -> list[int]:
        return [column.index for column in columns if column.index not in roles and contents[column.index].filled]

    def taken(*wanted: Role) -> bool:
        return any(role in wanted for role, _ in roles.values())

    if not taken("date", "year"):
        best = max(free(), key=lambda index: (contents[index].dates, -index), default=None)
        if best is not None and contents[best].dates >= _MOSTLY:
            held = contents[best]
            looked = min(held.filled, _DATED)
            roles[best] = ("date", f"{round(held.dates * looked)} of its first {looked} cells are dates")
    if not taken("statement"):
        texts = [index for index in free() if contents[index].numbers < _OFTEN and contents[index].dates < _OFTEN]
        best = max(texts, key=lambda index: (contents[index].length, -index), default=None)
        if best is not None:
            roles[best] = ("statement", "it holds the longest texts")
        elif title := next((index for index, (role, why) in roles.items() if role == "title" and why != "as said"), None):
            roles[title] = ("statement", "it is the title, and there is no other text")
    numeric = [index for index in free() if columns[index].header and contents[index].numbers >= _OFTEN]
    for at, index in enumerate(numeric):
        roles[index] = ("value", "it holds numbers") if at < _VALUES else ("note", f"{_VALUES} other columns hold numbers")
    if not taken("year"):
        for index in [index for index, (role, why) in roles.items() if role in ("month", "day") and why != "as said"]:
            roles[index] = ("ignore", "there is no column of years")


def _check(sheet: Sheet, mapping: Mapping) -> None:
    where = f" in the sheet {sheet.name!r}" if sheet.name is not None else ""
    if not mapping.of("date") and not mapping.of("year"):
        raise InvalidInput(f"no column of dates can be told{where}: name one (--map date=…); the columns are {_listed(mapping.columns)}")
    if not mapping.of("statement"):
        raise InvalidInput(
            f"no column that says what happened can be told{where}: name one (--map statement=…); the columns are "
            f"{_listed(mapping.columns)}"
        )
    if (mapping.of("month") or mapping.of("day")) and not mapping.of("year"):
        raise InvalidInput(f"there is a column of months or days{where} and none of years: name it (--map year=…)")
