"""Query on a test's database: the real log, ingest and projection behind it, and a real HTTP client before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.ingest.requests import NewCorrection, NewDecision
from services.ingest.service import Caller
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.wakeup import Wakeup
from tests.query.serving import query_app, serving
from tests.support.running import Running, run
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

EDITOR = Caller(Principal(name="Elçin", role=Role.editor))
REVIEWER = Caller(Principal(name="Rəna", role=Role.reviewer))


@dataclass
class World:
    """A chronology and the API that shows it."""

    running: Running
    client: httpx.Client
    app: FastAPI

    @property
    def database(self) -> Database:
        return self.running.database

    def get(self, path: str, **params: Any) -> Any:
        """Get a path of the chronology's API as JSON."""
        response = self.client.get(f"/v1/chronologies/test{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def correct(self, change: dict[str, object], *, decision: str | None = "accept") -> str:
        """Propose a change, decide on it and project it; return the correction's id."""
        service, info = self.running.service, self.running.info
        body = {"change": change, "reason": "The register says otherwise."}
        proposed = service.propose(info.id, NewCorrection.model_validate(body), EDITOR)
        if decision:
            decided = NewDecision.model_validate({"decision": decision, "reason": "Seen."})
            service.decide_correction(info.id, proposed.id, decided, REVIEWER)
        self.running.projector.project(self.running.info)
        return proposed.id

    def entry_with(self, attribute: str) -> Any:
        """The entry that has an attribute."""
        found = [entry for entry in self.get("/entries")["entries"] if any(value["attribute"] == attribute for value in entry["values"])]
        assert len(found) == 1
        return self.get(f"/entries/{found[0]['id']}")


@pytest.fixture
def empty(database: Database) -> Iterator[World]:
    """A chronology without documents."""
    running = run(database)
    settings = Settings(database_url=database.url, bootstrap_token="salname_" + "t" * 40)
    app = query_app(database, settings, Wakeup())
    with serving(app) as server, httpx.Client(base_url=server.url, timeout=30.0, follow_redirects=True) as client:
        yield World(running, client, app)


@pytest.fixture
def world(empty: World) -> World:
    """Three documents on a fair: its date at two precisions; 212 or 215 guests; 14 or 16 countries."""
    for text in (FAIR_EN, FAIR_EN_OTHER, FAIR_AZ):
        empty.running.capture(text, SOURCES[text])
    return empty


def texts_of(world: World) -> dict[str, str]:
    """The canonical texts of all documents, by id."""
    listed = world.get("/documents")["documents"]
    return {shown["id"]: world.client.get(f"/v1{shown['url']}/text").text for shown in listed}
