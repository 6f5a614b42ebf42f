"""Group commit: concurrent requests of one lane share a transaction, and each gets its own answer.

The first to come leads: it carries out what has queued up meanwhile together with its own request. When it is done, the lead goes to the
first of those who came during that time. There is no thread of its own, and no wait when nobody else is there or on the way.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from shared.domain.errors import Busy

Request = TypeVar("Request")
Result = TypeVar("Result")


GATHER_SECONDS = 0.005
"""How long a leader waits at most for requests that are on their way."""

NAP_SECONDS = 0.0001


class _Ticket(Generic[Request, Result]):
    """A request in the queue. The lock is held until its owner is to wake up: to lead, or to take its outcome."""

    __slots__ = ("leads", "outcome", "request", "wake", "weight")

    def __init__(self, request: Request, weight: int) -> None:
        self.request = request
        self.weight = weight
        self.outcome: Result | Exception | None = None
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


class GroupCommit(Generic[Request, Result]):
    """Carries out requests in groups of one lane. `commit` gives an outcome for each request of a group, in their order.

    `patience` is how long, in seconds, a request may wait for its turn; `most` is how many requests one group holds, and `heaviest`
    how much they may weigh together.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Request]], Sequence[Result | Exception]],
        patience: float,
        most: int = 256,
        heaviest: int = 4_000,
    ) -> None:
        self._commit = commit
        self._patience = patience
        self._most = most
        self._heaviest = heaviest
        self._lanes: dict[str, deque[_Ticket[Request, Result]]] = {}
        self._coming: dict[str, int] = {}
        self._awaited: dict[str, tuple[int, threading.Lock]] = {}  # with how many in the queue a leader has all, and wants to be woken up
        self._took = 0.0
        self._size = 1
        self._lock = threading.Lock()

    @contextmanager
    def coming(self, lane: str) -> Iterator[None]:
        """While it lasts, a request is being prepared. Who leads waits for it a moment, so that groups are not cut short."""
        with self._lock:
            self._coming[lane] = self._coming.get(lane, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._coming[lane] -= 1
                if not self._coming[lane]:
                    del self._coming[lane]

    def submit(self, lane: str, request: Request, weight: int = 1) -> Result:
        """Carry out a request and return its result, or raise its error. Raises `Busy` when its turn does not come in time."""
        ticket: _Ticket[Request, Result] = _Ticket(request, weight)
        with self._lock:
            queue = self._lanes.get(lane)
            if queue is None:
                self._lanes[lane] = deque()
                ticket.leads = True
            else:
                queue.append(ticket)
                if lane in self._awaited and len(queue) >= self._awaited[lane][0]:
                    self._awaited.pop(lane)[1].release()
        if queue is not None:
            self._wait(lane, ticket)
        if ticket.leads:
            self._lead(lane, ticket, waited=queue is not None)
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        assert ticket.outcome is not None
        return ticket.outcome

    def _wait(self, lane: str, ticket: _Ticket[Request, Result]) -> None:
        if ticket.wake.acquire(timeout=self._patience):
            return
        with self._lock:
            queue = self._lanes.get(lane)
            if queue is not None and ticket in queue:
                queue.remove(ticket)
                raise Busy(f"others kept the log busy for {self._patience:g} s; nothing was changed, try again")
        # A leader has it in hand already: its outcome is certain to come, within the database's own limits.
        if not ticket.wake.acquire(timeout=self._patience):
            raise Busy("the log does not answer; ask again with the same key: what was written is not written twice")

    def _lead(self, lane: str, own: _Ticket[Request, Result], waited: bool) -> None:
        self._gather(lane, own, waited)
        group = [own, *self._take(lane, own.weight)]
        self._size = len(group)
        outcomes: Sequence[Result | Exception] = ()
        began = time.monotonic()
        try:
            outcomes = self._commit([ticket.request for ticket in group])
            self._took = time.monotonic() - began
        except Busy as error:
            # Whoever queued up meanwhile would wait for the same again, and so for longer than the limit: all are told at once.
            group += self._take_all(lane)
            outcomes = [error] * len(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of each, raised where each was asked
            outcomes = [error] * len(group)
        finally:
            # Hand on even when we are torn out of it (KeyboardInterrupt): nobody behind us may be left waiting.
            self._pass_on(lane)
            lost = Busy("the append was broken off; ask again with the same key: what was written is not written twice")
            for ticket, outcome in zip(group, [*outcomes, *[lost] * (len(group) - len(outcomes))], strict=True):
                ticket.outcome = outcome
                if ticket is not own:
                    ticket.leads = False
                    ticket.wake.release()

    def _gather(self, lane: str, own: _Ticket[Request, Result], waited: bool) -> None:
        """Wait for those who are on their way, no longer than a commit takes: what comes too late for this group waits as long again.

        Those are known who are preparing something. Others come back with their next request as soon as they have woken up from the group
        before: as long as more and more do, it is worth a moment. The last of them ends it. `waited`: the leader is none of them.
        """
        until = time.monotonic() + min(self._took, GATHER_SECONDS)
        with self._lock:
            queue, seen = self._lanes[lane], -1
            everybody = len(queue) + self._size - (not waited)
            self._awaited[lane] = everybody, own.wake
        while (lane in self._coming or (self._size > 1 and seen < len(queue) < everybody)) and time.monotonic() < until:
            seen = len(queue)
            own.wake.acquire(timeout=NAP_SECONDS)
        with self._lock:
            self._awaited.pop(lane, None)

    def _take(self, lane: str, weight: int) -> list[_Ticket[Request, Result]]:
        taken: list[_Ticket[Request, Result]] = []
        with self._lock:
            queue = self._lanes[lane]
            while queue and len(taken) + 1 < self._most and weight + queue[0].weight <= self._heaviest:
                weight += queue[0].weight
                taken.append(queue.popleft())
        return taken

    def _take_all(self, lane: str) -> list[_Ticket[Request, Result]]:
        with self._lock:
            taken = list(self._lanes[lane])
            self._lanes[lane].clear()
        return taken

    def _pass_on(self, lane: str) -> None:
        with self._lock:
            queue = self._lanes[lane]
            if not queue:
                del self._lanes[lane]
                return
            next_one = queue.popleft()
            next_one.leads = True
        next_one.wake.release()
