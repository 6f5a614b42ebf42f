"""Recording a table that was taken in."""

from services.ingest.receipts import Caller, Receipt
from services.ingest.service import IngestService
from services.ingest.tables.intake import TableIntake
from shared.domain.errors import InvalidInput


def capture_table(
    service: IngestService, chronology_id: str, data: bytes, taken: TableIntake, caller: Caller, filename: str | None
) -> Receipt:
    """Record a table that was taken in; raise `InvalidInput` where none of its rows could be read.

    The same table of the same source again changes nothing, whatever its columns are said to be now.
    """
    if not taken.intake.claims:
        first = next(iter(taken.report.bad), None)
        why = f"; row {first.row}: {first.reason}; {first.remedy}" if first else ""
        raise InvalidInput(f"none of the {taken.report.rows:,} rows of the table can be read{why}")
    return service.capture_intake(chronology_id, data, taken.intake, caller, filename=filename)
