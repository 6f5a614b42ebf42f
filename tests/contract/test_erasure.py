"""Erasing a document destroys its words everywhere, and changes no byte of the log."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from shared.domain.errors import Gone, NotFound
from shared.domain.events import ClaimRecorded, DocumentErased, Erased
from shared.domain.ports import Appended, Log, replay
from shared.store.append import DatabaseLog
from tests.contract.conftest import Another
from tests.contract.making import capture, claim, command, document, erase, erased, outcome_of, rejected


def left(claim_id: str, document_id: str) -> Erased:
    return Erased(type="claim.recorded", version=ClaimRecorded.version, subject=claim_id, document_id=document_id)


def test_what_is_left_of_claims_is_that_they_were_there(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "one", "two")
    capture(log, chronology, "kept", "three")
    log.append(command(chronology, claim("four", "d"), key="later"))
    raw = log.read_raw(chronology)
    done = erase(log, chronology, "d", "one", "two", "four")
    assert (done.first, done.last) == (8, 8)
    data = [event.data for event in replay(log, chronology)]
    assert data[2:4] == [left("one", "d"), left("two", "d")]
    assert data[5:] == [claim("three", "kept"), left("four", "d"), erased("d", "one", "two", "four")]
    assert [event.data for event in log.pick(chronology, [7, 3])] == [left("four", "d"), left("one", "d")]
    assert log.document(chronology, "d") is None
    assert log.document(chronology, "kept") == document("kept")
    assert log.read_raw(chronology)[:7] == raw, "the log is the same to the byte, and so is every proof of it"


def test_nothing_can_be_recorded_about_it_any_more(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "one")
    capture(log, chronology, "kept")
    erase(log, chronology, "d", "one")
    with pytest.raises(Gone, match="document d is erased"):
        log.append(command(chronology, rejected(1), claim("two", "d"), claim("three", "kept"), key="later"))
    assert log.head(chronology) == 5
    assert log.append(command(chronology, claim("three", "kept"), key="later")).last == 6, "a refused command's key is free"


def test_it_is_erased_once(log: Log, chronology: str) -> None:
    capture(log, chronology, "d")
    first = erase(log, chronology, "d")
    assert erase(log, chronology, "d") == replace(first, repeated=True)
    with pytest.raises(Gone):
        erase(log, chronology, "d", key="erase again")
    assert log.head(chronology) == 3


def test_what_is_unknown_cannot_be_erased_or_quoted(log: Log, chronology: str) -> None:
    with pytest.raises(NotFound, match="no document unknown"):
        erase(log, chronology, "unknown")
    with pytest.raises(NotFound, match="no document unknown"):
        log.append(command(chronology, claim("one", "unknown"), key="claim"))
    assert log.head(chronology) == 1


def test_a_refused_erasure_destroys_nothing(log: Log, chronology: str) -> None:
    capture(log, chronology, "d", "one")
    request = command(chronology, erased("d", "one"), key="erase", erases="d", expected_revision=1)
    assert not isinstance(outcome_of(log, request), Appended)
    assert log.document(chronology, "d") == document("d")
    assert [event.data for event in log.read(chronology, after=2)] == [claim("one", "d")]


def test_claims_that_come_with_the_erasure_stand_before_it_or_are_refused(log: Log, chronology: str) -> None:
    capture(log, chronology, "d")
    capture(log, chronology, "kept")
    requests = [command(chronology, claim(f"claim {n}", "d" if n % 3 else "kept"), rejected(n), key=f"{n}") for n in range(24)]
    requests.insert(12, command(chronology, erased("d"), key="erase", erases="d"))
    barrier = threading.Barrier(len(requests))
    with ThreadPoolExecutor(len(requests)) as pool:
        outcomes = list(pool.map(lambda request: barrier.wait(60) is not None and outcome_of(log, request), requests))
    done = outcomes.pop(12)
    assert isinstance(done, Appended)
    for n, outcome in enumerate(outcomes):
        if n % 3:
            assert isinstance(outcome, Gone) or (isinstance(outcome, Appended) and outcome.last < done.first)
        else:
            assert isinstance(outcome, Appended)
    events = list(replay(log, chronology))
    assert [isinstance(event.data, DocumentErased) for event in events].index(True) == done.first - 1
    assert not [event for event in events if isinstance(event.data, Erased) and event.position > done.first]
    assert [event.position for event in events] == list(range(1, log.head(chronology) + 1))


def test_keys_that_another_process_has_at_hand_open_nothing_any_more(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d", "one")
    writer, reader = another(), another()
    writer.append(command(chronology, claim("two", "d"), key="two"))
    assert [event.data for event in reader.read(chronology, after=2)] == [claim("one", "d"), claim("two", "d")]
    assert reader.document(chronology, "d") == document("d")

    erase(database_log, chronology, "d", "one", "two")
    for log in (reader, writer, database_log):
        assert [event.data for event in log.read(chronology, after=2, limit=2)] == [left("one", "d"), left("two", "d")]
        assert log.document(chronology, "d") is None
    with pytest.raises(Gone):
        writer.append(command(chronology, claim("three", "d"), key="three"))


def test_a_writer_that_has_not_looked_since_is_refused(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d")
    writer = another()
    writer.append(command(chronology, claim("one", "d"), key="one"))
    erase(database_log, chronology, "d", "one")
    with pytest.raises(Gone):
        writer.append(command(chronology, claim("two", "d"), key="two"))
    assert database_log.head(chronology) == 4


def test_the_key_is_in_no_file_any_more(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    capture(database_log, chronology, "d", "one")
    with database_log.database.read() as session:
        wrapped, body = session.execute(
            text("SELECT k.wrapped, d.text FROM document_key k JOIN document d ON d.id = k.document_id WHERE k.document_id = 'd'")
        ).one()
    erase(database_log, chronology, "d", "one")
    with another().database.read() as session:
        assert session.execute(text("SELECT wrapped FROM document_key")).scalars().all() == [None]
        assert session.execute(text("SELECT count(*) FROM document")).scalar() == 0
    if database_log.database.dialect == "sqlite":
        path = Path(str(make_url(database_log.database.url).database))
        with database_log.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for each in path.parent.glob(f"{path.name}*"):
            assert bytes(wrapped) not in each.read_bytes(), each.name
            assert bytes(body) not in each.read_bytes(), each.name
