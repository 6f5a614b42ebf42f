"""A release with other rules starts where somebody follows: within seconds a stream hears what is otherwise, however it is deployed."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from services import embedded
from services.ingest import app as ingest
from services.projection import worker
from services.query import app as query
from shared.settings import Settings
from shared.store.engine import Database
from tests.query.serving import LIMIT, serving
from tests.query.sse import Listener
from tests.support.following import consolidate_otherwise, shown
from tests.support.running import Running, run
from tests.support.texts import SOURCES

KEY = base64.b64encode(bytes(range(32))).decode()
"""`tests.support.keys.KEK`, as it is set."""


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    return running


@contextmanager
def in_one_process(settings: Settings) -> Iterator[int]:
    with serving(embedded.create_app(settings)) as server:
        yield server.port


@contextmanager
def in_services(settings: Settings) -> Iterator[int]:
    """Ingest, projection and query as each is started in a deployment of its own, though all in this process."""
    apps: list[FastAPI] = [ingest.create_app(settings), worker.create_app(settings)]
    with ExitStack() as stack:
        server = stack.enter_context(serving(query.create_app(settings)))
        for app in apps:
            stack.enter_context(TestClient(app))
        yield server.port


@pytest.mark.parametrize("deployed", [in_one_process, in_services])
def test_a_stream_hears_of_the_switch_that_an_upgrade_brings(
    running: Running,
    deployed: Callable[[Settings], AbstractContextManager[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head, before = running.info.head, shown(running)
    consolidate_otherwise(monkeypatch)
    settings = Settings(
        data=tmp_path, database_url=running.database.url, key_encryption_key=SecretStr(KEY), poll_seconds=0.2, heartbeat_seconds=0.5
    )
    with deployed(settings) as port:
        stream = Listener(port, f"/v1/chronologies/test/stream?after={head}")
        (heard,) = stream.take(1)
        after = shown(running)
        otherwise = {entry_id for entry_id in before if after[entry_id] != before[entry_id]}
        said = json.loads(heard.data)
        assert {entry["id"]: entry["title"] for entry in said["data"]["entries"]} == {one: after[one] for one in otherwise}
        assert otherwise
        assert heard.id == head + 1
        (beat,) = stream.take(1, "heartbeat")
        assert json.loads(beat.data) == {"revision": head + 1}, "and nothing else"
        stream.hang_up()
        pulled = httpx.get(f"http://127.0.0.1:{port}/v1/chronologies/test/changes?after={head}", timeout=LIMIT).content
        assert heard.data in pulled, "the same bytes"
        assert len(json.loads(pulled)["changes"]) == 1
