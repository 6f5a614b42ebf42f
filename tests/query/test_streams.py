"""Streams: every change once, in order, the same bytes everywhere, whatever happens to connections."""

import json
import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import httpx
import pytest

from services.projection import fold
from services.projection.runner import Projector
from services.query.streams import Limits, Streams
from shared.domain.provenance import SourceDetails
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.wakeup import Wakeup
from tests.query.serving import LIMIT, Running, query_app, serving
from tests.query.sse import Listener
from tests.support.running import ADMIN, run
from tests.support.running import Running as Services

STREAM = "/v1/chronologies/test/stream"
NUMBERS = 400


@dataclass
class Live:
    """A served chronology with one document, of which each call of `change` records one more claim."""

    services: Services
    server: Running
    wakeup: Wakeup
    document: str
    changes: int = 0
    listeners: list[Listener] = field(default_factory=list)

    def change(self, count: int = 1, *, wake: bool = True) -> None:
        """Make that many changes, each a revision of its own."""
        for _ in range(count):
            self.changes += 1
            name = bell(self.changes)
            body = {"document_id": self.document, "quote": f"Bell {name} rang.", "date": {"edtf": str(1000 + self.changes), "quote": name}}
            receipt = self.services.service.record_claims(self.services.info.id, [(1, json.dumps(body).encode())], ADMIN)
            assert not receipt.refused
        self.services.projector.project(self.services.info)
        if wake:
            self.wakeup.notify()

    def pulled(self) -> list[tuple[int, bytes]]:
        """All changes as `/changes` gives them, by revision: the very bytes."""
        found: list[tuple[int, bytes]] = []
        after = 0
        while True:
            body = httpx.get(f"{self.server.url}/v1/chronologies/test/changes", params={"after": after, "limit": 7}, timeout=LIMIT).content
            parsed = json.loads(body)
            found += [(change["revision"], piece) for change, piece in zip(parsed["changes"], pieces(body), strict=True)]
            if parsed["next"] == after or not parsed["changes"]:
                return found
            after = parsed["next"]

    def listen(self, after: int | None = None, last_id: int | str | None = None) -> Listener:
        listener = Listener(self.server.port, STREAM if after is None else f"{STREAM}?after={after}", last_id)
        self.listeners.append(listener)
        return listener

    @property
    def streams(self) -> Streams:
        streams: Streams = self.server.app.state.query.streams
        return streams

    def until_open(self, count: int) -> None:
        """Wait until that many streams are open; without any, nothing may look for news any more."""
        until = monotonic() + LIMIT
        while self.streams.open != count or (count == 0 and self.streams.channels):
            assert monotonic() < until, f"{self.streams.open} streams of {self.streams.channels} chronologies are open"
            threading.Event().wait(0.01)


def bell(number: int) -> str:
    """A name without digits: an extractor finds nothing to read in it."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}")


def pieces(body: bytes) -> list[bytes]:
    """Cut the answer to /changes into the bytes of its changes, without a JSON library's help."""
    inner = body[body.index(b"[") + 1 : body.rindex(b"]")]
    found, depth, start, inside, escaped = [], 0, 0, False, False
    for at, byte in enumerate(inner):
        character = chr(byte)
        if inside:
            inside = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character == "{":
            start = at if depth == 0 else start
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                found.append(inner[start : at + 1])
    return found


@pytest.fixture
def live(database: Database) -> Iterator[Live]:
    services = run(database)
    text = "The bells\n\n" + "\n".join(f"Bell {bell(number)} rang." for number in range(1, NUMBERS))
    document = services.capture(text, SourceDetails(language="en"))
    assert document.claims == 0
    wakeup = Wakeup()
    settings = Settings(database_url=database.url, poll_seconds=0.2, heartbeat_seconds=0.4)
    with serving(query_app(database, settings, wakeup), send_buffer=8192) as server:
        live = Live(services, server, wakeup, document.id)
        yield live
        for listener in live.listeners:
            listener.hang_up()


