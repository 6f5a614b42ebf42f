"""How a date was found, in words that are kept with it."""

from dataclasses import dataclass

from services.ingest.extraction.dates.mention import UNRESOLVED
from services.ingest.extraction.dates.scan import Span
from services.ingest.extraction.dates.when import When

FROM_PUBLICATION = "relative to publication"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A date and what it leans on.

    Attributes:
        when: The date; None where it is not known which.
        derivation: How it was found, as in `DateMention`.
        anchor: The span of the words that it leans on.
    """

    when: When | None
    derivation: str = UNRESOLVED
    anchor: Span | None = None


def same_year_as(words: str) -> str:
    """Say that the year stands with other words of the sentence, or is expressly theirs."""
    return f'same year as "{words}"'


def same_date_as(words: str) -> str:
    """Say that the date is given a second time beside these words."""
    return f'same date as "{words}"'


def from_narrative(part: str, words: str) -> str:
    """Say that a part of the date (year, month, century) is the one that the text has reached."""
    return f'{part} from narrative "{words}"'


def relative_to(words: str) -> str:
    """Say that the date is counted from another one."""
    return f'relative to "{words}"'
