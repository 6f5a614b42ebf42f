"""What a claim tells of, in the form in which claims are compared.

Kinds of happening, names, places, numbers and words become concepts and sound classes, which know no language and no alphabet.
All of it depends on the one claim only, never on the others, so that it is computed once and no arrival changes it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shared.domain.claims import Mention
from shared.domain.dates import Edtf
from shared.lexicon.folding import STEM, name_key, sound
from shared.lexicon.happenings import (
    Concept,
    ConceptMention,
    Ordinals,
    Token,
    concepts_in,
    is_matter_of,
    is_stopword,
    ordinals_in,
    primary,
    tokens,
)
from shared.lexicon.places import known_place
from shared.matching.readings import ContentKey, Reading

_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{3,80})[”“»\"]")
_TITLE_WORDS = 8
"""A longer quotation is somebody's words, not the name of a thing."""

_TITLED = 3
"""Words of a name that may be a person's with what he is."""

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of happening that a claim tells of, with its ordinals and the word right before it: the October Revolution."""

    concept: Concept
    ordinals: frozenset[int]
    epithets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Features:
    """A claim as consolidation compares it. Names and words are sound classes; `shown` gives back how they are written.

    `sites` are those of the places that it says something happened at.
    """

    id: str
    key: ContentKey
    document: str
    language: str
    made: frozenset[str]
    continues: str | None
    withdrawn: bool
    date: Edtf | None
    planned: bool
    heads: dict[str, Kind]
    mentioned: dict[str, Kind]
    acts: frozenset[str]
    topics: frozenset[str]
    titles: dict[Name, str]
    actors: dict[Name, str]
    places: dict[Name, str]
    sites: frozenset[Name]
    numbers: dict[tuple[str, str | None, Decimal], str]
    words: dict[str, str]

    named: frozenset[str]
    """The stems of the single words of all actors and places"""
    content: frozenset[str]
    """Words, and the single words of all names, titles and epithets: what the claim says beyond its kind of happening"""


def features(reading: Reading) -> Features:
    """Return what a claim tells of."""
    claim = reading.testimony.claim
    language = primary(claim.language)
    found = tokens(claim.statement)
    numbered = ordinals_in(found, language)
    mentions = concepts_in(found, language, numbered)
    dated = _told_by_date(reading, found)
    aside = _told_by_values(reading, found) | dated
    kinds = [mention for mention in mentions if mention.concept.happening and mention.first not in aside]
    epithets = {mention.first: _epithets(mention, mentions, found, language) for mention in kinds}
    heads = _merged(_heads(kinds, mentions, found, reading), epithets)
    actors, titles = _names(claim.actors, claim.start, language), _titles(claim.statement, language)
    places = {**_places(claim.places, language), **_place_values(reading, language)}
    named = _stems((*actors, *places))
    covered = {position for mention in mentions for position in range(mention.first, mention.last)} | aside
    covered.update(_told_by_kinds(kinds, numbered))
    words = _words(found, covered, language)
    return Features(
        id=reading.id,
        key=reading.key,
        document=reading.testimony.document.sha256,
        language=language,
        made=_made(heads, mentions),
        continues=claim.continues,
        withdrawn=reading.withdrawn,
        date=reading.date,
        planned=reading.modality == "planned",
        heads=heads,
        mentioned=_merged(kinds, epithets),
        acts=frozenset(mention.concept.name for mention in mentions if mention.concept.kind_class == "act"),
        topics=frozenset(mention.concept.name for mention in mentions if mention.concept.kind_class == "topic"),
        titles=titles,
        actors=actors,
        places=places,
        sites=frozenset(_place_values(reading, language)),
        numbers=_numbers(reading),
        words=words,
        named=named,
        content=named.union(words, _stems(titles), *(kind.epithets for kind in heads.values())),
    )


def _stems(names: Iterable[Name]) -> frozenset[str]:
    """The words of names, as words that are none are kept."""
    return frozenset(part[:STEM] for name in names for part in name)


def _told_by_values(reading: Reading, found: Sequence[Token]) -> set[int]:
    """The words that stand in values: `200 different organizations` counts organizations and tells of none."""
    quotes = [known.value.quote for known in reading.values if known.value.numeric]
    return {position for quote in quotes for position in _positions(quote, found)}


def _told_by_kinds(kinds: Iterable[ConceptMention], numbered: Ordinals) -> Iterator[int]:
    """The words of the ordinals that kinds have."""
    known = {number for mention in kinds for number in mention.ordinals}
    for last, (first, number) in numbered.items():
        if number in known:
            yield from range(first, last + 1)


def _told_by_date(reading: Reading, found: Sequence[Token]) -> set[int]:
    date = reading.testimony.claim.date
    return set(_positions(date.quote, found)) if date else set()


def _positions(quote: str, found: Sequence[Token]) -> list[int]:
    wanted = [token.folded for token in tokens(quote)]
    for start in range(len(found) - len(wanted) + 1) if wanted else ():
        if found[start].folded == wanted[0] and wanted == [token.folded for token in found[start : start + len(wanted)]]:
            return list(range(start, start + len(wanted)))
    return []


def _merged(mentions: Iterable[ConceptMention], epithets: Mapping[int, frozenset[str]]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for mention in mentions:
        name = mention.concept.name
        known = kinds.get(name, Kind(mention.concept, frozenset(), frozenset()))
        kinds[name] = Kind(mention.concept, known.ordinals | mention.ordinals, known.epithets | epithets[mention.first])
    return kinds


def _epithets(mention: ConceptMention, mentions: list[ConceptMention], found: Sequence[Token], language: str) -> frozenset[str]:
    """The word right before a kind, which often makes a name of it; a month counts where its capital says that it is a name."""
    before = mention.first - 1
    if (
        before < 0
        or mention.concept.personal
        or found[mention.first].after_break
        or any(other.first <= before < other.last for other in mentions)
    ):
        return frozenset()
    token = found[before]
    named = before > 0 and token.text[:1].isupper()
    telling = token.text.isalpha() and len(token.text) > 2 and (named or not is_stopword(token.folded, language))
    return frozenset({sound(token.text, language)[:STEM]}) if telling else frozenset()


def _heads(kinds: list[ConceptMention], mentions: list[ConceptMention], found: Sequence[Token], reading: Reading) -> list[ConceptMention]:
    """Choose among the kinds that a claim mentions those which it is about.

    What only sets the scene (`at the congress`) or is the means (`by the decree`) gives way to what else there is. An anniversary
    is not what it recalls. A decree on a gathering is the decree, unless the claim is of the plan; a decree that founds
    an institution is the founding.
    """
    telling = [mention for mention in kinds if mention.role not in ("eve", "attribute") and _tells(mention, mentions)]
    chosen = [mention for mention in telling if mention.role == "subject"]
    if not chosen and reading.modality != "denied":
        # Who did not speak at the congress does not deny that it was held.
        chosen = telling
    recalls = [mention for mention in chosen if mention.concept.kind_class == "commemoration"]
    if recalls:
        return recalls
    gatherings = [mention for mention in chosen if mention.concept.kind_class == "gathering"]
    papers = [mention for mention in chosen if mention.concept.kind_class == "instrument"]
    if gatherings and papers:
        ordered = is_matter_of(gatherings, papers, found, primary(reading.testimony.claim.language))
        return papers if ordered and reading.modality != "planned" else gatherings
    return chosen


def _tells(mention: ConceptMention, mentions: list[ConceptMention]) -> bool:
    """Whether a kind is told of: a lasting thing is where something was made of it or done to it, else it only takes part."""
    lasting = mention.concept.kind_class in ("institution", "publication")
    return not lasting or any(other.concept.name in MAKING for other in mentions)


MAKING = frozenset(
    {
        "found",
        "open",
        "close",
        "rename",
        "elect",
        "publish",
        "build",
        "begin",
        "approve",
        "restore",
        "divide",
        "move",
        "send",
        "groundbreaking",
        "transform",
    }
)
"""Acts that make a lasting thing the matter of a claim."""


LASTING = ("institution", "publication", "work")
"""Classes of things that last."""

CEREMONY = "ceremony"
"""The kind of happening at which something is done to a lasting thing."""

_BEGINNINGS = frozenset({"found", "open", "build", "begin"})
"""Acts by which a thing comes to be; texts choose freely among them."""


MADE_ONCE = frozenset({"found", "open"})
"""Acts that are done to a lasting thing only once."""


def _made(heads: Mapping[str, Kind], mentions: list[ConceptMention]) -> frozenset[str]:
    """What was done to the lasting things that a claim tells of: `found university`, `restore museum`."""
    lasting = [name for name, kind in heads.items() if kind.concept.kind_class in LASTING]
    done = {mention.concept.name for mention in mentions} & MAKING
    acts = {"begin" if act in _BEGINNINGS else act for act in done}
    return frozenset(f"{act} {name}" for act in acts for name in lasting)


def _names(mentions: tuple[Mention, ...], start: int, language: str) -> dict[Name, str]:
    """Names by their keys. At the beginning of a sentence, the first of three words may be no name: `Səyyah Aydın Rüstəmov`."""
    named = {}
    for mention in reversed(mentions):
        key, shown = _key(mention.name, language), mention.name
        if len(key) == _TITLED and mention.start == start:
            key, shown = key[1:], mention.name.partition(" ")[2] or mention.name
        if key:
            named[key] = shown
    return named


def _places(mentions: tuple[Mention, ...], language: str) -> dict[Name, str]:
    return _keyed_places([mention.name for mention in reversed(mentions)], language)


def _keyed_places(names: Sequence[str], language: str) -> dict[Name, str]:
    """Places by their keys: of one that the list knows, that of its English name, whatever language it is named in."""
    found = ((known_place(name, language), name) for name in names)
    keyed = ((_key(known, "en") if known else _key(name, language), known or name) for known, name in found)
    return {key: name for key, name in keyed if key}


def _place_values(reading: Reading, language: str) -> dict[Name, str]:
    places = [known.value.value for known in reading.values if known.value.kind == "place"]
    return _keyed_places(places, language)


@lru_cache(maxsize=65536)
def _key(name: str, language: str) -> Name:
    """The telling words of a name: `Committee for Work with the Diaspora` and `Committee on Work with Diaspora` are one."""
    telling = " ".join(word.text for word in tokens(name) if not is_stopword(word.folded, language))
    return name_key(telling or name, language)


def _titles(statement: str, language: str) -> dict[Name, str]:
    quoted = [match.group(1).strip() for match in _QUOTED.finditer(statement)]
    keys = [(_key(title, language), title) for title in quoted]
    return {key: title for key, title in keys if 0 < len(key) <= _TITLE_WORDS}


def _numbers(reading: Reading) -> dict[tuple[str, str | None, Decimal], str]:
    numeric = [known.value for known in reading.values if known.value.numeric]
    identified = [known.value for known in reading.values if known.value.kind == "identifier" and known.value.value.isdecimal()]
    return {(value.attribute, value.unit, Decimal(value.value)): value.shown for value in numeric + identified}


def _words(found: Sequence[Token], covered: set[int], language: str) -> dict[str, str]:
    """The telling words that no table knows, by their stems."""
    telling: dict[str, str] = {}
    for position, token in enumerate(found):
        plain = len(token.folded) > 3 and (token.folded.isalpha() or not any(letter.isdigit() for letter in token.folded))
        if plain and position not in covered and not is_stopword(token.folded, language):
            telling.setdefault(sound(token.text, language)[:STEM], token.text)
    return telling
