"""Which encoding of one byte a letter a text is in, by how well its letters fit the languages that use the encoding.

Each candidate is judged by the likelihood of what it makes of the bytes beyond ASCII: letters as often as the language has them, in words
of one script, small within words, punctuation between them. Cheap and deterministic; a text of a few such letters is enough.
"""

import math
import re
import tomllib
from bisect import bisect
from collections import Counter
from functools import cache
from importlib import resources
from typing import NamedTuple

SAMPLE = 40_000
"""Bytes that are looked at, from the first one beyond ASCII on."""

_DOUBT = 4.0
_FIT = -6.0  # mean logarithm of the likelihood; a text in its own language has about -3.5
_NEVER = 1e-6
_CONTEXT = re.compile(r"(?s)(?<=(.))([^\x00-\x7f])(?=(.))")
_SCRIPTS = (0x250, 0x400, 0x530, 0x600)  # where Latin, Greek, Cyrillic and Hebrew end

_FIRST_CAPITAL, _NEXT_CAPITAL, _INNER_CAPITAL = 0.15, 0.75, 0.004
_OTHER_SCRIPT, _MARK_WITHIN_WORD = 0.005, 0.02
_ACCENTED_PAIR = 0.1  # of Latin letters beyond ASCII, one in ten or fewer stands beside another


class Guess(NamedTuple):
    """An encoding with its title, and the title of the next best one where that gives other letters and fits nearly as well."""

    encoding: str
    title: str
    rival: str | None


class _Language(NamedTuple):
    letters: dict[str, float]
    marks: float
    """Likelihood of each mark of punctuation."""


def guess(data: bytes) -> Guess | None:
    """Return the encoding of one byte a letter that fits best; None where none fits."""
    sample = _sample(data)
    ranked: list[tuple[float, str, str, str]] = []
    beyond = sum(byte >= 0x80 for byte in sample)
    for name, title, prior in _encodings():
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        fit = _fit(text) + math.log(prior)
        if not any(text == other for _, _, _, other in ranked):
            ranked.append((fit, name, title, text))
    ranked.sort(key=lambda candidate: -candidate[0])  # stable: those that come first are preferred
    if not ranked or ranked[0][0] < _FIT * beyond - _DOUBT:
        return None
    rival = ranked[1][2] if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _DOUBT else None
    return Guess(ranked[0][1], ranked[0][2], rival)


def _sample(data: bytes) -> bytes:
    """Return the bytes around those beyond ASCII, up to the most that are looked at, with white space around them."""
    around = re.compile(rb"[\x00-\x7f]?[\x80-\xff]+[\x00-\x7f]?")
    parts, length = [], 0
    for match in around.finditer(data):
        parts.append(match.group()[: SAMPLE - length])
        length += len(parts[-1])
        if length >= SAMPLE:
            break
    return b" " + b"\n".join(parts) + b" "


def _fit(text: str) -> float:
    counts = Counter(_CONTEXT.findall(text))
    best = -math.inf
    for language in _languages().values():
        best = max(best, sum(count * _likelihood(language, *seen) for seen, count in counts.items()))
    return best


def _likelihood(language: _Language, before: str, char: str, after: str) -> float:
    small = char.lower()
    small = small if len(small) == 1 else small[0]  # İ has a dot of its own in lower case
    if small in language.letters:
        likelihood = language.letters[small]
        likelihood *= _case(before, char, small)
        if (before.isalpha() and _script(before) != _script(char)) or (after.isalpha() and _script(after) != _script(char)):
            likelihood *= _OTHER_SCRIPT
        elif before.isalpha() and before > "\x7f" and _script(char) == 0:
            likelihood *= _ACCENTED_PAIR
    elif char in _punctuation():
        likelihood = language.marks
        if before.isalpha() and after.isalpha() and char not in "’\u00ad–—-":
            likelihood *= _MARK_WITHIN_WORD
    else:
        likelihood = _NEVER
    return math.log(max(likelihood, _NEVER))


def _case(before: str, char: str, small: str) -> float:
    capital = _FIRST_CAPITAL
    if before.isalpha():
        capital = _NEXT_CAPITAL if before.isupper() else _INNER_CAPITAL
    return 1 - capital if char == small else capital


def _script(char: str) -> int:
    return bisect(_SCRIPTS, ord(char))


@cache
def _table() -> dict[str, object]:
    return tomllib.loads(resources.files(__package__).joinpath("encodings.toml").read_text(encoding="utf-8"))


@cache
def _encodings() -> tuple[tuple[str, str, float], ...]:
    rows = _table()["encodings"]
    assert isinstance(rows, list)
    return tuple((row["name"], row["title"], row["prior"]) for row in rows)


@cache
def _punctuation() -> frozenset[str]:
    return frozenset(str(_table()["punctuation"]))


@cache
def _languages() -> dict[str, _Language]:
    rows = _table()["languages"]
    assert isinstance(rows, dict)
    return {code: _language(row["letters"], row["share"]) for code, row in rows.items()}


def _language(letters: str, share: float) -> _Language:
    count = len(letters)
    # S. Gusein-Zade 1988: the r-th of n letters has a share of ln((n + 1) / r) / n, nearly.
    weights = [math.log((count + 1) / rank) for rank in range(1, count + 1)]
    scale = share / sum(weights)
    return _Language({letter: weight * scale for letter, weight in zip(letters, weights, strict=True)}, (1 - share) / len(_punctuation()))
