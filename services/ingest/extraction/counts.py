"""Counts: what a number counts, from the words after it or before it."""

from dataclasses import dataclass, replace

from services.ingest.extraction.found import Found, bound_after, number
from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.numbers import Numeral
from services.ingest.extraction.tokens import Token, adjacent
from shared.lexicon.places import Gazetteer
from shared.lexicon.units import Noun, Units

_DASHES = "-–—"
_REACH = 5
_CLOSE = 3
_FEW_LETTERS = 5
_FEWEST_LETTERS = 2
_NAMED = 8
_LISTED = 24
"""Tokens of a list between people and what became of them."""
_SURELY_COUNTED = 10
"""From here on a number in words counts what follows, known or not: "twelve bakeries", but not "two ways"."""
_YEAR_DIGITS = 4
_POWERS = {"2": "square", "3": "cubic"}
_CASES = ("ablative", "instrumental")
_ASIDE_CASES = ("ablative", "locative", "dative", "instrumental")
_ANYBODY = "people"
"""The attribute of nouns that say nothing of those whom they count."""
_UNNAMED = (_ANYBODY, "inhabitants")
"""The attributes of those who are named better by what became of them."""
_ATTENDING = ("representatives", "guests", "participants", "visitors", "spectators")
"""The attributes of those whose number is that of a gathering."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a counted phrase (with its hyphenated parts), and the noun that it is a form of."""

    start: int
    end: int
    text: str
    noun: Noun | None
    last: int


