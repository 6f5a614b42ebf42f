"""Taking files in without trusting them: parsing and extraction happen in processes that can be killed, under limits."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple

from services.ingest.intake import Intake, extract, read, take_in
from services.ingest.parsing import containers
from services.ingest.parsing.attachments import attachments
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.members import Member
from services.ingest.plugins import load_extractor
from services.ingest.workers import WorkerPool
from shared.domain.errors import TooLarge
from shared.domain.provenance import SourceDetails

Args = TypeVarTuple("Args")
R = TypeVar("R")

RULES = "rules"


def keeps_its_own_time(extractor: str) -> bool:
    """Whether an extractor has a time limit of its own (its attribute `seconds`), as one has that waits for a server.

    Such a one works in the process that asks: the limits of reading are about what a file does to a processor.
    """
    return extractor != RULES and getattr(load_extractor(extractor), "seconds", None) is not None


class Readers:
    """Takes files in, `size` of them at a time at most (by default as many as there are processors). Any thread may call it."""

    def __init__(self, limits: ParseLimits | None = None, size: int | None = None) -> None:
        self.limits = limits or ParseLimits()
        self._pool = WorkerPool(size, self.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def size(self) -> int:
        """How many files are taken in at a time."""
        return self._pool.size

    def take_in(self, data: bytes, filename: str | None, media_type: str | None, declared: SourceDetails, extractor: str = RULES) -> Intake:
        """Parse a file and extract its claims, as `intake.take_in` does.

        An extractor that keeps a time limit of its own works in this process (see `keeps_its_own_time`).
        """
        if len(data) > self.limits.bytes:
            raise TooLarge(f"the file has {len(data):,} bytes, more than the {self.limits.bytes:,} allowed (SALNAME_MAX_DOCUMENT_BYTES)")
        if keeps_its_own_time(extractor):
            return extract(self.run(read, data, filename, media_type, declared, self.limits), extractor)
        return self.run(take_in, data, filename, media_type, declared, extractor, self.limits)

    def run(self, function: Callable[[*Args], R], *args: *Args, times: int = 1) -> R:
        """Call any other function that reads what strangers send, under the same limits (see `WorkerPool.run`)."""
        return self._pool.run(function, *args, times=times)

    def documents_in(self, data: bytes, filename: str | None, media_type: str | None) -> list[Member]:
        """Return the documents that a file consists of: itself; a message and its attachments; the members of a ZIP."""
        return containers.documents_in(data, filename, media_type, self.limits, self.attachments)

    def attachments(self, data: bytes, limits: ParseLimits) -> tuple[Member, ...]:
        """Take the attachments off an e-mail."""
        return self.run(attachments, data, limits)

    def warm(self) -> None:
        """Get ready in the background, for who knows that a file will come."""
        self._pool.warm()

    def close(self) -> None:
        """Stop, whatever is being read."""
        self._pool.close()
