"""A writer that hangs in its transaction is cut off, and nobody waits for it longer than the limits say."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from shared.domain.errors import Busy
from shared.domain.ids import IdSource
from shared.store.append import DatabaseLog
from shared.store.engine import Database, Limits, WriteSession
from tests.contract.making import command, created, rejected
from tests.support.keys import KEK
from tests.torture.checker import stored_log, wrong_in_log

LOCK = 0.5
HERE = "chronology"


def opened(url: str, new_id: IdSource, limits: Limits) -> DatabaseLog:
    return DatabaseLog(Database(url, limits, KEK), new_id)


@pytest.fixture
def log(database: Database, new_id: IdSource) -> Iterator[DatabaseLog]:
    """The log, just opened, in a process that waits at most half a second for a lock."""
    impatient = opened(database.url, new_id, Limits(lock=LOCK, statement=5))
    impatient.append(command(HERE, created(HERE, "test"), rejected(1), key="create"))
    with closing(impatient.database):
        yield impatient


@contextmanager
def hanging(database: Database) -> Iterator[WriteSession]:
    """A writer that has locked the log and does not go on."""
    with database.write() as session:
        session.execute(text("UPDATE chronology SET title = title WHERE id = :c"), {"c": HERE})
        yield session


def check(log: DatabaseLog, **commands: int) -> None:
    with log.database.read() as session:
        assert wrong_in_log(stored_log(session.connection(), HERE), {"create": 2, **commands}) == []


def test_who_waits_is_told_in_time_and_nothing_is_written(database: Database, log: DatabaseLog) -> None:
    with hanging(database), ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        waiting = [pool.submit(log.append, command(HERE, rejected(n), key=f"{n}")) for n in range(8)]
        errors = [future.exception(30) for future in waiting]
        took = time.monotonic() - began
    assert [type(error) for error in errors] == [Busy] * 8
    assert "try again" in str(errors[0])
    assert took < LOCK * 8, "those in the queue wait in groups, not one after the other"
    assert log.head(HERE) == 2
    assert log.append(command(HERE, rejected(0), key="again")).first == 3
    check(log, again=1)


def test_reading_does_not_wait(database: Database, log: DatabaseLog) -> None:
    with hanging(database):
        assert [event.position for event in log.read(HERE)] == [1, 2]
        assert log.head(HERE) == 2


def test_on_postgresql_another_chronology_does_not_wait(postgres_url: str, new_id: IdSource) -> None:
    log = opened(postgres_url, new_id, Limits(lock=LOCK))
    with closing(log.database):
        for here in (HERE, "other"):
            log.append(command(here, created(here, here), key="create"))
        with hanging(log.database):
            assert log.append(command("other", rejected(1), key="1")).first == 2


def test_on_postgresql_who_sits_idle_in_a_transaction_is_cut_off(postgres_url: str, new_id: IdSource) -> None:
    log = opened(postgres_url, new_id, Limits(lock=20))
    idle = opened(postgres_url, new_id, Limits(idle_in_transaction=LOCK))
    with closing(log.database), closing(idle.database):
        log.append(command(HERE, created(HERE, "test"), rejected(1), key="create"))
        cut_off = pytest.raises(Busy, match="time limit")
        with cut_off, hanging(idle.database) as session:
            assert log.append(command(HERE, rejected(2), key="waits")).first == 3, "it goes on once the idle one is cut off"
            session.execute(text("SELECT 1"))
        assert idle.append(command(HERE, rejected(3), key="next")).first == 4, "who was cut off can go on with another connection"
        check(log, waits=1, next=1)
