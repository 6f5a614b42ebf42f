"""The services on a test's database, wired as a process wires them."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from services.ingest.service import Caller, IngestService, Receipt
from services.ingest.wiring import build_service
from services.projection.runner import Projector
from shared.domain.ids import IdSource
from shared.domain.ports import ChronologyInfo
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.read import DatabaseReader

ADMIN = Caller(Principal(name="Aygün", role=Role.admin))


@dataclass
class Running:
    """Ingest and projection on one database, with one chronology called `test`."""

    database: Database
    service: IngestService
    projector: Projector

    @property
    def info(self) -> ChronologyInfo:
        """The chronology as it is now."""
        return self.service.chronology("test")

    def capture(self, text: str, source: SourceDetails | None = None, filename: str = "text.txt") -> Receipt:
        """Capture a plain text and project it."""
        receipt = self.service.capture(self.info.id, text.encode(), ADMIN, filename=filename, declared=source)
        self.projector.project(self.info)
        return receipt


def run(database: Database) -> Running:
    """Wire the services on a migrated database and open the chronology."""
    running = reopen(database)
    running.service.ensure_chronology("test", ADMIN)
    return running


def reopen(database: Database) -> Running:
    """Wire the services on a database that has the chronology."""
    new_id = IdSource(lambda: datetime.now(UTC), os.urandom)
    service = build_service(database, Settings(database_url=database.url), new_id)
    return Running(database, service, Projector(database, DatabaseReader(database)))