def test_a_replay_from_the_start_is_what_changes_gives_byte_for_byte(live: Live) -> None:
    live.change(12)
    listener = live.listen(after=0)
    assert listener.status == 200
    assert listener.headers["content-type"].startswith("text/event-stream")
    assert listener.headers["cache-control"] == "no-store"
    pulled = live.pulled()
    events = listener.take(len(pulled))
    assert [(event.id, event.data) for event in events] == pulled
    assert listener.retry
    assert [json.loads(event.data)["data"]["previous"] for event in events] == [0, *(revision for revision, _ in pulled[:-1])]


def test_without_a_cursor_a_stream_begins_now_and_says_where_that_is(live: Live) -> None:
    live.change(3)
    head = live.services.info.head
    listener = live.listen()
    first = listener.next()
    assert first is not None
    assert (first.kind, json.loads(first.data), first.id) == ("heartbeat", {"revision": head}, None)
    live.change()
    assert [event.id for event in listener.take(1)] == [head + 1]


def test_a_listener_that_is_cut_off_before_the_first_change_misses_nothing(live: Live) -> None:
    listener = live.listen()
    listener.take(1, "heartbeat")
    cursor = live.services.info.head
    assert listener.last_id == cursor
    listener.hang_up()
    live.change(2)
    assert [event.id for event in live.listen(last_id=cursor).take(2)] == [cursor + 1, cursor + 2]


def test_a_listener_that_is_cut_off_anywhere_and_comes_back_gets_every_change_once_and_in_order(live: Live) -> None:
    chance = random.Random(20)
    seen: list[tuple[int, bytes]] = []
    cursor = 0
    done = threading.Event()

    def write() -> None:
        for _ in range(30):
            live.change(chance.randint(1, 4))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    hung_up = 0
    while not (done.is_set() and seen and seen[-1][0] == live.services.info.head):
        listener = live.listen(after=0, last_id=cursor) if cursor else live.listen(after=0)
        for _ in range(chance.randint(1, 9)):
            event = listener.next()
            assert event is not None
            if event.kind == "change":
                assert event.id is not None
                seen.append((event.id, event.data))
                cursor = event.id
            elif done.is_set():
                break
        listener.hang_up()
        hung_up += 1
    writer.join(LIMIT)
    assert seen == live.pulled()
    assert hung_up > 3
    live.until_open(0)


def test_many_listeners_get_the_same_bytes(live: Live) -> None:
    listeners = [live.listen(after=0) for _ in range(40)]
    live.change(15)
    pulled = live.pulled()
    for listener in listeners:
        assert [(event.id, event.data) for event in listener.take(len(pulled))] == pulled
    assert live.streams.channels == 1
    for listener in listeners:
        listener.hang_up()
    live.until_open(0)


def test_a_wake_up_that_is_lost_delays_news_and_loses_none(live: Live) -> None:
    listener = live.listen()
    listener.take(1, "heartbeat")
    live.change(wake=False)
    assert len(listener.take(1)) == 1


def test_heartbeats_carry_the_head_and_no_id(live: Live) -> None:
    live.change(2)
    listener = live.listen(last_id=live.services.info.head)
    beats = listener.take(3, "heartbeat")
    assert {beat.data for beat in beats} == {b'{"revision":%d}' % live.services.info.head}
    assert {beat.id for beat in beats} == {None}


@pytest.mark.parametrize("cursor", ["1000000", "-5", "abc", "99999999999999999999999999"])
def test_a_cursor_that_cannot_be_served_is_reset_to_the_head_and_goes_on(live: Live, cursor: str) -> None:
    live.change(2)
    head = live.services.info.head
    listener = live.listen(last_id=cursor)
    first = listener.next()
    assert first is not None
    assert (first.kind, json.loads(first.data), first.id) == ("reset", {"revision": head}, head)
    live.change()
    assert [event.id for event in listener.take(1)] == [head + 1]


