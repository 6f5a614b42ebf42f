"""Source details from the loose fields that files and forms give."""

import json
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


def field_named(key: str) -> str | None:
    """Return the field of a source's details that a key names, by its name or a usual synonym."""
    name = key.strip().lower()
    name = _SYNONYMS.get(name, name)
    return name if name in SourceDetails.model_fields else None


def sound_details(raw: Mapping[str, Any]) -> SourceDetails:
    """Return source details of what a file says of itself; what is not valid is left out, as nobody asked for it."""
    found = SourceDetails()
    for key, value in raw.items():
        try:
            found = combine(found, details_from({key: value}, key))
        except InvalidInput:
            continue
    return found


def details_from(raw: Mapping[str, Any], where: str) -> SourceDetails:
    """Return source details of a mapping with their names or usual synonyms; other keys are ignored. `where` names it in errors."""
    found: dict[str, str] = {}
    for key, value in raw.items():
        name = field_named(key)
        if name is None or name in found:
            continue
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = ", ".join(value)
        if isinstance(value, str) and value.strip():
            found[name] = value.strip()
        elif value not in (None, ""):
            raise InvalidInput(f"{where} gives a {key} that is not a text: {value!r:.80}")
    try:
        return SourceDetails.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{where} gives a {'.'.join(map(str, first['loc']))} that is not valid: {first['msg']}") from error
    except SalnameError as error:
        raise InvalidInput(f"{where} gives a published date that is not valid: {error.detail}") from error


def sidecar_details(data: bytes, name: str) -> SourceDetails:
    """Return what a file beside a document says of its source; raise `InvalidInput` that names the file."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} is not valid JSON: {error}") from error
    if not isinstance(raw, dict):
        raise InvalidInput(f"{name} has to hold one JSON object with title, author, publisher, url, language and published")
    return details_from(raw, name)


def combine(*layers: SourceDetails) -> SourceDetails:
    """Return the details of which each field comes from the first layer that has it."""
    merged: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.model_dump(exclude_none=True).items():
            merged.setdefault(name, value)
    return SourceDetails.model_validate(merged)
