"""A desk on an event loop: what is brought while a group is being worked on makes up the next group.

A thread for each item would cost more than the item itself: threads of one process run by turns, and every turn is paid for. Here one
thread at a time works on a whole group, in one transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.domain.errors import SalnameError
from shared.domain.ports import Append, Appended, Log

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

MOST = 128
"""How many items one group holds."""


class Desk(Generic[Item, Outcome]):
    """Takes items and hands them to `work` in groups, one group at a time. `work` gives an outcome for each item, in their order.

    For one event loop. An item whose bringer has gone away is worked on all the same.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Outcome | Exception]], most: int = MOST) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._working: asyncio.Task[None] | None = None

    def bring(self, item: Item) -> Awaitable[Outcome]:
        """Have an item worked on; to be awaited for its outcome, which is raised where it is an error."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, outcome))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._serve())
        return outcome

    async def _serve(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            outcomes: Sequence[Outcome | Exception]
            try:
                outcomes = await asyncio.get_running_loop().run_in_executor(None, self._work, [item for item, _ in group])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of each, raised where each was asked
                outcomes = [error] * len(group)
            for (_, future), outcome in zip(group, outcomes, strict=True):
                if future.done():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)


class AppendDesk:
    """The append of a log for coroutines: appends of the same moment share a transaction, each has its own outcome."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._desk: Desk[Append, Appended] = Desk(self._append)

    def append(self, request: Append) -> Awaitable[Appended]:
        """Append as `Log.append` does, for a chronology that exists and without documents; to be awaited until it is durable."""
        return self._desk.bring(request)

    def _append(self, requests: Sequence[Append]) -> Sequence[Appended | Exception]:
        lanes: dict[str, list[int]] = {}
        for at, request in enumerate(requests):
            lanes.setdefault(request.chronology_id, []).append(at)
        outcomes: dict[int, Appended | Exception] = {}
        for places in lanes.values():
            found: Sequence[Appended | Exception]
            try:
                found = self._log.append_together([requests[at] for at in places])
            except SalnameError as error:  # what hit one chronology, such as a lock that somebody holds, is no concern of another
                found = [error] * len(places)
            outcomes.update(zip(places, found, strict=True))
        return [outcomes[at] for at in range(len(requests))]
