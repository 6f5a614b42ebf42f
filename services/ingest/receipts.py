"""Who asks, and what they are told was done."""

from dataclasses import dataclass

from shared.domain.model import Frozen
from shared.domain.roles import Principal


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with the key and the revision that the request carried, if any."""

    principal: Principal
    key: str | None = None
    expected_revision: int | None = None


class Receipt(Frozen):
    """What a command did. `revision` is the log position after it; `status` is `unchanged` when it had been carried out before.

    `notes` are what whoever sent a document should know of how it was read: that some pages held no text, how many claims were refused.
    """

    status: str
    revision: int
    id: str
    claims: int = 0
    notes: tuple[str, ...] = ()


class MemberOutcome(Frozen):
    """What became of one document of a file that holds several: its receipt, or why it was not captured."""

    name: str
    receipt: Receipt | None = None
    failed: str | None = None
    passed_over: str | None = None


class PacketReceipt(Frozen):
    """What became of the documents of an archive, or of a message and its attachments, each by itself."""

    status: str
    revision: int
    documents: tuple[MemberOutcome, ...]


class Refused(Frozen):
    """A line of a stream of claims that was not recorded, and why. Lines count from 1. The words of the line are not repeated."""

    line: int
    detail: str


class ClaimsReceipt(Frozen):
    """What became of one claim or of a stream of them.

    `lines` were read, `claims` recorded and `refusals` refused. `recorded` lists the ids of the claims, and `refused` the lines that were
    refused, each as far as the first 1,000; `shortened` says that there are more than that.
    """

    status: str
    revision: int
    lines: int
    claims: int
    refusals: int
    recorded: tuple[str, ...]
    refused: tuple[Refused, ...] = ()
    shortened: bool = False


class StreamState(Frozen):
    """How far a stream of claims got: what is durable of it. `complete` says that its end was recorded, too."""

    lines: int
    claims: int
    refusals: int
    revision: int
    complete: bool
