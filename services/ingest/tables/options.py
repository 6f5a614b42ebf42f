"""What whoever brings a table may say of it; what is not said is guessed."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.domain.model import Frozen

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class TableOptions(Frozen):
    """How a table is to be read.

    `columns` names, by role, the column or columns that play it: by the header, else by the letter (`B`) or the number (`2`) of the
    column. `sheets` are the sheets to be read, all visible ones where none is named. `header` is the number of the row with the headers, 0
    where there is none. `order` says which number of `09/11/2001` is the day. `fill_down`: an empty date means the one above. `serial`:
    bare day numbers count from this year. `delimiter` is the one character that parts the cells of a CSV file.
    """

    columns: dict[str, Name | tuple[Name, ...]] = Field(default_factory=dict)
    sheets: tuple[Name, ...] = ()
    header: int | None = Field(default=None, ge=0)
    order: Literal["day-first", "month-first"] | None = None
    fill_down: bool = False
    serial: Literal["1900", "1904"] | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None

    def wanted(self) -> tuple[tuple[str, str], ...]:
        """The pairs of role and column that were named."""
        return tuple((role, name) for role, names in self.columns.items() for name in ((names,) if isinstance(names, str) else names))
