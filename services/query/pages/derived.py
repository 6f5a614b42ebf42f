"""How a date was found, in words: what extractors keep with it is English, of a few forms, and is said anew in the reader's language."""

import re
from functools import lru_cache

from services.query.pages.wording import DEFAULT, Wording

FORMS = (
    "derived_same_year",
    "derived_same_date",
    "derived_year",
    "derived_month",
    "derived_century",
    "derived_relative",
    "derived_published",
    "derived_carried",
    "derived_after",
)
"""The English strings of these are the forms, as `services.ingest.extraction` writes them."""


@lru_cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    english = Wording(DEFAULT)
    return tuple((key, re.compile(re.escape(english(key, words="\0")).replace("\0", "(?P<words>.*)"), re.DOTALL)) for key in FORMS)


def derivation_words(derivation: str, t: Wording) -> str:
    """Say how a date was found; what is of none of the forms stands as whoever brought the claim wrote it."""
    for key, pattern in _patterns():
        if found := pattern.fullmatch(derivation):
            return t(key, **found.groupdict())
    return derivation
