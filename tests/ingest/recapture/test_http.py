"""Capturing addresses over HTTP, on the embedded app."""

import gzip
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from warcio.archiveiterator import ArchiveIterator

from services.embedded import create_app
from services.ingest.recapturing.wiring import install_fetching
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.tokens import new_secret
from tests.ingest.feeds.test_following import feed
from tests.ingest.fetching.serving import Site, answer, serving
from tests.ingest.recapture.pages import BRIDGE, page

HERE = "/v1/chronologies/bridges"


@pytest.fixture
def site() -> AsyncIterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
async def app(tmp_path: Path, site: Site) -> AsyncIterator[FastAPI]:
    settings = Settings(data=tmp_path, fetch_allow_private=frozenset({site.place}), fetch_seconds=10)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        database = app.state.query.database
        install_fetching(app, database, settings)  # without its thread: nothing happens here by itself
        yield app


def client_of(app: FastAPI, role: Role) -> httpx.AsyncClient:
    secret = new_secret()
    app.state.tokens.create(app.state.new_id(), role.name, role, app.state.new_id.now(), secret)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", headers={"Authorization": f"Bearer {secret}"}, timeout=60
    )


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Role.admin) as client:
        assert (await client.post("/v1/chronologies", json={"slug": "bridges", "title": "Bridges"})).status_code == 201
        yield client


async def shown(client: httpx.AsyncClient, path: str, revision: int) -> httpx.Response:
    """What the read model answers once it has got to a revision."""
    for _ in range(2_000):
        found = await client.get(path)
        if found.status_code == 200 and found.json().get("revision", revision) >= revision:
            return found
    raise AssertionError(f"{path} does not show revision {revision}")


async def test_an_address_becomes_a_document_whose_response_can_be_had(admin: httpx.AsyncClient, site: Site) -> None:
    site.pages["/b"] = page(*BRIDGE)
    made = await admin.post(f"{HERE}/captures", json={"url": f"{site.url}/b", "source": {"publisher": "Alder Gazette (example)"}})
    assert made.status_code == 201
    receipt = made.json()
    assert made.headers["location"] == f"{HERE}/documents/{receipt['id']}"
    assert (receipt["status"], receipt["url"], receipt["comparison"]) == ("recorded", f"{site.url}/b", None)
    document = (await shown(admin, made.headers["location"], receipt["revision"])).json()
    assert document["retrieved"]["final_url"] == f"{site.url}/b"
    assert document["source"]["publisher"] == "Alder Gazette (example)"
    warc = await admin.get(f"{made.headers['location']}/warc")
    assert warc.status_code == 200
    assert warc.headers["content-type"] == "application/gzip"
    assert warc.headers["content-disposition"] == f'attachment; filename="{receipt["id"]}.warc.gz"'
    assert "sandbox" in warc.headers["content-security-policy"]
    assert gzip.decompress(warc.content).startswith(b"WARC/1.1\r\n")
    kinds = [record.rec_type for record in ArchiveIterator(BytesIO(warc.content), check_digests="raise")]
    assert kinds == ["warcinfo", "response", "request"]
    again = await admin.get(f"{made.headers['location']}/warc", headers={"If-None-Match": warc.headers["etag"]})
    assert again.status_code == 304


async def test_documents_that_were_not_fetched_have_no_response(admin: httpx.AsyncClient) -> None:
    made = await admin.post(f"{HERE}/documents", json={"text": "On 4 May 1998 the bridge was opened."})
    await shown(admin, made.headers["location"], made.json()["revision"])
    found = await admin.get(f"{made.headers['location']}/warc")
    assert (found.status_code, "no response was kept" in found.text) == (404, True)
    assert (await admin.get(f"{HERE}/documents/none/warc")).status_code == 404


async def test_the_response_goes_when_its_document_is_erased(admin: httpx.AsyncClient, site: Site) -> None:
    site.pages["/b"] = page(*BRIDGE)
    made = await admin.post(f"{HERE}/captures", json={"url": f"{site.url}/b"})
    await shown(admin, made.headers["location"], made.json()["revision"])
    erased = await admin.request("DELETE", made.headers["location"], json={"reason": "asked by a person"})
    assert erased.status_code == 200
    await shown(admin, HERE, erased.json()["revision"])
    assert (await admin.get(f"{made.headers['location']}/warc")).status_code == 410
    source = made.json()["source_id"]
    assert (await admin.post(f"{HERE}/sources/{source}/captures")).status_code == 410


