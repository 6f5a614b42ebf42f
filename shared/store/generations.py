"""The rows of one generation of a chronology's read model: where every look at the read model begins."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, SQLModel, col, select

from shared.store.read_model import ProgressRow

RowT = TypeVar("RowT", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one generation of one chronology. Generation 0 is that of no rows at all."""

    chronology_id: str
    generation: int

    def of(self, row: Any) -> ColumnElement[bool]:
        """The condition under which a row of a table of the read model is one of these. `row` is a class of `GENERATED`, or an alias."""
        return and_(row.chronology_id == self.chronology_id, row.generation == self.generation)

    def find(self, session: Session, row: type[RowT], *key: str | int) -> RowT | None:
        """Return the row with the rest of a primary key; None where there is none."""
        return session.get(row, (self.chronology_id, self.generation, *key))


def live_rows(session: Session, chronology_id: str) -> Rows:
    """The rows that readers see, as a session sees them."""
    query = select(ProgressRow.generation).where(col(ProgressRow.chronology_id) == chronology_id)
    return Rows(chronology_id, session.exec(query).first() or 0)
