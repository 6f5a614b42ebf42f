"""The language of a text, where its source does not say."""

import re
import tomllib
from functools import lru_cache
from importlib import resources

SAMPLE = 20_000
"""Code points that are looked at."""

_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language that the text most likely is in."""
    sample = text[:SAMPLE]
    plain = _plain(sample)
    if plain is not None:
        return plain
    from py3langid import classify  # its model takes half a second to load, and most texts show plainly what language they are in

    language: str = classify(sample)[0]
    return language


def _plain(sample: str) -> str | None:
    """Return the language that a text shows by words or letters that no other has so many of, or None."""
    words = _WORD.findall(sample.lower())
    for language, fewest, share, signs, letters in _signs():
        if len(words) < fewest:
            continue
        counts = [words.count(sign) for sign in signs] + [sum(letter in word for word in words) for letter in letters]
        if all(count >= share * len(words) for count in counts):
            return language
    return None


@lru_cache
def _signs() -> tuple[tuple[str, int, float, tuple[str, ...], tuple[str, ...]], ...]:
    table = tomllib.loads(resources.files(__package__).joinpath("language.toml").read_text("utf-8"))
    return tuple(
        (language, row["words_at_least"], row["share"], tuple(row.get("words", ())), tuple(row.get("letters", ())))
        for language, row in table.items()
    )
