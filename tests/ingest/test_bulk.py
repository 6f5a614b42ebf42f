"""Streams of claims on a log: recorded part by part, once, with an answer that does not grow with them."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.ingest import bulk
from services.ingest.bulk import ClaimsStream
from services.ingest.claims_stream import Cutter, Part
from services.ingest.receipts import StreamState
from shared.domain.errors import IdempotencyConflict, InvalidInput, NotFound, RevisionConflict
from shared.domain.events import ClaimRecorded
from shared.domain.ports import replay
from shared.store.engine import Database
from tests.support.running import ADMIN, Running, run

TEXT = "The mill opened in 1871. The mill closed in 1930, and 40 people lost their work."
KEYED = replace(ADMIN, key="key:stream")


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


@pytest.fixture
def document(running: Running) -> str:
    return running.service.capture(running.info.id, TEXT.encode(), ADMIN, filename="mill.txt").id


def lines(document: str, count: int, *, wrong: int = 0) -> bytes:
    """A stream of claims, told apart by their statements, of which the first few quote what is not there."""
    quotes = ["gone"] * wrong + ["in 1930"] * (count - wrong)
    claims = [{"document_id": document, "quote": quote, "statement": f"Claim {at}."} for at, quote in enumerate(quotes)]
    return b"".join(json.dumps(claim).encode() + b"\n" for claim in claims)


def parts(stream: bytes) -> Iterator[Part]:
    cutter = Cutter(part_lines=3)
    yield from cutter.feed(stream)
    yield from cutter.finish()


def send(running: Running, stream: bytes, *, until: int | None = None, caller: bulk.Caller = KEYED) -> ClaimsStream:
    """Record a stream, or only its first parts, as if it had broken off there."""
    sending = running.service.claims_stream(running.info.id, caller)
    for part in list(parts(stream))[:until]:
        sending.record(part)
    return sending


def statements(running: Running) -> list[str]:
    recorded = [event.data for event in replay(running.service.log, running.info.id) if isinstance(event.data, ClaimRecorded)]
    return [data.claim.statement for data in recorded if data.claim.statement.startswith("Claim ")]


def test_a_stream_that_broke_off_goes_on_where_it_was(running: Running, document: str) -> None:
    stream = lines(document, 10, wrong=2)
    send(running, stream, until=2)
    chronology = running.info.id
    assert running.service.stream_state(chronology, KEYED.key or "") == StreamState(
        lines=6, claims=4, refusals=2, revision=running.info.head, complete=False
    )
    receipt = send(running, stream).receipt()
    assert (receipt.status, receipt.lines, receipt.claims, receipt.refusals, receipt.shortened) == ("recorded", 10, 8, 2, False)
    assert statements(running) == [f"Claim {at}." for at in range(2, 10)]
    assert len(receipt.recorded) == 8
    assert [refused.line for refused in receipt.refused] == [1, 2]
    assert receipt.revision == running.info.head
    again = send(running, stream).receipt()
    assert again == receipt.model_copy(update={"status": "unchanged"})
    assert running.info.head == receipt.revision
    assert running.service.stream_state(chronology, KEYED.key or "").complete


def test_what_was_recorded_is_recognised_without_being_read(running: Running, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = lines(document, 10)
    first = send(running, stream).receipt()

    def never(*_: object) -> None:
        raise AssertionError("a line that was recorded is parsed again")

    monkeypatch.setattr("services.ingest.claim_lines.parse", never)
    assert send(running, stream).receipt().recorded == first.recorded


def test_another_stream_under_the_same_key_is_refused_from_where_it_differs(running: Running, document: str) -> None:
    stream = lines(document, 10)
    send(running, stream, until=3)
    head = running.info.head
    other = stream.replace(b"Claim 4.", b"Claim four.")
    with pytest.raises(IdempotencyConflict) as caught:
        send(running, other)
    assert "lines 4–6" in caught.value.detail
    with pytest.raises(IdempotencyConflict):
        send(running, lines(document, 9))
    with pytest.raises(IdempotencyConflict):
        running.service.record_claim(running.info.id, stream.splitlines()[0], KEYED)
    assert running.info.head == head
    assert send(running, stream).receipt().claims == 10


def test_the_answer_does_not_grow_with_the_stream(running: Running, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LISTED", 4)
    receipt = send(running, lines(document, 20, wrong=7)).receipt()
    assert (receipt.claims, receipt.refusals, receipt.shortened) == (13, 7, True)
    assert (len(receipt.recorded), [refused.line for refused in receipt.refused]) == (4, [1, 2, 3, 4])
    again = send(running, lines(document, 20, wrong=7)).receipt()
    assert again == receipt.model_copy(update={"status": "unchanged"})


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 17, 30])
def test_the_state_of_a_stream_is_found_whatever_its_length(running: Running, document: str, count: int) -> None:
    stream = lines(document, 3 * count)
    send(running, stream)
    state = running.service.stream_state(running.info.id, KEYED.key or "")
    assert (state.lines, state.claims, state.complete, state.revision) == (3 * count, 3 * count, True, running.info.head)
    with pytest.raises(NotFound):
        running.service.stream_state(running.info.id, "key:other")


def test_a_key_of_something_else_is_no_stream(running: Running, document: str) -> None:
    running.service.record_claim(running.info.id, lines(document, 1).strip(), KEYED)
    with pytest.raises(NotFound, match="no stream"):
        running.service.stream_state(running.info.id, KEYED.key or "")


def test_a_precondition_holds_for_the_beginning(running: Running, document: str) -> None:
    stream = lines(document, 10)
    with pytest.raises(RevisionConflict):
        send(running, stream, caller=replace(KEYED, expected_revision=1))
    here = replace(KEYED, expected_revision=running.info.head)
    assert send(running, stream, caller=here).receipt().claims == 10
    assert send(running, stream, caller=here).receipt().status == "unchanged", "a repetition is one, whatever has come since"


def test_without_a_key_a_stream_is_recorded_each_time(running: Running, document: str) -> None:
    stream = lines(document, 4)
    assert send(running, stream, caller=ADMIN).receipt().status == "recorded"
    assert send(running, stream, caller=ADMIN).receipt().status == "recorded"
    assert len(statements(running)) == 8


@pytest.mark.parametrize("stream", [b"", b"\n\n\n \n\r\n", b"{\n" * 5])
def test_a_stream_without_claims_changes_nothing(running: Running, stream: bytes) -> None:
    head = running.info.head
    for caller in (ADMIN, KEYED, KEYED):
        receipt = send(running, stream, caller=caller).receipt()
        assert (receipt.status, receipt.claims, receipt.revision) == ("unchanged", 0, head)
    assert running.info.head == head


def test_an_interruption_says_how_far_it_got_and_what_to_do(running: Running, document: str) -> None:
    sending = send(running, lines(document, 10), until=2)
    error = sending.interrupted(InvalidInput("line 8 is too long", line=8))
    assert "up to 6 were dealt with" in error.detail
    assert "same Idempotency-Key" in error.detail
    assert error.extra == {"line": 8, "lines": 6, "claims": 6, "refusals": 0, "revision": running.info.head}
    unkeyed = send(running, lines(document, 10), until=2, caller=ADMIN)
    assert "send what comes after line 6" in unkeyed.interrupted(InvalidInput("x")).detail
    assert "nothing of the stream was recorded" in send(running, b"x", until=0).interrupted(InvalidInput("x")).detail
