"""Files that hold several documents: archives, and messages with attachments. Each document is captured by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.ingest.parsing.containers import SIDECAR
from services.ingest.parsing.details import combine, sidecar_details
from services.ingest.parsing.members import Member
from services.ingest.receipts import Caller, MemberOutcome, PacketReceipt
from services.ingest.service import IngestService
from shared.domain.errors import Busy, SalnameError, UnreadableDocument
from shared.domain.ids import content_hash
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role

SHOWN = 5
"""How many files a refusal of all of them names."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The documents of one file, what is declared of the source of all of them, and the extractor that is to read them."""

    members: Sequence[Member]
    declared: SourceDetails
    extractor: str


def capture_packet(service: IngestService, chronology_id: str, packet: Packet, caller: Caller) -> PacketReceipt:
    """Capture each document of a file; one that fails does not stop the rest, and all of them failing is an error.

    Under a key, each has a key of its own: sending the whole again goes on where it stopped.
    """
    caller.principal.require(Role.contributor)
    outcomes = [_outcome(service, chronology_id, member, packet, caller) for member in packet.members]
    receipts = [outcome.receipt for outcome in outcomes if outcome.receipt]
    if not receipts:
        why = "; ".join(f"{outcome.name}: {outcome.failed or outcome.passed_over}" for outcome in outcomes[:SHOWN])
        raise UnreadableDocument(f"none of the {len(outcomes)} files in it can be captured: {why or 'it is empty'}")
    return PacketReceipt(
        status="recorded" if any(receipt.status == "recorded" for receipt in receipts) else "unchanged",
        revision=max(receipt.revision for receipt in receipts),
        documents=tuple(outcomes),
    )


def _outcome(service: IngestService, chronology_id: str, member: Member, packet: Packet, caller: Caller) -> MemberOutcome:
    if member.outcome == "passed over":
        return MemberOutcome(name=member.name, passed_over=member.reason)
    if member.outcome == "refused":
        return MemberOutcome(name=member.name, failed=member.reason)
    own = replace(caller, key=None if caller.key is None else content_hash([caller.key, member.name]), expected_revision=None)
    try:
        beside = SourceDetails() if member.sidecar is None else sidecar_details(member.sidecar, member.name + SIDECAR)
        receipt = service.capture(
            chronology_id,
            member.data,
            own,
            filename=member.name,
            media_type=member.media_type,
            declared=combine(packet.declared, beside),
            extractor=packet.extractor,
        )
    except Busy:
        raise
    except SalnameError as error:
        return MemberOutcome(name=member.name, failed=error.detail)
    return MemberOutcome(name=member.name, receipt=receipt)
