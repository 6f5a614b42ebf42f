"""Endings of nouns: which stems a word may be a form of, and in which case it stands. The endings are data (`inflection.toml`)."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

BEGINNING = 2
"""How many first letters no ending changes: enough to pass over most words that are no form of a listed one."""

_SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending of a noun. `case` is None in the base form; `possessive`: it may mark a noun as belonging to another ("mərkəzi")."""

    text: str
    case: str | None = None
    possessive: bool = False
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Inflection:
    """The endings of one language."""

    endings: dict[str, Ending]
    longest: int
    softened: dict[str, str]
    replaced: tuple[tuple[str, str], ...]

    def stems(self, word: str) -> Iterator[tuple[str, Ending]]:
        """Yield the stems that a word in lower case may have, the longest first."""
        yield word, Ending("")
        for ending, instead in self.replaced:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
                yield word[: -len(ending)] + instead, Ending(ending, plural=True)
        for length in range(1, min(self.longest, len(word) - _SHORTEST_STEM) + 1):
            ending_text = word[-length:]
            found = self.endings.get(ending_text)
            if found is None:
                continue
            stem = word[:-length].rstrip("-'")
            yield stem, found
            if stem and stem[-1] in self.softened:
                yield stem[:-1] + self.softened[stem[-1]], found

    def ending(self, text: str) -> Ending | None:
        """Return the ending that is written `text`, as after a numeral: `dən` of `200-dən`."""
        return self.endings.get(text)


def beginnings(words: Iterable[str]) -> frozenset[str]:
    """Return the first letters of words; a word that begins otherwise is no form of any of them."""
    return frozenset(word[:BEGINNING] for word in words)


@lru_cache
def load_inflection(language: str) -> Inflection:
    """Return the endings of a language; of one that the table does not know, none."""
    table = tomllib.loads(resources.files(__package__).joinpath("inflection.toml").read_text(encoding="utf-8")).get(language, {})
    if not isinstance(table.get("case"), dict):
        endings = {text: Ending(text, case="genitive") for text in table.get("possessive", [])}
        replaced = tuple((ending, instead) for ending, instead in table.get("plural", []))
        return Inflection(endings, max(map(len, endings), default=0), {}, replaced)
    endings = _agglutinated(table)
    return Inflection(endings, max(map(len, endings)), dict(table["softened"]), ())


def _agglutinated(table: dict[str, Any]) -> dict[str, Ending]:
    endings: dict[str, Ending] = {}
    cases = [(None, "")] + [(case, text) for case, texts in table["case"].items() for text in texts]
    # The simplest analysis of an ending comes first and stays: "lar" is a plural before it is anything else.
    for plural in ("", *table["plural"]):
        for possessive in ("", *table["possessive"]):
            for case, text in cases:
                for relative in ("", *table["relative"]) if case == "locative" else ("",):
                    ending = plural + possessive + text + relative
                    if not ending:
                        continue
                    owned = bool(possessive) or ending in table["possessive"]
                    kept = endings.setdefault(
                        ending,
                        Ending(
                            ending, "relative" if relative else case, owned, bool(plural) or possessive.startswith(tuple(table["plural"]))
                        ),
                    )
                    if owned and not kept.possessive:
                        endings[ending] = Ending(ending, kept.case, True, kept.plural)
    return endings
