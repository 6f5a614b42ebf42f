"""What a text tells of: kinds of happening with their ordinals, acts and topics, the same concept in every language.

The knowledge stands in tables that a linguist extends: `happenings.toml` (concepts), `ordinals.toml`, `roles.toml` and `stopwords.toml`.
This module finds their rows in a text. Concepts are named by their English names, so that texts in two languages can be compared.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shared.lexicon.folding import fold

Role = Literal["subject", "setting", "means", "eve", "attribute"]

_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ](?!s\b)[^\W_]+)*")
_BREAK = re.compile(r"[.;:!?()\n]|, ")
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10}
_FIGURE = re.compile(r"(\d{1,3})([a-z]*)")
_REACH = 4
"""How many words before its noun an ordinal may stand: `the First World Azerbaijanis Congress`."""
_BEGINNING = 2
_TENS = 10
_PHRASE = 4
"""How many words before its noun a preposition may stand: `according to the mentioned decree`."""


@lru_cache(maxsize=8)
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=32)
def _patterns(language: str) -> dict[str, str]:
    """The patterns of a language by concept: of its own file, where it has one, else of the table that several languages share."""
    own = Path(__file__).parent / f"happenings-{language}.toml"
    if own.exists():
        return tomllib.loads(own.read_text(encoding="utf-8"))
    table = _table("happenings.toml")
    return {name: row[language] for kind_class in table["classes"] for name, row in table.get(kind_class, {}).items() if language in row}


@lru_cache
def _languages() -> tuple[str, ...]:
    """The languages that have patterns."""
    own = sorted(path.stem.removeprefix("happenings-") for path in Path(__file__).parent.glob("happenings-*.toml"))
    table = _table("happenings.toml")
    shared = {language for kind_class in table["classes"] for row in table.get(kind_class, {}).values() for language in row}
    return (*sorted(shared), *own)


class Token(NamedTuple):
    """One word of a text: as written, folded, and whether a mark that ends a phrase stands between it and the word before."""

    text: str
    folded: str
    start: int
    after_break: bool
    after_hyphen: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the concept table. `weight` says how much it tells that two texts share it; `personal`: it happens to somebody.

    `once`: to nobody twice. `singular`: hardly twice at one place within days. `families` are those of kinds
    that texts call now by one name, now by another.
    """

    name: str
    kind_class: str
    weight: float
    personal: bool = False
    once: bool = False
    singular: bool = False
    families: frozenset[str] = frozenset()

    @property
    def happening(self) -> bool:
        """Whether it is a kind of happening, not merely an act or a topic."""
        return self.kind_class not in ("act", "topic")


@dataclass(frozen=True, slots=True)
class ConceptMention:
    """A concept that the words `first` to `last` (exclusive) of a text mean, its ordinals there, and the part it plays."""

    concept: Concept
    first: int
    last: int
    ordinals: frozenset[int]
    role: Role


@dataclass(frozen=True, slots=True)
class _Pattern:
    stems: tuple[tuple[str, bool], ...]
    concept: Concept
    letters: str | None = None
    """What the first word has to begin with in its own letters, where folding would confuse it with another word."""

    @property
    def length(self) -> tuple[int, int]:
        return len(self.stems), sum(len(stem) for stem, _ in self.stems)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Split a text into its words."""
    found: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        gap = text[end:start]
        if gap == " ":
            found.append(Token(word, fold(word), start, False, False))
        else:
            found.append(Token(word, fold(word), start, _BREAK.search(gap) is not None, gap in ("-", "–")))
        end = match.end()
    return tuple(found)


def _concepts() -> dict[str, Concept]:
    table = _table("happenings.toml")
    return {
        name: Concept(
            name.replace("-", " "),
            kind_class,
            float(row["weight"]),
            personal=bool(row.get("personal")),
            once=bool(row.get("once")),
            singular=bool(row.get("singular")),
            families=frozenset(family for family, names in table["families"].items() if name in names),
        )
        for kind_class, row in table["classes"].items()
        for name in table.get(kind_class, {})
    }


CONCEPTS = _concepts()
"""Every concept, by the key of its row."""


@lru_cache(maxsize=4096)
def concept_name(name: str, language: str) -> str:
    """Return what readers of a language are shown for a concept, given by its English name; that name where the table has no other."""
    key = name.replace(" ", "-")
    if shown := _table("happenings.toml")["shown"].get(language, {}).get(key):
        return str(shown)
    if language == "en":
        return name
    return _patterns(language).get(key, "").split("|")[0].strip("*=") or name


@lru_cache(maxsize=1024)
def concept_words(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the folded words that mean a concept in any language, or that such words begin with; by its English name."""
    written = [_patterns(language).get(name.replace(" ", "-"), "") for language in _languages()]
    patterns = [part.strip() for one in written for part in one.split("|") if part.strip()]
    return tuple(dict.fromkeys(tuple(fold(word.rstrip("*")) for word in _words(pattern)) for pattern in patterns))


