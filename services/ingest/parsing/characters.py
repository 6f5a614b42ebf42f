"""Code points that a canonical text may not hold, and those that a reader has to be told of."""

import re

LOST = "\ufffd"
"""What stands where a file holds a letter that nobody can tell."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_SEEN = re.compile("[^\\s\x00\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def whole(text: str) -> str:
    """Return a text whose pairs of surrogates are one code point each, and whose lone ones and zeros are `LOST`."""
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", LOST)


def has_words(text: str) -> bool:
    """Whether a text holds anything that is to be seen."""
    return bool(_SEEN.search(text))


def turning_note(text: str) -> str | None:
    """Return what a reader has to be told of marks that turn the direction of writing; None where there are none."""
    count = len(_TURNS.findall(text))
    if not count:
        return None
    marks = "one mark that turns" if count == 1 else f"{count:,} marks that turn"
    return f"The text holds {marks} the direction of writing (U+202A to U+202E, U+2066 to U+2069): it may look different from what it says."