def test_who_listens_while_what_was_told_is_lost_starts_over(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release with other rules starts, and a document was erased: what the old rules told can neither be kept nor told again."""
    live.change(2)
    listeners = [live.listen(last_id=live.services.info.head), live.listen(last_id=live.services.info.head - 1)]
    assert listeners[0].take(1, "heartbeat")
    assert listeners[1].take(1)
    live.services.service.erase(live.services.info.id, live.document, "asked for", ADMIN)
    monkeypatch.setattr(fold, "VERSION", fold.VERSION + 1)
    Projector(live.services.database, DatabaseReader(live.services.database)).catch_up()
    live.wakeup.notify()
    head = live.services.info.head
    for listener in (*listeners, live.listen(last_id=1)):
        (reset,) = listener.take(1, "reset")
        assert (json.loads(reset.data), reset.id) == ({"revision": head}, head)


def test_a_cursor_ahead_of_the_read_model_but_not_of_the_log_waits(live: Live) -> None:
    """The read model may be a moment behind another copy of itself that gave the cursor out."""
    live.change(2)
    ahead = live.services.service.capture(live.services.info.id, b"Nothing to read.", ADMIN, filename="n.txt").revision
    listener = live.listen(last_id=ahead)
    event = listener.next()
    assert event is not None
    assert event.kind == "heartbeat"
    live.services.projector.project(live.services.info)
    live.change()
    assert listener.take(1)[0].id == ahead + 1


def test_pulling_from_a_cursor_beyond_the_log_is_gone(live: Live) -> None:
    live.change(1)
    gone = httpx.get(f"{live.server.url}/v1/chronologies/test/changes?after=1000000", timeout=LIMIT)
    assert gone.status_code == 410
    assert gone.json()["revision"] == live.services.info.head
    at_head = httpx.get(f"{live.server.url}/v1/chronologies/test/changes?after={live.services.info.head}", timeout=LIMIT).json()
    assert at_head == {"revision": live.services.info.head, "changes": [], "next": live.services.info.head}


def test_a_listener_that_does_not_read_is_cut_off_and_holds_nobody_up(live: Live) -> None:
    streams = live.streams
    streams.limits = Limits(send=0.5)
    # Small buffers at both ends and a long replay: they fill at once.
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect(("127.0.0.1", live.server.port))
    live.change(200)
    stuck.sendall(f"GET {STREAM}?after=0 HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    live.until_open(1)
    brisk = live.listen()
    brisk.take(1, "heartbeat")
    begin = monotonic()
    while streams.open > 1:
        live.change(2)
        assert len(brisk.take(2)) == 2
        assert monotonic() - begin < LIMIT
    live.change()
    assert len(brisk.take(1)) == 1
    stuck.close()
    brisk.hang_up()


def test_a_server_with_open_streams_stops_at_once_and_ends_them_in_order(live: Live) -> None:
    listeners = [live.listen() for _ in range(5)]
    for listener in listeners:
        listener.take(1, "heartbeat")
    assert live.server.stop() < 5
    for listener in listeners:
        while listener.next() is not None:
            pass
        assert listener.ended
    assert live.streams.open == 0


def test_a_stream_ends_after_its_life_so_that_access_is_checked_anew(live: Live) -> None:
    live.streams.limits = Limits(life=0.5)
    listener = live.listen()
    while listener.next() is not None:
        pass
    assert listener.ended
    live.until_open(0)


def test_no_more_streams_are_opened_than_there_may_be(live: Live) -> None:
    live.streams.limits = Limits(streams=2)
    listeners = [live.listen(), live.listen()]
    for listener in listeners:
        listener.take(1, "heartbeat")
    refused = live.listen()
    assert refused.status == 503
    for listener in listeners:
        listener.hang_up()
    live.until_open(0)
    assert live.listen().status == 200
