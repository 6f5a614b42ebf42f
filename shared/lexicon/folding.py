"""Folding: one form for words and names that alphabets, diacritics and transliteration write differently.

`fold` is for searching and for word tables: `Şuşa` and `ШУША` become `susa` and `shusha`. `sound` is coarser and for names: in whatever
language and alphabet a name is written, its sound class is nearly always the same (`Heydər`, `Heydar` and `Гейдар` are one).
The letters stand in `folding.toml`.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "folding.toml").read_text(encoding="utf-8"))
_LETTERS = str.maketrans({**_TABLE["letters"], **_TABLE["cyrillic"]})
_TYPED = tuple((form, typed) for letter, typed in _TABLE["typed"].items() for form in (letter, letter.upper()))
TYPED = frozenset(_TABLE["typed"].values())
"""Letters that others are typed as where a keyboard lacks these."""
_DROPPED = re.compile("['’ʼ‘`´ʹ\u00ad]")
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"(.)\1+")
_SPELLING: dict[str, tuple[tuple[str, str], ...]] = {
    language: tuple(sorted(rows.items(), key=lambda row: -len(row[0]))) for language, rows in _TABLE["spelling"].items()
}
SPELLED = tuple(_SPELLING)
"""Languages that spell sounds in a way of their own."""

_SOUNDS = dict(_TABLE["sounds"]["rows"])
_SOUND = re.compile("|".join(re.escape(row[0]) for row in _TABLE["sounds"]["rows"]))

STEM = 6
"""Letters of a sound class that are kept as the stem of a word: endings of inflected languages fall off."""

NAME_STEM = 8
"""Letters that are kept of a word in a name: `Hüseynov` and `Hüseynzadə` are two people, and names come with fewer endings than words."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return text in lower-case basic Latin letters: no diacritics, Cyrillic transliterated, apostrophes dropped."""
    plain = _strip_marks(_DROPPED.sub("", text.casefold()).translate(_LETTERS))
    if plain.isascii():
        return plain.casefold()
    # What takes letters apart may give capitals: 🄐 is (A).
    return _strip_marks(unicodedata.normalize("NFKD", plain).casefold()).translate(_LETTERS)


def _strip_marks(text: str) -> str:
    return text if text.isascii() else "".join([letter for letter in text if not unicodedata.combining(letter)])


def as_typed(text: str) -> str:
    """Return a text as it is typed where a keyboard lacks letters, each letter at its place; most texts are the same then."""
    for letter, typed in _TYPED:  # two letters so far: `translate` takes twenty times as long for a text without them
        if letter in text:
            text = text.replace(letter, typed)
    return text


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order; numbers count as words."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=65536)
def sound(word: str, language: str = "") -> str:
    """Return the sound class of one word, as spelled in `language` (a BCP 47 tag; unknown ones are read as English spelling)."""
    spelled = _strip_marks(unicodedata.normalize("NFC", word.casefold()))
    for letters, sounds in _SPELLING.get(language.split("-", 1)[0], ()):
        spelled = spelled.replace(letters, sounds.upper())
    return _REPEATED.sub(r"\1", _SOUND.sub(lambda match: _SOUNDS[match.group()], fold(spelled)))


@lru_cache(maxsize=65536)
def name_key(name: str, language: str = "") -> tuple[str, ...]:
    """Return the sound classes of the words of a name, each cut to its stem: equal for one name across alphabets and endings."""
    return tuple(sound(word, language)[:NAME_STEM] for word in _WORD.findall(name))
