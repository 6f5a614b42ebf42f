"""Reading a page that was fetched: what a worker process does. Pure."""

from dataclasses import replace

from services.ingest.intake import Reading, read
from services.ingest.parsing.details import combine
from services.ingest.parsing.limits import ParseLimits
from shared.domain.provenance import SourceDetails


def read_page(
    data: bytes, filename: str | None, media_type: str | None, declared: SourceDetails, fallback: SourceDetails, limits: ParseLimits
) -> Reading:
    """Parse a page. `declared` outranks what the page says of its source, and that outranks `fallback`."""
    reading = read(data, filename, media_type, declared, limits)
    return replace(reading, source=combine(reading.source, fallback))
