"""What whoever brought a table is told of it."""

from services.ingest.tables.dates import Order
from services.ingest.tables.lexicon import Role
from shared.domain.claims import ClaimBody, Modality
from shared.domain.model import Frozen


class ColumnUse(Frozen):
    """What a column is taken for, and why. `attribute` and `unit`: what the numbers of a column of values are."""

    column: str
    header: str | None
    role: Role
    why: str
    sample: str | None
    attribute: str | None = None
    unit: str | None = None


class SheetReport(Frozen):
    """A sheet that was read. `header` is the number of its header row, 0 without one; `order`: which number of a date is the day."""

    sheet: str | None
    hidden: bool
    header: int
    order: Order | None
    columns: tuple[ColumnUse, ...]
    rows: int
    claims: int
    bad_rows: int


class RowSample(Frozen):
    """A row as it was read."""

    sheet: str | None
    row: int
    date: str | None
    derivation: str | None
    statement: str
    values: tuple[str, ...]
    places: tuple[str, ...]
    actors: tuple[str, ...]
    source: str | None
    modality: Modality


class BadRow(Frozen):
    """A row that is no claim, or (`kept`) a claim of which something was left out: which row and column, what it holds, what would do."""

    sheet: str | None
    row: int
    column: str | None
    holds: str
    reason: str
    remedy: str
    kept: bool


class TableReport(Frozen):
    """How a table was read. `bad` lists what is wrong, as far as the first 1,000 (`shortened` says that there is more)."""

    media_type: str
    encoding: str | None
    language: str
    language_detected: bool
    rows: int
    claims: int
    bad_rows: int
    sheets: tuple[SheetReport, ...]
    sample: tuple[RowSample, ...]
    bad: tuple[BadRow, ...]
    shortened: bool
    notes: tuple[str, ...]


def sampled(sheet: str | None, row: int, claim: ClaimBody) -> RowSample:
    """Show a claim."""
    return RowSample(
        sheet=sheet,
        row=row,
        date=claim.date.edtf if claim.date else None,
        derivation=claim.date.derivation if claim.date else None,
        statement=claim.statement,
        values=tuple(f"{value.attribute} = {value.shown}{f' {value.unit}' if value.unit else ''}" for value in claim.values),
        places=tuple(place.name for place in claim.places),
        actors=tuple(actor.name for actor in claim.actors),
        source=claim.attribution.name if claim.attribution else None,
        modality=claim.modality,
    )
