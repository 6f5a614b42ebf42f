"""Each command of the API under a stale revision, and under a key that comes again: none is left out, however lately it was added."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.embedded import create_app
from shared.settings import Settings
from tests.ingest.fetching.serving import Site, answer, serving
from tests.ingest.reextraction.rereading import capture_old
from tests.ingest.test_http import client_of
from tests.support.texts import FAIR_EN

SECRET = "a-long-random-bootstrap-token"
FAIRS = "/v1/chronologies/fairs"
PAGE = "<html><body><article><p>The seed fair opened in Ganja on 4 May 1998 with {} guests from 14 countries.</p></article></body></html>"
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Fairs</title><link>{}/</link><description>x</description></channel></rss>'

Request = dict[str, Any]
Prepared = tuple[str, Callable[[int], Request]]
"""Where a command is sent, and its body: that of the command (0), or of another one of its kind (1)."""


class World:
    """A server with one document, and a site to capture pages from."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, site: Site) -> None:
        self.app = app
        self.client = client
        self.site = site

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        done = await self.client.post(FAIRS + path, **body)
        assert done.is_success, done.text
        found: dict[str, Any] = done.json()
        return found

    async def document(self) -> str:
        captured = await self.post("/documents", json={"text": FAIR_EN})
        return str(captured["id"])

    async def page(self) -> str:
        captured = await self.post("/captures", json={"url": f"{self.site.url}/page"})
        return str(captured["source_id"])

    async def entry(self) -> str:
        await self.document()
        info = self.app.state.ingest.chronology("fairs")
        self.app.state.ingest._lookups.wait_until(info.id, info.head, 30)
        listed = (await self.client.get(f"{FAIRS}/entries")).json()["entries"]
        return str(listed[0]["id"])


async def documents(_: World) -> Prepared:
    return f"{FAIRS}/documents", lambda n: {"json": {"text": FAIR_EN + "More." * n}}


async def tables(_: World) -> Prepared:
    return f"{FAIRS}/tables", lambda n: {"files": {"file": ("t.csv", f"date,what,guests\n1998-05-04,The fair opened,21{n}\n", "text/csv")}}


async def claims(world: World) -> Prepared:
    document = await world.document()
    return f"{FAIRS}/claims", lambda n: {"json": {"document_id": document, "quote": ("212 guests", "14 countries")[n]}}


async def captures(world: World) -> Prepared:
    return f"{FAIRS}/captures", lambda n: {"json": {"url": f"{world.site.url}/{('page', 'other')[n]}"}}


async def recaptures(world: World) -> Prepared:
    source = await world.page()
    world.site.pages["/page"] = answer(PAGE.format(300))
    return f"{FAIRS}/sources/{source}/captures", lambda n: {"json": {"extractor": "rules"} if n else {}}


async def schedules(world: World) -> Prepared:
    return f"{FAIRS}/sources/{await world.page()}/schedule", lambda n: {"json": {"every": 3600 + n}}


async def feeds(world: World) -> Prepared:
    return f"{FAIRS}/feeds", lambda n: {"json": {"url": f"{world.site.url}/feed", "every": 3600 + n}}


async def unfollowing(world: World) -> Prepared:
    feed = await world.post("/feeds", json={"url": f"{world.site.url}/feed"})
    return f"{FAIRS}/feeds/{feed['id']}", lambda _: {}


async def corrections(world: World) -> Prepared:
    entry = await world.entry()
    return f"{FAIRS}/corrections", lambda n: {
        "json": {"change": {"kind": "retitle-entry", "entry_id": entry, "title": f"Fair {n}"}, "reason": "So it was called."}
    }


async def decisions(world: World) -> Prepared:
    path, body = await corrections(world)
    proposed = (await world.client.post(path, **body(0))).json()["id"]
    return f"{path}/{proposed}/decision", lambda n: {"json": {"decision": ("accept", "reject")[n]}}


async def erasures(world: World) -> Prepared:
    return f"{FAIRS}/documents/{await world.document()}", lambda n: {"params": {"reason": f"Reason {n}."}}


async def rereadings(world: World) -> Prepared:
    service = world.app.state.ingest
    path = f"{FAIRS}/documents/{capture_old(service, service.chronology_id('fairs'))}/reextraction"
    digest = (await world.client.post(path, json={"extractor": "rules"})).json()["difference"]["digest"]
    return path, lambda n: {"params": {"apply": "true"}, "json": {"extractor": "rules", "digest": (digest, "0" * 64)[n]}}