async def test_a_source_is_captured_again_and_its_history_shown(admin: httpx.AsyncClient, site: Site) -> None:
    site.pages["/b"] = page(*BRIDGE)
    first = (await admin.post(f"{HERE}/captures", json={"url": f"{site.url}/b"})).json()
    source = f"{HERE}/sources/{first['source_id']}"
    same = await admin.post(f"{source}/captures")
    assert (same.status_code, same.json()["status"]) == (200, "unchanged")
    site.pages["/b"] = page(*BRIDGE[:2], BRIDGE[2].replace("45", "48"))
    second = (await admin.post(f"{source}/captures", json={"extractor": "rules"})).json()
    assert second["comparison"]["previous"] == first["id"]
    assert any("45 families" in pair["earlier"]["quote"] for pair in second["comparison"]["changed"])
    await shown(admin, f"{HERE}/documents/{second['id']}", second["revision"])
    every = await admin.put(f"{source}/schedule", json={"every": "1d"})
    assert every.status_code == 201
    await shown(admin, HERE, every.json()["revision"])
    history = (await admin.get(f"{source}/captures")).json()
    assert [each["document_id"] for each in history["captures"]] == [first["id"], second["id"]]
    assert (history["every"], history["attempt"]) == (86_400, None)
    listed = (await admin.get(f"{HERE}/sources")).json()["sources"]
    assert [each["every"] for each in listed] == [86_400]
    assert (await admin.put(f"{source}/schedule", json={"every": None})).status_code == 201


async def test_a_feed_is_followed_and_listed_and_left(admin: httpx.AsyncClient, site: Site) -> None:
    made = await admin.post(f"{HERE}/feeds", json={"url": f"{site.url}/feed", "every": "2h", "limit": 7})
    assert made.status_code == 201
    assert (await admin.post(f"{HERE}/feeds", json={"url": f"{site.url}/feed", "every": 7200, "limit": 7})).status_code == 200
    (listed,) = (await admin.get(f"{HERE}/feeds")).json()["feeds"]
    assert listed == {
        "feed_id": made.json()["id"],
        "url": f"{site.url}/feed",
        "every": 7200,
        "extractor": "rules",
        "limit": 7,
        "attempt": None,
    }
    assert (await admin.delete(f"{HERE}/feeds/{made.json()['id']}")).status_code == 200
    assert (await admin.get(f"{HERE}/feeds")).json() == {"feeds": []}
    assert (await admin.delete(f"{HERE}/feeds/none")).status_code == 404


async def test_how_it_goes_is_told(app: FastAPI, admin: httpx.AsyncClient, site: Site) -> None:
    site.pages |= {"/feed": feed("/0"), "/0": answer("", "404 Not Found")}
    app.state.rounds.step()
    await admin.post(f"{HERE}/feeds", json={"url": f"{site.url}/feed"})
    app.state.rounds.step()
    (listed,) = (await admin.get(f"{HERE}/feeds")).json()["feeds"]
    assert listed["attempt"]["failures"] == 0
    assert "0 captured, 1 failed" in listed["attempt"]["outcome"]


async def test_problems_say_what_to_do(admin: httpx.AsyncClient, site: Site) -> None:
    site.pages |= {"/gone": answer("", "410 Gone"), "/picture": answer(b"x", content_type="image/png"), "/empty": answer("<html></html>")}
    cases = [
        ({"url": "http://127.0.0.1:81/"}, 422, "not public"),
        ({"url": "ftp://example.org/"}, 422, "http:// or https://"),
        ({"url": "http://user@example.org/"}, 422, "credentials"),
        ({"url": f"{site.url}/gone"}, 422, "no page at this address"),
        ({"url": f"{site.url}/picture"}, 422, "no text to cite"),
        ({"url": f"{site.url}/empty"}, 422, "save the text it shows"),
        ({"url": f"{site.url}/b", "source": {"url": "http://elsewhere.example/"}}, 422, "leave source.url out"),
        ({"url": ""}, 422, "url"),
        ({"url": f"{site.url}/b", "extractor": "none"}, 422, "extractor"),
        ({}, 422, "url"),
    ]
    site.pages["/b"] = page(*BRIDGE)
    for body, status, says in cases:
        found = await admin.post(f"{HERE}/captures", json=body)
        assert (found.status_code, says in found.text) == (status, True), found.text
        assert found.headers["content-type"] == "application/problem+json"
    assert (await admin.get(HERE)).json()["log_head"] == 1
    assert (await admin.post("/v1/chronologies/nowhere/captures", json={"url": f"{site.url}/b"})).status_code == 404
    assert (await admin.post(f"{HERE}/sources/none/captures")).status_code == 404
    assert (await admin.get(f"{HERE}/sources/none/captures")).status_code == 404
    for every in ("soon", 59, "1y"):
        assert (await admin.put(f"{HERE}/sources/none/schedule", json={"every": every})).status_code == 422
        assert (await admin.post(f"{HERE}/feeds", json={"url": f"{site.url}/feed", "every": every})).status_code == 422


async def test_readers_capture_nothing(app: FastAPI, admin: httpx.AsyncClient, site: Site) -> None:
    async with client_of(app, Role.reader) as reader:
        asked = [
            await reader.post(f"{HERE}/captures", json={"url": f"{site.url}/b"}),
            await reader.post(f"{HERE}/sources/none/captures"),
            await reader.get(f"{HERE}/sources/none/captures"),
            await reader.put(f"{HERE}/sources/none/schedule", json={"every": 60}),
            await reader.post(f"{HERE}/feeds", json={"url": f"{site.url}/feed"}),
            await reader.get(f"{HERE}/feeds"),
            await reader.delete(f"{HERE}/feeds/none"),
        ]
    assert {each.status_code for each in asked} == {403}
    assert site.requests == []
