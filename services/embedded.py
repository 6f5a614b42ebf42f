"""All three services in one process on one database: what `salname serve` starts."""

import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.ingest.app import install_ingest
from services.ingest.proof import install_proof
from services.ingest.recapturing.wiring import install_fetching
from services.ingest.wiring import build_service
from services.projection.runner import ProjectionThread, Projector
from services.query.app import install_query
from services.query.pages.rendering import HEADERS, SIGN_IN
from shared.crypto.entropy import system_ids
from shared.domain.errors import NotAuthenticated
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.log_rows import CHANNEL
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.tokens import TokenStore, new_secret
from shared.store.wakeup import PostgresListener, Wakeup
from shared.web.auth import keep_session
from shared.web.head import HeadAsGet
from shared.web.health import database_check, health_routes
from shared.web.hosts import install_known_hosts
from shared.web.problems import install_problems

log = structlog.get_logger(__name__)

LOGIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Salname</title><link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/salname.css"></head>
<body><main><h1>Salname</h1><form method="post" action="/login"><input type="hidden" name="ticket" value="TICKET">
<button type="submit">Sign in as admin</button></form></main></body></html>
"""


def create_app(settings: Settings, ticket: str | None = None) -> FastAPI:
    """Everything on one app. `ticket` opens the admin's session once, at `/login?ticket=…`."""
    database = settings.open_database()
    migrate(database)
    appended, changed = Wakeup(), Wakeup()
    projector = Projector(database, DatabaseReader(database), changed.notify)
    thread = ProjectionThread(projector, appended, settings.poll_seconds)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        listener = PostgresListener(database.url, CHANNEL, appended) if database.dialect == "postgresql" else None
        if listener:
            listener.start()
        thread.start()
        checkpoints.start()
        rounds.start()
        announcing.start()
        yield
        app.state.query.streams.close()
        announcing.stop()
        rounds.stop()
        checkpoints.stop()
        thread.stop()
        if listener:
            listener.stop()
        database.close()

    app = FastAPI(
        title="Salname",
        version="1",
        summary="One chronology out of documents that contradict each other, every word traced to its source.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings.model_copy(update={"one_address": True})
    app.state.tokens = TokenStore(database, settings.bootstrap_token)
    app.state.new_id = system_ids()
    install_problems(app)
    announcing = install_ingest(app, build_service(database, settings, app.state.new_id, appended.notify), settings)
    checkpoints = install_proof(app, database, settings, appended)
    rounds = install_fetching(app, database, settings, app.state.ingest.readers.run)
    install_query(app, database, settings, changed)
    checks = {
        "database": database_check(database),
        "projection": thread.failure,
        "checkpoints": checkpoints.failure,
        "rounds": rounds.failure,
        "announcing": announcing.failure,
    }
    app.include_router(health_routes(checks))
    app.add_middleware(HeadAsGet)
    install_known_hosts(app, settings.host)
    if ticket:
        _install_login(app, ticket)
    return app


def _install_login(app: FastAPI, ticket: str) -> None:
    """Exchange the one-time ticket for the session of an admin: an API token in a cookie that scripts cannot read."""
    unused = [ticket]

    lock = threading.Lock()

    @app.get("/login", include_in_schema=False)
    def ask(ticket: str = "") -> Response:
        if not ticket:
            return RedirectResponse(SIGN_IN, 303)
        # A link alone must not use the ticket up: previews and scanners follow links, only people press buttons.
        return HTMLResponse(LOGIN_PAGE.replace("TICKET", quote(ticket, safe="")), headers=HEADERS)

    @app.post("/login", include_in_schema=False)
    def login(request: Request, ticket: Annotated[str, Form()]) -> RedirectResponse:
        with lock:
            if not unused or not secrets.compare_digest(unused[0].encode(), ticket.encode()):
                raise NotAuthenticated("this link was used already or is not valid; start `salname serve` again for a new one")
            unused.clear()
        ids = request.app.state.new_id
        token_id, secret = ids(), new_secret()
        tokens: TokenStore = request.app.state.tokens
        info = tokens.create(token_id, f"admin-{token_id[-6:]}", Role.admin, ids.now(), secret)
        log.info("login.admin", name=info.name)
        response = RedirectResponse("/", 303)
        keep_session(request, response, secret)
        return response
