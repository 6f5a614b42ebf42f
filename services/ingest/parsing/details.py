"""Source details from the loose fields that files and forms give."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.domain.errors import InvalidInput, SalnameError
from shared.domain.provenance import SourceDetails

_SYNONYMS = {
    "date": "published",
    "lang": "language",
    "authors": "author",
    "source": "publisher",
    "site": "publisher",
    "link": "url",
}


def details_from(raw: Mapping[str, Any], where: str) -> SourceDetails:
    """Return source details of a mapping with their names or usual synonyms; other keys are ignored. `where` names it in errors."""
    found: dict[str, str] = {}
    for key, value in raw.items():
        name = key.strip().lower()
        name = _SYNONYMS.get(name, name)
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        if name in SourceDetails.model_fields and value not in (None, "") and name not in found:
            found[name] = str(value).strip()
    try:
        return SourceDetails.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{where} gives a {'.'.join(map(str, first['loc']))} that is not valid: {first['msg']}") from error
    except SalnameError as error:
        raise InvalidInput(f"{where} gives a published date that is not valid: {error.detail}") from error


def combine(*layers: SourceDetails) -> SourceDetails:
    """Return the details of which each field comes from the first layer that has it."""
    merged: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.model_dump(exclude_none=True).items():
            merged.setdefault(name, value)
    return SourceDetails.model_validate(merged)
