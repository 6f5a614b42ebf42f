"""The date finder: text in, dates out.

A pure function of its arguments. Three stages: `scan` finds the expressions and what their words say, `resolve` settles which
dates they mean, and here it is put together.
"""

import re

from services.ingest.extraction.dates import tables
from services.ingest.extraction.dates.mention import DateMention, single_dates
from services.ingest.extraction.dates.narrative import Narrative
from services.ingest.extraction.dates.resolve import Resolver
from services.ingest.extraction.dates.scan import scan
from services.ingest.extraction.dates.when import When

__all__ = ["DateMention", "find_dates", "single_dates"]

FALLBACK = "en"

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def find_dates(text: str, language: str, published: str | None = None) -> list[DateMention]:
    """Find the dates that a text speaks of.

    Args:
        text: A reading view: words hyphenated over line ends joined, paragraphs apart by a newline or a blank line.
        language: ISO 639-1 code of its language; a language without a table is read with the English one.
        published: The day (`YYYY-MM-DD`, or month or year) that the text was published on, if known.

    Returns:
        The mentions in text order, not overlapping.
    """
    table = tables.language(language if language in tables.available() else FALLBACK)
    return Resolver(text, scan(text, table), Narrative(_published(published)), table.lexicon).mentions()


def _published(day: str | None) -> When | None:
    match = _DAY.match(day or "")
    if not match:
        return None
    year, month, of_month = (int(part) if part else None for part in match.groups())
    when = When(year, month, of_month)
    return when if when.edtf() else None
