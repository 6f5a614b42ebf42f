"""Whether a number follows from the words that an answer gives for it: our own reader has to read it there, too."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.ingest.extraction.numbers import NumeralReader, shown
from services.ingest.extraction.values import Found, ValueFinder, bound_of
from services.ingest.llm.answer import SaidNumber
from services.ingest.llm.ground import Ground
from services.ingest.llm.reasons import Ungrounded
from shared.domain.claims import Value
from shared.lexicon.inflection import load_inflection
from shared.lexicon.places import load_places
from shared.lexicon.units import load_units

_NEAR = 40
"""How far after a number what is counted may stand."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The numbers of a stretch of text: those with what is counted, as the rules read them, and bare ones."""

    values: list[Found]
    bare: list[Found]


class NumberGround:
    """Reads the numbers of one document."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._units = load_units(ground.language)
        inflection = load_inflection(ground.language)
        tokens = ground.tokens.tokens
        self._numerals = NumeralReader(tokens, ground.grammar, inflection)
        self._finder = ValueFinder(ground.view.text, tokens, ground.grammar, self._units, inflection, load_places(ground.language))
        self._read: dict[Span, _Stretch] = {}

    def ground(self, said: SaidNumber, quote: Span) -> Value:
        """Return the value with its citation; raise `Ungrounded` where the text does not bear it out.

        The words stand in the quote, or in a sentence that the quote is a part of. What is counted, and how exactly, is what our own reader
        reads there; the answer says which number is meant.
        """
        wanted = _wanted(said)
        around = self._ground.around(*quote)
        occurrences = self._ground.find(said.words, *quote) or self._ground.find(said.words, *around)
        if not occurrences:
            raise Ungrounded("number", f"the words {said.words[:80]!r} do not stand in the claim's sentence")
        stretch = self._stretch(around)
        known = [found for span in occurrences for found in stretch.values if _meets(found, span)]
        bare = [
            found for span in occurrences for found in stretch.bare if _meets(found, span) and not any(_same(found, one) for one in known)
        ]
        fitting = [found for found in [*known, *bare] if _agrees(found, said, wanted)]
        if not fitting:
            read = ", ".join(dict.fromkeys(_shown(found) for found in [*known, *bare])) or "no number"
            raise Ungrounded("number", f"the words say {read}, not {_told(said)}")
        found = fitting[0]
        return self._value(found, found.attribute or self._counted(said, found))

    def _stretch(self, around: Span) -> _Stretch:
        if around not in self._read:
            low, high = self._ground.tokens.within(*around)
            values = [value for value in self._finder.find(low, high, self._ground.dated) if value.kind != "place"]
            numerals = self._numerals.read(low, high, self._ground.dated)
            self._read[around] = _Stretch(
                values,
                [
                    Found(one.start, one.end, "", shown(one.value), "count", one.bound, None if one.upper is None else shown(one.upper))
                    for one in numerals
                ],
            )
        return self._read[around]

    def _counted(self, said: SaidNumber, found: Found) -> str:
        """What a number counts that the rules know no noun for: words of the text right after it, as they are written."""
        places = self._ground.find(said.noun, found.end, found.end + _NEAR + len(said.noun)) if said.noun else []
        if not places:
            raise Ungrounded("number", f"what {_shown(found)} counts does not stand beside it")
        start, end = places[0]
        noun = self._units.counted.find(self._ground.view.lower[start:end])
        return noun.name if noun else self._ground.view.text[start:end]

    def _value(self, found: Found, attribute: str) -> Value:
        cited = self._ground.cite(found.start, found.end)
        return Value(
            start=cited.start,
            end=cited.end,
            quote=cited.quote,
            attribute=attribute[:200],
            value=found.value,
            kind=found.kind,
            bound=bound_of(found),
            upper=found.upper,
            unit=found.unit,
        )


def _wanted(said: SaidNumber) -> tuple[Decimal, Decimal | None]:
    """Read the number that an answer gives."""
    try:
        return _decimal(said.value), None if said.upper is None else _decimal(said.upper)
    except InvalidOperation as error:
        raise Ungrounded("number", f"{_told(said)} is no number") from error


def _decimal(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise InvalidOperation
    return number


def _told(said: SaidNumber) -> str:
    return f"{said.value[:40]}–{said.upper[:40]}" if said.upper else said.value[:40]


def _shown(found: Found) -> str:
    return f"{found.value}–{found.upper}" if found.upper else found.value


def _meets(found: Found, span: Span) -> bool:
    """Whether a number that was read is one of those words, or they are words of it."""
    return (span[0] <= found.start and found.end <= span[1]) or (found.start <= span[0] and span[1] <= found.end)


def _same(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _agrees(found: Found, said: SaidNumber, wanted: tuple[Decimal, Decimal | None]) -> bool:
    value, upper = wanted
    try:
        same = Decimal(found.value) == value and (None if found.upper is None else Decimal(found.upper)) == upper
    except InvalidOperation:
        return False  # an identifier that is no number
    return same and said.bound in (None, found.bound)
