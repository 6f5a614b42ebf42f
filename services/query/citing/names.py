"""The author of a source, as stated in one string, taken apart into the names that styles put in order. What it goes by is `names.toml`.

What is not surely the name of a person stands as it is, as the names of institutions do: a family name is never guessed out of what may be
a title or a nickname.
"""

import re
import tomllib
from functools import lru_cache
from importlib import resources

MOST_WORDS = 5
"""A name of more words than these is taken for something else."""

Name = dict[str, str]
"""A name as CSL has it: `family`, `given` and `suffix`; or `literal`."""


@lru_cache
def _table() -> dict[str, frozenset[str]]:
    table = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
    return {
        "institutions": frozenset(word for words in table["institutions"].values() for word in words),
        **{key: frozenset(table[key]["words"]) for key in ("joints", "particles", "suffixes", "patronymics")},
        "endings": frozenset(table["patronymics"]["endings"]),
    }


def authors(stated: str) -> list[Name]:
    """Return the names in what is stated as the author of a source."""
    return [_name(part) for part in _parts(" ".join(stated.split())) if part]


def _parts(stated: str) -> list[str]:
    if ";" in stated:
        return [part.strip() for part in stated.split(";")]
    joints = "|".join(re.escape(joint) for joint in sorted(_table()["joints"]))
    by_joint = [part.strip(" ,") for part in re.split(rf",?\s(?:{joints})\s", stated)]
    parts = [name for part in by_joint for name in _listed(part)]
    return parts if len(parts) > 1 and all(map(_is_person, parts)) else [stated]


def _listed(part: str) -> list[str]:
    """Take a list apart at its commas, of which `Smith, Jane` has one for another reason."""
    listed = [name.strip() for name in part.split(",")]
    return listed if len(listed) > 1 and all(map(_is_person, listed)) else [part]


def _name(part: str) -> Name:
    bare, suffix = _suffix(part)
    family, comma, given = (piece.strip() for piece in bare.partition(","))
    if comma:
        return {"family": family, "given": given, **suffix} if _is_inverted(family, given) else {"literal": part}
    if not _is_person(bare):
        return {"literal": part}
    words = bare.split()
    if _ends_with_father(words):
        return {"family": words[0], "given": " ".join(words[1:]), **suffix}
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in _table()["particles"]:
        first -= 1
    return {"family": " ".join(words[first:]), "given": " ".join(words[:first]), **suffix}


def _suffix(part: str) -> tuple[str, Name]:
    """Take away what follows a name: `Al Brown Jr.` and `Brown, Al, Jr.`."""
    bare, _, last = part.rpartition(" ")
    return (bare.rstrip(", "), {"suffix": last}) if bare and last.lower() in _table()["suffixes"] else (part, {})


def _is_inverted(family: str, given: str) -> bool:
    """Whether `family, given` is a name put in order already."""
    core = [word for word in family.split() if word.lower() not in _table()["particles"]]
    return len(core) == 1 and 1 <= len(given.split()) <= 3 and "," not in given and _is_person(f"{given} {family}")


def _ends_with_father(words: list[str]) -> bool:
    last = words[-1].lower()
    if last in _table()["patronymics"]:
        return len(words) == 4
    return len(words) == 3 and last.endswith(tuple(_table()["endings"]))


def _is_person(part: str) -> bool:
    """Whether a string reads like a person's name: some words, all capitalised, none of which institutions are called by."""
    words = part.replace(",", " ").split()
    if not 2 <= len(words) <= MOST_WORDS or any(word.lower().strip(".") in _table()["institutions"] for word in words):
        return False
    small = _table()["particles"] | _table()["patronymics"] | _table()["suffixes"]
    return all(_is_name(word) or word.lower() in small for word in words) and any(map(_is_name, words))


def _is_name(word: str) -> bool:
    return word[0].isupper() and all(letter.isalpha() or letter in ".-'’ʼ‐" for letter in word)
