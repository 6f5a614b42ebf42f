"""Numerals of a text: digits and number words, ranges and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.tokens import Token, adjacent
from shared.lexicon.inflection import BEGINNING, Inflection, beginnings

_DASHES = "-–—‒"
_THOUSANDS = 3
_MOST_DIGITS = 15
# A number word in another case is another word: "minlərlə" (by the thousand), "onlar" (they).
_NUMERAL_CASES = ("genitive", "dative", "locative", "ablative", "terminal")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number of the text: tokens `first` to `last` (exclusive), with the words that bound it.

    `start` and `end` are its span, `core` where the numeral itself starts. `case`: the case it stands in (`200-dən`), where the language
    writes one. `alone`: it may count an unknown noun.
    """

    first: int
    last: int
    core: int
    start: int
    end: int
    value: Decimal
    upper: Decimal | None = None
    bound: str = "exact"
    case: str | None = None
    alone: bool = True


class NumeralReader:
    """Reads numerals from the tokens of one text."""

    def __init__(self, tokens: list[Token], grammar: Grammar, inflection: Inflection) -> None:
        self._tokens = tokens
        self._grammar = grammar
        self._inflection = inflection
        self._known: tuple[dict[str, tuple[int | None, str | None]], ...] = ({}, {})
        self._beginnings = beginnings([*grammar.numbers.words, *grammar.numbers.scales, *grammar.numbers.fractions])

    def read(self, low: int, high: int, blocked: bytearray) -> list[Numeral]:
        """Return the numerals among the tokens `low` to `high`; characters marked in `blocked` belong to dates."""
        found = []
        index = low
        while index < high:
            token = self._tokens[index]
            if not (token.number or token.text[:BEGINNING] in self._beginnings) or blocked[token.start]:
                index += 1
                continue
            numeral = self._at_token(index, high)
            if numeral is None:
                index += 1
                continue
            numeral = self._bounded(numeral, low, high)
            if not any(blocked[numeral.core : numeral.end]):
                found.append(numeral)
            index = numeral.last
        return found

    def _at_token(self, index: int, high: int) -> Numeral | None:
        token = self._tokens[index]
        if token.number:
            return self._digits(index, high)
        if token.text in self._grammar.numbers.fractions:
            return self._fraction(index, high)
        return self._words(index, high)

    def _fraction(self, index: int, high: int) -> Numeral | None:
        """Read a part of a scale: "half a million", "yarım milyon"."""
        scale_at = index + 1
        if (token := self._at(scale_at, high)) is not None and token.text in ("a", "of"):
            scale_at += 1
        token = self._at(scale_at, high)
        scale, case = self._lookup(token.text, self._grammar.numbers.scales) if token and token.word else (None, None)
        if token is None or scale is None:
            return None
        start = self._tokens[index].start
        value = Decimal(self._grammar.numbers.fractions[self._tokens[index].text]) * scale
        return Numeral(index, scale_at + 1, start, start, token.end, value, case=case)

    def _at(self, index: int, high: int) -> Token | None:
        return self._tokens[index] if index < high else None

    def _digits(self, index: int, high: int) -> Numeral | None:
        token = self._tokens[index]
        if self._glued(index):
            return None
        value, last = self._grouped(index, high)
        if value is None:
            return None
        ended = self._ending(last, high)
        if ended is None:
            return None
        last, case = ended
        upper: Decimal | None = None
        first = index
        if case is None and (other := self._other_end(index, last, high)) is not None and other[0] > value:
            upper, last, case, first = other
        value, upper, last, case = self._scaled(value, upper, last, high, case)
        if upper is None and case is None:
            value, last, case = self._continued(value, last, high)
        if self._tokens[last - 1].text in _DASHES:
            return None
        return Numeral(first, last, token.start, self._tokens[first].start, self._tokens[last - 1].end, value, upper, case=case)

    def _other_end(self, index: int, last: int, high: int) -> tuple[Decimal, int, str | None, int] | None:
        """Read the other end of a range: "300-400", "from 300 to 400". Also returns where the range begins."""
        joint, other = self._at(last, high), self._at(last + 1, high)
        if joint is None or other is None or not other.number:
            return None
        opener = self._tokens[index - 1].text if index else ""
        opened = self._grammar.numbers.range_openers.get(opener) == joint.text
        if not opened and joint.text not in _DASHES and joint.text not in self._grammar.numbers.range_words:
            return None
        upper, after = self._grouped(last + 1, high)
        ended = self._ending(after, high)
        return None if upper is None or ended is None else (upper, *ended, index - 1 if opened else index)

    def _glued(self, index: int) -> bool:
        """Whether a number is part of a name or a formula: "T-72", "K1", "1+1", "14:30", a fraction or a version."""
        token = self._tokens[index]
        before = self._tokens[index - 1] if index else None
        after = self._tokens[index + 1] if index + 1 < len(self._tokens) else None
        if before is not None and adjacent(before, token):
            # "Təmsil edərək,315 nümayəndə": a space was left out.
            spaceless = before.text == "," and index >= 2 and self._tokens[index - 2].word
            if before.word or (before.text in "+/:.,_@=\\" and not spaceless):
                return True
            if before.text in _DASHES and index >= 2 and adjacent(self._tokens[index - 2], before):
                return True
        if after is not None and after.text == "+" and adjacent(token, after):
            following = self._tokens[index + 2] if index + 2 < len(self._tokens) else None
            return following is not None and adjacent(after, following)
        return after is not None and adjacent(token, after) and after.text in "/:_@=\\"

    def _grouped(self, index: int, high: int) -> tuple[Decimal | None, int]:
        """Read digits with their separators; groups of thousands may be parted by spaces."""
        text = self._tokens[index].text
        last = index + 1
        while last < high and len(text) <= _MOST_DIGITS:
            after = self._tokens[last]
            short = len(self._tokens[index].text) <= _THOUSANDS and text.isdigit()
            if not (short and after.number and len(after.text) == _THOUSANDS and after.text.isdigit()):
                break
            if after.start - self._tokens[last - 1].end != 1:
                break
            text += after.text
            last += 1
        return parse_decimal(text, self._grammar.numbers.group, self._grammar.numbers.decimal), last

    def _ending(self, last: int, high: int) -> tuple[int, str | None] | None:
        """Read what is written onto a numeral; None when that makes it an ordinal or part of a compound ("1-ci", "5th", "44-day")."""
        mark = self._at(last, high)
        if mark is None or not adjacent(self._tokens[last - 1], mark):
            return last, None
        word, after = mark, last + 1
        if mark.text in "-'":
            following = self._at(last + 1, high)
            if following is None or not adjacent(mark, following) or not following.word or following.text in self._grammar.numbers.words:
                return last, None
            word, after = following, last + 2
        if not word.word:
            return last, None
        if word.text in self._grammar.numbers.ordinal_endings:
            return None
        if word is not mark:
            ending = self._inflection.ending(word.text)
            if ending is None and self._grammar.verb_final and mark.text == "'":
                # An ending that the tables do not know still is one: "%45,5'i".
                return after, "none"
            return (after, (not ending.possessive and ending.case) or "none") if ending else None
        return last, None

    def _scaled(
        self, value: Decimal, upper: Decimal | None, last: int, high: int, case: str | None
    ) -> tuple[Decimal, Decimal | None, int, str | None]:
        while case is None and (token := self._at(last, high)) is not None and token.word:
            if len(token.text) == 1 and not adjacent(self._tokens[last - 1], token):
                break
            scale, case = self._lookup(token.text, self._grammar.numbers.scales)
            if scale is None:
                break
            value, upper = value * scale, None if upper is None else upper * scale
            last += 1
            if token.text in self._grammar.abbreviations and (stop := self._at(last, high)) is not None and stop.text == ".":
                last += 1
        return value, upper, last, case

    def _continued(self, value: Decimal, last: int, high: int) -> tuple[Decimal, int, str | None]:
        """Add the lower part of a number written in digits and words: "2 million 38 thousand 750"."""
        case: str | None = None
        while (
            case is None
            and self._tokens[last - 1].text in self._grammar.numbers.scales
            and (token := self._at(last, high))
            and token.number
        ):
            part, after = self._grouped(last, high)
            ended = self._ending(after, high)
            if part is None or ended is None:
                break
            part, _, after, case = self._scaled(part, None, ended[0], high, ended[1])
            if part >= self._grammar.numbers.scales[self._tokens[last - 1].text]:
                return value, last, None
            value, last = value + part, after
        return value, last, case

    def _lookup(self, word: str, table: Mapping[str, int]) -> tuple[int | None, str | None]:
        """Find a number word, in any case."""
        if word in table:
            return table[word], None
        if word[:BEGINNING] not in self._beginnings:
            return None, None
        known = self._known[table is self._grammar.numbers.scales]
        if word not in known:
            known[word] = self._analysed(word, table)
        return known[word]

    def _analysed(self, word: str, table: Mapping[str, int]) -> tuple[int | None, str | None]:
        for stem, ending in self._inflection.stems(word):
            if stem not in table or len(stem) < 2 or not ending.text or ending.plural:
                continue
            # "30 milyonu": so many of those who were named.
            if ending.case in _NUMERAL_CASES or (ending.case in (None, "accusative") and table is self._grammar.numbers.scales):
                return table[stem], ending.case or "none"
        return None, None

    def _words(self, index: int, high: int) -> Numeral | None:
        """Read a number in words, or a range of two: "two or three hundred", "üç-dörd min"."""
        first = self._number_words(index, high)
        if first is None or first.case is not None:
            return first
        last, low = first.last, first.value
        joint, opener = self._at(last, high), self._tokens[index - 1].text if index else ""
        opened = joint is not None and self._grammar.numbers.range_openers.get(opener) == joint.text
        if joint is None or not (opened or joint.text in _DASHES or joint.text in self._grammar.numbers.range_words):
            return first
        other = self._number_words(last + 1, high, follows=True) if (token := self._at(last + 1, high)) and token.word else None
        if other is None or other.value <= low:
            return first
        low = self._shared_scale(low, other.value)
        begin = index - 1 if opened else index
        return replace(other, first=begin, core=first.core, start=self._tokens[begin].start, value=low, upper=other.value)

    def _shared_scale(self, low: Decimal, high: Decimal) -> Decimal:
        """Give the lower end of a range the scale that only the upper one names: "two or three hundred"."""
        for scale in sorted(set(self._grammar.numbers.scales.values()), reverse=True):
            if high % scale == 0 and high / scale > low and low * scale < high:
                return low * scale
        return low

    def _number_words(self, index: int, high: int, *, follows: bool = False) -> Numeral | None:
        numbers = self._grammar.numbers
        total = current = 0
        last, case, simple = index, None, True
        while last < high and case is None:
            token = self._tokens[last]
            if token.text in _DASHES and last > index and adjacent(self._tokens[last - 1], token):
                following = self._at(last + 1, high)
                if following is None or not adjacent(token, following) or not (current % 100 >= 20 and current % 10 == 0):
                    break
                # "Twenty-five"; but "üç-dörd" is a range.
                if not 0 < numbers.words.get(following.text, 0) < 10:
                    break
                last += 1
                continue
            if not token.word:
                break
            if token.text == "and" and last > index and current >= 100 and (nxt := self._at(last + 1, high)) and nxt.text in numbers.words:
                last += 1
                continue
            small, case = self._lookup(token.text, numbers.words)
            scale, scale_case = (None, None) if small is not None else self._lookup(token.text, numbers.scales)
            if small is not None and not (current and 10 > current % 100 > 0):
                current += small
            elif scale is not None and len(token.text) > 2:
                simple, case = False, scale_case
                if scale < 1000:
                    current = max(current, 1) * scale
                else:
                    total, current = total + max(current, 1) * scale, 0
            else:
                case = None
                break
            last += 1
        if last == index or (last - index == 1 and simple and self._tokens[index].text in numbers.never_alone):
            return None
        if self._tokens[last - 1].text in _DASHES or (ended := self._ending(last, high)) is None:
            return None
        token = self._tokens[index]
        before = self._tokens[index - 1] if index else None
        # The rest of a number that could not be read is no number.
        if before is not None and not follows and (before.text in numbers.words or (before.text in _DASHES and adjacent(before, token))):
            return None
        if last - index == 1 and case is not None and simple and not self._bounds(case, last, high):
            return None
        last, case = ended[0], case or ended[1]
        first = index - 1 if index and not simple and self._tokens[index - 1].text in numbers.articles else index
        start = self._tokens[first].start
        return Numeral(first, last, token.start, start, self._tokens[last - 1].end, Decimal(total + current), case=case, alone=not simple)

    def _bounds(self, case: str, last: int, high: int) -> bool:
        """Whether the word after a numeral in a case makes a bound with it: "iyirmidən çox"."""
        token = self._at(last, high)
        return token is not None and any(words[0] == token.text for words in self._grammar.bounds.after_case.get(case, {}))

    def _bounded(self, numeral: Numeral, low: int, high: int) -> Numeral:
        """Add the words before and after that make the number a bound, or the other end of a range."""
        bounds = self._grammar.bounds
        bound, last, end = numeral.bound, numeral.last, numeral.end
        if numeral.case is not None and numeral.case in bounds.case:
            bound = bounds.case[numeral.case]
        after = self._phrase_after(last, high, bounds.after_case.get(numeral.case or "", {})) or self._phrase_after(
            last, high, bounds.after
        )
        if after:
            bound, last = after
            end = self._tokens[last - 1].end
        before = self._phrase_before(numeral.first, low)
        start = numeral.start
        if before:
            bound, first = before
            start = self._tokens[first].start
        return Numeral(
            numeral.first,
            last,
            numeral.core,
            start,
            end,
            numeral.value,
            numeral.upper,
            bound,
            None if after else numeral.case,
            numeral.alone,
        )

    def _phrase_before(self, first: int, low: int) -> tuple[str, int] | None:
        for length in (4, 3, 2, 1):
            if first - length < low:
                continue
            words = tuple(token.text for token in self._tokens[first - length : first])
            if words in self._grammar.bounds.before and not self._belongs_before(words, first - length, low):
                return self._grammar.bounds.before[words], first - length
        return None

    def _belongs_before(self, words: tuple[str, ...], first: int, low: int) -> bool:
        """Whether words of a bound belong to what stands before them: "hand over 11 forts"."""
        return first > low and self._tokens[first - 1].text in self._grammar.bounds.not_after.get(words, ())

    def _phrase_after(self, last: int, high: int, phrases: Mapping[tuple[str, ...], str]) -> tuple[str, int] | None:
        for length in (3, 2, 1):
            if phrases and last + length <= high:
                words = tuple(token.text for token in self._tokens[last : last + length])
                if words in phrases:
                    return phrases[words], last + length
        return None


def parse_decimal(text: str, group: str, decimal: str) -> Decimal | None:
    """Read a number by the separators of its language; None for what is no number (a version, an address)."""
    if text.isascii() and text.isdigit():
        return Decimal(text) if len(text) <= _MOST_DIGITS else None
    if not text.isascii():
        return None
    whole, mark, fraction = text.rpartition(decimal)
    if mark and group not in fraction and decimal not in whole:
        head, tail = whole, fraction
    else:
        head, tail = text, ""
    groups = head.split(group)
    if not all(len(part) == _THOUSANDS for part in groups[1:]) or (not 1 <= len(groups[0]) <= _THOUSANDS and len(groups) > 1):
        # A lone separator before other than three digits is a decimal mark, whatever the language.
        parts = text.replace(",", ".").split(".")
        if len(parts) != 2:
            return None
        head, tail, groups = parts[0], parts[1], [parts[0]]
    digits = "".join(groups)
    if not digits.isdigit() or len(digits) > _MOST_DIGITS or (tail and not tail.isdigit()):
        return None
    return Decimal(f"{digits}.{tail}" if tail else digits)


def shown(value: Decimal) -> str:
    """Write a number as the domain wants it: `406`, `12.5`, never an exponent or a trailing zero."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
