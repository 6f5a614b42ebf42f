"""What a list shows of an entry: it stands beside the entry, whose links, origins and support are the larger part and are not read then."""

from typing import Any

from shared.domain.chronology import Entry

CLAIMS = 20
"""Claims of an entry that are named, to be looked through for words: of one that a hundred sources tell of, these nearly always do."""


def head_of(entry: Entry, statement: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what programs are shown of an entry in a list, as JSON objects are, and what else pages and searches need.

    `statement` is that of the claim whose words the title is: most of what is searched for stands in it, and then no claim has to be read.
    """
    shown = {
        "title": entry.title,
        "date": entry.date.edtf,
        "dates": list(dict.fromkeys([alternative.edtf for alternative in entry.date.alternatives])),
        "status": entry.status,
        "disputed": entry.disputed,
        "planned": entry.planned,
        "confidence": entry.confidence,
        "values": [
            {"attribute": value.attribute, "status": value.status, "values": [alternative.shown for alternative in value.alternatives]}
            for value in entry.values
        ],
        "claims": len(entry.claims),
        "sources": len(entry.sources),
    }
    beside = {
        "earliest": entry.earliest,
        "latest": entry.latest,
        "kinds": [[alternative.kind for alternative in value.alternatives] for value in entry.values],
        "claims": _title_first(entry)[:CLAIMS],
        "statement": statement,
    }
    return shown, beside


def _title_first(entry: Entry) -> list[str]:
    claims = list(entry.claims)
    if entry.title_claim in claims:
        claims.remove(entry.title_claim)
        claims.insert(0, entry.title_claim)
    return claims
