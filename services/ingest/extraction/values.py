"""Values: counts, money, percentages and identifiers, each with its own span."""

from dataclasses import replace
from decimal import Decimal

from services.ingest.extraction.counts import CountFinder
from services.ingest.extraction.found import Found, bound_after, number
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.numbers import Numeral, NumeralReader, shown
from services.ingest.extraction.tokens import Token, adjacent
from shared.domain.claims import Bound
from shared.lexicon.inflection import Inflection
from shared.lexicon.places import Gazetteer
from shared.lexicon.units import Noun, Units

__all__ = ["Found", "ValueFinder", "bound_of"]


_YEAR_DIGITS = 4
_LARGE = 1_000_000
"""Numbers of such a scale without a noun are sums."""


class ValueFinder:
    """Finds the values of one text."""

    def __init__(
        self, text: str, tokens: list[Token], grammar: Grammar, units: Units, inflection: Inflection, gazetteer: Gazetteer
    ) -> None:
        self._tokens = tokens
        self._grammar = grammar
        self._units = units
        self._numerals = NumeralReader(tokens, grammar, inflection)
        self._large = {word for word, scale in grammar.numbers.scales.items() if scale >= _LARGE}
        self._counts = CountFinder(text, tokens, grammar, units, gazetteer)

    def find(self, low: int, high: int, blocked: bytearray) -> list[Found]:
        """Return the values among the tokens `low` to `high`, in text order; marked characters belong to dates."""
        found: list[Found] = []
        bare: list[Numeral] = []
        for numeral in self._numerals.read(low, high, blocked):
            if found and numeral.start < found[-1].end:
                continue
            part = self._part_of_counted(numeral, found)
            if part is not None:
                found[-1] = part
                continue
            value = self._value(numeral, low, high) or self._of_same_money(numeral, found)
            if value is not None:
                found.append(value)
            elif self._beside_date(numeral, low, high, blocked):
                bare.append(numeral)
        return self._completed(found, bare)

    def _part_of_counted(self, numeral: Numeral, found: list[Found]) -> Found | None:
        """How many of a number of things something was done to, where the number stands for their noun: "5.000 evdən 4.000-ni"."""
        if not (self._grammar.verb_final and found and numeral.case is not None and numeral.first):
            return None
        whole, before = found[-1], self._tokens[numeral.first - 1]
        if whole.kind != "count" or whole.bound != "exact" or numeral.bound != "exact" or before.end != whole.end:
            return None
        if numeral.value >= Decimal(whole.value) or not before.text.endswith(self._grammar.periods.start_endings):
            return None
        return number(whole.attribute, numeral, numeral.start, numeral.end, "count", None)

    def _beside_date(self, numeral: Numeral, low: int, high: int, blocked: bytearray) -> bool:
        """Whether a number stands by itself at a date, as one of a row: "200 clubs in 2001, 407 in 2008"."""
        if numeral.bound == "exact" and numeral.end - numeral.core == _YEAR_DIGITS:
            return False
        if numeral.last < high and self._units.time.find(self._tokens[numeral.last].text) is not None:
            return False
        if self._grammar.verb_final:
            return numeral.first > low and bool(blocked[self._tokens[numeral.first - 1].start])
        after = numeral.last
        prepared = after + 1 < high and self._tokens[after].text in self._grammar.prepositions
        return prepared and bool(blocked[self._tokens[after + 1].start])

    def _completed(self, found: list[Found], bare: list[Numeral]) -> list[Found]:
        """Give numbers of a row the noun that is named once, before them or, where the verb comes last, after them."""
        added = []
        for numeral in bare:
            counted = [
                one
                for one in found
                if one.kind == "count" and (one.start > numeral.end if self._grammar.verb_final else one.end < numeral.start)
            ]
            if counted:
                noun = counted[0] if self._grammar.verb_final else counted[-1]
                added.append(number(noun.attribute, numeral, numeral.start, numeral.end, "count", None))
        return sorted([*found, *added], key=lambda one: one.start)

    def _value(self, numeral: Numeral, low: int, high: int) -> Found | None:
        return self._identifier(numeral, low, high) or (
            None
            if self._labelled(numeral, low) or self._is_ratio(numeral, low)
            else self._money(numeral, high) or self._percent(numeral, low, high) or self._counts.find(numeral, low, high)
        )

    def _of_same_money(self, numeral: Numeral, found: list[Found]) -> Found | None:
        """A sum whose currency was named before: "2.6 million manats, after 0.8 million in 2011"."""
        if not found or found[-1].kind != "money" or found[-1].unit is None or self._tokens[numeral.last - 1].text not in self._large:
            return None
        return self._amount(numeral, numeral.start, numeral.end, found[-1].unit)

    def _labelled(self, numeral: Numeral, low: int) -> bool:
        """Whether the word before makes the number a label: "Article 5"."""
        return numeral.first > low and self._tokens[numeral.first - 1].text in self._grammar.phrases.not_before

    def _is_ratio(self, numeral: Numeral, low: int) -> bool:
        """Whether a number is the second of a ratio: "1 in 5 people", "one in ten"."""
        before = numeral.first - 1
        if before <= low or self._tokens[before].text not in self._grammar.numbers.ratio_words:
            return False
        first = self._tokens[before - 1]
        # "Published in 1985 in 1,200 copies" is none.
        return (first.number and len(first.text) < _YEAR_DIGITS) or first.text in self._grammar.numbers.words

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
        last += last < high and self._tokens[last].text in self._units.coined
        for length in (3, 2, 1):
            words = self._tokens[last : last + length]
            if last + length > high or not all(token.word for token in words):
                continue
            noun = self._units.money.find(self._text_of(words))
            if noun is not None:
                return self._bounded(self._amount(numeral, numeral.start, words[-1].end, noun.name), noun, last + length, high)
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
        return number("amount", numeral, start, end, "money", code)

    def _percent(self, numeral: Numeral, low: int, high: int) -> Found | None:
        last, before = numeral.last, numeral.first - 1
        if before >= low and self._tokens[before].text in self._grammar.numbers.percent_before:
            return number("share", numeral, self._tokens[before].start, numeral.end, "percent", "%")
        if last >= high:
            return None
        if self._tokens[last].text == "%":
            return number("share", numeral, numeral.start, self._tokens[last].end, "percent", "%")
        for length in (2, 1):
            words = self._tokens[last : last + length]
            noun = self._units.percent.find(self._text_of(words)) if last + length <= high else None
            if noun is not None:
                return self._bounded(number("share", numeral, numeral.start, words[-1].end, "percent", "%"), noun, last + length, high)
        return None

    def _bounded(self, found: Found, noun: Noun, last: int, high: int) -> Found:
        """Add the bound that stands after the noun: "5 faizdən az", "100 manata yaxın"."""
        bound = bound_after(noun, self._tokens, last, high, self._grammar)
        return replace(found, bound=bound[0], end=max(found.end, bound[1])) if bound else found

    def _text_of(self, tokens: list[Token]) -> str:
        return " ".join(token.text for token in tokens)


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
