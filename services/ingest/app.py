"""Ingest's wiring: the routes on an app, and the service as a process of its own."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from services.ingest.routes import router
from services.ingest.service import IngestService
from shared.domain.claims import Claim
from shared.domain.ids import IdSource
from shared.settings import Settings
from shared.store import lookups
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.tokens import TokenStore
from shared.telemetry import configure_logging
from shared.web.health import database_check, health_routes
from shared.web.limits import LimitBody
from shared.web.problems import install_problems

ENVELOPE_BYTES = 1_000_000
"""What a request may carry beside the document, which JSON's base64 makes a third larger."""


class DatabaseLookups:
    """`services.ingest.service.Lookups` on the read model of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def members(self, chronology_id: str, ids: Iterable[str]) -> dict[str, list[str]]:
        return lookups.members(self._database, chronology_id, ids)

    def claim(self, chronology_id: str, claim_id: str) -> Claim | None:
        return lookups.claim(self._database, chronology_id, claim_id)

    def document_language(self, chronology_id: str, document_id: str) -> str | None:
        return lookups.document_language(self._database, chronology_id, document_id)


def system_ids() -> IdSource:
    """Ids from the system's clock and randomness."""
    return IdSource(lambda: datetime.now(UTC), os.urandom)


def build_service(database: Database, settings: Settings, new_id: IdSource, on_append: Callable[[], None] = lambda: None) -> IngestService:
    """Wire ingest on a database. `on_append` is called after every append."""
    return IngestService(DatabaseLog(database, new_id, on_append), DatabaseLookups(database), new_id, settings.max_document_bytes)


def install_ingest(app: FastAPI, service: IngestService, settings: Settings) -> None:
    """Put ingest's routes on an app whose state holds `tokens` and `new_id`."""
    app.state.ingest = service
    app.include_router(router)
    app.add_middleware(LimitBody, max_bytes=settings.max_document_bytes * 4 // 3 + ENVELOPE_BYTES, exempt="/claims")


def create_app() -> FastAPI:
    """The ingest service as a process of its own, from the settings in the environment."""
    settings = Settings()
    configure_logging(settings.log_format, settings.log_level)
    database = Database(settings.resolved_url(), settings.limits())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(title="Salname ingest", version="1", lifespan=lifespan)
    app.state.settings = settings
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    app.state.new_id = system_ids()
    install_problems(app)
    install_ingest(app, build_service(database, settings, app.state.new_id), settings)
    app.include_router(health_routes({"database": database_check(database)}))
    return app