class CountFinder:
    """Finds what the numbers of one text count."""

    def __init__(self, text: str, tokens: list[Token], grammar: Grammar, units: Units, gazetteer: Gazetteer) -> None:
        self._text = text
        self._tokens = tokens
        self._grammar = grammar
        self._units = units
        self._gazetteer = gazetteer

    def find(self, numeral: Numeral, low: int, high: int) -> Found | None:
        """Return what a number among the tokens `low` to `high` counts, or None."""
        words = self._phrase(numeral.last, high)
        if words and (self._is_time(words) or self._is_attributive(words[0]) or self._in_a_name(numeral, words[0])):
            return None
        named = self._named_before(numeral, low)
        if named is not None and (not words or words[0].text in self._grammar.phrases.classifiers):
            end = words[0].end if words else numeral.end
            return number(named, numeral, numeral.start, end, "count", None)
        found = self._counted(numeral, words, high) if words else self._undergone(numeral, high) or self._part_of(numeral, high)
        found = found or (None if words else self._of_whole(numeral, low))
        if found is None and named is None:
            named = self._suffered_before(numeral, low)
        if found is None and named is not None and not self._looks_like_year(numeral):
            return number(named, numeral, numeral.start, numeral.end, "count", None)
        if found is not None and found.attribute in _ATTENDING:
            # "Killing two delegates" says nothing of how many there were.
            suffered = self._suffered_before(numeral, low)
            if suffered is None and not self._grammar.verb_final:
                suffered = self._suffered_after(found.end, numeral.last, high)
            found = replace(found, attribute=suffered) if suffered else found
        if found is not None and found.attribute in _UNNAMED:
            suffered = self._suffered_after(found.end, numeral.last, high) or self._suffered_before(numeral, low)
            found = replace(found, attribute=suffered) if suffered else self._called(found, numeral, high)
        found = self._raised(found, numeral.last, high) if found is not None else None
        # Things come in whole numbers; only measures have parts.
        if found is not None and numeral.value % 1 and found.attribute not in self._units.measures:
            return None
        return found

    def _raised(self, found: Found, index: int, high: int) -> Found | None:
        """A measure with its power written onto it: "1050 km2"; None where the tables have no such measure."""
        ahead = self._tokens[index : min(index + _NAMED, high)]
        power = next((token for token in ahead if token.start == found.end and token.text in _POWERS), None)
        if power is None:
            return found
        name = f"{_POWERS[power.text]} {found.attribute}"
        return replace(found, attribute=name, end=power.end) if name in self._units.measures else None

    def _in_a_name(self, numeral: Numeral, word: _Word) -> bool:
        """Whether a number in words is part of a name: "the League of Five Towns"."""
        return self._text[numeral.core].isupper() and self._text[word.start].isupper()

    def _is_attributive(self, word: _Word) -> bool:
        """Whether a noun with its number only describes another: "10 mərtəbəli bina", "50 manatlıq"."""
        ending = next((ending for ending in self._grammar.phrases.attributive if word.text.endswith(ending)), None)
        if ending is None or word.text in self._grammar.phrases.adjectives:
            return False
        stem = word.text[: -len(ending)]
        found = (nouns.find(stem) for nouns in (self._units.counted, self._units.money))
        return any(noun is not None and not noun.ending.text for noun in found)

    def _suffered_after(self, end: int, index: int, high: int) -> str | None:
        """What became of people who are counted: "12 people were killed", "24 nəfər xəsarət alıb"."""
        words: list[str] = []
        for at in range(index, min(index + _NAMED, high)):
            token = self._tokens[at]
            if token.end <= end:
                continue
            if not token.word:
                return self._suffered_by_all(at, high) if self._includes(at, high) else self._suffered(" ".join(words))
            words.append(token.text)
        return self._suffered(" ".join(words))

    def _called(self, found: Found, numeral: Numeral, high: int) -> Found:
        """What people are, where that stands after the words that bound their number: "250 nəfərə yaxın kənd nümayəndəsi"."""
        at = next(
            (index for index in range(numeral.last, min(numeral.last + _NAMED, high)) if self._tokens[index].start >= found.end), high
        )
        bounded = found.attribute == _ANYBODY and found.bound != numeral.bound
        words = self._phrase(at, high) if self._grammar.phrases.head == "izafet" and bounded else []
        head = self._izafet(words) if words else None
        if head is None or head.noun is None or head.noun.name == _ANYBODY or _stands_apart(head.noun) or self._makes_verb(head.last):
            return found
        return replace(found, attribute=head.noun.name, end=head.end)

    def _suffered(self, ahead: str) -> str | None:
        return next((name for name, words in self._grammar.outcomes if words.after and words.after.match(ahead)), None)

    def _includes(self, at: int, high: int) -> bool:
        """Whether a comma begins a list of some of those who were counted: "613 people, including 63 children"."""
        ahead = self._tokens[at : min(at + 3, high)]
        return ahead[0].text == "," and any(
            tuple(token.text for token in ahead[1 : len(words) + 1]) == words for words in self._grammar.phrases.including
        )

    def _suffered_by_all(self, at: int, high: int) -> str | None:
        """What became of people of whom some are listed first: "613 people, including 63 children and 106 women, were killed"."""
        listed = self._tokens[at : min(at + _LISTED, high)]
        ahead = " ".join(token.text for token in listed)
        found = [
            (outcome.start(), name) for name, words in self._grammar.outcomes if words.after and (outcome := words.after.search(ahead))
        ]
        return min(found)[1] if found else None

    def _suffered_before(self, numeral: Numeral, low: int) -> str | None:
        """What was done to those whom a number counts, by the verb right before it: "killing at least 17"."""
        index = numeral.first - 1
        while index > low and self._tokens[index].start >= numeral.start:
            index -= 1
        before = self._tokens[index].text if index >= low else ""
        return next((name for name, words in self._grammar.outcomes if before in words.before), None)

    def _part_of(self, numeral: Numeral, high: int) -> Found | None:
        """A count of some of a number of things: "70 of the 120 deputies", "4,000 of his subjects"."""
        phrases, index = self._grammar.phrases, numeral.last
        if index >= high or self._tokens[index].text not in phrases.partitives or not (numeral.alone or numeral.value > 1):
            return None
        index += 1
        determined = index < high and self._tokens[index].text in phrases.determiners
        index += determined
        # "Nine of the seventeen seats" as well as "144 of the 349 seats".
        counted = index < high and (self._tokens[index].number or (determined and self._tokens[index].text in self._grammar.numbers.words))
        if not (counted or determined):
            return None
        words = self._phrase(index + counted, high)
        head = self._head(words, numeral) if words and not self._is_time(words) else None
        noun = head.noun if head else None
        return number(noun.name, numeral, numeral.start, numeral.end, "count", None) if noun else None

    def _of_whole(self, numeral: Numeral, low: int) -> Found | None:
        """A count of some of those who are named before it: "tələbələrin 300-dən çoxu"."""
        before = self._tokens[numeral.first - 1] if self._grammar.verb_final and numeral.first > low and numeral.bound != "exact" else None
        noun = self._units.counted.find(before.text) if before is not None else None
        if noun is None or noun.ending.case != "genitive" or not noun.ending.plural:
            return None
        return number(noun.name, numeral, numeral.start, numeral.end, "count", None)

    def _named_before(self, numeral: Numeral, low: int) -> str | None:
        """What a number counts, where that is named before it: "the number of delegates was 601", "nümayəndələrin sayı 601 olub"."""
        for index in range(numeral.first - 1, max(low, numeral.first - _NAMED) - 1, -1):
            token = self._tokens[index]
            if not token.word:
                return None
            if token.text in self._grammar.phrases.quantity_nouns:
                return self._quantity(index, low, numeral.first)
            for length in (2, 1):
                first = index - length + 1
                noun = self._units.named.find(self._text_of(self._tokens[first : index + 1])) if first >= low else None
                if noun is not None:
                    return noun.name
        return None

    def _quantity(self, index: int, low: int, high: int) -> str | None:
        """What "number of …" or "…-lərin sayı" is the number of."""
        if self._grammar.verb_final:
            words = self._tokens[max(low, index - 1) : index]
        elif index + 1 < high and self._tokens[index + 1].text in self._grammar.phrases.quantity_links:
            words = self._tokens[index + 2 : min(index + 2 + _REACH, high)]
        else:
            return None
        found = [self._units.counted.find(word.text) or self._units.named.find(word.text) for word in words]
        known = [noun for noun in found if noun is not None]
        # "The number of Azerbaijani organizations": the first plural is what is counted.
        counted = next((noun for noun in known if noun.ending.plural), next(iter(known), None))
        return counted.name if counted else None

    def _counted(self, numeral: Numeral, words: list[_Word], high: int) -> Found | None:
        """Count what a phrase after a number names."""
        if not numeral.alone and numeral.first and self._tokens[numeral.first - 1].text in self._grammar.phrases.determiners:
            return None
        head = self._head(words, numeral)
        if head is not None and self._looks_like_year(numeral) and self._is_named(words, head):
            return None
        if head is None:
            sure = numeral.alone or numeral.value >= _SURELY_COUNTED
            head = self._unknown(words, numeral) if sure and not self._looks_like_year(numeral) else None
            if head is None:
                return None
            # An unknown noun is kept as it is written, but for its case.
            return self._bounded("" if head.noun else self._written(words[0].start, head), numeral, head, high)
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
            noun = self._units.counted.find(word)
            # "579 were delegates" as well as "70,000 were evacuated".
            if word in self._grammar.phrases.undergone or self._ends_phrase(word) or (noun is not None and noun.ending.plural):
                attribute = noun.name if noun else "people" if word in self._grammar.phrases.undergone else word
                return number(attribute, numeral, numeral.start, self._tokens[done].end, "count", None)
        return None

    def _bounded(self, attribute: str, numeral: Numeral, head: _Word, high: int) -> Found:
        """Make a count; a noun in a case may carry the bound: "300 nəfərdən çox"."""
        bound, end = numeral.bound, head.end
        if head.noun is not None and (told := bound_after(head.noun, self._tokens, head.last, high, self._grammar)):
            bound, end = told[0], max(end, told[1])
        for words, name in self._grammar.bounds.after.items():
            tokens = self._tokens[head.last : min(head.last + len(words), high)]
            if tuple(token.text for token in tokens) == words:
                bound, end = name, tokens[-1].end
        return number(attribute, numeral, numeral.start, end, "count", None, bound)

    def _phrase(self, index: int, high: int) -> list[_Word]:
        """Return the words after a numeral that may be its noun phrase."""
        words: list[_Word] = []
        stops, links = self._grammar.phrases.stops, self._grammar.phrases.links
        # "Millions de personnes", "millones de personas".
        index += index < high and self._tokens[index].text in self._grammar.phrases.linking
        while index < high and len(words) < _REACH:
            token = self._tokens[index]
            if not token.word:
                break
            if token.text in stops and not (token.text in links and words and self._linked(words, index, high)):
                break
            if words and index + 1 < high and self._tokens[index + 1].text in self._grammar.phrases.manner:
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

    def _head(self, words: list[_Word], numeral: Numeral) -> _Word | None:
        if self._grammar.phrases.head == "izafet":
            return self._izafet(words)
        if self._grammar.phrases.head == "known":
            return next((word for word in words[:_CLOSE] if word.noun is not None), None)
        return self._plural(words, numeral)

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
                if self._closes(word.text):
                    break
                continue
            classified = best is not None and best.text in self._grammar.phrases.classifiers and not joined
            # "12 nəfər xidmət edirdi": what they did, not who they were.
            if classified and (_stands_apart(word.noun) or self._makes_verb(word.last)):
                break
            if best is not None and not joined and not word.noun.ending.possessive and best.text not in self._grammar.phrases.classifiers:
                break
            best = word
            if word.noun.ending.text and not (word.noun.ending.plural and word.noun.ending.case is None):
                break
        return best

    def _closes(self, word: str) -> bool:
        """Whether an unknown word in a case closes a phrase, so that no noun after it is counted."""
        return len(word) >= _FEW_LETTERS and word.endswith(self._grammar.phrases.closing_endings)

    def _makes_verb(self, last: int) -> bool:
        """Whether the token after a noun makes a verb of it: "iddia edib"."""
        light = self._grammar.phrases.light_verbs
        return bool(light) and last < len(self._tokens) and self._tokens[last].text.startswith(light)

    def _opens_verb(self, word: _Word) -> bool:
        """Whether a word is the first of a verb of two: "iddia edib", "qətlə yetirilib"."""
        undergoing, token = self._grammar.undergoing, self._tokens[min(word.last, len(self._tokens) - 1)]
        return self._makes_verb(word.last) or bool(undergoing and undergoing.match(f"{word.text} {token.text}"))

    def _participle(self, word: str) -> bool:
        return bool(self._grammar.phrases.participles) and word.endswith(self._grammar.phrases.participles)

    def _ends_phrase(self, word: str) -> bool:
        """Whether an unknown word closes a noun phrase: a finite verb."""
        return (
            self._grammar.finite is not None
            and any(match.end() == len(word) for match in self._grammar.finite.finditer(word))
            and len(word) > 4
        )

    def _unknown(self, words: list[_Word], numeral: Numeral) -> _Word | None:
        """The noun of a phrase without a known one."""
        if self._grammar.phrases.head == "known":
            return None
        if not self._grammar.verb_final:
            return next((word for word in words if _may_be_plural(word.text)), None)
        if numeral.case not in (None, "none") and numeral.bound == "exact":
            # "4.100-nü tamamilə": the number stands for its noun; "21-i doktorant" says what they are.
            return None
        phrase: list[_Word] = []
        for word in words:
            if word.noun is not None or self._ends_phrase(word.text) or (phrase and self._opens_verb(word)):
                break
            phrase.append(word)
            if self._closes(word.text):
                break
        named = 0 < len(phrase) <= _CLOSE and len(phrase[0].text) > _FEWEST_LETTERS and not self._text[phrase[0].start].isupper()
        named = named and self._may_be_noun(phrase[-1])
        if named and numeral.case == "none" and self._stands_in_a_case(phrase[-1].text):
            # "Onlardan 120-si xaricdən gəlib": where they came from is not what they are.
            return None
        return phrase[-1] if named else None

    def _stands_in_a_case(self, word: str) -> bool:
        stems = self._units.counted.inflection.stems(word)
        return any(ending.case in _ASIDE_CASES and len(stem) > _CLOSE for stem, ending in stems)

    def _written(self, start: int, head: _Word) -> str:
        """A noun that no table knows, without the case that it stands in."""
        stems = self._units.counted.inflection.stems(head.text) if self._grammar.verb_final else ()
        bare = [stem for stem, ending in stems if ending.case in _CASES and not (ending.possessive or ending.plural) and len(stem) > _CLOSE]
        return self._text[start : head.start + len(bare[0] if bare else head.text)]

    def _may_be_noun(self, word: _Word) -> bool:
        """Whether an unknown word right after a number may be what it counts: no name, no verb, no adjective."""
        phrases = self._grammar.phrases
        if self._ends_phrase(word.text) or self._text[word.start].isupper() or self._makes_verb(word.last):
            return False
        if any(stem in self._grammar.numbers.scales for stem, _ in self._units.counted.inflection.stems(word.text)):
            return False
        return len(word.text) > _FEWEST_LETTERS and not word.text.endswith((*phrases.verb_nouns, *phrases.attributive))

    def _is_named(self, words: list[_Word], head: _Word) -> bool:
        """Whether a phrase is a name up to its noun: "a 2019 United Nations report" counts no nations."""
        upto = words[: words.index(head) + 1] if head in words else words[:1]
        return len(upto) > 1 and not self._grammar.nouns_capitalised and all(self._text[word.start].isupper() for word in upto)

    def _looks_like_year(self, numeral: Numeral) -> bool:
        return numeral.end - numeral.core == _YEAR_DIGITS and 1000 <= numeral.value <= 2100 and numeral.bound == "exact"

    def _text_of(self, tokens: list[Token]) -> str:
        return " ".join(token.text for token in tokens)

    def _lower_between(self, first: int, last: int) -> str:
        return "".join(token.text for token in self._tokens[first:last])


def _may_be_plural(word: str) -> bool:
    """Whether an unknown English word looks like a plural."""
    return (
        word.endswith(("s", "men")) and not word.endswith(("ss", "us", "is", "'s", "ous", "specimen")) and len(word) > _FEWEST_LETTERS + 1
    )


def _stands_apart(noun: Noun) -> bool:
    """Whether a noun after "nəfər" is not what is counted: that one stands in the singular and in no case of place or aim."""
    return noun.ending.plural or noun.ending.case in ("dative", "locative", "ablative")