COMMANDS: dict[tuple[str, str], Callable[[World], Awaitable[Prepared]]] = {
    ("POST", "/documents"): documents,
    ("POST", "/tables"): tables,
    ("POST", "/claims"): claims,
    ("POST", "/captures"): captures,
    ("POST", "/sources/{source_id}/captures"): recaptures,
    ("PUT", "/sources/{source_id}/schedule"): schedules,
    ("POST", "/feeds"): feeds,
    ("DELETE", "/feeds/{feed_id}"): unfollowing,
    ("POST", "/corrections"): corrections,
    ("POST", "/corrections/{correction_id}/decision"): decisions,
    ("DELETE", "/documents/{document_id}"): erasures,
    ("POST", "/documents/{document_id}/reextraction"): rereadings,
}
ELSEWHERE = {
    ("POST", "/v1/chronologies"),  # what is yet to be opened has no revision to decide on: test_idempotency
    ("POST", "/v1/tokens"),  # tokens stand in no log: test_idempotency
    ("DELETE", "/v1/tokens/{token_id}"),
    ("POST", "/v1/chronologies/{slug}/checkpoints/{size}/cosignatures"),  # a signature is its own key, and a checkpoint its revision
}
ANSWERED_ALIKE = ("unfollowing", "erasures", "recaptures", "rereadings")
"""Of these, another body under the same key asks for the same, or is refused for what it says."""

commands = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with serving() as site:
        site.pages.update({"/page": answer(PAGE.format(212)), "/other": answer(PAGE.format(215))})
        site.pages["/feed"] = answer(FEED.format(site.url), content_type="application/rss+xml")
        app = create_app(Settings(data=tmp_path, bootstrap_token=SECRET, fetch_allow_private=frozenset({site.place})))
        async with app.router.lifespan_context(app), client_of(app, SECRET) as client:
            (await client.post("/v1/chronologies", json={"slug": "fairs", "title": "Fairs"})).raise_for_status()
            (await client.post(f"{FAIRS}/documents", json={"text": "Nothing that is a claim."})).raise_for_status()
            yield World(app, client, site)


async def test_every_command_is_tried(world: World) -> None:
    described = world.app.openapi()["paths"]
    found = {(method.upper(), path) for path, methods in described.items() for method in methods if method in ("post", "put", "delete")}
    assert found == {(method, f"/v1/chronologies/{{slug}}{path}") for method, path in COMMANDS} | ELSEWHERE


@commands
async def test_a_stale_revision_changes_nothing_and_says_where_to_look(world: World, command: tuple[str, str]) -> None:
    path, body = await COMMANDS[command](world)
    head = world.app.state.ingest.chronology("fairs").head
    refused = await world.client.request(command[0], path, headers={"If-Match": '"1"'}, **body(0))
    assert refused.status_code == 412, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()
    assert (told["expected"], told["current"]) == (1, head)
    assert f"{FAIRS}/changes?after=1" in told["detail"]
    assert world.app.state.ingest.chronology("fairs").head == head
    wrong = await world.client.request(command[0], path, headers={"If-Match": "yesterday"}, **body(0))
    assert (wrong.status_code, "such as" in wrong.json()["detail"]) == (422, True)


@commands
async def test_a_key_that_comes_again_does_nothing_twice(world: World, command: tuple[str, str]) -> None:
    prepare = COMMANDS[command]
    path, body = await prepare(world)
    head = world.app.state.ingest.chronology("fairs").head
    headers = {"Idempotency-Key": "once", "If-Match": f'"{head}"'}
    first = await world.client.request(command[0], path, headers=headers, **body(0))
    assert first.status_code in (200, 201), first.text
    after = world.app.state.ingest.chronology("fairs").head
    assert after > head
    again = await world.client.request(command[0], path, headers=headers, **body(0))
    assert again.status_code == 200, again.text
    before, now = first.json(), again.json()
    if prepare is rereadings:
        before, now = before["receipt"], now["receipt"]
        assert before["proposed"]
        assert now == {**before, "status": "unchanged"}
    assert now["status"] == "unchanged"
    assert now["revision"] == before["revision"]
    if prepare.__name__ not in ANSWERED_ALIKE:
        other = await world.client.request(command[0], path, headers={"Idempotency-Key": "once"}, **body(1))
        assert (other.status_code, "new key" in other.json()["detail"]) == (409, True)
    assert world.app.state.ingest.chronology("fairs").head == after
