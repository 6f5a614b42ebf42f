"""Places named in a text, and which of them say where something happened."""

from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.tokens import Token, adjacent
from shared.lexicon.places import Gazetteer, Place

_REACH = 4
_NAME_WORDS = 3
"""Words of the name of a place that the tables do not know, at most."""


@dataclass(frozen=True, slots=True)
class Named:
    """A place named at a span of the view.

    `located`: it is where something happened; `around` is then its span with the words that say so.
    """

    start: int
    end: int
    place: Place
    located: bool
    around: tuple[int, int]


class PlaceFinder:
    """Finds the places of one text."""

    def __init__(self, text: str, lower: str, tokens: list[Token], grammar: Grammar, gazetteer: Gazetteer) -> None:
        self._text = text
        self._lower = lower
        self._tokens = tokens
        self._grammar = grammar
        self._gazetteer = gazetteer
        self._dates: bytearray | None = None

    def find(self, low: int, high: int, dates: bytearray) -> list[Named]:
        """Return the places among the tokens `low` to `high`, in text order."""
        self._dates = dates
        found = []
        index = low
        while index < high:
            token = self._tokens[index]
            if token.word and self._text[token.start].isupper() and not dates[token.start] and not self._is_called(index, high):
                named = self._at(index, high)
                if named is not None:
                    place, last, case = named
                    found.append(self._named(place, index, last, case, low, high, dates))
                    index = last
                    continue
            index += 1
        return found

    def _is_called(self, index: int, high: int) -> bool:
        """Whether a word is part of somebody's name by the small word beside it: "Nəcəf bəy", "bəy Zərdabi", but not "xan Gəncədə"."""
        if index + 1 < high and self._is_particle(index + 1):
            return True
        hit = self._gazetteer.find(self._tokens[index].text) if index and self._is_particle(index - 1) else None
        return hit is not None and hit[1].case == "accusative" and len(hit[1].text) == 1

    def _is_particle(self, index: int) -> bool:
        token = self._tokens[index]
        return token.text in self._grammar.particles and self._text[token.start].islower()

    def _at(self, index: int, high: int) -> tuple[Place, int, str | None] | None:
        longest = (
            self._gazetteer.longest * 2 - 1 if self._tokens[index].text in self._gazetteer.first_words else self._hyphenated(index, high)
        )
        for length in range(min(longest, high - index), 0, -1):
            tokens = self._tokens[index : index + length]
            if not (tokens[-1].word or (tokens[-1].text == "." and length > 2)):
                continue
            hit = self._gazetteer.find(self._lower[tokens[0].start : tokens[-1].end])
            if hit is None:
                continue
            place, ending = hit
            last, case = index + length, ending.case
            if case is None and self._is_name_part(index, last, high):
                return None
            settled = self._settlement(last, high) if case is None and not ending.possessive else None
            return (place, *settled) if settled else (place, last, case)
        return self._called(index, high)

    def _called(self, index: int, high: int) -> tuple[Place, int, str | None] | None:
        """Read a name that the tables lack where words about it make it a place: "the village of X", "born in X", "X kəndində"."""
        last = index + 1
        while last < min(index + _NAME_WORDS, high) and self._continues_name(last):
            if self._grammar.verb_final and self._gazetteer.find(self._tokens[last].text) is not None:
                # "Anna Bergin Azərbaycan Respublikasında": the place begins later.
                return None
            last += 1
        if self._grammar.verb_final:
            if self._says_whence(last - 1):
                # "Anna Orlindən şəhəri aldı" names whom it was taken from.
                return None
            settled = self._settlement(last, high)
            noun = self._tokens[last] if settled else None
            # "İslam Mədəniyyətinin Paytaxtı" is a title, and a republic that is not listed is none.
            if settled is None or noun is None or self._text[noun.start].isupper() or self._gazetteer.states.find(noun.text):
                return None
        elif not (self._is_settlement(index) or self._is_settled(index)) or self._grammar.organizations & self._words(index, last):
            return None
        else:
            settled = last, None
        start, end = self._tokens[index].start, self._tokens[last - 1].end
        return Place(self._text[start:end], "city", None), *settled

    def _says_whence(self, at: int) -> bool:
        return any(ending.case == "ablative" for _, ending in self._gazetteer.inflection.stems(self._tokens[at].text))

    def _continues_name(self, at: int) -> bool:
        token, before = self._tokens[at], self._tokens[at - 1]
        if self._grammar.verb_final and self._gazetteer.settlements.find(token.text) is not None:
            return False
        if adjacent(before, token):
            return token.text == "-" or (token.word and before.text == "-")
        return token.word and token.start - before.end == 1 and self._text[token.start].isupper()

    def _words(self, first: int, last: int) -> frozenset[str]:
        return frozenset(token.text for token in self._tokens[first:last])

    def _is_settlement(self, index: int) -> bool:
        """Whether a name stands after "the village of"."""
        before = self._tokens[max(0, index - 2) : index]
        return len(before) == 2 and before[1].text == "of" and self._gazetteer.settlements.find(before[0].text) is not None

    def _is_settled(self, index: int) -> bool:
        """Whether a name stands after "born in" or the like, with no more than a date between."""
        if index < 2 or self._tokens[index - 1].text not in self._grammar.place_prepositions or self._dates is None:
            return False
        at = index - 2
        while at > 0 and (self._dates[self._tokens[at].start] or self._tokens[at].text in self._grammar.dating):
            at -= 1
        return self._tokens[at].text in self._grammar.settling

    def _hyphenated(self, index: int, high: int) -> int:
        """How many tokens a name of one word may have: with a hyphen before its ending ("ABŞ-da"), three."""
        return 3 if index + 2 < high and self._tokens[index + 1].text == "-" else 1

    def _settlement(self, last: int, high: int) -> tuple[int, str | None] | None:
        """A noun such as "city" after the name takes its ending: "Bakı şəhərində"."""
        if last >= high or not self._grammar.verb_final:
            return None
        noun = self._gazetteer.settlements.find(self._tokens[last].text)
        return (last + 1, noun.ending.case) if noun and noun.ending.text else None

    def _is_name_part(self, first: int, last: int, high: int) -> bool:
        """Whether a place is only a word of a longer name: "New York Times", "Azərbaycan Respublikası", "Moscow State University"."""
        if last >= high or not self._tokens[last].word or self._tokens[last].start - self._tokens[last - 1].end > 1:
            return False
        following = self._tokens[last]
        if not self._text[following.start].isupper():
            return False
        return not (self._grammar.verb_final and self._gazetteer.settlements.find(following.text))

    def _named(self, place: Place, first: int, last: int, case: str | None, low: int, high: int, dates: bytearray) -> Named:
        start, end = self._tokens[first].start, self._tokens[last - 1].end
        if self._grammar.verb_final:
            located, around = self._located_by_case(place, first, last, case, low, high, dates), (start, end)
        else:
            around = self._located_by_preposition(place, first, last, low, high, dates) or (start, end)
            located = around != (start, end)
        hosting = None if located or case is not None else self._hosting(last, high)
        if hosting is not None:
            located, around = True, (start, hosting if not self._grammar.verb_final else end)
        return Named(start, end, place, located, around)

    def _hosting(self, last: int, high: int) -> int | None:
        """Return where the words end that make a place the host of what happened, if they follow it."""
        if self._grammar.hosting is None or last >= high:
            return None
        start = self._tokens[last].start
        if self._grammar.verb_final:
            found = self._grammar.hosting.search(self._lower, start, self._tokens[high - 1].end)
        else:
            found = self._grammar.hosting.match(self._lower, start)
        return found.end() if found else None

    def _located_by_case(self, place: Place, first: int, last: int, case: str | None, low: int, high: int, dates: bytearray) -> bool:
        if case != "locative":
            return False
        following = self._tokens[last] if last < high else None
        if following is not None and following.text in self._grammar.dwelling:
            return False
        if place.kind == "city":
            return True
        ahead = self._lower[self._tokens[last - 1].end : self._tokens[min(last + _REACH, high) - 1].end]
        return self._says_happened(ahead) or self._beside_date(first, last, low, high, dates)

    def _located_by_preposition(self, place: Place, first: int, last: int, low: int, high: int, dates: bytearray) -> tuple[int, int] | None:
        before = first - 1
        if before > low and self._tokens[before].text == "the":
            before -= 1
        if before >= low + 3 and self._tokens[before].text == "of" and self._gazetteer.settlements.find(self._tokens[before - 1].text):
            before -= 2 + (self._tokens[before - 2].text == "the")
        if before < low or self._tokens[before].text not in self._grammar.place_prepositions:
            return None
        end = self._tokens[last - 1].end
        governing = self._tokens[before - 1] if before > low else None
        if governing is not None and governing.text in self._grammar.dwelling:
            return None
        back = max(low, before - _REACH)
        behind = self._lower[self._tokens[back].start : self._tokens[before].start]
        start = self._tokens[before].start
        if governing is not None and governing.word and self._says_happened(governing.text):
            return governing.start, end
        opening = governing is None or not governing.word
        if place.kind == "city" or opening or self._says_happened(behind) or self._beside_date(before, last, low, high, dates):
            return start, end
        return None

    def _says_happened(self, words: str) -> bool:
        return self._grammar.place_verbs is not None and bool(self._grammar.place_verbs.search(words))

    def _beside_date(self, first: int, last: int, low: int, high: int, dates: bytearray) -> bool:
        near = self._tokens[max(low, first - 1) : first] + self._tokens[last : min(high, last + 2)]
        return any(dates[token.start] for token in near)
