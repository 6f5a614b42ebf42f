"""Where single claims wait for one another: what comes while a group is being recorded makes up the next one.

A thread for each claim would cost more than the claim itself: threads of one process run by turns, and every turn is paid for. One thread
records a whole group, in one transaction.
"""

import asyncio

from starlette.concurrency import run_in_threadpool

from services.ingest.receipts import Caller, ClaimsReceipt
from services.ingest.service import IngestService
from shared.domain.errors import SalnameError

MOST = 128
"""How many claims one group holds."""

Waiting = tuple[tuple[str, bytes, Caller], asyncio.Future[ClaimsReceipt]]


class ClaimDesk:
    """Takes single claims on the event loop and hands them to the service in groups, one group at a time."""

    def __init__(self, service: IngestService) -> None:
        self._service = service
        self._waiting: list[Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def record(self, slug: str, line: bytes, caller: Caller) -> ClaimsReceipt:
        """Record a claim; return when it is durable, or raise what is wrong with it."""
        outcome: asyncio.Future[ClaimsReceipt] = asyncio.get_running_loop().create_future()
        self._waiting.append(((slug, line, caller), outcome))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await outcome

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcomes: list[ClaimsReceipt | SalnameError] | list[Exception]
            try:
                outcomes = await run_in_threadpool(self._service.record_together, [claim for claim, _ in group])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of each, raised where each was asked
                outcomes = [error] * len(group)
            for (_, future), outcome in zip(group, outcomes, strict=True):
                if future.done():
                    continue  # its client is gone; the claim is recorded all the same
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
