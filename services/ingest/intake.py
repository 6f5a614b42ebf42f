"""Taking in one file: its text, its language and its claims. Pure, and what a worker process does: no log, no network, no clock."""

from dataclasses import dataclass

from services.ingest.llm.report import read_with
from services.ingest.parsing.details import combine
from services.ingest.parsing.formats import parse
from services.ingest.parsing.language import detect_language
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.parsed import Parsed
from services.ingest.plugins import load_extractor
from shared.domain.claims import ClaimBody, Extractor
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import SourceDetails


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was parsed, with its source and its language. `language_detected` says that nobody told the language."""

    parsed: Parsed
    source: SourceDetails
    language: str
    language_detected: bool


@dataclass(frozen=True, slots=True)
class Intake(Reading):
    """A file that was taken in: everything that capturing it needs besides its bytes. `extractor` is who read the claims."""

    claims: tuple[ClaimBody, ...]
    extractor: Extractor
    remarks: tuple[str, ...] = ()


def take_in(
    data: bytes, filename: str | None, media_type: str | None, declared: SourceDetails, extractor: str, limits: ParseLimits
) -> Intake:
    """Parse a file, find out its language and extract its claims. `declared` outranks what the file says of its source.

    Raises `UnreadableDocument` or `TooLarge` for a file that cannot be read, and `InvalidInput` for an extractor that there is not.
    """
    return extract(read(data, filename, media_type, declared, limits), extractor)


def read(data: bytes, filename: str | None, media_type: str | None, declared: SourceDetails, limits: ParseLimits) -> Reading:
    """Parse a file and find out its language."""
    parsed = parse(data, filename, media_type, limits)
    known = combine(declared, parsed.details)
    language = known.language or detect_language(parsed.text)
    return Reading(
        parsed=parsed,
        source=combine(known, SourceDetails(language=language)),
        language=language,
        language_detected=known.language is None,
    )


def extract(reading: Reading, extractor: str) -> Intake:
    """Extract the claims of a file that was parsed, with the extractor of a name."""
    found = read_with(
        load_extractor(extractor),
        ExtractionInput(
            text=reading.parsed.text,
            language=reading.language,
            published=reading.source.published,
            media_type=reading.parsed.media_type,
            skip=reading.parsed.skip,
        ),
    )
    return Intake(
        parsed=reading.parsed,
        source=reading.source,
        language=reading.language,
        language_detected=reading.language_detected,
        claims=found.claims,
        extractor=found.extractor,
        remarks=() if found.report is None else (found.report.summary(),),
    )
