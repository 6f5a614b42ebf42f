"""Kinds of search tokens: what the projection makes of an entry, and what query looks up."""

TOKEN_BYTES = 5
"""Of a million entries with a hundred tokens each, one word in ten thousand finds an entry too many."""

WORD, PHRASE, TITLE = "word", "phrase", "title"
"""The beginning of a word; two words side by side; a word of the title by its stem."""

SOURCE, PLACE, ACTOR, NAMED, YEAR = "source", "place", "actor", "named", "year"
"""The id of a source; the key of a place; the key of an actor, and each word of that; a year."""

STATUS, DISPUTED = "status", "disputed"
"""The status of an entry; that its claims disagree."""

STEM = 5
"""Letters of a word of the title that tell whether it is one that was asked for: endings of inflected languages fall off."""


def title_stem(word: str) -> str:
    """Return what is compared of a folded word of a title."""
    return word[:STEM]
