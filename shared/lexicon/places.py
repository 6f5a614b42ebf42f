"""Countries, cities and regions by their names in several languages (`places.toml`), found in any of their forms."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from shared.lexicon.inflection import BEGINNING, Ending, Inflection, beginnings, load_inflection
from shared.lexicon.units import WORDS_KEPT, Nouns

PlaceKind = Literal["country", "city", "region"]
_TURKIC = ("az", "tr")
_LONGEST = 4
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its English name, what it is, and the ISO 3166 code of its country where there is one."""

    name: str
    kind: PlaceKind
    code: str | None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The places of the table by their names in one language, or in English where it has none for them.

    `first_words` are those that names of several words begin with; `settlements` nouns that follow or name a place, and `states` those of
    them that make no word a place that the table does not have.
    """

    places: dict[str, Place]
    beginnings: frozenset[str]
    first_words: frozenset[str]
    inflection: Inflection
    settlements: Nouns
    states: Nouns
    _analysed: Callable[[str], tuple[Place, Ending] | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_analysed", lru_cache(WORDS_KEPT)(self._analyse))

    def find(self, words: str) -> tuple[Place, Ending] | None:
        """Return the place that words in lower case are a form of, and the ending they stand with."""
        return self._analysed(words) if words[:BEGINNING] in self.beginnings else None

    def _analyse(self, words: str) -> tuple[Place, Ending] | None:
        for stem, ending in self.inflection.stems(words):
            place = self.places.get(stem)
            if place is not None:
                return place, ending
        return None

    @property
    def longest(self) -> int:
        """How many words the name of a place may have."""
        return _LONGEST


@lru_cache
def load_places(language: str) -> Gazetteer:
    """Return the places by their names in a language."""
    table = _table()
    places: dict[str, Place] = {}
    kinds: tuple[tuple[str, PlaceKind], ...] = (("countries", "country"), ("cities", "city"), ("regions", "region"))
    for section, kind in kinds:
        for name, row in table[section].items():
            place = Place(name, kind, row.get("code"))
            for written in row.get(language) or row["en"]:
                # A name that means a country and a city means the country.
                places.setdefault(_lower(written, language), place)
    inflection = load_inflection(language)
    states = dict.fromkeys(table["states"].get(language, []), "state")
    settlements = Nouns(dict.fromkeys(table["settlements"].get(language, []), "settlement") | states, inflection)
    first_words = frozenset(word.group() for name in places if (word := _WORD.match(name)) and word.end() < len(name))
    return Gazetteer(places, beginnings(places), first_words, inflection, settlements, Nouns(states, inflection))


@lru_cache(maxsize=4096)
def names_of_place(name: str) -> tuple[str, ...]:
    """Return all names of a place of the list, in every language; none of one that it does not know. By its name in any language."""
    table = _table()
    rows = [row for section in ("countries", "cities", "regions") for row in table[section].values()]
    written = [[one for names in row.values() if isinstance(names, list) for one in names] for row in rows]
    return next((tuple(dict.fromkeys(names)) for names in written if name in names), ())


def lies_within(inner: str, outer: str) -> bool:
    """Whether a place of the list lies within another: Shusha in Karabakh, in Azerbaijan and in the Caucasus. By English names."""
    return outer in areas_around(inner)


@lru_cache(maxsize=65536)
def areas_around(place: str) -> frozenset[str]:
    """Return the English names of all that a place of the list lies within."""
    around = _around()
    waiting, seen = [place], {place}
    while waiting:
        found = [area for area in around.get(waiting.pop(), ()) if area not in seen]
        seen.update(found)
        waiting += found
    return frozenset(seen - {place})


@lru_cache
def _around() -> dict[str, tuple[str, ...]]:
    """What each place of the list lies directly within."""
    table = _table()
    countries = {row["code"]: name for name, row in table["countries"].items()}
    around: dict[str, tuple[str, ...]] = {}
    for section in ("countries", "cities", "regions"):
        for name, row in table[section].items():
            country = None if section == "countries" else countries.get(row.get("code", ""))
            around.setdefault(name, tuple(place for place in (row.get("within"), country) if place and place != name))
    return around


@lru_cache
def languages_of_places() -> tuple[str, ...]:
    """Return the languages in which the list has names."""
    table = _table()
    rows = (row for section in ("countries", "cities", "regions") for row in table[section].values())
    return tuple(sorted({key for row in rows for key, names in row.items() if isinstance(names, list)}))


@lru_cache(maxsize=65536)
def known_place(name: str, language: str) -> str | None:
    """Return the English name of a place that the list knows by a name in `language` or in English."""
    for known in (language, "en"):
        found = load_places(known).find(_lower(name, known))
        if found is not None:
            return found[0].name
    return None


@lru_cache
def _table() -> dict[str, Any]:
    """The list as it is written; kept, since each language reads it, and to parse it takes longer than all they make of it."""
    return tomllib.loads(resources.files(__package__).joinpath("places.toml").read_text(encoding="utf-8"))


def _lower(name: str, language: str) -> str:
    if language in _TURKIC:
        name = name.replace("I", "ı")
    return name.replace("İ", "i").replace("’", "'").lower()
