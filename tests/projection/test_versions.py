"""A read model that another release wrote is folded anew before it is added to."""

import pytest
from sqlmodel import select

from services.projection import fold
from services.projection.runner import Projector
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read import DatabaseReader
from shared.store.read_model import EntryRow, ProgressRow
from tests.support.running import run
from tests.support.texts import FAIR_EN, SOURCES


def test_rows_of_another_version_are_rebuilt(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    running = run(database)
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    with database.write() as session:
        for row in session.exec(select(EntryRow)):
            row.status = "of old"
            session.add(row)
    monkeypatch.setattr(fold, "VERSION", fold.VERSION + 1)
    Projector(database, DatabaseReader(database)).catch_up()
    with database.read() as session:
        assert {row.status for row in session.exec(select(EntryRow).where(live_rows(session, running.info.id).of(EntryRow)))} == {
            "single-source"
        }
        assert session.exec(select(ProgressRow.fold_version)).one() == fold.VERSION
