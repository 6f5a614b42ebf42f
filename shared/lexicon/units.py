"""Nouns that are counted, measured, paid and numbered, in several languages (`units.toml`), found in any of their forms."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from shared.lexicon.inflection import BEGINNING, Ending, Inflection, beginnings, load_inflection

WORDS_KEPT = 1 << 14
"""How many analysed words a table keeps: a text repeats its words, and taking endings off is most of the work."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A word found in a table: `name` is its normalised name (an attribute, an ISO 4217 code), `ending` the ending it stands with."""

    name: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class Nouns:
    """A table of nouns of one language; `homographs` are forms of them that are other words."""

    names: dict[str, str]
    inflection: Inflection
    homographs: frozenset[str] = frozenset()
    beginnings: frozenset[str] = field(init=False, repr=False)
    _analysed: Callable[[str], Noun | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "beginnings", beginnings(self.names))
        object.__setattr__(self, "_analysed", lru_cache(WORDS_KEPT)(self._analyse))

    def find(self, words: str) -> Noun | None:
        """Return the noun that words in lower case are a form of; only the last word of several is inflected."""
        return self._analysed(words) if words[:BEGINNING] in self.beginnings else None

    def _analyse(self, words: str) -> Noun | None:
        if words in self.homographs:
            return None
        for stem, ending in self.inflection.stems(words):
            name = self.names.get(stem)
            if name is not None:
                return Noun(name, ending)
        return None


@dataclass(frozen=True, slots=True)
class Units:
    """What can be counted in one language; `coined` are words that may stand before a currency ("silver roubles").

    `counted` holds things and measures; `measures` are the attributes that come in parts ("1.5 tonnes"); `named` are quantities that are
    named before their number ("a population of 3,412").
    """

    counted: Nouns
    measures: frozenset[str]
    named: Nouns
    invariant: frozenset[str]
    time: Nouns
    percent: Nouns
    money: Nouns
    numbered: Nouns
    symbols: dict[str, str]
    coined: frozenset[str]


@lru_cache
def attribute_names(language: str) -> dict[str, str]:
    """How a language calls attributes that the table gives: the first word for each, where it has one. English calls them as they are."""
    if language == "en":
        return {}
    table = tomllib.loads(resources.files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))
    rows = ((name, words) for kind in ("named", "measured", "counted") for name, words in table[kind].items())
    return {name.replace("_", " "): words[language][0] for name, words in rows if words.get(language)}


@lru_cache
def numbered_names(language: str) -> dict[str, str]:
    """The same for things that bear numbers, by their English names: the attribute of a decree's number is `decree number`."""
    if language == "en":
        return {}
    table = tomllib.loads(resources.files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))
    return {name.replace("_", " "): words[language][0] for name, words in table["numbered"].items() if words.get(language)}


@lru_cache
def load_units(language: str) -> Units:
    """Return the units of a language; of one that the table does not know, the money signs only."""
    table = tomllib.loads(resources.files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))
    inflection = load_inflection(language)
    homographs = frozenset(table["homographs"].get(language, []))

    def nouns(*kinds: str) -> Nouns:
        names: dict[str, str] = {}
        for name, words in (row for kind in kinds for row in table[kind].items()):
            for word in words.get(language, []):
                # The first attribute that lists a word keeps it. Codes have no underscores.
                names.setdefault(word, name.replace("_", " "))
        return Nouns(names, inflection, homographs)

    def listed(kind: str) -> Nouns:
        return Nouns(dict.fromkeys(table[kind].get(language, []), kind), inflection)

    symbols = {symbol: code for code, words in table["money"].items() for symbol in words["symbols"]}
    return Units(
        nouns("counted", "measured"),
        frozenset(name.replace("_", " ") for name in table["measured"]),
        nouns("named"),
        frozenset(table["invariant"].get(language, [])),
        listed("time"),
        listed("percent"),
        nouns("money"),
        nouns("numbered"),
        symbols,
        frozenset(table["coined"].get(language, [])),
    )
