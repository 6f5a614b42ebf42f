"""What deciding needs to know of the read model."""

import time
from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import col, func, select

from shared.domain.claims import Claim
from shared.domain.events import DocumentCaptured
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read_model import CapturedRow, ClaimRow, ProgressRow, UntoldRow
from shared.store.tables import ChronologyRow

LOOK_SECONDS = 0.02
"""How often to look whether the projection has got there."""


class Untold(NamedTuple):
    """A chronology at a revision of which subscribers are still to hear that another generation is shown, made by other `rules`.

    `before` is the first generation that they know entries from.
    """

    chronology_id: str
    revision: int
    generation: int
    rules: int
    before: int


def untold(database: Database) -> list[Untold]:
    """Return the chronologies with a switch that is to be told of, as far as nothing was recorded since that will tell of it."""
    before = func.min(UntoldRow.known_from)
    live = (ProgressRow.chronology_id, ProgressRow.position, ProgressRow.generation, ProgressRow.fold_version)
    query = (
        select(*live, before)  # type: ignore[call-overload]  # SQLModel's overloads end at four columns
        .join(UntoldRow, col(UntoldRow.chronology_id) == ProgressRow.chronology_id)
        .join(ChronologyRow, (col(ChronologyRow.id) == ProgressRow.chronology_id) & (col(ChronologyRow.head) == ProgressRow.position))
        .group_by(*live)
    )
    with database.read() as session:
        return [Untold(*row) for row in session.exec(query)]


def members(database: Database, chronology_id: str, ids: Iterable[str]) -> dict[str, list[str]]:
    """Map each given claim or entry id that is known to the ids of all claims of the entry that holds it."""
    found: dict[str, list[str]] = {}
    with database.read() as session:
        rows = live_rows(session, chronology_id)
        for claim_id in set(ids):
            row = rows.find(session, ClaimRow, claim_id)
            if row is not None:
                held = select(ClaimRow.id).where(rows.of(ClaimRow), col(ClaimRow.entry_id) == row.entry_id)
                found[claim_id] = list(session.exec(held))
    return found


def shares(database: Database, chronology_id: str, document_id: str) -> list[tuple[list[str], list[str]]]:
    """Return, for each entry that holds claims of a document, the ids of these and the ids of the entry's other claims."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    with database.read() as session:
        here = live_rows(session, chronology_id).of(ClaimRow)
        held = select(ClaimRow.entry_id).where(here, ClaimRow.document_id == document_id)
        members = select(ClaimRow.entry_id, ClaimRow.id, ClaimRow.document_id).where(here, col(ClaimRow.entry_id).in_(held))
        for entry_id, claim_id, stands_in in session.exec(members):
            own, others = found.setdefault(entry_id, ([], []))
            (own if stands_in == document_id else others).append(claim_id)
    return list(found.values())


def claim(database: Database, chronology_id: str, claim_id: str) -> Claim | None:
    """Return a claim as it was recorded."""
    with database.read() as session:
        rows = live_rows(session, chronology_id)
        row = rows.find(session, ClaimRow, claim_id)
        if row is None:
            return None
        key = database.read_keys.find(session, chronology_id, rows.generation)
        return None if key is None else Claim.model_validate_json(key.open(row.body, "claim", row.id))


def document_language(database: Database, chronology_id: str, document_id: str) -> str | None:
    """Return the language of a captured document."""
    with database.read() as session:
        row = live_rows(session, chronology_id).find(session, CapturedRow, document_id)
        return None if row is None else DocumentCaptured.model_validate_json(row.body).language


def document_sources(database: Database, chronology_id: str, document_ids: Iterable[str]) -> dict[str, str]:
    """Map each of these documents that is captured to its source."""
    with database.read() as session:
        rows = live_rows(session, chronology_id)
        found = [rows.find(session, CapturedRow, document_id) for document_id in document_ids]
        return {row.id: row.source_id for row in found if row is not None}


def wait_until(database: Database, chronology_id: str, position: int, seconds: float) -> None:
    """Wait until the read model of a chronology shows a position, at most so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.read() as session:
            row = session.get(ProgressRow, chronology_id)
        if row is not None and row.position >= position:
            return
        time.sleep(LOOK_SECONDS)
