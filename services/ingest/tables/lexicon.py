"""The words that tables are understood by (`headers.toml`, `words.toml`), folded: without case, diacritics and punctuation."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, get_args

from shared.domain.claims import Modality
from shared.lexicon.folding import words

Role = Literal[
    "date",
    "end",
    "year",
    "month",
    "day",
    "statement",
    "title",
    "source",
    "page",
    "place",
    "actor",
    "url",
    "note",
    "status",
    "value",
    "ignore",
]
ROLES: tuple[Role, ...] = get_args(Role)

DEFAULT = "en"
_LONGEST_EMPTY = 20


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """Folded headers and the roles they name, as a whole and as a part of a longer header."""

    whole: Mapping[str, Role]
    part: Mapping[str, Role]


def folded(text: str) -> str:
    """Return the folded words of a text, joined by single spaces."""
    return " ".join(words(text))


@lru_cache
def header_words() -> HeaderWords:
    """Return the words that columns are called by, in all languages."""
    table = _load("headers.toml")
    whole: dict[str, Role] = {}
    part: dict[str, Role] = {}
    for section, found in (("part", part), ("whole", whole)):
        for role, languages in table[section].items():
            if role not in ROLES:
                raise ValueError(f"headers.toml: {section}.{role} is no role of a column")
            for phrases in languages.values():
                for phrase in phrases:
                    found.setdefault(folded(phrase), role)
    return HeaderWords({**part, **whole}, part)


@lru_cache
def phrases(kind: str) -> frozenset[str]:
    """Return the folded phrases of a kind (`circa`, `ongoing`, `since`, `empty`, `count_of`, `counted`), in all languages."""
    return frozenset(folded(phrase) or phrase for listed in _load("words.toml")[kind].values() for phrase in listed)


@lru_cache
def statuses() -> Mapping[str, Modality]:
    """Return what the words of a status column say."""
    found: dict[str, Modality] = {}
    modalities: tuple[Modality, ...] = get_args(Modality)
    for modality in modalities:
        for listed in _load("words.toml")["status"][modality].values():
            for phrase in listed:
                found.setdefault(folded(phrase), modality)
    return found


def page_form(language: str) -> str:
    """Return how a page is written in a language: `p. {}`."""
    forms: dict[str, str] = _load("words.toml")["page"]
    return forms.get(language, forms[DEFAULT])


def decimal_mark(language: str) -> str:
    """Return the mark that a language writes before a fraction."""
    marks: dict[str, str] = _load("words.toml")["decimal"]
    return marks.get(language, marks[DEFAULT])


def is_empty(text: str) -> bool:
    """Whether what a cell holds stands for nothing."""
    return len(text) <= _LONGEST_EMPTY and (folded(text) or text) in phrases("empty")


def without_prefix(text: str, kind: str) -> str | None:
    """Return a text without the phrase of a kind that it begins with (and a full stop after that); None where it begins with none."""
    return _without(text, phrases(kind))


def _without(text: str, listed: Iterable[str]) -> str | None:
    pieces = text.split()
    for count in (3, 2, 1):
        if len(pieces) > count and folded(" ".join(pieces[:count])) in listed:
            return " ".join(pieces[count:])
    head, stop, rest = text.partition(".")
    return rest.strip() if stop and rest.strip() and folded(head) in listed else None


@lru_cache
def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
