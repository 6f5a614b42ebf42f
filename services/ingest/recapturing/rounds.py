"""Capturing by itself what has a schedule: sources that are captured again, and feeds that are followed. One at a time.

When to look next is kept in memory: it follows from the log when a process starts (the last capture of a source, that a feed is followed).
Several processes of ingest each do their rounds; what one has captured is unchanged for the others.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import structlog

from services.ingest.feeds.following import Feeds
from services.ingest.fetching.fetched import Validators
from services.ingest.recapturing.captures import Captures
from services.ingest.receipts import Caller
from shared.domain.errors import Busy, SalnameError
from shared.domain.events import FeedFollowed
from shared.domain.roles import Principal, Role

CALLER = Caller(Principal(name="schedule", role=Role.contributor))
DAY = 86_400.0

BUSY_SECONDS = 60.0
"""After how long something is tried again that failed because the database was busy."""

SPREAD = 0.1
"""The share of an interval by which it is drawn out at random, so that sources do not all fall due together for ever."""

START_SECONDS = 300.0
"""Over how long what is overdue is spread when a process starts."""

log = structlog.get_logger(__name__)


class Task(NamedTuple):
    """A source or a feed with a schedule; `every` is in seconds."""

    chronology_id: str
    kind: Literal["source", "feed"]
    id: str
    every: int
    feed: FeedFollowed | None = None


@dataclass(slots=True)
class Attempt:
    """How a task went the last time, and when it is done next. `failures` counts those since it last went well."""

    due: datetime
    last: datetime | None = None
    failures: int = 0
    outcome: str | None = None
    validators: Validators = field(default_factory=Validators)
    links: dict[str, int] = field(default_factory=dict)


def pause_after(every: float, failures: int, spread: float) -> float:
    """Seconds until something is done again: its interval, doubled with each failure in a row up to a day; `spread` is 0 to 1."""
    waited = every if not failures else min(every * 2.0 ** min(failures, 30), max(every, DAY))
    return waited * (1 + SPREAD * spread)


class Rounds:
    """Knows what is due, and does it. `random` gives numbers from 0 to 1."""

    def __init__(self, captures: Captures, feeds: Feeds, now: Callable[[], datetime], random: Callable[[], float]) -> None:
        self._captures = captures
        self._feeds = feeds
        self._now = now
        self._random = random
        self._attempts: dict[tuple[str, str], Attempt] = {}
        self._begun = False

    def attempt(self, chronology_id: str, task_id: str) -> Attempt | None:
        """Return how a source or a feed with a schedule went the last time."""
        return self._attempts.get((chronology_id, task_id))

    def step(self) -> float:
        """Do what has been due for the longest time, if anything is; return after how many seconds the next thing is due."""
        tasks = {(task.chronology_id, task.id): task for task in self._tasks()}
        for name in self._attempts.keys() - tasks.keys():
            del self._attempts[name]
        for name, task in tasks.items():
            if name not in self._attempts:
                self._attempts[name] = Attempt(self._first(task))
            else:  # the schedule may have been made shorter
                known = self._attempts[name]
                known.due = min(known.due, self._now() + timedelta(seconds=pause_after(task.every, known.failures, 1)))
        self._begun = True
        if not tasks:
            return DAY
        name = min(tasks, key=lambda name: self._attempts[name].due)
        if self._attempts[name].due <= self._now():
            self._do(tasks[name], self._attempts[name])
            return 0
        return max(0.0, (self._attempts[name].due - self._now()).total_seconds())

    def _tasks(self) -> Iterator[Task]:
        for chronology_id, source_id, every in self._captures.history.scheduled():
            yield Task(chronology_id, "source", source_id, every)
        for info in self._captures.service.log.chronologies():
            for feed in self._captures.history.feeds(info.id, info.head):
                if feed.every is not None:
                    yield Task(info.id, "feed", feed.feed_id, feed.every, feed)

    def _first(self, task: Task) -> datetime:
        """When a task is due that was not known before. At the start of a process, all are new."""
        now = self._now()
        source = self._captures.history.source(task.chronology_id, task.id) if task.kind == "source" else None
        since = max((capture.time for capture in source.captures), default=None) if source else None
        if since is not None and (due := since + timedelta(seconds=pause_after(task.every, 0, self._random()))) > now:
            return due
        return now if self._begun else now + timedelta(seconds=min(task.every, START_SECONDS) * self._random())

    def _do(self, task: Task, attempt: Attempt) -> None:
        attempt.last = self._now()
        try:
            attempt.outcome = self._captured(task) if task.feed is None else self._looked(task, task.feed, attempt)
            attempt.failures = 0
        except Busy as error:
            attempt.outcome = error.detail
            attempt.due = self._now() + timedelta(seconds=BUSY_SECONDS)
            return
        except SalnameError as error:
            attempt.failures += 1
            attempt.outcome = error.detail
            log.warning(
                f"{task.kind}.not_captured", chronology=task.chronology_id, id=task.id, reason=error.detail, failures=attempt.failures
            )
        attempt.due = self._now() + timedelta(seconds=pause_after(task.every, attempt.failures, self._random()))

    def _captured(self, task: Task) -> str:
        receipt = self._captures.recapture(task.chronology_id, task.id, CALLER)
        log.info("source.captured", chronology=task.chronology_id, id=task.id, status=receipt.status, document=receipt.id)
        return "unchanged" if receipt.status == "unchanged" else f"changed: document {receipt.id}"

    def _looked(self, task: Task, feed: FeedFollowed, attempt: Attempt) -> str:
        found = self._feeds.look(
            task.chronology_id, feed.url, CALLER, feed.extractor, feed.limit, attempt.validators, failures=attempt.links
        )
        attempt.validators = found.validators
        attempt.links = {link: attempt.links.get(link, 0) + 1 for link in found.failed}
        for link, reason in found.failed.items():
            log.warning("feed.link_not_captured", chronology=task.chronology_id, id=task.id, link=link, reason=reason)
        log.info("feed.looked_at", chronology=task.chronology_id, id=task.id, captured=len(found.captured), failed=len(found.failed))
        if not found.modified:
            return "unchanged"
        failed = "".join(f"; {link}: {reason}" for link, reason in list(found.failed.items())[:20])
        return f"{len(found.captured)} captured, {len(found.failed)} failed, {found.left} left for the next time{failed}"


class RoundsThread(threading.Thread):
    """Does rounds until it is stopped, and looks for new schedules every `poll` seconds at least."""

    def __init__(self, rounds: Rounds, poll: float = 10.0) -> None:
        super().__init__(name="rounds", daemon=True)
        self.rounds = rounds
        self._poll = poll
        self._stopping = threading.Event()
        self._failure: str | None = None

    def failure(self) -> str | None:
        """What keeps everything from being captured by itself, for a health check; None when nothing does. A page that fails is no such."""
        return self._failure

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until the thread is to stop; return whether it is."""
        return self._stopping.wait(seconds)

    def run(self) -> None:
        while not self._stopping.is_set():
            pause = self._poll
            try:
                pause = min(self._poll, self.rounds.step())
                self._failure = None
            except SalnameError as error:
                log.warning("rounds.busy", reason=error.detail)
            except Exception as error:
                self._failure = f"{type(error).__name__}; the server's log says more"
                log.exception("rounds.failed", exc_info=error)
            self._stopping.wait(pause)

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after what is under way; wait for it at most `timeout` seconds."""
        self._stopping.set()
        self.join(timeout)
