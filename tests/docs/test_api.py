"""api.md names every route with the role it needs, and every status that errors are answered with."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.query.entries import MAX_PAGE
from services.query.problems import STATUSES as QUERY_STATUSES
from shared.domain.roles import Role
from shared.web.problems import STATUSES
from tests.docs.pages import DOCS, blocks, code, tables
from tests.support.servers import free_port, serving

PAGE = DOCS / "reference" / "api.md"
ROUTES = {code(row[0])[0]: row for row in tables(PAGE)["Routes"]}
ADMIN = {"Authorization": "Bearer a-long-random-bootstrap-token"}
BODIES: dict[str, Any] = {
    "chronologies": {"slug": "somewhere", "title": "Somewhere"},
    "documents": {"text": "The fair opened on 4 May 1998.", "source": {"language": "en"}},
    "claims": {"document_id": "d", "quote": "q"},
    "corrections": {"change": {"kind": "withdraw-claim", "claim_id": "c"}, "reason": "r"},
    "decision": {"decision": "accept"},
    "cosignatures": {"vkey": "v", "signature": "s"},
    "tokens": {"name": "Somebody", "role": "reader"},
    "tables": {},
    "captures": {"url": "http://10.0.0.1/"},
    "sources/{source_id}/captures": {},
    "feeds": {"url": "http://10.0.0.1/feed"},
    "schedule": {"every": "1d"},
    "reextraction": {},
}
"""What is sent to a route that takes something, by the end of its path; the longest that fits is the one that is meant."""


def sent(method: str, path: str) -> Any:
    """What is sent to a route, if anything."""
    ends = [end for end in BODIES if path.endswith(f"/{end}")]
    return BODIES[max(ends, key=len)] if method in ("POST", "PUT") else None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An embedded service that lets nobody read without a token, with a chronology in it."""
    settings = {"SALNAME_ANONYMOUS_READ": "false", "SALNAME_BOOTSTRAP_TOKEN": ADMIN["Authorization"].removeprefix("Bearer ")}
    log = tmp_path_factory.mktemp("server") / "server.log"
    with serving(["serve"], settings, log, free_port()) as url, httpx.Client(base_url=url, timeout=30) as client:
        client.post("/v1/chronologies", headers=ADMIN, json=BODIES["chronologies"]).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def tokens(server: httpx.Client) -> dict[Role, str]:
    """A token of each role."""
    given = {}
    for role in Role:
        answer = server.post("/v1/tokens", headers=ADMIN, json={"name": f"the {role.name}", "role": role.name})
        given[role] = answer.raise_for_status().json()["secret"]
    return given


@pytest.fixture(scope="module")
def paths(server: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/openapi.json", headers=ADMIN).json()["paths"]
    return found


def test_every_route(paths: dict[str, Any]) -> None:
    assert sorted(ROUTES) == sorted(f"{method.upper()} {path}" for path, methods in paths.items() for method in methods)


def test_filters_of_entries(paths: dict[str, Any]) -> None:
    parameters = [parameter["name"] for parameter in paths["/v1/chronologies/{slug}/entries"]["get"]["parameters"]]
    named = code(ROUTES["GET /v1/chronologies/{slug}/entries"][1])
    assert named == [name for name in parameters if name not in ("slug", "cursor", "limit")]
    assert f"at most {MAX_PAGE}" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.endswith("/stream")])
def test_role_that_a_route_needs(route: str, server: httpx.Client, tokens: dict[Role, str]) -> None:
    method, path = route.replace("{slug}", "somewhere").split()
    role = ROUTES[route][2]
    body = sent(method, path)
    assert server.request(method, path, json=body).status_code == (200 if role == "none" else 401)
    for given, secret in tokens.items() if role != "none" else ():
        status = server.request(method, path, headers={"Authorization": f"Bearer {secret}"}, json=body).status_code
        assert (status == 403) == (given < Role[role]), (given, status)


def test_stream_needs_a_reader(server: httpx.Client, tokens: dict[Role, str]) -> None:
    assert ROUTES["GET /v1/chronologies/{slug}/stream"][2] == "reader"
    address = "/v1/chronologies/somewhere/stream"
    assert server.get(address).status_code == 401
    with server.stream("GET", address, headers={"Authorization": f"Bearer {tokens[Role.reader]}"}) as answer:
        assert answer.status_code == 200


def test_every_role() -> None:
    assert [code(row[0])[0] for row in tables(PAGE)["Roles"]] == [role.name for role in Role]


def test_every_status() -> None:
    listed = [int(row[0]) for row in tables(PAGE)["Errors"]]
    assert listed == sorted(listed)
    assert set(listed) >= {*STATUSES.values(), *QUERY_STATUSES.values()}


def test_problem(server: httpx.Client) -> None:
    (shown,) = (json.loads(block.text) for block in blocks(PAGE))
    answer = server.get(shown["instance"], headers=ADMIN)
    assert (answer.json(), answer.status_code) == (shown, shown["status"])
    assert answer.headers["content-type"] == "application/problem+json"
