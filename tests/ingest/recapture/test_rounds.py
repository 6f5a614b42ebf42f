"""Capturing by itself: what is due, what happens when it fails, and what is told of it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.recapturing.intervals import seconds_of, shown
from services.ingest.recapturing.rounds import DAY, Rounds, RoundsThread, pause_after
from shared.domain.errors import InvalidInput
from shared.domain.events import DocumentCaptured, SourceRecaptured
from shared.domain.ports import replay
from tests.ingest.feeds.test_following import feed
from tests.ingest.fetching.serving import answer
from tests.ingest.recapture.conftest import World
from tests.ingest.recapture.pages import BRIDGE, page
from tests.support.running import ADMIN

HOUR = 3_600


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rounds(world: World, clock: Clock) -> Rounds:
    return Rounds(world.captures, world.feeds, clock, lambda: 0.5)


def scheduled(world: World, every: int = HOUR) -> str:
    """A page that is captured and has a schedule; returns its source."""
    world.site.pages["/b"] = page(*BRIDGE)
    source_id = world.capture("/b").source_id
    world.captures.schedule(world.here, source_id, every, ADMIN)
    world.project()
    return source_id


def asked(world: World) -> int:
    return len([request for request in world.site.requests if not request.startswith(b"GET /feed")])


def test_nothing_is_due_where_nothing_has_a_schedule(world: World, rounds: Rounds) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    world.capture("/b")
    assert rounds.step() == DAY
    assert asked(world) == 1


def test_a_source_is_captured_again_when_its_interval_is_over(world: World, rounds: Rounds, clock: Clock) -> None:
    source_id = scheduled(world)
    wait = rounds.step()
    assert 0 < wait <= HOUR * 1.1
    assert asked(world) == 1
    clock.move(wait + 1)
    assert rounds.step() == 0
    assert asked(world) == 2
    attempt = rounds.attempt(world.here, source_id)
    assert attempt is not None
    assert (attempt.outcome, attempt.failures, attempt.last) == ("unchanged", 0, clock())
    world.site.pages["/b"] = page(*BRIDGE[:2], BRIDGE[2].replace("45", "48"))
    clock.move(rounds.step() + 1)
    rounds.step()
    world.project()
    assert attempt.outcome is not None
    assert attempt.outcome.startswith("changed: document")
    said = [event.data for event in replay(world.running.service.log, world.here) if isinstance(event.data, SourceRecaptured)]
    assert len(said) == 1
    by = [event.actor for event in replay(world.running.service.log, world.here) if isinstance(event.data, DocumentCaptured)]
    assert by == ["Aygün", "schedule"]


def test_what_fails_is_tried_less_and_less_often_and_the_reason_is_told(world: World, rounds: Rounds, clock: Clock) -> None:
    source_id = scheduled(world)
    world.site.pages["/b"] = answer("", "500 Internal Server Error")
    waits = []
    for _ in range(7):
        clock.move(rounds.step() + 1)
        rounds.step()
        waits.append(rounds.step())
    assert waits[:4] == pytest.approx([2 * HOUR * 1.05, 4 * HOUR * 1.05, 8 * HOUR * 1.05, 16 * HOUR * 1.05])
    assert waits[4:] == pytest.approx([DAY * 1.05] * 3)
    attempt = rounds.attempt(world.here, source_id)
    assert attempt is not None
    assert attempt.failures == 7
    assert "status 500" in (attempt.outcome or "")
    world.site.pages["/b"] = page(*BRIDGE)
    clock.move(rounds.step() + 1)
    rounds.step()
    assert (attempt.failures, attempt.outcome) == (0, "unchanged")


def test_a_schedule_that_ends_is_forgotten_and_one_that_is_made_shorter_holds(world: World, rounds: Rounds) -> None:
    source_id = scheduled(world, 100 * HOUR)
    assert rounds.step() > 90 * HOUR
    world.captures.schedule(world.here, source_id, HOUR, ADMIN)
    world.project()
    assert rounds.step() <= 1.1 * HOUR
    world.captures.schedule(world.here, source_id, None, ADMIN)
    world.project()
    assert rounds.step() == DAY
    assert rounds.attempt(world.here, source_id) is None


def test_what_is_overdue_at_a_start_is_spread(world: World, rounds: Rounds, clock: Clock) -> None:
    scheduled(world)
    clock.move(50 * HOUR)
    assert rounds.step() == pytest.approx(150)


def test_a_feed_is_looked_at_at_once_and_then_by_its_interval(world: World, rounds: Rounds, clock: Clock) -> None:
    rounds.step()
    world.site.pages |= {"/feed": feed("/0", "/missing", etag='"1"'), "/0": page(BRIDGE[0])}
    receipt = world.feeds.follow(world.here, f"{world.site.url}/feed", HOUR, ADMIN)
    assert rounds.step() == 0
    world.project()
    attempt = rounds.attempt(world.here, receipt.id)
    assert attempt is not None
    assert attempt.outcome is not None
    assert attempt.outcome.startswith(f"1 captured, 1 failed, 0 left for the next time; {world.site.url}/missing: ")
    assert attempt.links == {f"{world.site.url}/missing": 1}
    world.site.pages["/missing"] = page(BRIDGE[1])
    clock.move(rounds.step() + 1)
    rounds.step()
    assert attempt.outcome == "1 captured, 0 failed, 0 left for the next time"
    world.site.pages["/feed"] = answer("", "304 Not Modified")
    clock.move(rounds.step() + 1)
    rounds.step()
    assert attempt.outcome == "unchanged"
    assert b'If-None-Match: "1"' in world.site.requests[-1]


def test_a_thread_does_rounds_until_it_is_stopped(world: World) -> None:
    source_id = scheduled(world, 60)
    late = datetime.now(UTC) + timedelta(days=3)
    thread = RoundsThread(Rounds(world.captures, world.feeds, lambda: late, lambda: 0), poll=0.01)
    answered = threading.Event()

    def talk(connection, request) -> None:  # type: ignore[no-untyped-def]
        connection.sendall(page(*BRIDGE))
        answered.set()

    world.site.pages["/b"] = talk
    thread.start()
    assert answered.wait(30)
    thread.stop()
    assert not thread.is_alive()
    assert thread.failure() is None
    assert thread.wait(0)
    assert thread.rounds.attempt(world.here, source_id) is not None


@given(st.integers(60, 10_000_000), st.integers(0, 100), st.floats(0, 1))
def test_a_pause_is_never_shorter_than_the_interval_nor_longer_than_a_day_or_the_interval(every: int, failures: int, spread: float) -> None:
    assert every <= pause_after(every, failures, spread) <= 1.1 * max(every, DAY) + 1


@given(st.integers(1, 10**8))
def test_an_interval_is_read_as_it_is_written(seconds: int) -> None:
    assert seconds_of(shown(seconds)) == seconds


@pytest.mark.parametrize(("written", "seconds"), [("15m", 900), ("1h", 3600), (" 2 D ", 172_800), ("90", 90), ("1w", 604_800), ("61s", 61)])
def test_intervals(written: str, seconds: int) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "0", "h", "-1h", "1.5h", "1y", "99999999w", "hourly", "1h30m"])
def test_what_is_no_interval(written: str) -> None:
    with pytest.raises(InvalidInput, match="is not an interval"):
        seconds_of(written)
