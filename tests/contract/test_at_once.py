"""Small appends that trust the log to be as they left it: what others did to it meanwhile is never overlooked."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from shared.domain.errors import Gone, IdempotencyConflict, RevisionConflict
from shared.domain.ids import IdSource
from shared.domain.ports import Appended, Log
from shared.store.append import DatabaseLog
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.verify import verify_log
from tests.contract.conftest import Another
from tests.contract.making import capture, claim, command, created, erase, outcome_of, rejected
from tests.support.keys import KEK


def warm(log: Log, chronology: str, name: str) -> None:
    """Append once and again: from the second on, the log is known."""
    for number in range(3):
        log.append(command(chronology, rejected(number), key=f"{name} {number}"))


def test_what_another_process_appended_is_before_us(database_log: DatabaseLog, another: Another, chronology: str) -> None:
    other = another()
    outcomes = []
    for turn in range(12):
        log = (database_log, database_log, other)[turn % 3]
        outcomes.append(log.append(command(chronology, rejected(turn), rejected(turn), key=f"turn {turn}")))
    assert [(outcome.first, outcome.last) for outcome in outcomes] == [(2 * turn + 2, 2 * turn + 3) for turn in range(12)]
    assert verify_log(database_log.database, chronology).keys == 13


def test_processes_that_append_at_the_same_time_lose_nothing(database_log: DatabaseLog, another: Another, chronology: str) -> None:
    logs = (database_log, another(), another())
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(logs[n % 3].append, command(chronology, rejected(n), key=f"{n}")) for n in range(120)]
    assert sorted(future.result().first for future in futures) == list(range(2, 122))
    assert verify_log(database_log.database, chronology).keys == 121


def test_tiles_that_become_full_are_kept(database_log: DatabaseLog, chronology: str) -> None:
    for turn in range(45):
        outcomes = database_log.append_together([command(chronology, rejected(n), key=f"{turn} {n}") for n in range(20)])
        assert [type(outcome) for outcome in outcomes] == [Appended] * 20
    assert verify_log(database_log.database, chronology).events == 901


@pytest.mark.parametrize("by_another", [False, True])
def test_a_key_that_is_there_already_is_seen(database_log: DatabaseLog, another: Another, chronology: str, by_another: bool) -> None:
    warm(database_log, chronology, "ours")
    first = (another() if by_another else database_log).append(command(chronology, rejected(1), key="same"))
    warm(database_log, chronology, "ours again")
    same, other, fresh = (
        command(chronology, rejected(1), key="same"),
        command(chronology, rejected(1), key="same", fingerprint="other"),
        command(chronology, rejected(2), key="fresh"),
    )
    again, conflict, new = database_log.append_together([same, other, fresh])
    assert again == Appended(first=first.first, last=first.last, result=first.result, repeated=True)
    assert isinstance(conflict, IdempotencyConflict)
    assert new == Appended(first=9, last=9, result="result of fresh", repeated=False)


def test_a_revision_is_compared_with_the_log_and_not_with_what_we_remember(
    database_log: DatabaseLog, another: Another, chronology: str
) -> None:
    warm(database_log, chronology, "ours")
    another().append(command(chronology, rejected(1), key="theirs"))
    assert isinstance(outcome_of(database_log, command(chronology, rejected(2), key="stale", expected_revision=4)), RevisionConflict)
    assert database_log.append(command(chronology, rejected(2), key="current", expected_revision=5)).first == 6


def test_a_document_that_another_process_erased_is_gone(database_log: DatabaseLog, another: Another, chronology: str) -> None:
    capture(database_log, chronology, "document", "first")
    for number in range(3):
        database_log.append(command(chronology, claim(f"claim {number}", "document"), key=f"claim {number}"))
    erase(another(), chronology, "document", "first")
    assert isinstance(outcome_of(database_log, command(chronology, claim("late", "document"), key="late")), Gone)
    warm(database_log, chronology, "after")
    assert verify_log(database_log.database, chronology).erased == 1


def test_on_postgresql_a_small_append_is_one_statement(postgres_url: str, new_id: IdSource, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Database(postgres_url, kek=KEK)) as database:
        log, chronology, sent = DatabaseLog(database, new_id), new_id(), list[str]()
        log.append(command(chronology, created(chronology, "test"), key="create"))
        rows, run = Driver.rows, Driver.run
        monkeypatch.setattr(Driver, "rows", lambda driver, statement, *given: sent.append(statement) or rows(driver, statement, *given))
        monkeypatch.setattr(Driver, "run", lambda driver, statement, *given: sent.append(statement) or run(driver, statement, *given))
        warm(log, chronology, "ours")
        assert len(sent) == 3
        log.append_together([command(chronology, rejected(n), key=f"{n}") for n in range(100)])
        assert len(sent) == 4
        assert verify_log(database, chronology).events == 104
