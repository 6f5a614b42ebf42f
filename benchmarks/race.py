"""The interface of the contestants that append to a log, and the race: so many writers, each with transactions of so many events.

Everything that is not appending is done before the clock starts: connections are open, claims are made and validated, peers have their
payloads as JSON or as their own event objects. The writers are threads of one process, or a process each.
"""

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol

from benchmarks.corpus import document, endless
from shared.domain.claims import ClaimBody

Mode = Literal["threads", "processes"]
Work = Callable[[], object]
"""One transaction, ready to go."""


class Start(Protocol):
    """A barrier, of threads or of processes."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until everybody is here."""
        ...

    def abort(self) -> None:
        """Tell those who wait that somebody will not come."""
        ...


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
    spans = _threads(peer, url, place, load) if mode == "threads" else _processes(peer, url, place, load)
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
    with closing(peer.connect(url, place)) as session:
        writers = [session.writer(number) for number in range(load.writers)]
        try:
            works = [prepared(writer, load, number) for number, writer in enumerate(writers)]
            return _run(works)
        finally:
            for writer in writers:
                writer.close()


def _run(works: Sequence[Sequence[Work]]) -> list[Span]:
    """Carry out each list of work in a thread of its own; they start together."""
    start = threading.Barrier(len(works))
    with still(), ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(_carry_out, work, start) for work in works]]


def _carry_out(work: Sequence[Work], start: Start) -> Span:
    start.wait(PATIENCE)
    began = time.monotonic()
    for transaction in work:
        transaction()
    return began, time.monotonic()


class still:  # noqa: N801  (a context manager, used like closing)
    """While it lasts, the garbage collector passes over the objects that were made before it."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()


def _processes(peer: Peer, url: str, place: str, load: Load) -> list[Span]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.race", type(peer).__module__])
    # No process can take the work of two: each waits at the start for all others.
    with ProcessPoolExecutor(load.writers, context, _stand_at, (context.Barrier(load.writers),)) as pool:
        futures = [pool.submit(_process, peer, url, place, load, number) for number in range(load.writers)]
        wait(futures)
    failures = [error for future in futures if (error := future.exception())]
    # Where one fails, the start is called off for the others: it is the one to hear of.
    for error in sorted(failures, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error
    return [future.result() for future in futures]


_starts: list[Start] = []
"""Where the writer of this process starts."""


def _stand_at(start: Start) -> None:
    _starts.append(start)


def _process(peer: Peer, url: str, place: str, load: Load, number: int) -> Span:
    """One writer as a process."""
    start = _starts[-1]
    try:
        with closing(peer.connect(url, place)) as session, closing(session.writer(number)) as writer:
            work = prepared(writer, load, number)
            with still():
                return _carry_out(work, start)
    except BaseException:
        start.abort()  # the others need not wait
        raise