def ordinal_word(number: int, language: str) -> str:
    """Return an ordinal as a word of a language, or in figures with their ending where its table of words does not reach so far."""
    row = _table("ordinals.toml").get(language, {})
    words = row.get("words", ())
    if 0 < number <= len(words):
        return str(words[number - 1]).split("|")[0].rstrip("*")
    if "units" not in row:
        return f"{number}."
    tens, units = number // 10 % 10, number % 10
    return f"{number}{row['tens'][tens] if units == 0 or tens == 1 else row['units'][units]}"


class _Lexicon:
    """The patterns of one language, by the first word they begin with."""

    def __init__(self, language: str) -> None:
        self._exact: dict[str, list[_Pattern]] = defaultdict(list)
        self._prefix: dict[str, list[_Pattern]] = defaultdict(list)
        for name, patterns in _patterns(language).items():
            self._add(CONCEPTS[name], patterns, plural=language == "en")
        self._longest = max((len(stem) for stem in self._prefix), default=0)
        self._beginning = lru_cache(maxsize=65536)(self._beginning_with)

    def _add(self, concept: Concept, patterns: str, *, plural: bool) -> None:
        for pattern in filter(None, (part.strip() for part in patterns.split("|"))):
            stems = tuple((fold(word.rstrip("*")), word.endswith("*")) for word in _words(pattern))
            letters = _words(pattern)[0].rstrip("*") if pattern.startswith("=") else None
            for variant in _plurals(stems) if plural else (stems,):
                index = self._prefix if variant[0][1] else self._exact
                index[variant[0][0]].append(_Pattern(variant, concept, letters))

    def longest_at(self, found: Sequence[Token], position: int) -> _Pattern | None:
        """Return the longest pattern that begins at a word."""
        for pattern in self._beginning(found[position].folded):
            if _fits(pattern, found, position):
                return pattern
        return None

    def _beginning_with(self, word: str) -> tuple[_Pattern, ...]:
        """The patterns that may begin with a word, the longest first."""
        candidates = list(self._exact.get(word, ()))
        for length in range(2, min(len(word), self._longest) + 1):
            candidates += self._prefix.get(word[:length], ())
        return tuple(sorted(candidates, key=lambda pattern: (pattern.length, pattern.concept.name), reverse=True))


