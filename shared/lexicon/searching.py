"""What an entry can be found by: the pieces of text that are searched, their folded words, and what a reader's words ask for.

Words are compared folded, so that case, diacritics and alphabet do not matter. A word that is asked for stands for every word that begins
with it; words in quotes are a phrase and stand one after the other, each whole.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Literal, NamedTuple, Protocol

from shared.lexicon.folding import SPELLED, TYPED, as_typed, fold, name_key, words
from shared.lexicon.places import known_place, languages_of_places

Field = Literal["title", "statement", "actor", "place", "value"]

SHORTEST, LONGEST = 3, 12
"""Letters of the shortest and the longest beginning by which a word is found."""

SHORTEST_NAME = 4
"""Letters of the shortest word that is looked for among names by how it sounds."""

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
_WORD = re.compile(r"[^\W_]+")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Stated(Protocol):
    @property
    def attribute(self) -> str: ...
    @property
    def value(self) -> str: ...


class Said(Protocol):
    """A claim as far as it is searched."""

    @property
    def language(self) -> str: ...
    @property
    def statement(self) -> str: ...
    @property
    def actors(self) -> Sequence[_Named]: ...
    @property
    def places(self) -> Sequence[_Named]: ...
    @property
    def values(self) -> Sequence[_Stated]: ...


class Piece(NamedTuple):
    """A text that is searched, and which field of a claim it is."""

    field: Field
    text: str


def pieces(claim: Said) -> Iterator[Piece]:
    """Iterate over what is searched of a claim."""
    yield Piece("statement", claim.statement)
    for actor in claim.actors:
        yield Piece("actor", actor.name)
    for place in claim.places:
        yield Piece("place", place.name)
    for value in claim.values:
        yield Piece("value", f"{value.attribute} {value.value}")


def neighbours(found: Sequence[str]) -> Iterator[str]:
    """Iterate over each two words that stand side by side."""
    return (f"{first} {second}" for first, second in pairwise(found))


class Wanted(NamedTuple):
    """What a reader's words ask for, folded: words, each of which an entry has or has a longer one that begins so; and phrases.

    `names` are the words again, as they were written, those that may be a name: an entry has it, too, where a name in it sounds like that.
    """

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    names: tuple[str | None, ...] = ()

    def named(self, key: Callable[[str, str], str]) -> Iterator[tuple[int, str]]:
        """Iterate over the keys that the words have as names, each with the number of its word."""
        for number, name in enumerate(self.names):
            if name is not None:
                yield from ((number, found) for found in keys_asked(name, key))


class Hit(NamedTuple):
    """Where a word that is asked for stands: code points, end exclusive. `of` counts the words that are asked for, then the phrases."""

    start: int
    end: int
    of: int


def wanted(text: str) -> Wanted:
    """Read what is asked for. A phrase of one word is a word; where a quotation mark has no other, it means nothing."""
    phrases: list[tuple[str, ...]] = []

    def take(match: re.Match[str]) -> str:
        found = tuple(words(match[1]))
        if len(found) > 1:
            phrases.append(found)
            return " "
        return f" {match[1]} "

    single = _QUOTED.sub(take, text)
    found = tuple(dict.fromkeys(words(single)))
    written = {folded[0]: part for part in single.split() if len(folded := words(part)) == 1}
    names = tuple([written.get(word) if len(word) >= SHORTEST_NAME and word.isalpha() else None for word in found])
    return Wanted(found, tuple(dict.fromkeys(phrases)), names)


def begins(word: str, asked: str) -> bool:
    """Whether a folded word is found by one that is asked for: it begins so, and where that is a short one, it is the same."""
    return word == asked if len(asked) < SHORTEST else word.startswith(asked[:LONGEST])


class Finder:
    """Finds words that are asked for in texts, many at a time: most of what texts are made of is looked at once for all of them.

    It remembers which parts without white space have none of the words: few are not met again.
    """

    def __init__(self, asked: Wanted) -> None:
        self._asked = asked
        self._starts = tuple(word[:LONGEST] for word in asked.words)
        self._begun = frozenset(phrase[0] for phrase in asked.phrases)
        self._second = frozenset(phrase[1] for phrase in asked.phrases)
        self._longest = max(map(len, asked.phrases), default=0)
        self._typed = any(typed in "".join([*asked.words, *chain.from_iterable(asked.phrases)]) for typed in TYPED)
        self._actors = {found: number for number, found in asked.named(actor_key)}
        self._places = {found: number for number, found in asked.named(place_key)}
        self._idle: set[str] = set()  # nothing that is asked for stands in these, and no phrase begins there
        self._having: dict[str, tuple[Hit, ...]] = {}

    def hits(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Return for each text where words that are asked for stand in it, in order."""
        found = self._hits(texts)
        if self._typed and (typed := [(at, other) for at, text in enumerate(texts) if (other := as_typed(text)) != text]):
            for (at, _), hits in zip(typed, self._hits([other for _, other in typed]), strict=True):
                known = {hit.start for hit in found[at]}
                found[at] = sorted([*found[at], *(hit for hit in hits if hit.start not in known)])
        return found

    def named(self, piece: Piece, language: str) -> list[Hit]:
        """Return where a name in a claim of a language sounds like a word that is asked for."""
        if piece.field == "place":
            number = self._places.get(place_key(piece.text, language))
            return [] if number is None else [Hit(0, len(piece.text), number)]
        if piece.field != "actor":
            return []
        words = ((word, self._actors.get(actor_key(word.group(), language))) for word in _WORD.finditer(piece.text))
        return [Hit(word.start(), word.end(), number) for word, number in words if number is not None]

    def _hits(self, texts: Sequence[str]) -> list[list[Hit]]:
        placed: list[list[Hit]] = [[] for _ in texts]
        joined = "\n".join(texts)
        some = set(joined.split()).difference(self._idle)
        for letters in some.difference(self._having):
            if not self._learn(letters):
                some.discard(letters)
        if not some:
            return placed
        starts = list(accumulate([len(text) + 1 for text in texts], initial=0))
        begun = set[int]()
        for letters in some:
            hits = self._having[letters]
            begins_phrase = bool(self._begun) and not self._begun.isdisjoint(_words_of(letters))
            for at in _places(joined, letters):
                number = bisect_right(starts, at) - 1
                first = at - starts[number]
                placed[number] += [Hit(first + hit.start, first + hit.end, hit.of) for hit in hits]
                if begins_phrase:
                    begun.add(number)
        for number in begun:
            # A word that is asked for by itself as well counts as that.
            alone = {hit.start for hit in placed[number]}
            placed[number] += [hit for hit in self._phrased(texts[number], some) if hit.start not in alone]
        for found in placed:
            found.sort()
        return placed

    def _learn(self, letters: str) -> bool:
        """Find out what stands in a text without white space; return whether anything asked for may, or a phrase may begin there."""
        found = _words_of(letters)
        for word in found:
            if word.startswith(self._starts) or word in self._begun:
                break
        else:
            self._idle.add(letters)
            return False
        having = {at: number for number, one in enumerate(self._asked.words) for at, word in enumerate(found) if begins(word, one)}
        self._having[letters] = tuple([Hit(*_spans_of(letters)[at], having[at]) for at in sorted(having)])
        return True

    def _phrased(self, text: str, some: set[str]) -> list[Hit]:
        """Where words of phrases stand that begin in some parts of a text; where two have a word in common, the later one has it."""
        split = text.split()
        found: dict[tuple[int, int], int] = {}
        for at in [at for at, letters in enumerate(split) if letters in some]:
            own = len(_words_of(split[at]))
            after = _words_of(split[at + 1]) if own == 1 and at + 1 < len(split) else ()
            if after and after[0] not in self._second:
                continue
            words, places = list[str](), list[tuple[int, int]]()
            for part in range(at, len(split)):
                if len(words) >= own + self._longest:
                    break
                inside = _words_of(split[part])
                words += inside
                places += [(part, place) for place in range(len(inside))]
            for number, phrase in enumerate(self._asked.phrases, start=len(self._asked.words)):
                for first in range(own):
                    if words[first] == phrase[0] and tuple(words[first : first + len(phrase)]) == phrase:
                        for place in places[first : first + len(phrase)]:
                            found[place] = max(number, found.get(place, number))
        starts = {part: len(text) - len(text.split(None, part)[-1]) for part, _ in found}
        spans = {(part, place): _spans_of(split[part])[place] for part, place in found}
        return [Hit(starts[at[0]] + spans[at][0], starts[at[0]] + spans[at][1], number) for at, number in found.items()]


