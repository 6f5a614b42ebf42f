"""Health for whoever runs Salname: alive (the process answers) and ready (it can do its work)."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.domain.errors import SalnameError
from shared.store.driver import DriverError
from shared.store.engine import Database

Check = Callable[[], str | None]
"""Returns None when all is well, else what is wrong."""


def database_check(database: Database) -> Check:
    """Check that the database answers and has its schema."""

    def check() -> str | None:
        try:
            with database.read() as session:
                session.execute(text("SELECT 1 FROM progress LIMIT 1"))
        except (SQLAlchemyError, *DriverError, SalnameError) as error:
            return f"the database does not answer: {error.__class__.__name__}"
        return None

    return check


def health_routes(checks: dict[str, Check]) -> APIRouter:
    """Routes `/healthz` and `/readyz`."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Is the process alive?")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Can it do its work?")
    def readyz() -> JSONResponse:
        found = {name: check() or "ok" for name, check in checks.items()}
        ready = all(state == "ok" for state in found.values())
        return JSONResponse({"status": "ok" if ready else "not ready", "checks": found}, 200 if ready else 503)

    return router
