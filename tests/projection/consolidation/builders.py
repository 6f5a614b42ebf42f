"""Claims and decisions made of a few words, for tests of consolidation."""

from datetime import UTC, datetime

from shared.domain.chronology import Decision, DocumentFacts, Entry, Testimony
from shared.domain.claims import Bound, Claim, ClaimDate, Extractor, Mention, Modality, Value, ValueKind
from shared.domain.corrections import Change
from shared.domain.ids import sha256

TIME = datetime(2024, 3, 1, tzinfo=UTC)


def value(attribute: str, number: str, kind: ValueKind = "count", bound: Bound = "exact", unit: str | None = None, start: int = 0) -> Value:
    return Value(start=start, end=start + len(number), quote=number, attribute=attribute, value=number, kind=kind, bound=bound, unit=unit)


def claim(
    name: str,
    statement: str,
    date: str | None = None,
    *values: Value,
    document: str = "A",
    language: str = "en",
    modality: Modality = "happened",
    continues: str | None = None,
    actors: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
    source: str | None = None,
    position: int | None = None,
    start: int | None = None,
) -> Testimony:
    """A testimony whose document is known by a letter; its claim's id is `name`."""
    at = int(sha256(name.encode())[:4], 16) if start is None else start
    spot = {"start": at, "end": at + len(statement), "quote": statement}
    return Testimony(
        claim=Claim(
            **spot,
            id=name,
            document_id=f"doc-{document}",
            extractor=Extractor(name="test", version="1"),
            statement=statement,
            language=language,
            date=ClaimDate(start=at, end=at + 4, quote="when", edtf=date) if date else None,
            values=values,
            actors=tuple(Mention(**spot, name=actor) for actor in actors),
            places=tuple(Mention(**spot, name=place) for place in places),
            modality=modality,
            continues=continues,
        ),
        document=DocumentFacts(
            id=f"doc-{document}", sha256=sha256(document.encode()), source_id=f"source-{source or document}", language=language
        ),
        position=position if position is not None else int(sha256(name.encode())[:8], 16),
    )


def decided(change: Change, number: int = 1) -> Decision:
    return Decision(
        correction_id=f"correction-{number}",
        change=change,
        reason="the scan is clear",
        proposed_by="rana",
        proposed_at=TIME,
        accepted_by="tofiq",
        accepted_at=TIME,
        position=1_000_000 + number,
    )


def together(entries: tuple[Entry, ...]) -> set[frozenset[str]]:
    """Which claims stand together."""
    return {frozenset(entry.claims) for entry in entries}


def entry_of(entries: tuple[Entry, ...], claim_id: str) -> Entry:
    return next(entry for entry in entries if claim_id in entry.claims)
