"""Words, numbers and signs of a language, sorted into classes and coded as single characters.

The text `16 December 1991` becomes three tokens, and these a code string of three characters, one for every distinct set of
classes ("a day or a small number", "a month, capitalised", "a year"). Forms are matched against that string.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain, combinations

TOKEN = re.compile(r"(\n[^\S\n]*\n\s*|\d+(?:[.,:]\d+)*|[^\W\d_]+|[^\w\s]|_)")
"""Runs of digits, runs of letters, single signs, and blank lines; a group, so that splitting a text keeps them."""

STOPS = ".!?"
"""Signs that may end a sentence."""

NUMERIC = re.compile(r"(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.([12]\d{3}|\d{2})")
"""A day, month and year in figures."""

_ROMAN = re.compile(r"(?=.)(X{0,2})(IX|IV|V?I{0,3})")
_ROMAN_VALUE = {"I": 1, "V": 5, "X": 10}
_MEMO_LIMIT = 100_000
_FIRST_CODE = 0xE000

Value = int | str


def roman(word: str) -> int | None:
    """Return the value of a Roman numeral up to 29 in capitals, which is what centuries are written in; otherwise None."""
    if not _ROMAN.fullmatch(word):
        return None
    total = 0
    for sign, following in zip(word, [*word[1:], ""], strict=True):
        value = _ROMAN_VALUE[sign]
        total += -value if following and _ROMAN_VALUE[following] > value else value
    return total


def number_classes(digits: str) -> frozenset[str]:
    """Return the classes of a run of digits: what it could be in a date."""
    if not digits.isdecimal():
        return frozenset({"NUMERIC" if NUMERIC.fullmatch(digits) else "QUANTITY"})
    if len(digits) > 4:
        return frozenset({"NUMBER"})
    value, classes = int(digits), {"NUMBER", "SMALL"}
    if len(digits) <= 2 and 1 <= value <= 31:
        classes.add("DAY")
        if value > 12:
            classes.add("BIGDAY")
    if len(digits) <= 2 and 1 <= value <= 12:
        classes.add("MONTHNUMBER")
    if 1 <= value <= 21 and digits[0] != "0":
        classes.add("CENTURY")
    if len(digits) == 2:
        classes.add("TWO")
        classes |= ({"MM"} if 1 <= value <= 12 else set()) | ({"DD"} if 1 <= value <= 31 else set())
        if value % 10 == 0:
            classes.add("TENS")
    if len(digits) == 4 and 1000 <= value <= 2199:
        classes.add("YEAR")
        if value >= 1500:
            classes.add("MODERN")
        if value % 10 == 0:
            classes.add("DECADE")
        if value % 100 == 0:
            classes.add("HUNDREDS")
    if digits[0] != "0":
        classes.add("YEARNUMBER")
        if len(digits) == 3:
            classes.add("HUNDRED")
        if len(digits) == 3 and value % 10 == 0:
            classes.add("DECADE3")
    return frozenset(classes)


@lru_cache(maxsize=1)
def all_number_classes() -> frozenset[frozenset[str]]:
    """Return every set of classes that a run of digits can have."""
    # Of four digits from 2200 on, the hundred before 2300 show all that there is.
    runs = (f"{n:0{width}d}" for width in (1, 2, 3, 4) for n in range(min(10**width, 2300)))
    return frozenset(map(number_classes, chain(runs, ("10000", "1.5", "1.1.2000"))))


@dataclass(slots=True)
class Lexicon:
    """The words of a language: which classes a word belongs to and what it is worth in each of them.

    Attributes:
        turkic: Whether I and İ are folded as in Turkish and Azerbaijani.
        words: Folded word to its classes.
        worth: Class to folded word to value: month 12, season 24, century 20.
        capitalised: Folded words that belong to their classes only when written with a capital (May, March).
        roman_endings: What may be written on to a Roman numeral.
        shapes: Classes of words that are known by their look: class to what the whole folded word must match.
        verb_last: Whether the verb closes the sentence.
    """

    turkic: bool
    words: dict[str, set[str]] = field(default_factory=dict)
    worth: dict[str, dict[str, Value]] = field(default_factory=dict)
    capitalised: frozenset[str] = frozenset()
    roman_endings: tuple[str, ...] = ()
    shapes: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    verb_last: bool = False
    _codes: dict[frozenset[str], str] = field(default_factory=dict)
    _memo: "_Memo" = field(init=False)
    _members: dict[str, frozenset[str]] = field(default_factory=dict)
    _listed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._memo = _Memo(self.code)
        for sign in STOPS:
            self.add("STOP", sign)

    def fold(self, word: str) -> str:
        """Return the word in small letters, by the rules of the language."""
        if self.turkic:
            word = word.replace("I", "ı").replace("İ", "i")
        return unicodedata.normalize("NFC", word.lower().replace("i̇", "i"))

    def roman(self, token: str) -> int | None:
        """Return the value of a Roman numeral as the language writes it, with or without an ending; otherwise None."""
        stems = [token, *(token.removesuffix(ending) for ending in self.roman_endings)]
        return next((value for stem in stems if (value := roman(stem))), None)

    def add(self, name: str, word: str, value: Value | None = None) -> None:
        """Put a word into a class, with its value if it has one there."""
        folded = self.fold(word)
        self.words.setdefault(folded, set()).add(name)
        if value is not None:
            self.worth.setdefault(name, {})[folded] = value

    def classes_of(self, token: str) -> frozenset[str]:
        """Return all classes of a token as it stands in the text."""
        if token[0].isdecimal():
            return number_classes(token)
        if not token[0].isalpha():
            return frozenset(self.words.get(token, {"BREAK"} if token.isspace() else {"SIGN"}))
        folded = self.fold(token)
        capital = token[0].isupper()
        found = set(self.words.get(folded, ())) if capital or folded not in self.capitalised else set()
        found |= {"WORD", "UPPER" if capital else "LOWER"}
        if self.roman(token):
            found.add("ROMAN")
        found.update(name for name, shape in self.shapes.items() if not capital and shape.fullmatch(folded))
        return frozenset(found)

    def code(self, token: str) -> str:
        """Return the code of a token."""
        # Sets that no form was compiled with are as good as words that no form knows.
        return self._codes.get(self.classes_of(token)) or self._codes[frozenset({"SIGN"})]

    def value(self, name: str, token: str) -> Value:
        """Return what a token is worth in a class: its number, or what the table says."""
        if token[0].isdecimal():
            return int(token) if token.isdecimal() else token
        if name == "ROMAN":
            return self.roman(token) or 0
        base = name.removesuffix("_CAP")
        folded = self.fold(token)
        return self.worth.get(base, {}).get(folded, folded)

    def belongs(self, token: str, name: str) -> bool:
        """Whether a token belongs to a class."""
        return token[0].isalpha() and name in self.classes_of(token)

    def seal(self) -> None:
        """Give a code to every set of classes that a token can have; to be called when all words are in."""
        sets: set[frozenset[str]] = {frozenset({"SIGN"}), frozenset({"BREAK"})}
        sets |= all_number_classes()
        looks = [frozenset(chosen) for n in range(len(self.shapes) + 1) for chosen in combinations(self.shapes, n)]
        shapes = [frozenset({"WORD", "UPPER"}), *(frozenset({"WORD", "LOWER"}) | look for look in looks)]
        for word, classes in [("", set[str]()), *self.words.items()]:
            if word and not word[0].isalpha():
                sets.add(frozenset(classes))
                continue
            for shape in shapes:
                sets |= {shape | classes, shape | classes | {"ROMAN"}}
        self._codes = {classes: chr(_FIRST_CODE + i) for i, classes in enumerate(sorted(sets, key=sorted))}
        self._memo.clear()
        members: dict[str, set[str]] = {}
        for coded, code in self._codes.items():
            for name in coded:
                members.setdefault(name, set()).add(code)
        self._members = {name: frozenset(codes) for name, codes in members.items()}
        self._listed.clear()

    def codes_of(self, atom: str) -> str:
        """Return the codes of all tokens of a class (`MONTH`, `MONTH_CAP`), of a quoted sign or of a word, as one string."""
        if atom not in self._listed:
            self._listed[atom] = self._codes_of(atom)
        return self._listed[atom]

    def _codes_of(self, atom: str) -> str:
        if atom == "START":
            return self._codes[frozenset({"BREAK"})]
        name = atom if atom[0].isupper() else literal(atom)
        plain = self.members(name.removesuffix("_CAP"))
        return "".join(sorted(plain & self.members("UPPER") if name.endswith("_CAP") else plain))

    def forget(self) -> None:
        """Forget the tokens met so far."""
        self._memo.clear()

    def members(self, name: str) -> frozenset[str]:
        """Return the codes of all tokens of a class; none for a class that the table does not have."""
        return self._members.get(name, frozenset())

    def tokens(self, text: str) -> tuple[list[str], list[int], str]:
        """Return the tokens of a text, the offset of each, and the code string of them all."""
        parts = TOKEN.split(text)
        words = parts[1::2]
        offsets = list(accumulate(map(len, parts)))[:-1:2]
        return words, offsets, "".join(map(self._memo.__getitem__, words))


class _Memo(dict[str, str]):
    """The codes of the tokens met so far; forgets them all when they have become too many."""

    def __init__(self, code: Callable[[str], str]) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, token: str) -> str:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[token] = self._code(token)
        return self[token]


def literal(atom: str) -> str:
    """Return the name of the class that a quoted sign or a word in a form stands for."""
    return "=" + atom.strip("'")


def inflected(stem: str, endings: Iterable[str], harmony: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a stem with all its endings, vowels in agreement.

    Args:
        stem: The bare word.
        endings: Endings in which capitals stand for vowels that agree with the last vowel before them (`dA`, `In`).
        harmony: For each such capital, which vowel follows which: `{"A": {"a": "a", "e": "ə"}}`.
    """
    forms = []
    for ending in endings:
        word = stem
        for sign in ending:
            agreement = harmony.get(sign)
            if agreement:
                last = next((letter for letter in reversed(word) if letter in agreement), None)
                sign = agreement[last] if last else ""
            word += sign
        forms.append(word)
    return forms
