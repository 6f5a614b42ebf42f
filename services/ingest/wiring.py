"""Ingest on a database, without HTTP: what both the service and the command line are wired with."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from services.ingest.decide import Share
from services.ingest.lookups import Switched
from services.ingest.parsing.limits import ParseLimits
from services.ingest.readers import Readers
from services.ingest.service import IngestService
from shared.domain.claims import Claim
from shared.domain.ids import IdSource
from shared.settings import Settings
from shared.store import lookups
from shared.store.append import DatabaseLog
from shared.store.engine import Database


class DatabaseLookups:
    """`services.ingest.lookups.Lookups` on the read model of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def members(self, chronology_id: str, ids: Iterable[str]) -> dict[str, list[str]]:
        return lookups.members(self._database, chronology_id, ids)

    def claim(self, chronology_id: str, claim_id: str) -> Claim | None:
        return lookups.claim(self._database, chronology_id, claim_id)

    def shares(self, chronology_id: str, document_id: str) -> list[Share]:
        return [Share(tuple(own), tuple(others)) for own, others in lookups.shares(self._database, chronology_id, document_id)]

    def wait_until(self, chronology_id: str, position: int, seconds: float) -> None:
        lookups.wait_until(self._database, chronology_id, position, seconds)

    def document_language(self, chronology_id: str, document_id: str) -> str | None:
        return lookups.document_language(self._database, chronology_id, document_id)

    def document_sources(self, chronology_id: str, document_ids: Iterable[str]) -> dict[str, str]:
        return lookups.document_sources(self._database, chronology_id, document_ids)

    def switched(self) -> list[Switched]:
        return [Switched(**one._asdict()) for one in lookups.untold(self._database)]


def parse_limits(settings: Settings) -> ParseLimits:
    """What reading one document may cost."""
    return ParseLimits(
        bytes=settings.max_document_bytes,
        pages=settings.max_pages,
        seconds=settings.parse_seconds,
        members=settings.max_members,
        unpacked_bytes=settings.max_unpacked_bytes,
        depth=settings.max_nesting,
        memory_bytes=settings.parse_memory_bytes,
    )


@lru_cache(maxsize=4)
def process_readers(limits: ParseLimits) -> Readers:
    """The readers of this process: whatever is wired in it shares their workers, which end with it, or when they are idle."""
    return Readers(limits)


def build_service(database: Database, settings: Settings, new_id: IdSource, on_append: Callable[[], None] = lambda: None) -> IngestService:
    """Wire ingest on a database. `on_append` is called after every append."""
    log, readers = DatabaseLog(database, new_id, on_append), process_readers(parse_limits(settings))
    return IngestService(log, DatabaseLookups(database), new_id, readers)
