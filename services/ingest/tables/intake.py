"""Taking in a table: what `services.ingest.intake.take_in` is for documents. Pure and picklable: a worker process can do it."""

from dataclasses import dataclass

from services.ingest.intake import Intake
from services.ingest.parsing.details import combine
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from services.ingest.tables.limits import TableLimits
from services.ingest.tables.options import TableOptions
from services.ingest.tables.reading import read_table
from services.ingest.tables.report import TableReport
from shared.domain.claims import Extractor
from shared.domain.provenance import SourceDetails

EXTRACTOR = Extractor(name="table", version="1")


@dataclass(frozen=True, slots=True)
class TableIntake:
    """A table that was taken in: everything that capturing it needs besides its bytes, and the report for whoever brought it."""

    intake: Intake
    report: TableReport


def take_in_table(data: bytes, options: TableOptions, declared: SourceDetails, limits: ParseLimits) -> TableIntake:
    """Read a CSV or XLSX file into claims. `declared` is what is known of its source.

    Raises `UnreadableDocument` or `TooLarge` for what is no table that can be read, and `InvalidInput` where its columns cannot be told.
    """
    own = TableLimits()
    own = TableLimits(bytes=limits.bytes, unpacked_bytes=min(limits.unpacked_bytes, own.unpacked_bytes))
    reading = read_table(data, options, declared.language, own)
    grid = reading.grid
    parsed = Parsed(
        text=grid.text,
        media_type=grid.media_type,
        parser=grid.parser,
        encoding=grid.encoding,
        skip=reading.skip,
        notes=reading.notes,
    )
    intake = Intake(
        parsed=parsed,
        source=combine(declared, SourceDetails(language=reading.language)),
        language=reading.language,
        language_detected=reading.language_detected,
        claims=reading.claims,
        extractor=EXTRACTOR,
    )
    return TableIntake(intake, reading.report)
