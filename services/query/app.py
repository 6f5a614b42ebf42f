"""Query's wiring: the routes and pages on an app, and the service as a process of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.query import export_routes, generation_routes, origins_routes, proof_routes, routes, search_routes, time_routes
from services.query.pages import corrections, listing, looking_back, near_misses, origins, proof, reference, signing_in
from services.query.pages import routes as pages
from services.query.pages.elsewhere import install_elsewhere
from services.query.pages.rendering import STATIC
from services.query.problems import install_query_problems
from services.query.service import QueryService
from services.query.streams import Streams
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.migrate import check_kek
from shared.store.read_model import CHANNEL
from shared.store.tokens import TokenStore
from shared.store.wakeup import PostgresListener, Wakeup
from shared.telemetry import configure_logging
from shared.web.head import HeadAsGet
from shared.web.health import database_check, health_routes
from shared.web.parameters import KNOWN_PARAMETERS
from shared.web.problems import install_problems


def install_query(app: FastAPI, database: Database, settings: Settings, wakeup: Wakeup) -> None:
    """Put query's routes and pages on an app whose state holds `settings` and `tokens`, and which has `install_problems`.

    `wakeup` says that the read model has moved. Streams end in order when `app.state.query.streams.close()` is called as the server
    begins to stop, as `services.query.server.Server` does.
    """
    streams = Streams(database, wakeup, settings.poll_seconds, settings.heartbeat_seconds)
    app.state.query = QueryService(database, settings, streams)
    for api in (routes, search_routes, proof_routes, export_routes, time_routes, origins_routes, generation_routes):
        app.include_router(api.router, dependencies=KNOWN_PARAMETERS)
    app.include_router(pages.router)
    app.include_router(corrections.router)
    app.include_router(listing.router)
    app.include_router(proof.router)
    app.include_router(looking_back.router)
    app.include_router(origins.router)
    app.include_router(near_misses.router)
    app.include_router(signing_in.router)
    reference.install_reference(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    install_query_problems(app)
    install_elsewhere(app)


def create_app(settings: Settings) -> FastAPI:
    """The query service as a process of its own."""
    configure_logging(settings.log_format, settings.log_level)
    database = settings.open_database()
    check_kek(database)
    wakeup = Wakeup()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        listener = PostgresListener(database.url, CHANNEL, wakeup) if database.dialect == "postgresql" else None
        if listener:
            listener.start()
        yield
        app.state.query.streams.close()
        if listener:
            listener.stop()
        database.close()

    app = FastAPI(title="Salname query", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    install_problems(app)
    install_query(app, database, settings, wakeup)
    app.include_router(health_routes({"database": database_check(database)}))
    app.add_middleware(HeadAsGet)
    return app
