"""Reading a page that was fetched: what a worker process does. Pure."""

from dataclasses import replace

from services.ingest.intake import Intake, extract, read
from services.ingest.parsing.details import combine
from services.ingest.parsing.limits import ParseLimits
from shared.domain.provenance import SourceDetails


def read_page(
    data: bytes,
    filename: str | None,
    media_type: str | None,
    declared: SourceDetails,
    fallback: SourceDetails,
    extractor: str,
    limits: ParseLimits,
) -> Intake:
    """Parse a page and extract its claims. `declared` outranks what the page says of its source, and that outranks `fallback`."""
    reading = read(data, filename, media_type, declared, limits)
    return extract(replace(reading, source=combine(reading.source, fallback)), extractor)
