"""Values as they are found: a number with what it counts, and the bound that stands with it."""

from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from services.ingest.extraction.numbers import Numeral, shown
from services.ingest.extraction.tokens import Token
from shared.domain.claims import ValueKind
from shared.lexicon.units import Noun


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


def bound_after(noun: Noun, tokens: list[Token], last: int, high: int, grammar: Grammar) -> tuple[str, int] | None:
    """Return the bound that a noun's case makes, alone or with the words after it, and where they end: "300 nəfərdən çox"."""
    case = noun.ending.case
    if not case:
        return None
    found = (grammar.bounds.case[case], 0) if case in grammar.bounds.case else None
    for words, name in grammar.bounds.after_case.get(case, {}).items():
        following = tokens[last : min(last + len(words), high)]
        if tuple(token.text for token in following) == words and (found is None or following[-1].end > found[1]):
            found = name, following[-1].end
    return found


def number(attribute: str, numeral: Numeral, start: int, end: int, kind: ValueKind, unit: str | None, bound: str | None = None) -> Found:
    """Make a value of a number; its own bound, unless another is given."""
    upper = None if numeral.upper is None else shown(numeral.upper)
    return Found(start, end, attribute.strip() or "count", shown(numeral.value), kind, bound or numeral.bound, upper, unit)
