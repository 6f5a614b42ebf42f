"""The read model of a test's database, opened: what two ways to the same chronology have to agree on."""

from typing import Any

from sqlmodel import select

from shared.store.engine import Database
from shared.store.read_model import TOLD, GenerationRow, ListingRow, ProgressRow, ReadKeyRow, UntoldRow
from shared.store.tables import table_of

SEALED = {
    "claim": ("body", "id"),
    "entry": ("body", "id", "since"),
    "listing": ("shown", "id", "since"),
    "preview": ("body", "id"),
    "change": ("body", "revision"),
}
"""Tables with a sealed column, and what beside the chronology stands in their primary keys."""


def read_model(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of the live read model by table, in the order of their keys, with their bodies opened.

    Keys and generations are left out, and of search tokens and facet codes all but their number: they are others each time.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    with database.read() as session:
        generations = dict(session.exec(select(ProgressRow.chronology_id, ProgressRow.generation)).all())
        for row in (ProgressRow, UntoldRow, *TOLD):
            table = table_of(row)
            order = (table.c.chronology_id, table.c.id, table.c.since) if row is ListingRow else table.primary_key
            lines = session.execute(table.select().order_by(*order)).mappings()
            live = [dict(line) for line in lines if line.get("generation") in (None, generations[line["chronology_id"]])]
            found[table.name] = [_opened(database, session, generations, table.name, line) for line in live]
    return found


def _opened(database: Database, session: Any, generations: dict[str, int], table: str, row: dict[str, Any]) -> dict[str, Any]:
    row.pop("generation", None)
    if table == "listing":
        del row["number"]
        row["tokens"], row["facets"] = len(row["tokens"]), len(row["facets"])
    if table in SEALED:
        key = database.read_keys.find(session, row["chronology_id"], generations[row["chronology_id"]])
        assert key is not None
        column, *place = SEALED[table]
        row[column] = key.open(row[column], table, *(row[name] for name in place))
    return row


def keys_of(database: Database) -> list[tuple[str, int]]:
    """The chronologies and generations whose keys are there."""
    with database.read() as session:
        return [(row.chronology_id, row.generation) for row in session.exec(select(ReadKeyRow))]


def beside(database: Database) -> list[tuple[int, str]]:
    """The generations that are there beside the live ones: numbers and states."""
    with database.read() as session:
        return [(row.number, row.state) for row in session.exec(select(GenerationRow).order_by(GenerationRow.number))]  # type: ignore[arg-type]
