"""Whether a sentence names what it tells of, or begins with a word that points back (`pronouns.toml`)."""

import tomllib
from functools import lru_cache
from pathlib import Path

from shared.lexicon.folding import fold
from shared.lexicon.happenings import primary, tokens


@lru_cache
def _pronouns() -> dict[str, frozenset[str]]:
    table = tomllib.loads((Path(__file__).parent / "pronouns.toml").read_text(encoding="utf-8"))
    return {language: frozenset(map(fold, words.split())) for language, words in table.items()}


def points_back(sentence: str, language: str) -> bool:
    """Tell whether a sentence begins with a word that means nothing without what stands before it."""
    words = tokens(sentence)
    return bool(words) and words[0].folded in _pronouns().get(primary(language), frozenset())
