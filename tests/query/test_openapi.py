"""The API's description: complete, and true."""

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from pydantic import TypeAdapter

from services.query import examples, schemas, time_examples
from services.query.app import create_app
from services.query.preview_schemas import CorrectionPreview
from shared.settings import Settings
from tests.query.conftest import World
from tests.query.serving import LIMIT, serving


@pytest.fixture
def standalone(sqlite_database_url: str) -> Iterator[FastAPI]:
    """The service as a process of its own makes it; the test's logging is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield create_app(Settings(database_url=sqlite_database_url))
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def described(standalone: FastAPI) -> dict[str, Any]:
    return standalone.openapi()


def test_the_service_by_itself_is_ready_and_reads(standalone: FastAPI) -> None:
    with serving(standalone) as server, httpx.Client(base_url=server.url, timeout=LIMIT) as client:
        assert client.get("/readyz").json()["checks"] == {"database": "ok"}
        assert client.get("/v1/chronologies").json() == {"chronologies": []}
        assert "salname ingest" in client.get("/").text
        head = client.head("/")
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["etag"] == client.get("/").headers["etag"]


def test_every_operation_says_what_it_does_and_what_it_answers(described: dict[str, Any]) -> None:
    operations = {(path, method): operation for path, methods in described["paths"].items() for method, operation in methods.items()}
    assert len(operations) > 15
    for (path, method), operation in operations.items():
        assert operation["summary"], path
        if path.startswith("/v1"):
            assert method == "get", path
            content = operation["responses"]["200"]["content"]
            kinds = {kind: shape["schema"] for kind, shape in content.items() if shape.get("schema")}
            assert kinds or set(content) - {"application/json"}, path
            for parameter in operation.get("parameters", []):
                assert parameter["schema"], path


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (schemas.Citation, examples.CITATION),
        (schemas.ClaimView, examples.CLAIM),
        (schemas.EntryView, examples.ENTRY),
        (schemas.EntryList, examples.ENTRY_LIST),
        (schemas.ChronologyView, examples.CHRONOLOGY),
        (schemas.DocumentView, examples.DOCUMENT),
        (schemas.CorrectionView, examples.CORRECTION),
        (schemas.Changes, examples.CHANGES),
        (CorrectionPreview, time_examples.PREVIEW),
    ],
)
def test_examples_are_answers_that_could_be_given(model: type[Any], example: dict[str, Any]) -> None:
    TypeAdapter(model).validate_python(example)
    citations = [example] if "quote" in example else []
    for citation in citations:
        assert examples.TEXT[citation["start"] : citation["end"]] == citation["quote"]


def test_a_change_is_as_its_example_describes_it(world: World) -> None:
    change = world.get("/changes")["changes"][0]
    assert set(examples.CHANGE) == set(change)
    assert set(examples.CHANGE["data"]) == set(change["data"])
    assert set(examples.CHANGE["data"]["entries"][0]) == set(change["data"]["entries"][0])
    assert set(examples.CHANGE["data"]["causes"][0]) == set(change["data"]["causes"][0])
