"""Appends that come at the same time: each gets its own outcome, whatever its neighbours want."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from shared.domain.errors import AlreadyExists, Gone, IdempotencyConflict, NotFound, RevisionConflict, SalnameError
from shared.domain.ports import Append, Appended, Log, replay
from shared.store.append import DatabaseLog
from shared.store.driver import Driver
from shared.store.engine import Database
from tests.contract.making import capture, claim, command, erase, outcome_of, rejected

PATIENCE = 20
"""Seconds after which something hangs that should not."""

Outcomes = list[Appended | SalnameError]


def at_once(log: Log, requests: Sequence[Append]) -> Outcomes:
    """Append from as many threads as there are requests; return the outcomes in the order of the requests."""
    barrier = threading.Barrier(len(requests))

    def run(request: Append) -> Appended | SalnameError:
        barrier.wait(PATIENCE)
        return outcome_of(log, request)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def holds_exactly(log: Log, chronology: str, before: int, requests: Sequence[Append], outcomes: Outcomes) -> None:
    """Check that the log holds after `before` the events of the appends that succeeded, where they were told, and nothing else."""
    expected: dict[int, tuple[int, str, object]] = {}
    for request, outcome in zip(requests, outcomes, strict=True):
        if isinstance(outcome, Appended):
            assert outcome.last - outcome.first + 1 == len(request.events)
            assert log.recall(chronology, request.key) == (request.fingerprint, replace(outcome, repeated=True))
            expected |= {outcome.first + i: (outcome.last, request.key, data) for i, data in enumerate(request.events)}
    found = {each.position: (each.commit, each.correlationid, each.data) for each in replay(log, chronology, before)}
    assert found == expected
    assert sorted(found) == list(range(before + 1, log.head(chronology) + 1))


def kinds(outcomes: Outcomes) -> list[type]:
    return [type(outcome) for outcome in outcomes]


def test_everybody_gets_an_outcome_of_their_own(log: Log, chronology: str) -> None:
    capture(log, chronology, "here", "first")
    capture(log, chronology, "gone")
    erase(log, chronology, "gone")
    log.append(command(chronology, rejected(1), key="taker", reserves=(("name", "taker"),)))
    log.append(command(chronology, rejected(1), key="used"))
    before = log.head(chronology)

    good = [command(chronology, *map(rejected, range(n % 4)), key=f"good {n}") for n in range(12)]
    good += [command(chronology, claim(f"claim {n}", "here"), rejected(n), key=f"claim {n}") for n in range(4)]
    stale = [command(chronology, rejected(n), key=f"stale {n}", expected_revision=n) for n in range(4)]
    late = [command(chronology, rejected(n), key=f"late {n}", reserves=((f"own {n}", "x"), ("name", "x"))) for n in range(3)]
    conflicting = [command(chronology, rejected(n), key="used", fingerprint=f"other {n}") for n in range(3)]
    repeated = [command(chronology, rejected(1), key="used") for n in range(3)]
    lost = [command(chronology, claim("a", "nowhere"), key="unknown"), command("nowhere", rejected(1), key="nowhere")]
    late_claims = [command(chronology, rejected(n), claim(f"late {n}", "gone"), key=f"gone {n}") for n in range(3)]
    mixed = [*stale, *good[:8], *late, *conflicting, *lost, *good[8:], *repeated, *late_claims]

    told = dict(zip((id(request) for request in mixed), at_once(log, mixed), strict=True))

    def outcomes(requests: Sequence[Append]) -> Outcomes:
        return [told[id(request)] for request in requests]

    assert kinds(outcomes(good)) == [Appended] * len(good)
    assert kinds(outcomes(stale)) == [RevisionConflict] * 4
    assert kinds(outcomes(late)) == [AlreadyExists] * 3
    assert kinds(outcomes(conflicting)) == [IdempotencyConflict] * 3
    assert [outcome.repeated for outcome in outcomes(repeated) if isinstance(outcome, Appended)] == [True] * 3
    assert kinds(outcomes(lost)) == [NotFound] * 2
    assert kinds(outcomes(late_claims)) == [Gone] * 3
    holds_exactly(log, chronology, before, good, outcomes(good))
    assert [log.reserved(chronology, f"own {n}") for n in range(3)] == [None] * 3, "who is refused one name takes none"


def test_of_equal_commands_one_is_carried_out(log: Log, chronology: str) -> None:
    requests = [command(chronology, rejected(1), rejected(2), key="same") for _ in range(12)]
    outcomes = [outcome for outcome in at_once(log, requests) if isinstance(outcome, Appended)]
    assert [(each.first, each.last) for each in outcomes] == [(2, 3)] * 12
    assert sorted(each.repeated for each in outcomes) == [False] + [True] * 11
    assert log.head(chronology) == 3


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"reserves": (("one seat", "x"),)}, AlreadyExists),
        ({"expected_revision": 1}, RevisionConflict),
    ],
    ids=["a name", "a revision"],
)
def test_of_those_who_want_the_same_one_gets_it(log: Log, chronology: str, wish: dict[str, Any], refusal: type) -> None:
    requests = [command(chronology, rejected(n), key=f"wants {n}", **wish) for n in range(12)]
    outcomes = at_once(log, requests)
    assert sorted(kinds(outcomes), key=lambda kind: kind is refusal) == [Appended] + [refusal] * 11
    holds_exactly(log, chronology, 1, requests, outcomes)


def test_of_those_who_use_the_same_key_for_different_things_one_does_it(log: Log, chronology: str) -> None:
    requests = [command(chronology, rejected(n), key="same", fingerprint=f"{n}") for n in range(12)]
    outcomes = at_once(log, requests)
    assert sorted(kinds(outcomes), key=lambda kind: kind is IdempotencyConflict) == [Appended] + [IdempotencyConflict] * 11
    holds_exactly(log, chronology, 1, requests, outcomes)


class Transactions:
    """Counts the transactions in which a log is written, and holds the first one until it is told to go on: before its commit, or where
    its one statement is all of it, before anybody hears of it.
    """

    def __init__(self, database: Database) -> None:
        self._drive = database.drive
        self.count = 0
        self.first_one_written = threading.Event()
        self.may_commit = threading.Event()

    @contextmanager
    def drive(self, alone: bool = False) -> Iterator[Driver]:
        with self._drive(alone) as driver:
            self.count += 1
            yield driver
            self.first_one_written.set()
            assert self.may_commit.wait(PATIENCE)


@pytest.fixture
def transactions(database_log: DatabaseLog, chronology: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transactions]:
    watched = Transactions(database_log.database)
    monkeypatch.setattr(database_log.database, "drive", watched.drive)
    yield watched
    watched.may_commit.set()


def queued_behind_one(log: DatabaseLog, chronology: str, transactions: Transactions, requests: Sequence[Append]) -> list[Future[Appended]]:
    """Append while an earlier append is about to commit."""
    ready = threading.Semaphore(0)

    def run(request: Append) -> Appended:
        ready.release()
        return log.append(request)

    with ThreadPoolExecutor(len(requests) + 1) as pool:
        try:
            first = pool.submit(log.append, command(chronology, rejected(0), key="first"))
            assert transactions.first_one_written.wait(PATIENCE)
            others = [pool.submit(run, request) for request in requests]
            for _ in requests:
                assert ready.acquire(timeout=PATIENCE)
        finally:
            transactions.may_commit.set()
        assert first.result(PATIENCE).first == 2
        return others


def test_appends_share_transactions(database_log: DatabaseLog, chronology: str, transactions: Transactions) -> None:
    requests = [command(chronology, rejected(n), key=f"{n}", expected_revision=0 if n % 5 == 4 else None) for n in range(40)]
    queued = queued_behind_one(database_log, chronology, transactions, requests)
    refused = [isinstance(future.exception(), RevisionConflict) for future in queued]
    assert refused == [n % 5 == 4 for n in range(40)]
    # Those that had not quite queued up when the first one went on form a group or two of their own.
    assert 2 <= transactions.count <= 10
    kept = {future.result(): request for future, request in zip(queued, requests, strict=True) if not future.exception()}
    holds_exactly(database_log, chronology, 2, list(kept.values()), list(kept))


POISON: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER poison BEFORE INSERT ON idempotency WHEN NEW.key LIKE 'poison%' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$",
        "CREATE TRIGGER poison BEFORE INSERT ON idempotency FOR EACH ROW WHEN (NEW.key LIKE 'poison%') EXECUTE FUNCTION poison()",
    ),
}


def test_what_the_database_refuses_harms_no_neighbour(database_log: DatabaseLog, chronology: str, transactions: Transactions) -> None:
    with database_log.database.write() as session:
        for statement in POISON[database_log.database.dialect]:
            session.execute(text(statement))
    requests = [command(chronology, rejected(n), key=f"poison {n}" if n % 7 == 3 else f"good {n}") for n in range(30)]
    queued = queued_behind_one(database_log, chronology, transactions, requests)
    assert ["poisoned" in str(future.exception()) for future in queued] == [n % 7 == 3 for n in range(30)]
    kept = {future.result(): request for future, request in zip(queued, requests, strict=True) if not future.exception()}
    holds_exactly(database_log, chronology, 2, list(kept.values()), list(kept))
