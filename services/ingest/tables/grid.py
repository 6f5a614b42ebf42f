"""A table as it was read: sheets of rows of cells, each with its place in the canonical text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.domain.provenance import Passage


class Cell(NamedTuple):
    """A filled cell.

    `start` and `end` are its span in the canonical text, without the quotation marks around it. `text` is what it holds: of a quotation
    mark that is doubled in the canonical text only one; `doubled` are the offsets in `text` of such marks. `dated`: the file itself
    says that it is a date, and `text` begins with it. `doubt` says why that is not to be relied on.
    """

    start: int
    end: int
    text: str
    doubled: tuple[int, ...] = ()
    dated: bool = False
    doubt: str | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of `text` to one of the canonical text."""
        if not self.doubled:
            return self.start + start, self.start + end
        return (
            self.start + start + sum(1 for at in self.doubled if at < start),
            self.start + end + sum(1 for at in self.doubled if at < end),
        )


class Row(NamedTuple):
    """A row: `number` counts from 1 as spreadsheet programs do, `start` and `end` are its span. An empty cell is None.

    `borrowed` are the columns whose cell stands in a row above: a merged cell reaches down over several rows. `trouble` says why the row
    cannot be told into cells.
    """

    number: int
    start: int
    end: int
    cells: tuple[Cell | None, ...]
    borrowed: frozenset[int] = frozenset()
    trouble: str | None = None

    def cell(self, column: int) -> Cell | None:
        """Return a cell; None where it is empty or the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a table. A CSV file is one sheet without a name.

    `start` and `end` span it; `serial` is the year that its day numbers count from.
    """

    name: str | None
    hidden: bool
    rows: Sequence[Row]
    start: int
    end: int
    serial: str | None = None

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row.cells) for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Grid:
    """All sheets of a file and the canonical text that their cells stand in."""

    text: str
    media_type: str
    parser: str
    encoding: str | None
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()

    def cite(self, start: int, end: int) -> Passage:
        """Cite a span of the canonical text."""
        return Passage(start=start, end=end, quote=self.text[start:end])


def letters(column: int) -> str:
    """Return the letters that spreadsheet programs call a column by: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
