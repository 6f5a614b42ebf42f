"""An append on SQLite whose process dies at every one of its statements, and with every part of its write-ahead log lost."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shared.domain.ports import replay
from shared.store.append import DatabaseLog
from shared.store.engine import SQLITE_PAGE, Database
from shared.store.verify import verify_log
from tests.contract.making import TEXT
from tests.faults.dying import CHRONOLOGY, PREPARED, SCENARIOS, Death, append_and_die, new_ids, prepare
from tests.support.keys import KEK
from tests.torture.checker import StoredLog, stored_log, wrong_in_log

WAL_HEADER, FRAME_HEADER = 32, 24

TIDYING = {"an erasure"}
"""What begins the write-ahead log anew after its commit, so that nothing of a destroyed key is left in it."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("prepared"))


class Aftermath:
    """What is found when a database is opened again after its writer died while it worked on a scenario."""

    def __init__(self, path: Path, scenario: str) -> None:
        self.path = path
        self.work = SCENARIOS[scenario]()
        self.here = self.work[0][0].chronology_id
        self.attempted = {"create": 1, "old": 2, "many": PREPARED - 3} if self.here == CHRONOLOGY else {}
        self.attempted |= {request.key: len(request.events) for request, _ in self.work}

    def check(self, told: bool) -> bool:
        """Check everything, then send the commands again; return whether they were in the log before."""
        with closing(sqlite3.connect(self.path)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with closing(Database(f"sqlite:///{self.path}", kek=KEK)) as database:
            log = DatabaseLog(database, new_ids())
            there = self.wholly_or_not_at_all(log)
            assert there or not told, "what was acknowledged is in the log"
            self.again(log, there)
        return there

    def wholly_or_not_at_all(self, log: DatabaseLog) -> bool:
        if log.chronology("another") is None and self.here == "another":
            assert log.head(self.here) == 0
            assert log.read_raw(self.here) == []
            return False
        stored = self.sound(log)
        present = {key.key for key in stored.keys}.intersection(request.key for request, _ in self.work)
        assert len(present) in (0, len(self.work)), "the appends of one transaction are there together or not at all"
        before = PREPARED if self.here == CHRONOLOGY else 0
        assert log.head(self.here) == before + (sum(len(request.events) for request, _ in self.work) if present else 0)
        erases = any(request.erases for request, _ in self.work)
        assert (log.document(CHRONOLOGY, "old") is None) == (erases and bool(present))
        return bool(present)

    def sound(self, log: DatabaseLog) -> StoredLog:
        with log.database.read() as session:
            stored = stored_log(session.connection(), self.here)
            assert wrong_in_log(stored, self.attempted) == []
        assert verify_log(log.database, self.here).events == stored.head
        assert [event.position for event in replay(log, self.here)] == list(range(1, stored.head + 1))
        return stored

    def again(self, log: DatabaseLog, there: bool) -> None:
        for request, documents in self.work:
            done = log.append(request, documents)
            assert done.repeated == there
            assert log.recall(self.here, request.key) == (request.fingerprint, replace(done, repeated=True))
        for document in [document for _, documents in self.work for document in documents]:
            kept = log.document(self.here, document.id)
            assert kept is not None
            assert kept.text == TEXT
        assert self.wholly_or_not_at_all(log)


@pytest.fixture
def copies(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    """Fresh copies of the prepared database, one after the other."""

    def each() -> Iterator[Path]:
        number = 0
        while True:
            number += 1
            yield Path(shutil.copy(prepared, tmp_path / f"copy-{number}.db"))

    return each()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_statement(copies: Iterator[Path], scenario: str) -> None:
    told, was_there, number = False, False, 0
    statements: list[str] = []
    while not told:
        number += 1
        path = next(copies)
        told, statements = append_and_die(path, scenario, Death(statement=number))
        there = Aftermath(path, scenario).check(told)
        assert there == told or scenario in TIDYING, "nothing is there before the commit is through"
        assert there or not was_there, "what is through stays"
        was_there = there
    assert len(statements) == number - 1
    begin = statements.index("BEGIN IMMEDIATE")
    commit = statements.index("COMMIT", begin)
    written = "\n".join(statements[begin:commit])
    for table in ("event", "idempotency"):
        assert f'INSERT INTO "{table}"' in written, "the statements of the append were among those that it died at"
    assert ('INSERT INTO "tile"' in written) == ("over the border of a tile" in scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_before_it_could_tell(copies: Iterator[Path], scenario: str) -> None:
    path = next(copies)
    assert append_and_die(path, scenario, Death(untold=True)) == (False, [])
    assert Aftermath(path, scenario).check(told=False), "what is committed is there, also when nobody was told"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_part_of_the_write_ahead_log_lost(copies: Iterator[Path], tmp_path: Path, scenario: str) -> None:
    """What the disk had not written yet when the power went: the end of the file, or a page in the middle of it."""
    death = Death(untold=True)
    if scenario in TIDYING:
        _, statements = append_and_die(next(copies), scenario, Death(statement=1_000))
        death = Death(statement=statements.index("COMMIT", statements.index("BEGIN IMMEDIATE")) + 2)
    path = next(copies)
    append_and_die(path, scenario, death)
    wal = path.with_name(f"{path.name}-wal").read_bytes()
    frame = FRAME_HEADER + SQLITE_PAGE
    frames, rest = divmod(len(wal) - WAL_HEADER, frame)
    assert frames > 2
    assert rest == 0
    damaged = [wal[: WAL_HEADER + n * frame + cut] for n in range(frames) for cut in (0, 1, frame // 2)]
    damaged += [wal[: WAL_HEADER + n * frame] + bytes(frame) + wal[WAL_HEADER + (n + 1) * frame :] for n in range(frames)]
    before = path.read_bytes()
    for number, remains in enumerate(damaged):
        torn = tmp_path / f"torn-{number}.db"
        torn.write_bytes(before)
        torn.with_name(f"{torn.name}-wal").write_bytes(remains)
        assert not Aftermath(torn, scenario).check(told=False)
