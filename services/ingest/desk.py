"""Where single claims wait for one another: those of the same moment are recorded together, each with its own answer."""

from services.ingest.receipts import Caller, ClaimsReceipt
from services.ingest.service import IngestService
from shared.store.desk import Desk


class ClaimDesk:
    """Takes single claims on the event loop and hands them to the service in groups, one group at a time."""

    def __init__(self, service: IngestService) -> None:
        self._desk: Desk[tuple[str, bytes, Caller], ClaimsReceipt] = Desk(service.record_together)

    async def record(self, slug: str, line: bytes, caller: Caller) -> ClaimsReceipt:
        """Record a claim; return when it is durable, or raise what is wrong with it."""
        return await self._desk.bring((slug, line, caller))
