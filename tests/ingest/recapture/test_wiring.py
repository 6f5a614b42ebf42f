"""Where a page is read: in a worker with a time limit, unless its extractor keeps a time of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, TypeVarTuple

import pytest

from services.ingest.plugins import load_extractor
from services.ingest.recapturing.wiring import build_captures
from shared.crypto.entropy import system_ids
from shared.settings import Settings
from shared.store.engine import Database
from tests.ingest.fetching.serving import answer, serving
from tests.ingest.llm.model_server import MODEL, completion, model
from tests.ingest.llm.reading import claim
from tests.support.running import ADMIN, run

Args = TypeVarTuple("Args")
R = TypeVar("R")

TEXT = "The bridge was opened on 3 March 1999."


@dataclass
class Worker:
    """Calls functions, and knows by name which it was asked for."""

    asked: list[str] = field(default_factory=list)

    def __call__(self, function: Callable[[*Args], R], *args: *Args) -> R:
        self.asked.append(function.__name__)
        return function(*args)


@pytest.fixture
def language_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with model(completion([claim(TEXT, ("3 March 1999", "1999-03-03"))])) as server:
        monkeypatch.setenv("SALNAME_LLM_BASE_URL", server.base_url)
        monkeypatch.setenv("SALNAME_LLM_MODEL", MODEL)
        load_extractor.cache_clear()
        yield
    load_extractor.cache_clear()


@pytest.mark.parametrize(("extractor", "asked"), [("rules", ["read_page", "extract"]), ("llm", ["read_page"])])
@pytest.mark.usefixtures("language_model")
def test_an_extractor_that_waits_for_a_server_is_not_under_the_limits_of_reading(
    extractor: str, asked: list[str], database: Database
) -> None:
    running, worker = run(database), Worker()
    with serving() as site:
        site.pages["/b"] = answer(TEXT, content_type="text/plain")
        settings = Settings(database_url=database.url, fetch_allow_private=frozenset({site.place}))
        captures = build_captures(database, settings, running.service, system_ids(), worker)
        receipt = captures.capture(running.info.id, f"{site.url}/b", ADMIN, extractor=extractor)
    assert (receipt.status, receipt.claims) == ("recorded", 1)
    assert worker.asked == asked
