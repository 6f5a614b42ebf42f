"""Whom a text names as its source: by a link, or by name beside the words that say so (`citing.toml`)."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from services.projection.independence.sentences import folded
from shared.domain.chronology import DocumentFacts
from shared.domain.provenance import Span
from shared.lexicon.folding import name_key

LONGEST_NAME = 12
"""Words of the longest name that is looked for."""
_REACH = 120
"""Code points beside the citing words within which a name is looked for."""
_FEWEST_LETTERS = 4
"""Letters of the shortest name of one word that is looked for: a shorter one stands anywhere by chance."""
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'“”«»)\]}]+", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W_]+")
_ENDS = re.compile(r"[.!?…]\s|\n\s*\n")

NameKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citing:
    """What a text cites: names by their keys, and addresses; each with where it stands."""

    names: Mapping[NameKey, Span] = field(default_factory=dict)
    links: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cues:
    before: re.Pattern[str]
    after: re.Pattern[str]


@lru_cache
def _cues() -> Mapping[str, _Cues]:
    table = tomllib.loads((Path(__file__).parent / "citing.toml").read_text(encoding="utf-8"))
    return {language: _Cues(_any(rows["before"]), _any(rows["after"])) for language, rows in table.items()}


def _any(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    either = "|".join(r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def citing(text: str, language: str) -> Citing:
    """Find whom a text names as its source. In a language without a table, only links are found."""
    links: dict[str, Span] = {}
    for match in _URL.finditer(text):
        address = match.group().rstrip(".,;:!?…*_")
        links.setdefault(address_key(address), Span(start=match.start(), end=match.start() + len(address)))
    names: dict[NameKey, Span] = {}
    for start, end in _beside(text, language):
        for key, span in _phrases(text, start, end, language):
            names.setdefault(key, span)
    return Citing(names, links)


def _beside(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches beside citing words in which the source is named."""
    cues = _cues().get(language.split("-", 1)[0])
    if cues is None:
        return
    for match in cues.before.finditer(text):
        end = min(len(text), match.end() + _REACH)
        stop = _ENDS.search(text, match.end(), end)
        yield match.end(), stop.start() if stop else end
    for match in cues.after.finditer(text):
        start = max(0, match.start() - _REACH)
        stops = list(_ENDS.finditer(text, start, match.start()))
        yield stops[-1].end() if stops else start, match.start()


def _phrases(text: str, start: int, end: int, language: str) -> Iterator[tuple[NameKey, Span]]:
    """Yield every run of words that may be a name: what is cited is known by its name, so that all others mean nothing."""
    found = list(_NAME_WORD.finditer(text, start, end))[: 2 * LONGEST_NAME]
    keys = [name_key(match.group(), language) for match in found]
    for first in range(len(found)):
        if not found[first].group()[:1].isupper() and not found[first].group()[:1].isdigit():
            continue
        for last in range(first, min(len(found), first + LONGEST_NAME)):
            key = tuple(part for one in keys[first : last + 1] for part in one)
            yield key, Span(start=found[first].start(), end=found[last].end())


def address_key(address: str) -> str:
    """Return what two ways to write one address have in common: no scheme, no `www.`, no fragment, no slash at the end."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    host = parts.netloc.casefold().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def names_of(facts: DocumentFacts) -> dict[NameKey, str]:
    """Return the names by which a source may be cited: its title, publisher and author, as sound classes."""
    return dict(_names_of(facts.title, facts.publisher, facts.author, facts.language))


@lru_cache(maxsize=8192)
def _names_of(title: str | None, publisher: str | None, author: str | None, language: str) -> tuple[tuple[NameKey, str], ...]:
    given = (title, publisher, author)
    keyed = {name_key(name, language): name for name in given if name and sum(map(len, folded(name))) >= _FEWEST_LETTERS}
    return tuple((key, name) for key, name in keyed.items() if key and len(key) <= LONGEST_NAME)


def link_of(facts: DocumentFacts) -> str | None:
    """Return the address by which a source may be linked to; None for one without, and for the bare address of a site."""
    if facts.url is None:
        return None
    key = address_key(facts.url)
    return key if "/" in key or "?" in key else None