def _places(text: str, letters: str) -> list[int]:
    """Where a text without white space stands in another one, with nothing but white space around it."""
    found = []
    at = text.find(letters)
    while at >= 0:
        end = at + len(letters)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            found.append(at)
        at = text.find(letters, end)
    return found


@lru_cache(50_000)
def _words_of(chunk: str) -> tuple[str, ...]:
    """The folded words of a text without white space. Texts are made of few, and these are asked about again and again."""
    return tuple(_WORD.findall(fold(chunk)))


@lru_cache(10_000)
def _spans_of(chunk: str) -> list[tuple[int, int]]:
    """Where the folded words of a text without white space stand in it."""
    folded, origin = "", list[int]()
    at = 0
    while at < len(chunk):
        end = at + 1
        while end < len(chunk) and fold(chunk[end]) == "":
            end += 1  # what marks a letter stands behind it, and goes with it
        letters = fold(chunk[at:end])
        folded += letters
        origin += [at] * len(letters)
        at = end
    origin.append(len(chunk))
    return [(origin[word.start()], _end(chunk, origin[word.end() - 1])) for word in _WORD.finditer(folded)]


def _end(chunk: str, last: int) -> int:
    """Where the letter that begins at `last` has ended, with its marks."""
    end = last + 1
    while end < len(chunk) and fold(chunk[end]) == "" and chunk[end] not in "'’ʼ‘`´ʹ":
        end += 1
    return end


def place_key(name: str, language: str) -> str:
    """Return what a place is known by in any language: its English name where the list of places has it, else how it sounds."""
    known = known_place(name, language)
    return f"={known}" if known else " ".join(name_key(name, language))


def actor_key(name: str, language: str) -> str:
    """Return what an actor is known by in any language and alphabet: how the name sounds."""
    return " ".join(name_key(name, language))


def keys_asked(name: str, key: Callable[[str, str], str]) -> tuple[str, ...]:
    """Return the keys that a name has which a reader gives, in whatever language it is written."""
    languages = ("", *SPELLED, *languages_of_places())
    return tuple(dict.fromkeys(found for language in languages if (found := key(name, language))))
