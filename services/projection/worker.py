"""The projection as a process of its own: a thread that folds, and health for whoever runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.projection.runner import ProjectionThread, Projector
from shared.settings import Settings
from shared.store.log_rows import CHANNEL
from shared.store.migrate import check_kek
from shared.store.read import DatabaseReader
from shared.store.wakeup import PostgresListener, Wakeup
from shared.telemetry import configure_logging
from shared.web.health import database_check, health_routes
from shared.web.problems import install_problems


def create_app(settings: Settings) -> FastAPI:
    """The projection service."""
    configure_logging(settings.log_format, settings.log_level)
    database = settings.open_database()
    check_kek(database)
    wakeup = Wakeup()
    thread = ProjectionThread(Projector(database, DatabaseReader(database)), wakeup, settings.poll_seconds)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        listener = PostgresListener(database.url, CHANNEL, wakeup) if database.dialect == "postgresql" else None
        if listener:
            listener.start()
        thread.start()
        yield
        thread.stop()
        if listener:
            listener.stop()
        database.close()

    app = FastAPI(title="Salname projection", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    install_problems(app)
    app.include_router(health_routes({"database": database_check(database), "projection": thread.failure}))
    return app
