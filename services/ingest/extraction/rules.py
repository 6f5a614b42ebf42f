"""The claim extractor `rules`: offline and deterministic, from tables of the languages it knows."""

from collections.abc import Sequence

from services.ingest.extraction.analysis import analyse
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput


class RulesExtractor:
    """Finds dated happenings and their values (`shared.domain.ports.ClaimExtractor`)."""

    name = "rules"
    version = "7"

    def extract(self, document: ExtractionInput) -> Sequence[ClaimBody]:
        """Return the claims of a document in text order; `continues` holds indices into the result."""
        return analyse(document).claims
