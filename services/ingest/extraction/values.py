"""Values: counts, money, percentages and identifiers, each with its own span."""

from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.numbers import Numeral, NumeralReader, shown
from services.ingest.extraction.tokens import Token, adjacent
from shared.domain.claims import Bound, ValueKind
from shared.lexicon.inflection import Inflection
from shared.lexicon.places import Gazetteer
from shared.lexicon.units import Noun, Units

_DASHES = "-–—"
_REACH = 5
_YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its span in the reading view."""

    start: int
    end: int
    attribute: str
    value: str
    kind: ValueKind
    bound: str = "exact"
    upper: str | None = None
    unit: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a number that asserts something on its own."""
        return self.kind in ("count", "money", "percent")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a counted phrase (with its hyphenated parts), and the noun that it is a form of."""

    start: int
    end: int
    text: str
    noun: Noun | None
    last: int


class ValueFinder:
    """Finds the values of one text."""

    def __init__(
        self, text: str, tokens: list[Token], grammar: Grammar, units: Units, inflection: Inflection, gazetteer: Gazetteer
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._grammar = grammar
        self._units = units
        self._inflection = inflection
        self._gazetteer = gazetteer
        self._numerals = NumeralReader(tokens, grammar, inflection)

    def find(self, low: int, high: int, blocked: bytearray) -> list[Found]:
        """Return the values among the tokens `low` to `high`, in text order; marked characters belong to dates."""
        found: list[Found] = []
        for numeral in self._numerals.read(low, high, blocked):
            if found and numeral.start < found[-1].end:
                continue
            value = self._value(numeral, low, high)
            if value is not None:
                found.append(value)
        return found

    def _value(self, numeral: Numeral, low: int, high: int) -> Found | None:
        return self._identifier(numeral, low, high) or (
            None
            if self._labelled(numeral, low)
            else self._money(numeral, high) or self._percent(numeral, high) or self._count(numeral, high)
        )

    def _labelled(self, numeral: Numeral, low: int) -> bool:
        """Whether the word before makes the number a label: "Article 5"."""
        return numeral.first > low and self._tokens[numeral.first - 1].text in self._grammar.phrases.not_before

    # identifiers

    def _identifier(self, numeral: Numeral, low: int, high: int) -> Found | None:
        return self._number_then_noun(numeral, high) or self._noun_then_number(numeral, low)

    def _number_then_noun(self, numeral: Numeral, high: int) -> Found | None:
        last = numeral.last
        if last >= high or self._tokens[last].text not in self._grammar.phrases.number_noun_words:
            return None
        for index in range(last + 1, min(last + 4, high)):
            noun = self._units.numbered.find(self._tokens[index].text)
            if noun is not None:
                return self._number_of(noun.name, numeral, numeral.core, self._tokens[index].end)
        return self._number_of("", numeral, numeral.core, self._tokens[last].end)

    def _noun_then_number(self, numeral: Numeral, low: int) -> Found | None:
        mark = numeral.first - 1
        if mark >= low and self._tokens[mark].text == ".":
            mark -= 1
        if mark < low or self._tokens[mark].text not in self._grammar.phrases.noun_number_words:
            return None
        noun = self._units.numbered.find(self._tokens[mark - 1].text) if mark > low else None
        first = mark - 1 if noun else mark
        return self._number_of(noun.name if noun else "", numeral, self._tokens[first].start, numeral.end)

    def _number_of(self, name: str, numeral: Numeral, start: int, end: int) -> Found:
        return Found(start, end, f"{name} number".strip(), shown(numeral.value), "identifier")

    # money and percentages

    def _money(self, numeral: Numeral, high: int) -> Found | None:
        sign = self._sign_before(numeral)
        if sign is not None:
            start, code = sign
            return self._amount(numeral, min(start, numeral.start), numeral.end, code)
        last = numeral.last
        if last < high and (code_after := self._units.symbols.get(self._tokens[last].text)):
            return self._amount(numeral, numeral.start, self._tokens[last].end, code_after)
        for length in (3, 2, 1):
            words = self._tokens[last : last + length]
            if last + length > high or not all(token.word for token in words):
                continue
            noun = self._units.money.find(self._text_of(words))
            if noun is not None:
                return self._amount(numeral, numeral.start, words[-1].end, noun.name)
        return None

    def _sign_before(self, numeral: Numeral) -> tuple[int, str] | None:
        first = numeral.first
        if first < 1:
            return None
        before = self._tokens[first - 1]
        code = self._units.symbols.get(before.text)
        if code is None or self._tokens[first].start - before.end > 1:
            return None
        if first >= 2 and adjacent(self._tokens[first - 2], before) and self._tokens[first - 2].word:
            return self._tokens[first - 2].start, code
        return before.start, code

    def _amount(self, numeral: Numeral, start: int, end: int, code: str) -> Found:
        return self._number("amount", numeral, start, end, "money", code)

    def _percent(self, numeral: Numeral, high: int) -> Found | None:
        last = numeral.last
        if last >= high:
            return None
        if self._tokens[last].text == "%":
            return self._number("share", numeral, numeral.start, self._tokens[last].end, "percent", "%")
        for length in (2, 1):
            words = self._tokens[last : last + length]
            if last + length <= high and self._units.percent.find(self._text_of(words)):
                return self._number("share", numeral, numeral.start, words[-1].end, "percent", "%")
        return None

    # counts

    def _count(self, numeral: Numeral, high: int) -> Found | None:
        words = self._phrase(numeral.last, high)
        if not words:
            return self._undergone(numeral, high)
        if self._is_time(words):
            return None
        if not numeral.alone and numeral.first and self._tokens[numeral.first - 1].text in self._grammar.phrases.determiners:
            return None
        head = self._izafet(words) if self._grammar.verb_final else self._plural(words, numeral)
        if head is None:
            head = self._unknown(words) if numeral.alone and not self._looks_like_year(numeral) else None
            if head is None:
                return None
            # An unknown noun is kept as it is written.
            return self._bounded("" if head.noun else self._text[words[0].start : head.end], numeral, head, high)
        return self._bounded(head.noun.name if head.noun else "", numeral, head, high)

    def _undergone(self, numeral: Numeral, high: int) -> Found | None:
        """A count of those who are not named, by what was done to them: "70,000 were evacuated"."""
        if self._looks_like_year(numeral) or not numeral.alone:
            return None
        for length in (2, 1):
            words = self._tokens[numeral.last : numeral.last + length]
            done = numeral.last + length
            if done >= high or self._text_of(words) not in self._grammar.phrases.copulas:
                continue
            word = self._tokens[done].text
            if word in self._grammar.phrases.undergone or self._ends_phrase(word):
                noun = self._units.counted.find(word)
                attribute = "people" if word in self._grammar.phrases.undergone else noun.name if noun else word
                return self._number(attribute, numeral, numeral.start, self._tokens[done].end, "count", None)
        return None

    def _bounded(self, attribute: str, numeral: Numeral, head: _Word, high: int) -> Found:
        """Make a count; a noun in a case may carry the bound: "300 nəfərdən çox"."""
        bound, end = numeral.bound, head.end
        if head.noun is not None and head.noun.ending.case:
            phrases = self._grammar.bounds.after_case.get(head.noun.ending.case, {})
            for words, name in phrases.items():
                tokens = self._tokens[head.last : min(head.last + len(words), high)]
                if tuple(token.text for token in tokens) == words:
                    bound, end = name, tokens[-1].end
        for words, name in self._grammar.bounds.after.items():
            tokens = self._tokens[head.last : min(head.last + len(words), high)]
            if tuple(token.text for token in tokens) == words:
                bound, end = name, tokens[-1].end
        return self._number(attribute, numeral, numeral.start, end, "count", None, bound)

    def _phrase(self, index: int, high: int) -> list[_Word]:
        """Return the words after a numeral that may be its noun phrase."""
        words: list[_Word] = []
        stops, links = self._grammar.phrases.stops, self._grammar.phrases.links
        while index < high and len(words) < _REACH:
            token = self._tokens[index]
            if not token.word:
                break
            if token.text in stops and not (token.text in links and words and self._linked(words, index, high)):
                break
            last = index + 1
            while (
                last + 1 < high
                and self._tokens[last].text in _DASHES
                and adjacent(self._tokens[last - 1], self._tokens[last])
                and adjacent(self._tokens[last], self._tokens[last + 1])
                and self._tokens[last + 1].word
            ):
                last += 2
            start, end = token.start, self._tokens[last - 1].end
            text = self._lower_between(index, last)
            # "Gəncə" is a town, and not a form of "gənc".
            named = token.text in links or (self._text[start].isupper() and self._gazetteer.find(text) is not None)
            words.append(_Word(start, end, text, None if named else self._units.counted.find(text), last))
            index = last
        return words

    def _linked(self, words: list[_Word], index: int, high: int) -> bool:
        """Whether an "and" joins two attributes of one noun ("dövlət və ictimai qurumların"), not two counted things."""
        if words[-1].noun is not None and words[-1].noun.ending.text:
            return False
        ahead = self._tokens[index + 1 : min(index + 3, high)]
        if len(ahead) < 2 or not all(token.word for token in ahead):
            return False
        noun = self._units.counted.find(ahead[1].text)
        return noun is not None and bool(noun.ending.text) and self._units.counted.find(ahead[0].text) is None

    def _is_time(self, words: list[_Word]) -> bool:
        return self._units.time.find(words[0].text) is not None or (
            len(words) > 1 and words[0].noun is None and self._units.time.find(words[1].text) is not None and not self._grammar.verb_final
        )

    def _plural(self, words: list[_Word], numeral: Numeral) -> _Word | None:
        """The noun that is counted in a language whose plural shows it: the first plural, or else the last noun that is known."""
        known = None
        for index, word in enumerate(words):
            pair = self._pair(words, index)
            if pair is not None:
                return pair
            if word.noun is None:
                continue
            if word.noun.ending.plural or word.text in self._units.invariant:
                return word
            known = word if numeral.value == 1 else known
        return known

    def _pair(self, words: list[_Word], index: int) -> _Word | None:
        if index + 1 >= len(words):
            return None
        first, second = words[index], words[index + 1]
        text = f"{first.text} {second.text}"
        noun = self._units.counted.find(text)
        return _Word(first.start, second.end, text, noun, second.last) if noun else None

    def _izafet(self, words: list[_Word]) -> _Word | None:
        """The noun that is counted where the last of a row of nouns takes the endings ("diaspor təşkilatı")."""
        best: _Word | None = None
        joined = False
        for index, word in enumerate(words):
            pair = self._pair(words, index)
            if pair is not None:
                return pair
            if word.noun is None:
                joined = joined or word.text in self._grammar.phrases.links
                described = index + 1 < len(words) and words[index + 1].noun is not None
                if (best is not None and not joined) or (self._ends_phrase(word.text) and not (described and self._participle(word.text))):
                    break
                continue
            if best is not None and best.text in self._grammar.phrases.classifiers and not joined and _stands_apart(word.noun):
                break
            if best is not None and not joined and not word.noun.ending.possessive and best.text not in self._grammar.phrases.classifiers:
                break
            best = word
            if word.noun.ending.text and not (word.noun.ending.plural and word.noun.ending.case is None):
                break
        return best

    def _participle(self, word: str) -> bool:
        return bool(self._grammar.phrases.participles) and word.endswith(self._grammar.phrases.participles)

    def _ends_phrase(self, word: str) -> bool:
        """Whether an unknown word closes a noun phrase: a finite verb."""
        return (
            self._grammar.finite is not None
            and any(match.end() == len(word) for match in self._grammar.finite.finditer(word))
            and len(word) > 4
        )

    def _unknown(self, words: list[_Word]) -> _Word | None:
        """The noun of a phrase without a known one: the first with a plural or case ending that is no verb."""
        for word in words:
            if self._grammar.verb_final:
                if self._ends_phrase(word.text) or self._text[word.start].isupper():
                    return None
                if len(word.text) > 2:
                    return word
            elif (
                word.text.endswith(("s", "men"))
                and not word.text.endswith(("ss", "us", "is", "'s", "ous", "specimen"))
                and len(word.text) > 3
            ):
                return word
        return None

    def _looks_like_year(self, numeral: Numeral) -> bool:
        return numeral.end - numeral.core == _YEAR_DIGITS and 1000 <= numeral.value <= 2100 and numeral.bound == "exact"

    # helpers

    def _number(
        self, attribute: str, numeral: Numeral, start: int, end: int, kind: ValueKind, unit: str | None, bound: str | None = None
    ) -> Found:
        upper = None if numeral.upper is None else shown(numeral.upper)
        return Found(start, end, attribute.strip() or "count", shown(numeral.value), kind, bound or numeral.bound, upper, unit)

    def _text_of(self, tokens: list[Token]) -> str:
        return " ".join(token.text for token in tokens)

    def _lower_between(self, first: int, last: int) -> str:
        return "".join(token.text for token in self._tokens[first:last])


def _stands_apart(noun: Noun) -> bool:
    """Whether a noun after "nəfər" is not what is counted: that one stands in the singular and in no case of place or aim."""
    return noun.ending.plural or noun.ending.case in ("dative", "locative", "ablative")


def bound_of(found: Found) -> Bound:
    """Return the bound as the domain's literal."""
    bounds: dict[str, Bound] = {
        "exact": "exact",
        "about": "about",
        "more_than": "more_than",
        "at_least": "at_least",
        "less_than": "less_than",
        "at_most": "at_most",
    }
    return bounds[found.bound]
