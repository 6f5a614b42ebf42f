"""What every log promises, whatever it is stored in."""

import threading
from typing import Any

import orjson
import pytest

from shared.domain.errors import AlreadyExists, IdempotencyConflict, NotFound, RevisionConflict
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Log, StoredDocument, replay
from tests.contract.making import COMMAND, command, created, rejected


def append(log: Log, chronology: str, *numbers: int, key: str, **more: Any) -> tuple[int, int, bool]:
    done = log.append(command(chronology, *map(rejected, numbers), key=key, **more))
    return done.first, done.last, done.repeated


def test_positions_are_dense_and_a_command_shares_its_commit(log: Log, chronology: str) -> None:
    assert append(log, chronology, 1, 2, 3, key="a") == (2, 4, False)
    assert append(log, chronology, 4, key="b") == (5, 5, False)
    events = list(replay(log, chronology, batch=2))
    assert [event.position for event in events] == [1, 2, 3, 4, 5]
    assert [event.commit for event in events] == [1, 4, 4, 4, 5]
    assert [event.data for event in events[1:]] == [rejected(n) for n in (1, 2, 3, 4)]
    assert log.head(chronology) == 5


def test_a_read_never_cuts_a_commit(log: Log, chronology: str) -> None:
    append(log, chronology, *range(10), key="a")
    assert [event.position for event in log.read(chronology, after=1, limit=3)] == list(range(2, 12))


def test_the_same_key_and_body_gives_the_first_result(log: Log, chronology: str) -> None:
    append(log, chronology, 1, key="a")
    assert append(log, chronology, 1, key="a") == (2, 2, True)
    assert log.head(chronology) == 2
    assert log.recall(chronology, "a") is not None


def test_the_same_key_with_another_body_is_refused(log: Log, chronology: str) -> None:
    append(log, chronology, 1, key="a")
    with pytest.raises(IdempotencyConflict, match="another body"):
        append(log, chronology, 2, key="a", fingerprint="g")
    assert log.head(chronology) == 2


def test_a_command_without_events_keeps_its_key(log: Log, chronology: str) -> None:
    assert append(log, chronology, key="nothing") == (2, 1, False)
    assert append(log, chronology, key="nothing") == (2, 1, True)
    with pytest.raises(IdempotencyConflict):
        append(log, chronology, 1, key="nothing", fingerprint="g")
    assert (log.head(chronology), log.read(chronology, after=1)) == (1, [])


def test_a_stale_revision_is_refused_and_says_where_the_log_is(log: Log, chronology: str) -> None:
    append(log, chronology, 1, key="a", expected_revision=1)
    with pytest.raises(RevisionConflict) as caught:
        append(log, chronology, 2, key="b", expected_revision=1)
    assert caught.value.extra == {"expected": 1, "current": 2}
    assert log.head(chronology) == 2
    assert append(log, chronology, 2, key="b", expected_revision=2) == (3, 3, False), "a refused command may be sent again"


def test_a_reserved_name_is_taken_once(log: Log, chronology: str) -> None:
    append(log, chronology, 1, key="a", reserves=(("source:x", "one"),))
    with pytest.raises(AlreadyExists, match="source:x"):
        append(log, chronology, 2, key="b", reserves=(("source:x", "two"),))
    held = log.reserved(chronology, "source:x")
    assert held is not None
    assert (held.subject, held.position) == ("one", 2)
    assert log.head(chronology) == 2


def test_a_slug_is_taken_once(log: Log, chronology: str, new_id: IdSource) -> None:
    other = new_id()
    with pytest.raises(AlreadyExists, match="'test'"):
        log.append(command(other, created(other, "test"), key="create"))
    assert [info.id for info in log.chronologies()] == [chronology]


def test_an_unknown_chronology_is_not_found(log: Log) -> None:
    with pytest.raises(NotFound):
        append(log, "nowhere", 1, key="a")
    assert log.chronology("nowhere") is None


def test_documents_come_back_byte_for_byte(log: Log, chronology: str) -> None:
    document = StoredDocument(id="d", original=bytes(range(256)), text="Bakı\r\n\u200f\U0001f600 end")
    log.append(Append(chronology_id=chronology, command=COMMAND, events=(rejected(1),), key="a", fingerprint="f", result=""), [document])
    assert log.document(chronology, "d") == document
    assert log.document(chronology, "other") is None


def test_raw_bytes_are_the_events(log: Log, chronology: str) -> None:
    append(log, chronology, 1, 2, key="a")
    bodies = [orjson.loads(body) for body in log.read_raw(chronology, after=1, limit=1)]
    assert [(body["specversion"], body["type"], body["position"], body["commit"]) for body in bodies] == [
        ("1.0", "correction.rejected", 2, 3)
    ]


def test_events_are_picked_by_their_positions(log: Log, chronology: str) -> None:
    append(log, chronology, 1, 2, 3, key="a")
    events = log.read(chronology)
    assert log.pick(chronology, [4, 2]) == [events[3], events[1]]
    assert log.pick(chronology, []) == []


def test_concurrent_writers_leave_no_gap_and_no_repetition(log: Log, chronology: str) -> None:
    def write(writer: int) -> None:
        for turn in range(10):
            append(log, chronology, turn, turn + 1, key=f"{writer}-{turn}")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while len(seen) < 161:
        seen += [event.position for event in log.read(chronology, after=seen[-1] if seen else 0, limit=7)]
        if not any(thread.is_alive() for thread in threads) and log.head(chronology) == len(seen):
            break
    for thread in threads:
        thread.join(timeout=60)
    assert seen == list(range(1, 162))
