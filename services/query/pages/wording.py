"""What pages say, in the reader's language: a table of strings, and dates in words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from services.query.pages.dates import date_words, moment_words
from shared.domain.errors import InvalidInput
from shared.lexicon.units import attribute_names, numbered_names

DEFAULT = "en"

Strings = Mapping[str, str | Mapping[str, str]]


@lru_cache
def tables() -> Mapping[str, Strings]:
    """Return the strings of each language."""
    table: Mapping[str, Strings] = tomllib.loads(resources.files(__package__).joinpath("strings.toml").read_text(encoding="utf-8"))
    return table


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language, as templates use them."""

    language: str

    def __call__(self, key: str, **fields: object) -> str:
        """Return a string with its fields filled in."""
        found = tables()[self.language][key]
        if not isinstance(found, str):
            raise KeyError(f"{key} is chosen by a number: use count")
        return found.format(**fields)

    def count(self, key: str, n: int) -> str:
        """Return a string that depends on a number."""
        forms = tables()[self.language][key]
        if isinstance(forms, str):
            raise KeyError(f"{key} does not depend on a number")
        return forms["one" if n == 1 and "one" in forms else "other"].format(n=n)

    def date(self, edtf: str) -> str:
        """Return an EDTF date in words; one that cannot be read stands as it was stored, for nobody who looks at it could mend it."""
        try:
            return date_words(edtf, self.language)
        except InvalidInput:
            return edtf

    def attribute(self, name: str) -> str:
        """Return what an attribute is called; one that no table has is called as it is."""
        if name == "place":
            return self("attribute_place")
        thing, _, number = name.rpartition(" ")
        if number == "number" and thing in (known := numbered_names(self.language)):
            return self("attribute_number", name=known[thing])
        return attribute_names(self.language).get(name, name)

    def moment(self, moment: datetime | str) -> str:
        """Return a point in time in words; a string is taken as ISO 8601."""
        return moment_words(datetime.fromisoformat(moment) if isinstance(moment, str) else moment, self.language)

    def has(self, key: str) -> bool:
        """Whether there is such a string."""
        return key in tables()[self.language]


ENGLISH = Wording(DEFAULT)


def wording_for(accept_language: str | None) -> Wording:
    """Choose among the languages that the reader's browser asks for (RFC 9110, 12.5.4); English when none of ours is wanted."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        wanted.append((-quality, position, tag.strip().lower().partition("-")[0]))
    for quality, _, language in sorted(wanted):
        if language in tables() and quality < 0:
            return Wording(language)
    return Wording(DEFAULT)
