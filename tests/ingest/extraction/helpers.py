"""Short forms of what an extractor returns, for tables of cases."""

from services.ingest.extraction.rules import RulesExtractor
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput


def claims_of(text: str, language: str = "en", media_type: str = "text/plain") -> list[ClaimBody]:
    claims = list(RulesExtractor().extract(ExtractionInput(text=text, language=language, media_type=media_type)))
    for claim in claims:
        claim.check(text)
    return claims


def values_of(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    """Return attribute, shown value and the words cited, of every value of every claim."""
    return [(value.attribute, value.shown, value.quote) for claim in claims_of(text, language) for value in claim.values]


def dated_of(text: str, language: str = "en") -> list[tuple[str | None, str]]:
    """Return date and statement of every claim."""
    return [(claim.date.edtf if claim.date else None, claim.statement) for claim in claims_of(text, language)]