def _words(pattern: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*\*?", pattern)


def _plurals(stems: tuple[tuple[str, bool], ...]) -> tuple[tuple[tuple[str, bool], ...], ...]:
    last, open_end = stems[-1]
    if open_end:
        return (stems,)
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return stems, (*stems[:-1], (last[:-1] + "ies", False))
    return stems, (*stems[:-1], (last + ("es" if last.endswith(("s", "x", "ch", "sh")) else "s"), False))


def _fits(pattern: _Pattern, found: Sequence[Token], position: int) -> bool:
    if pattern.letters and not found[position].text.replace("İ", "i").lower().startswith(pattern.letters):
        return False
    if len(pattern.stems) == 1:
        stem, open_end = pattern.stems[0]
        word = found[position].folded
        return word.startswith(stem) if open_end else word == stem
    following = found[position : position + len(pattern.stems)]
    return len(following) == len(pattern.stems) and all(
        (token.folded.startswith(stem) if open_end else token.folded == stem) and not (offset and token.after_break)
        for offset, (token, (stem, open_end)) in enumerate(zip(following, pattern.stems, strict=True))
    )


@lru_cache(maxsize=32)
def _lexicon(language: str) -> _Lexicon:
    return _Lexicon(language)


@lru_cache(maxsize=256)
def primary(language: str) -> str:
    """Return the primary subtag of a BCP 47 tag: `az` of `az-Cyrl`."""
    return language.split("-", 1)[0].casefold()


Ordinals = dict[int, tuple[int, int]]
"""Position of the last word of an ordinal -> position of the first word, number"""


def concepts_in(found: Sequence[Token], language: str, numbered: Ordinals | None = None) -> list[ConceptMention]:
    """Return the concepts that a text mentions, in order, the longest pattern at each place; `numbered` are its ordinals, if known."""
    lexicon = _lexicon(primary(language))
    numbered = ordinals_in(found, language) if numbered is None else numbered
    mentions: list[ConceptMention] = []
    position = 0
    while position < len(found):
        pattern = lexicon.longest_at(found, position)
        if pattern is None:
            position += 1
            continue
        last = position + len(pattern.stems)
        ordinals = _ordinals_of(found, position, last, numbered, primary(language)) if pattern.concept.happening else frozenset[int]()
        mentions.append(
            ConceptMention(pattern.concept, position, last, ordinals, _role(found, position, last, pattern.concept, primary(language)))
        )
        position = last
    return mentions


@dataclass(frozen=True, slots=True)
class _OrdinalWords:
    suffixes: frozenset[str]
    stops: frozenset[str]
    years: tuple[str, ...]
    cardinal_tens: dict[str, int]
    by_beginning: dict[str, list[tuple[tuple[tuple[str, bool], ...], int]]]
    """The first letters of a word -> the ordinals that begin so, longer ones first"""


@lru_cache(maxsize=32)
def _ordinal_words(language: str) -> _OrdinalWords:
    row = _table("ordinals.toml").get(language, {})
    words = [
        (tuple((fold(word.rstrip("*")), word.endswith("*")) for word in _words(pattern)), number)
        for number, patterns in enumerate(row.get("words", ()), start=1)
        for pattern in patterns.split("|")
    ]
    words += [(((fold(word.rstrip("*")), word.endswith("*")),), int(number)) for number, word in row.get("tens_words", {}).items()]
    by_beginning: dict[str, list[tuple[tuple[tuple[str, bool], ...], int]]] = defaultdict(list)
    for stems, number in sorted(words, key=lambda item: -len(item[0])):
        by_beginning[stems[0][0][:_BEGINNING]].append((stems, number))
    return _OrdinalWords(
        suffixes=frozenset(map(fold, row.get("suffixes", ()))),
        stops=frozenset(map(fold, row.get("stops", ()))),
        years=tuple(map(fold, row.get("years", ()))),
        cardinal_tens={fold(word): int(number) for number, word in row.get("cardinal_tens", {}).items()},
        by_beginning=by_beginning,
    )


def ordinals_in(found: Sequence[Token], language: str) -> Ordinals:
    """Return the ordinals that stand in a text."""
    table = _ordinal_words(primary(language))
    numbered: Ordinals = {}
    for position, token in enumerate(found):
        following = found[position + 1] if position + 1 < len(found) else None
        figure = _FIGURE.fullmatch(token.folded) if token.folded[:1].isdigit() else None
        if figure and figure[2] and figure[2] in table.suffixes:
            numbered[position] = (position, int(figure[1]))
        elif figure and not figure[2] and following and following.after_hyphen and following.folded in table.suffixes:
            numbered[position + 1] = (position, int(figure[1]))
        elif figure and not figure[2] and following and table.years and following.folded.startswith(table.years):
            numbered[position] = (position, int(figure[1]))
        elif token.text[0] in _ROMAN_DIGITS and _ROMAN.fullmatch(token.text):
            numbered[position] = (position, _roman(token.text))
        elif token.folded[:_BEGINNING] in table.by_beginning:
            _note_ordinal_word(found, position, table, numbered)
    return {last: (first, number) for last, (first, number) in numbered.items() if number > 0}


def _note_ordinal_word(found: Sequence[Token], position: int, table: _OrdinalWords, numbered: Ordinals) -> None:
    for stems, number in table.by_beginning.get(found[position].folded[:_BEGINNING], ()):
        following = found[position : position + len(stems)]
        if len(following) == len(stems) and all(
            token.folded.startswith(stem) if open_end else token.folded == stem
            for token, (stem, open_end) in zip(following, stems, strict=True)
        ):
            before = found[position - 1] if position and not found[position].after_break else None
            tens = table.cardinal_tens.get(before.folded, 0) if before and number < _TENS else 0
            numbered.setdefault(position + len(stems) - 1, (position - (tens > 0), tens + number))
            return


def _roman(text: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in text]
    return sum(-digit if digit < max(digits[i:]) else digit for i, digit in enumerate(digits))


def _ordinals_of(found: Sequence[Token], first: int, last: int, numbered: Ordinals, language: str) -> frozenset[int]:
    """Return the ordinals of a noun: `the First World Congress`, `1-ci, 2-ci və 3-cü konqres`, `World War II`."""
    stops = _ordinal_words(language).stops
    numbers: list[int] = []
    position, beside = first - 1, -1
    while position >= 0:
        if position in numbered:
            start, number = numbered[position]
            if position == beside and not found[position + 1].after_break:
                numbers.pop()  # "the 90th founding anniversary" is no first one
            numbers.append(number)
            beside = start - 1
            position = start - 1
            continue
        joins = numbers and found[position].folded in stops
        if joins and position - 1 in numbered:
            position -= 1
            continue
        next_word = found[position + 1]
        if numbers or first - position > _REACH or found[position].folded in stops or next_word.after_break:
            break
        position -= 1
    follows = last < len(found) and last in numbered and not found[last].after_break
    if not numbers and follows and _ROMAN.fullmatch(found[last].text) and found[last].text != "I":
        numbers.append(numbered[last][1])
    return frozenset(numbers)


_Marks = tuple[frozenset[str], frozenset[str], tuple[str, ...]]
_MARKED_ROLES: tuple[Role, ...] = ("eve", "means", "setting")


@lru_cache(maxsize=32)
def _roles(language: str) -> tuple[tuple[Role, _Marks], ...]:
    table = _table("roles.toml").get(language, {})
    return tuple((role, _marks(table[role])) for role in _MARKED_ROLES if role in table)


def _marks(row: dict[str, list[str]]) -> _Marks:
    return frozenset(map(fold, row["before"])), frozenset(map(fold, row["after"])), tuple(map(fold, row["endings"]))


@lru_cache(maxsize=32)
def _occasions(language: str) -> frozenset[str]:
    """The words before an anniversary on which something else was done."""
    return frozenset(map(fold, _table("roles.toml").get(language, {}).get("occasion", {}).get("before", ())))


def _role(found: Sequence[Token], first: int, last: int, concept: Concept, language: str) -> Role:
    ahead = _ahead(found, first)
    if concept.kind_class == "commemoration" and ahead & _occasions(language):
        return "setting"
    if concept.personal and _is_attribute(found, last, language):
        return "attribute"
    behind = found[last].folded if last < len(found) else ""
    for role, (before, after, endings) in _roles(language):
        if ahead & before or behind in after or (endings and found[last - 1].folded.endswith(endings)):
            return role
    return "subject"


@lru_cache(maxsize=32)
def _attributes(language: str) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Endings of participles that stand before their noun, auxiliaries that take them, and words that are no such noun."""
    row = _table("roles.toml").get(language, {}).get("attribute")
    if row is None:
        return (), (), frozenset()
    return tuple(map(fold, row["endings"])), tuple(map(fold, row["auxiliaries"])), frozenset(map(fold, row["stops"]))


def _is_attribute(found: Sequence[Token], last: int, language: str) -> bool:
    """Whether what befell somebody only says who it is: "Şuşada doğulmuş yazıçının lövhəsi", "vəfat etmiş rəssamın sərgisi"."""
    endings, auxiliaries, stops = _attributes(language)
    if not endings:
        return False
    verb = last if last < len(found) and found[last].folded.startswith(auxiliaries) else last - 1
    follows = verb + 1 < len(found) and not found[verb + 1].after_break and found[verb + 1].folded not in stops
    return follows and found[verb].folded.endswith(endings)


def _ahead(found: Sequence[Token], first: int) -> set[str]:
    """The words before a noun, up to where its phrase begins."""
    ahead: set[str] = set()
    for position in range(first - 1, max(-1, first - 1 - _PHRASE), -1):
        if found[position + 1].after_break:
            break
        ahead.add(found[position].folded)
    return ahead


def is_matter_of(matters: list[ConceptMention], papers: list[ConceptMention], found: Sequence[Token], language: str) -> bool:
    """Whether a happening is what a paper is about: `a decree on the holding of the congress`, not `the congress adopted a resolution`.

    A word that says so stands between the two; which of them comes first depends on the language.
    """
    row = _table("roles.toml").get(language, {}).get("matter")
    if row is None:
        return False
    marks = frozenset(map(fold, row["marks"]))
    first, second = (papers, matters) if row["paper"] == "first" else (matters, papers)
    return any(
        not marks.isdisjoint(token.folded for token in found[one.last : other.first])
        for one in first
        for other in second
        if one.last <= other.first
    )


@lru_cache(maxsize=32)
def _stopwords(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    listed = [
        fold(word) if not word.endswith("*") else fold(word[:-1]) + "*" for word in _table("stopwords.toml").get(language, "").split()
    ]
    return frozenset(word for word in listed if word[-1] != "*"), tuple(word[:-1] for word in listed if word[-1] == "*")


def is_stopword(folded: str, language: str) -> bool:
    """Tell whether a folded word says little about what a text tells of."""
    exact, prefixes = _stopwords(primary(language))
    return folded in exact or (bool(prefixes) and folded.startswith(prefixes))
