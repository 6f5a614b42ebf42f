"""The interface of the contestants that append to a log, and the race: so many writers, each with transactions of so many events.

Everything that is not appending is done before the clock starts: connections are open, claims are made and validated, peers have their
payloads as JSON or as their own event objects. The writers are threads of one process, or of up to eight; or tasks on one event loop, where
a contestant offers that.
"""

import asyncio
import gc
import multiprocessing
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol, cast

import uvloop

from benchmarks.corpus import document, endless
from shared.domain.claims import ClaimBody
from shared.telemetry import calm_collector

Mode = Literal["threads", "processes", "tasks"]
Work = Callable[[], object]
"""One transaction, ready to go; of a contestant that runs as tasks, what has to be awaited for it."""


class Start(Protocol):
    """A barrier, of threads or of processes."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until everybody is here."""
        ...

    def abort(self) -> None:
        """Tell those who wait that somebody will not come."""
        ...


PROCESSES = 8
PATIENCE = 300
"""Seconds until a race that hangs is given up."""


class Writer(Protocol):
    """One of the writers of a race."""

    def prepare(self, bodies: Sequence[ClaimBody]) -> Work:
        """Make a transaction out of claims."""
        ...

    def close(self) -> None:
        """Let go of what this writer holds."""
        ...


class Session(Protocol):
    """A process's way into a log: whatever its writers share."""

    def writer(self, number: int) -> Writer:
        """Open a writer."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Peer(Protocol):
    """A system under measurement. It can be pickled."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    def create(self, url: str) -> str:
        """Make the log in an empty database; return what a session needs to find it."""
        ...

    def connect(self, url: str, place: str) -> Session:
        """Open a session on a log."""
        ...


@dataclass(frozen=True)
class Load:
    """How much is appended: by so many writers, in so many transactions each, of so many events."""

    writers: int
    transactions: int
    batch: int

    @property
    def events(self) -> int:
        """All events of a race."""
        return self.writers * self.transactions * self.batch


Span = tuple[float, float]
"""When a writer began and ended, on the machine's monotonic clock."""


def race(peer: Peer, url: str, place: str, load: Load, mode: Mode = "threads") -> float:
    """Run a race; return events a second from the first writer's start to the last one's end."""
    ways = {"threads": _threads, "processes": _processes, "tasks": _tasks}
    spans = ways[mode](peer, url, place, load)
    return load.events / (max(end for _, end in spans) - min(start for start, _ in spans))


def prepared(writer: Writer, load: Load, number: int) -> list[Work]:
    """Make all transactions of one writer."""
    bodies = endless(document(seed=number))
    return [writer.prepare(list(islice(bodies, load.batch))) for _ in range(load.transactions)]


def fill(writer: Writer, load: Load) -> None:
    """Append all of a load by one writer, a transaction at a time: what is to be stored need not fit into memory."""
    bodies = endless(document())
    for _ in range(load.writers * load.transactions):
        writer.prepare(list(islice(bodies, load.batch)))()


def _threads(peer: Peer, url: str, place: str, load: Load) -> list[Span]:
    return _run(peer, url, place, load, range(load.writers))


def _run(peer: Peer, url: str, place: str, load: Load, numbers: Sequence[int], others: Start | None = None) -> list[Span]:
    """Run some of the writers as threads of this process. They start together, and with those of the `others` where there are any."""
    with closing(peer.connect(url, place)) as session, ExitStack() as stack:
        writers = [stack.enter_context(closing(session.writer(number))) for number in numbers]
        works = [prepared(writer, load, number) for number, writer in zip(numbers, writers, strict=True)]
        start = threading.Barrier(len(works))
        with still(), ThreadPoolExecutor(len(works)) as pool:
            if others is not None:
                others.wait(PATIENCE)
            return [future.result() for future in [pool.submit(_carry_out, work, start) for work in works]]


def _tasks(peer: Peer, url: str, place: str, load: Load) -> list[Span]:
    with closing(peer.connect(url, place)) as session, ExitStack() as stack:
        writers = [stack.enter_context(closing(session.writer(number))) for number in range(load.writers)]
        works = [prepared(writer, load, number) for number, writer in enumerate(writers)]

        async def all_of_them() -> list[Span]:
            return await asyncio.gather(*map(_await_out, works))

        with still():
            return uvloop.run(all_of_them())


async def _await_out(work: Sequence[Work]) -> Span:
    began = time.monotonic()
    for transaction in work:
        await cast("Awaitable[object]", transaction())
    return began, time.monotonic()


def _carry_out(work: Sequence[Work], start: Start) -> Span:
    start.wait(PATIENCE)
    began = time.monotonic()
    for transaction in work:
        transaction()
    return began, time.monotonic()


class still:  # noqa: N801  (a context manager, used like closing)
    """While it lasts, the garbage collector passes over the objects that were made before it, and is as calm as in our services."""

    def __enter__(self) -> None:
        gc.collect()
        calm_collector()

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()


def _processes(peer: Peer, url: str, place: str, load: Load) -> list[Span]:
    count = min(load.writers, PROCESSES)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.race", type(peer).__module__])
    # No process can take the work of two: each waits at the start for all others.
    with ProcessPoolExecutor(count, context, _stand_at, (context.Barrier(count),)) as pool:
        futures = [pool.submit(_process, peer, url, place, load, range(load.writers)[number::count]) for number in range(count)]
        wait(futures)
    failures = [error for future in futures if (error := future.exception())]
    # Where one fails, the start is called off for the others: it is the one to hear of.
    for error in sorted(failures, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error
    return [span for future in futures for span in future.result()]


_starts: list[Start] = []
"""Where the writers of this process start."""


def _stand_at(start: Start) -> None:
    _starts.append(start)


def _process(peer: Peer, url: str, place: str, load: Load, numbers: Sequence[int]) -> list[Span]:
    """Some of the writers as a process."""
    start = _starts[-1]
    try:
        return _run(peer, url, place, load, numbers, start)
    except BaseException:
        start.abort()  # the others need not wait
        raise
