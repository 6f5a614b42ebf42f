"""What the rules read out of texts, as JSON Lines: extraction without a database."""

import re
from collections.abc import Iterable, Iterator

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from services.ingest.extraction.analysis import analyse
from services.ingest.extraction.dates.finder import DateMention, single_dates
from services.ingest.parsing.language import detect_language
from shared.domain.dates import Edtf, civil
from shared.domain.errors import InvalidInput
from shared.domain.ports import ExtractionInput

_BEFORE_THE_COMMON_ERA = re.compile(r"(?<![\dX-])(?:-\d{4}|0000)(?![\dX])")


class TextLine(BaseModel):
    """One text to be read. `published` is an EDTF date or null; a language that is not given is detected."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    published: str | None = None
    language: str | None = None


def inspect_lines(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield a JSON line `{id, language, dates, claims}` for each JSON line `{id, text, published?, language?}`.

    Offsets count code points of the given text, end exclusive.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _inspect(_parse(line, number))


def _parse(line: bytes, number: int) -> TextLine:
    try:
        given = TextLine.model_validate_json(line)
        if given.published is not None:
            Edtf.parse(given.published)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise InvalidInput(f"line {number}: {where}: {first['msg']}; each line is a JSON object with id and text") from error
    except InvalidInput as error:
        raise InvalidInput(f"line {number}: published: {error.detail}") from error
    return given


def _inspect(given: TextLine) -> str:
    language = given.language or detect_language(given.text)
    found = analyse(ExtractionInput(text=given.text, language=language, published=given.published))
    # A range is shown as the two dates at its ends, each with its own words; claims hold it as one interval.
    dates = [_shown(date) for date in single_dates(found.dates)]
    claims = [claim.model_dump(mode="json") for claim in found.claims]
    return orjson.dumps({"id": given.id, "language": language, "dates": dates, "claims": claims}).decode() + "\n"


def _shown(date: DateMention) -> dict[str, str | int | None]:
    bounds = None if date.edtf is None else Edtf.parse(date.edtf)
    return {
        "start": date.start,
        "end": date.end,
        "text": date.text,
        "edtf": None if date.edtf is None else in_historical_years(date.edtf),
        "earliest": None if bounds is None else _day(bounds.earliest),
        "latest": None if bounds is None else _day(bounds.latest),
        "derivation": date.derivation,
    }


def in_historical_years(edtf: str) -> str:
    """Return an EDTF date with its years before the common era as texts count them, without a year 0: 490 BC is -0490, not -0489.

    Decades and centuries (`-04XX`) are the same in both ways of counting. Only for showing what words say, never for what is kept: see
    decision 16.
    """
    return _BEFORE_THE_COMMON_ERA.sub(lambda year: f"-{1 - int(year[0]):04d}", edtf)


def _day(number: float) -> str | None:
    """Return a day in ISO 8601, whose year 0 is 1 BC, or None where there is no such bound."""
    if number in (float("-inf"), float("inf")):
        return None
    year, month, day = civil(int(number))
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{month:02d}-{day:02d}"
