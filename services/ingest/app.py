"""Ingest's wiring: the routes on an app, and the service as a process of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.ingest.announcing import AnnouncingThread
from services.ingest.claims_routes import record_claims
from services.ingest.desk import ClaimDesk
from services.ingest.proof import install_proof
from services.ingest.recapturing.wiring import install_fetching
from services.ingest.routes import router
from services.ingest.service import IngestService
from services.ingest.short_way import ClaimsFirst, ShortWay
from services.ingest.stopping import Stopping
from services.ingest.wiring import build_service
from shared.crypto.entropy import system_ids
from shared.settings import Settings
from shared.store.migrate import check_kek
from shared.store.tokens import TokenStore
from shared.store.wakeup import Wakeup
from shared.telemetry import configure_logging
from shared.web.health import database_check, health_routes
from shared.web.limits import LimitBody
from shared.web.parameters import KNOWN_PARAMETERS
from shared.web.problems import install_problems

ENVELOPE_BYTES = 1_000_000
"""What a request may carry beside the document, which JSON's base64 makes a third larger."""


def install_ingest(app: FastAPI, service: IngestService, settings: Settings) -> AnnouncingThread:
    """Put ingest's routes on an app whose state holds `tokens` and `new_id`; return what announces switches.

    That is to be started and stopped with the app. `app.state.stopping.begin()` is to be called as the server begins to stop.
    """
    app.state.ingest = service
    app.state.claim_desk = ClaimDesk(service)
    app.state.stopping = Stopping()
    app.include_router(router, dependencies=KNOWN_PARAMETERS)
    max_bytes = settings.max_document_bytes * 4 // 3 + ENVELOPE_BYTES
    app.add_middleware(LimitBody, max_bytes=max_bytes, exempt="/claims")
    if isinstance(app, ClaimsFirst):
        app.have_claims_recorded(record_claims, max_bytes)
    else:
        app.add_middleware(ShortWay, record=record_claims, max_bytes=max_bytes)
    return AnnouncingThread(service.announce_switches, settings.poll_seconds)


def create_app(settings: Settings) -> FastAPI:
    """The ingest service as a process of its own."""
    configure_logging(settings.log_format, settings.log_level)
    database = settings.open_database()
    check_kek(database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        checkpoints.start()
        rounds.start()
        announcing.start()
        yield
        announcing.stop()
        rounds.stop()
        checkpoints.stop()
        database.close()

    app = ClaimsFirst(title="Salname ingest", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    app.state.new_id = system_ids()
    install_problems(app)
    appended = Wakeup()
    announcing = install_ingest(app, build_service(database, settings, app.state.new_id, appended.notify), settings)
    checkpoints = install_proof(app, database, settings, appended)
    rounds = install_fetching(app, database, settings, app.state.ingest.readers.run)
    checks = {
        "database": database_check(database),
        "checkpoints": checkpoints.failure,
        "rounds": rounds.failure,
        "announcing": announcing.failure,
    }
    app.include_router(health_routes(checks))
    return app
