"""What the rules read out of texts, as JSON Lines: extraction without a database."""

from collections.abc import Iterable, Iterator

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from services.ingest.extraction.analysis import analyse
from services.ingest.extraction.dates.finder import single_dates
from services.ingest.parsing.language import detect_language
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput
from shared.domain.ports import ExtractionInput


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
    dates = [
        {"start": date.start, "end": date.end, "text": date.text, "edtf": date.edtf, "derivation": date.derivation}
        for date in single_dates(found.dates)
    ]
    claims = [claim.model_dump(mode="json") for claim in found.claims]
    return orjson.dumps({"id": given.id, "language": language, "dates": dates, "claims": claims}).decode() + "\n"
