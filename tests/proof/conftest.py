"""A log with documents in it, what signs it, and a hand that changes it behind everybody's back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import text

from services.ingest.checkpoints import Checkpointer
from shared.crypto.signing_key import SigningKeySource
from shared.domain.events import CorrectionRejected
from shared.domain.ids import IdSource
from shared.domain.ports import Append
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from tests.contract.making import COMMAND
from tests.support.running import Running, run
from tests.support.texts import FAIR_AZ, FAIR_EN, SOURCES


@dataclass
class Signed:
    """A chronology called `test` and what signs it."""

    running: Running
    checkpointer: Checkpointer
    source: SigningKeySource
    new_id: IdSource
    fillers: int = 0

    @property
    def database(self) -> Database:
        return self.running.database

    @property
    def id(self) -> str:
        return self.running.info.id

    def fill(self, events: int) -> None:
        """Append so many events of no importance."""
        if not events:
            return
        self.fillers += 1
        rejected = tuple(CorrectionRejected(correction_id=f"filler-{self.fillers}-{number}") for number in range(events))
        key = f"filler {self.fillers}"
        DatabaseLog(self.database, self.new_id).append(
            Append(chronology_id=self.id, command=COMMAND, events=rejected, key=key, fingerprint="f", result="")
        )

    def claims(self) -> list[str]:
        """The ids of all claims, in the order in which they were recorded."""
        with self.database.read() as session:
            return [row[0] for row in session.execute(text("SELECT id FROM claim ORDER BY position"))]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def signed(database: Database, new_id: IdSource, keys: Path) -> Signed:
    """A log of two documents, nothing of it signed yet."""
    running = run(database)
    for words in (FAIR_EN, FAIR_AZ):
        running.capture(words, SOURCES[words])
    source = SigningKeySource(keys)
    return Signed(running, Checkpointer(database, source, new_id.now), source, new_id)


JUNK = b"0123456789abcdef0123456789abcdef"
"""What stands in the place of a hash that was changed: `:junk` in a statement, as often as it takes."""


class Tamper(Protocol):
    """Changes a table whose triggers would refuse it, as somebody who owns the database can. `hashes` is how many `:junk` stands for."""

    def __call__(self, table: str, statement: str, hashes: int = 1) -> None: ...


@pytest.fixture
def tamper(database: Database) -> Tamper:
    def change(table: str, statement: str, hashes: int = 1) -> None:
        with database.write() as session:
            if database.dialect == "postgresql":
                session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
            else:
                triggers = session.execute(text(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"))
                for (name,) in triggers.all():
                    session.execute(text(f"DROP TRIGGER {name}"))
            given = {"junk": JUNK * hashes} if ":junk" in statement else {}
            changed = session.connection().execute(text(statement), given)
            assert changed.rowcount > 0

    return change
