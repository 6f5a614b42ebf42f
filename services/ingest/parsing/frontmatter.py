"""YAML front matter: what a text file says of its source between two lines of `---` at its top."""

import re
from typing import Any

import yaml

from services.ingest.parsing.details import details_from, field_named
from shared.domain.errors import InvalidInput
from shared.domain.provenance import SourceDetails, Span

MAX_LENGTH = 65_536
"""Code points that are looked at for front matter."""

MAX_DEPTH = 20
"""Lists and mappings written in one line, within one another. The time that YAML takes for them grows with the square of their depth."""

_KEY = re.compile(r"^([A-Za-z_]{2,30})[ \t]*:", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_FENCED = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)(?:^|\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def front_matter(text: str) -> tuple[SourceDetails, tuple[Span, ...]]:
    """Return the source details in a text's front matter and the span it takes; nothing where there is none."""
    match = _FENCED.match(text[:MAX_LENGTH])
    if match is None or not any(field_named(key) for key in _KEY.findall(match.group(1))):
        return SourceDetails(), ()  # two rules with prose between them are not front matter
    if _depth(match.group(1)) > MAX_DEPTH:
        raise InvalidInput(f"the front matter nests lists or mappings more than {MAX_DEPTH} deep: write each value out")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(match.group(1), Loader=yaml.BaseLoader)):
            raise InvalidInput("the front matter refers to itself with an alias (*name): write each value out")
        # Every scalar stays the text it was written as: YAML would make a date, a number or a truth value of it.
        raw: Any = yaml.load(match.group(1), Loader=yaml.BaseLoader)  # noqa: S506 - builds strings, lists and dicts only
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(f"the front matter is not valid YAML: {error}") from error
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        return SourceDetails(), ()
    return details_from(raw, "the front matter"), (Span(start=0, end=match.end()),)


def _depth(yaml_text: str) -> int:
    """Return how deep brackets stand within one another, be they quoted or not."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(yaml_text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
