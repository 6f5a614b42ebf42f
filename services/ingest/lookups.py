"""What deciding needs to know of the read model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.ingest.decide import Share
from shared.domain.claims import Claim

PROJECTION_SECONDS = 3.0
"""How long a command waits for the projection to know the claims that were recorded just before."""


@dataclass(frozen=True, slots=True)
class Switched:
    """At a revision, readers see another generation of a chronology than subscribers know; the fields are those of the event."""

    chronology_id: str
    revision: int
    generation: int
    rules: int
    before: int


class Lookups(Protocol):
    """What deciding needs to know of the read model."""

    def members(self, chronology_id: str, ids: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Map each known claim or entry id to the claims of the entry that holds it."""
        ...

    def claim(self, chronology_id: str, claim_id: str) -> Claim | None:
        """Return a recorded claim."""
        ...

    def document_language(self, chronology_id: str, document_id: str) -> str | None:
        """Return the language of a captured document."""
        ...

    def document_sources(self, chronology_id: str, document_ids: Iterable[str]) -> Mapping[str, str]:
        """Map each captured document to its source."""
        ...

    def shares(self, chronology_id: str, document_id: str) -> Sequence[Share]:
        """Return the share that a document has in each entry that holds claims of it."""
        ...

    def wait_until(self, chronology_id: str, position: int, seconds: float) -> None:
        """Wait until the read model shows a position, at most so many seconds."""
        ...

    def switched(self) -> Sequence[Switched]:
        """Return the switches of generations that subscribers are still to hear of, where nothing was recorded since."""
        ...
