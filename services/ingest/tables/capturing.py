"""Recording a table that was taken in."""

from collections.abc import Sequence

from services.ingest import decide
from services.ingest.receipts import Caller, Receipt
from services.ingest.service import IngestService
from services.ingest.tables.intake import TableIntake
from shared.domain.claims import ClaimBody
from shared.domain.errors import AlreadyExists, InvalidInput
from shared.domain.events import ClaimRecorded
from shared.domain.ids import sha256

_GIVEN_WHEN_RECORDED = frozenset({"continues", "page"})
"""Fields of a claim that may be another as it is recorded than as it was read."""


def capture_table(
    service: IngestService, chronology_id: str, data: bytes, taken: TableIntake, caller: Caller, filename: str | None
) -> Receipt:
    """Record a table that was taken in; raise `InvalidInput` where none of its rows could be read.

    The same table of the same source again changes nothing. Where it is read otherwise now than it was recorded, as its columns or dates
    are said to be others, `AlreadyExists` is raised: what is asked for is not what is there.
    """
    if not taken.intake.claims:
        first = next(iter(taken.report.bad), None)
        why = f"; row {first.row}: {first.reason}; {first.remedy}" if first else ""
        raise InvalidInput(f"none of the {taken.report.rows:,} rows of the table can be read{why}")
    if not (caller.key and service.log.recall(chronology_id, caller.key)):  # what was done under a key stays done
        _refuse_another_reading(service, chronology_id, data, taken)
    return service.capture_intake(chronology_id, data, taken.intake, caller, filename=filename)


def _refuse_another_reading(service: IngestService, chronology_id: str, data: bytes, taken: TableIntake) -> None:
    source = taken.intake.source
    identity = decide.document_identity(source, sha256(data))
    known = service.captured(chronology_id, identity)
    held = service.log.reserved(chronology_id, f"document:{identity}")
    if known is None or held is None:
        return
    commit = service.log.read(chronology_id, held.position - 1, 1)
    recorded = [event.data.claim for event in commit if isinstance(event.data, ClaimRecorded)]
    if _meaning(recorded) != _meaning(taken.intake.claims):
        told_apart = "address" if source.url else "title"
        raise AlreadyExists(
            f"this table was recorded before, as {known.id}, and read otherwise: {len(recorded):,} claims then, "
            f"{len(taken.intake.claims):,} now. What was recorded stays, and nothing was added. To have this reading, record the table as "
            f"another source, under another {told_apart}, and erase {known.id} if it was read wrongly",
            document=known.id,
        )


def _meaning(claims: Sequence[ClaimBody]) -> list[dict[str, object]]:
    """What claims say and cite, and not when and as what they were recorded."""
    names = ClaimBody.model_fields.keys() - _GIVEN_WHEN_RECORDED
    return [{name: getattr(claim, name) for name in names} for claim in claims]
