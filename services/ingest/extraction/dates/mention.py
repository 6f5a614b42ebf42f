"""What the date finder finds."""

from collections.abc import Iterable
from dataclasses import dataclass

UNRESOLVED = "unresolved"
EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words of a text that speak of a date.

    Attributes:
        start: Offset of the first character, in code points.
        end: Offset after the last character.
        text: The words, `text[start:end]` of the text that was searched.
        edtf: The date in EDTF level 2; None where it is plain that a date is meant, but not which.
        derivation: How the date was found: `explicit`, `same year as "…"`, `year from narrative "…"`, `relative to "…"`,
            `relative to publication`, `unresolved`.
        anchor: The span of the words that it leans on.
        ends: For an interval, its two ends as mentions of their own.
    """

    start: int
    end: int
    text: str
    edtf: str | None
    derivation: str
    anchor: tuple[int, int] | None = None
    ends: tuple["DateMention", ...] = ()


def single_dates(mentions: Iterable[DateMention]) -> list[DateMention]:
    """Return the mentions with every interval replaced by the two dates at its ends."""
    return [date for mention in mentions for date in (mention.ends or (mention,))]
