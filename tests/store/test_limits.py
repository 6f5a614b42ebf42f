"""A writer that is stuck is cut off, others wait for it no longer than the limit, and nothing of what they wanted is lost."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from shared.domain.errors import Busy
from shared.domain.ids import IdSource
from shared.store.append import DatabaseLog
from shared.store.engine import SQLITE_CACHES, Database, Limits, WriteSession
from tests.contract.making import command, created, rejected
from tests.support.keys import KEK

LOCK, IDLE = 0.8, 2.5
MARGIN = 0.7
"""Seconds that a machine under load may add to a limit."""

LIMITS = Limits(lock=LOCK, statement=30, idle_in_transaction=IDLE)
APPENDERS = 6


@contextmanager
def opened(url: str, limits: Limits = LIMITS) -> Iterator[Database]:
    database = Database(url, limits, KEK)
    try:
        yield database
    finally:
        database.close()


def log_on(database: Database, new_id: IdSource) -> DatabaseLog:
    log = DatabaseLog(database, new_id)
    log.append(command("c", created("c", "test"), key="open"))
    return log


def until_done(log: DatabaseLog, number: int, seconds: float) -> list[float]:
    """Append one event, again and again while the log is busy; return how long each refusal took."""
    refused: list[float] = []
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        try:
            log.append(command("c", rejected(number), key=f"append {number}"))
        except Busy:
            refused.append(time.monotonic() - began)
            assert time.monotonic() < deadline, "the log stays busy"
        else:
            return refused


def all_there(log: DatabaseLog) -> None:
    """Every append went in once, and the positions are dense."""
    events = log.read("c")
    assert [event.position for event in events] == list(range(1, APPENDERS + 2))
    wanted = {rejected(number) for number in range(APPENDERS)}
    assert {event.data for event in events[1:]} == wanted


@contextmanager
def cut_off(database: Database) -> Iterator[WriteSession]:
    """A transaction for writing whose last statement, or whose commit, must be refused with `Busy`."""
    with pytest.raises(Busy), database.write() as session:
        yield session


def test_a_writer_that_sits_idle_on_postgresql_is_cut_off(postgres_url: str, new_id: IdSource) -> None:
    with opened(postgres_url) as database, opened(postgres_url) as stuck, ThreadPoolExecutor(APPENDERS) as pool:
        log = log_on(database, new_id)
        with cut_off(stuck) as session:
            session.execute(text("SELECT head FROM chronology WHERE id = 'c' FOR UPDATE"))
            began = time.monotonic()
            refusals = list(pool.map(lambda number: until_done(log, number, IDLE + 10), range(APPENDERS)))
            took = time.monotonic() - began
            session.execute(text("UPDATE chronology SET head = head + 1 WHERE id = 'c'"))
        all_there(log)
    assert took > IDLE - LOCK, "it was held up in earnest"
    assert took < IDLE + LOCK + MARGIN
    assert all(refusals)
    assert max(max(refused) for refused in refusals) < LOCK + MARGIN


def test_a_connection_that_was_cut_off_is_not_used_again(postgres_url: str, new_id: IdSource) -> None:
    with opened(postgres_url, Limits(lock=LOCK, idle_in_transaction=0.2)) as database:
        log = log_on(database, new_id)
        with cut_off(database) as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            wait_until_gone(postgres_url, pid)
            session.execute(text("SELECT 1"))
        assert log.append(command("c", rejected(0), key="after")).first == 2


def wait_until_gone(url: str, pid: int) -> None:
    deadline = time.monotonic() + 10
    with psycopg.connect(url, autocommit=True) as watching:
        while watching.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
            assert time.monotonic() < deadline, "nobody cut it off"


def test_a_statement_on_postgresql_ends_at_its_limit(postgres_url: str) -> None:
    with opened(postgres_url, Limits(statement=0.3)) as database, pytest.raises(Busy, match="time limit"), database.read() as session:
        session.execute(text("SELECT pg_sleep(20)"))


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE chronology SET head = head + 1000")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process begin to write and go no further. It ends without a commit."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()


def test_a_process_that_holds_sqlite_keeps_nobody_longer_than_the_limit(sqlite_database_url: str, new_id: IdSource) -> None:
    with opened(sqlite_database_url) as database, ThreadPoolExecutor(APPENDERS) as pool:
        log = log_on(database, new_id)
        path = Path(sqlite_database_url.removeprefix("sqlite:///"))
        with held_by_another_process(path) as holder:
            began = time.monotonic()
            with pytest.raises(Busy, match="nothing was changed"):
                log.append(command("c", rejected(0), key="append 0"))
            assert LOCK * 0.9 < time.monotonic() - began < LOCK + MARGIN
            waiting = [pool.submit(until_done, log, number, 20) for number in range(APPENDERS)]
            with pytest.raises(Busy):
                log.append(command("c", rejected(0), key="append 0"))
            holder.kill()
            refusals = [future.result() for future in waiting]
        all_there(log)
    assert max((max(refused) for refused in refusals if refused), default=0.0) < LOCK + MARGIN


def test_writers_of_one_process_and_of_others_are_waited_for_together(sqlite_database_url: str, new_id: IdSource) -> None:
    """The wait for our own turn counts towards the limit for the wait for others."""
    with opened(sqlite_database_url) as database, ThreadPoolExecutor(APPENDERS) as pool:
        log_on(database, new_id)

        def write() -> float:
            began = time.monotonic()
            with pytest.raises(Busy), database.write() as session:
                session.execute(text("SELECT 1"))
            return time.monotonic() - began

        with held_by_another_process(Path(sqlite_database_url.removeprefix("sqlite:///"))):
            took = [future.result() for future in [pool.submit(write) for _ in range(APPENDERS)]]
    assert max(took) < LOCK + MARGIN
    assert min(took) > LOCK * 0.9


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_statement_on_sqlite_ends_at_its_limit(sqlite_database_url: str) -> None:
    with opened(sqlite_database_url, Limits(statement=0.3)) as database:
        for _ in range(2):  # a connection is in order after it
            began = time.monotonic()
            with pytest.raises(Busy, match="time limit"), database.read() as session:
                session.execute(text(ENDLESS))
            assert 0.3 < time.monotonic() - began < 0.3 + MARGIN
        with database.read() as session:
            assert session.execute(text("SELECT 1")).scalar() == 1


def test_a_statement_of_the_driver_ends_at_its_limit_and_takes_its_transaction_along(sqlite_database_url: str, new_id: IdSource) -> None:
    with opened(sqlite_database_url, Limits(statement=0.3)) as database:
        log = log_on(database, new_id)
        with pytest.raises(Busy, match="time limit"):
            endless_write(database)
        assert log.head("c") == 1
        assert log.append(command("c", rejected(0), key="after")).first == 2


def endless_write(database: Database) -> None:
    with database.drive() as driver:
        driver.run("UPDATE chronology SET head = head + 1")
        driver.rows(ENDLESS)


def test_the_limit_is_a_statements_and_not_a_transactions(sqlite_database_url: str) -> None:
    with opened(sqlite_database_url, Limits(statement=0.3)) as database, database.read() as session:
        counting = text(ENDLESS.replace("FROM n)", "FROM n LIMIT 200000)"))
        began = time.monotonic()
        while time.monotonic() - began < 0.6:
            assert session.execute(counting).scalar() == 200_000


def test_the_caches_of_all_connections_have_one_limit(sqlite_database_url: str) -> None:
    with opened(sqlite_database_url) as database:
        for number in range(3):
            with database.read() as session, database.read() as another:
                for each in (session, another):
                    assert each.execute(text("PRAGMA soft_heap_limit")).scalar_one() == SQLITE_CACHES, number
    assert 2**24 < SQLITE_CACHES < 2**30
