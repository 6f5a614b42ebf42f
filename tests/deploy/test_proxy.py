"""The proxy's rules send every route of the API to the service that has it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from services.ingest import app as ingest
from services.query import app as query
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.tokens import TokenStore
from shared.store.wakeup import Wakeup
from shared.web.problems import install_problems
from tests.support.running import run

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy" / "nginx" / "salname.conf"
OWN = ("/healthz", "/readyz", "/openapi.json")
"""What each service has for itself: nobody asks for it through the proxy."""

NAMES = {"slug": "fairs", "key": "a/key of ours"}


def chosen(method: str, path: str) -> str:
    """Where nginx sends a request: the first regular expression of the map that matches, else its default."""
    rules = re.search(r"map \"\$request_method \$uri\" \$salname \{(.*?)\n\}", CONFIGURATION.read_text(), re.DOTALL)
    assert rules is not None
    default = re.search(r"default (\w+);", rules[1])
    assert default is not None
    for pattern, place in re.findall(r'"~(.+)" (\w+);', rules[1]):
        if re.search(pattern, f"{method} {path}"):
            return str(place)
    return default[1]


def requests_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of an app as a request: its method, and its path with something in each place."""
    for path, methods in app.openapi()["paths"].items():
        if path not in OWN:
            filled = re.sub(r"\{(\w+)[^}]*\}", lambda match: NAMES.get(match[1], "01a20a23-16f7-7483-9f2b-e3ea6c7a75a6"), path)
            yield from ((method.upper(), filled) for method in methods)


@pytest.fixture
def apps(sqlite_database_url: str) -> Iterator[dict[str, FastAPI]]:
    database, settings = Database(sqlite_database_url), Settings(database_url=sqlite_database_url)
    made = {"salname_ingest": FastAPI(), "salname_query": FastAPI()}
    for app in made.values():
        app.state.settings, app.state.tokens = settings, TokenStore(database)
        install_problems(app)
    ingest.install_ingest(made["salname_ingest"], run_service(database), settings)
    query.install_query(made["salname_query"], database, settings, Wakeup())
    yield made
    database.close()


def run_service(database: Database):  # type: ignore[no-untyped-def]  # whatever the wiring makes
    return run(database).service


def test_every_route_is_sent_to_the_service_that_has_it(apps: dict[str, FastAPI]) -> None:
    asked = [(place, *request) for place, app in apps.items() for request in requests_of(app)]
    assert len(asked) > 50
    assert [request for request in asked if chosen(*request[1:]) != request[0]] == []


def test_pages_are_read_from_query_and_writes_of_any_kind_are_not() -> None:
    for path in ("/", "/chronologies/fairs", "/static/salname.css", "/docs", "/openapi.json", "/v1/chronologies/fairs/sources"):
        assert (chosen("GET", path), chosen("HEAD", path)) == ("salname_query", "salname_query"), path
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert chosen(method, "/v1/chronologies/fairs/anything") == "salname_ingest"
    for path in ("/sign-in", "/sign-out"):
        assert chosen("POST", path) == "salname_query"


def test_the_documentation_names_the_routes_that_only_ingest_reads() -> None:
    said = (ROOT / "docs" / "how-to" / "deploy.md").read_text()
    for rule in re.findall(r'"~\^\(GET\|HEAD\) (\S+)" salname_ingest;', CONFIGURATION.read_text()):
        shown = re.sub(r"\(/\|\$\)$|\$$|\.$", "", rule).replace("[^/]+", "…")
        assert shown in said, shown
