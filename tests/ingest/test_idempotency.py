"""Keys and preconditions on every command: a repetition is answered as one, a conflict says what to do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.embedded import create_app
from shared.settings import Settings
from tests.ingest.test_http import client_of
from tests.support.texts import FAIR_EN, FAIR_EN_OTHER

SECRET = "a-long-random-bootstrap-token"
DOCUMENTS = "/v1/chronologies/fairs/documents"


@pytest.fixture(params=["sqlite", "postgresql"])
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FastAPI]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    app = create_app(Settings(data=tmp_path, database_url=url, bootstrap_token=SECRET))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, SECRET) as client:
        (await client.post("/v1/chronologies", json={"slug": "fairs", "title": "Fairs"})).raise_for_status()
        yield client


async def test_a_key_opens_one_chronology_however_often_it_comes(admin: httpx.AsyncClient) -> None:
    body, key = {"slug": "mills", "title": "Mills"}, {"Idempotency-Key": "open"}
    answers = await asyncio.gather(*(admin.post("/v1/chronologies", json=body, headers=key) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await admin.post("/v1/chronologies", json={"slug": "fens", "title": "Fens"}, headers=key)
    assert (other.status_code, "new key" in other.text) == (409, True)
    assert (await admin.get("/v1/chronologies/fens")).status_code == 404
    taken = await admin.post("/v1/chronologies", json=body, headers={"Idempotency-Key": "again"})
    assert (taken.status_code, "already a chronology" in taken.text) == (409, True)
    again = await admin.post("/v1/chronologies", json=body, headers={**key, "If-Match": '"7"'})
    assert again.status_code == 200, "what is done is done, whatever revision is asked for"


async def test_what_is_yet_to_be_opened_has_no_revision(admin: httpx.AsyncClient) -> None:
    body = {"slug": "mills", "title": "Mills"}
    refused = await admin.post("/v1/chronologies", json=body, headers={"If-Match": '"7"'})
    assert (refused.status_code, refused.json()["current"]) == (412, 0)
    assert (await admin.post("/v1/chronologies", json=body, headers={"If-Match": '"0"'})).status_code == 201


async def test_a_key_gives_one_token_and_its_secret_once(admin: httpx.AsyncClient) -> None:
    body, key = {"name": "Leyla", "role": "editor"}, {"Idempotency-Key": "leyla"}
    answers = await asyncio.gather(*(admin.post("/v1/tokens", json=body, headers=key) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201]
    assert [answer.json()["secret"] is not None for answer in answers if answer.status_code == 201] == [True]
    assert {(answer.json()["status"], answer.json()["secret"]) for answer in answers if answer.status_code == 200} == {("unchanged", None)}
    assert len({answer.json()["token"]["id"] for answer in answers}) == 1
    other = await admin.post("/v1/tokens", json={**body, "role": "admin"}, headers=key)
    assert other.status_code == 409
    revoked = answers[0].json()["token"]["id"]
    for _ in range(2):
        assert (await admin.delete(f"/v1/tokens/{revoked}")).status_code == 204
    assert (await admin.post("/v1/tokens", json=body, headers=key)).json()["token"]["revoked"] is True
    assert (await admin.post("/v1/tokens", json=body, headers={"If-Match": '"1"'})).status_code == 422


async def test_a_revoked_token_is_refused_at_once(app: FastAPI, admin: httpx.AsyncClient) -> None:
    given = (await admin.post("/v1/tokens", json={"name": "Leyla", "role": "contributor"})).json()
    async with client_of(app, given["secret"]) as leyla:
        for _ in range(2):  # the second time it is known from a moment ago
            assert (await leyla.post(DOCUMENTS, json={"text": FAIR_EN})).is_success
        await admin.delete(f"/v1/tokens/{given['token']['id']}")
        assert (await leyla.post(DOCUMENTS, json={"text": FAIR_EN})).status_code == 401
        assert (await leyla.post("/v1/chronologies/fairs/claims", json={})).status_code == 401


async def test_a_stale_revision_is_refused_with_where_to_look(admin: httpx.AsyncClient) -> None:
    first = (await admin.post(DOCUMENTS, json={"text": FAIR_EN})).json()
    refused = await admin.post(DOCUMENTS, json={"text": FAIR_EN_OTHER}, headers={"If-Match": '"1"'})
    told = refused.json()
    assert (refused.status_code, told["expected"], told["current"]) == (412, 1, first["revision"])
    assert told["changes"] == "/v1/chronologies/fairs/changes?after=1"
    assert told["events"] == "/v1/chronologies/fairs/events?after=1"
    assert told["changes"] in told["detail"]
    assert (await admin.get(told["events"])).json()["events"][0]["position"] == 2
    assert (await admin.get(told["changes"])).status_code == 200


async def test_what_was_captured_is_a_repetition_whatever_revision_is_asked_for(admin: httpx.AsyncClient) -> None:
    first = (await admin.post(DOCUMENTS, json={"text": FAIR_EN})).json()
    for headers in ({"If-Match": '"1"'}, {"If-Match": '"1"', "Idempotency-Key": "k"}, {"Idempotency-Key": "k"}):
        again = await admin.post(DOCUMENTS, json={"text": FAIR_EN}, headers=headers)
        assert (again.status_code, again.json()) == (200, {**first, "status": "unchanged"})


async def test_a_claim_that_was_refused_is_mended_under_its_key(admin: httpx.AsyncClient) -> None:
    document = (await admin.post(DOCUMENTS, json={"text": FAIR_EN})).json()["id"]
    claims, key = "/v1/chronologies/fairs/claims", {"Idempotency-Key": "claim"}
    refused = await admin.post(claims, json={"document_id": document, "quote": "213 guests"}, headers=key)
    assert (refused.status_code, "213" in refused.text) == (422, False)
    mended = {"document_id": document, "quote": "212 guests"}
    first = await admin.post(claims, json=mended, headers=key)
    assert first.status_code == 201
    again = await admin.post(claims, json=mended, headers=key)
    assert (again.status_code, again.json()) == (200, {**first.json(), "status": "unchanged"})
    assert (await admin.post(claims, json={**mended, "quote": "14 countries"}, headers=key)).status_code == 409


async def test_a_document_is_erased_over_http(app: FastAPI, admin: httpx.AsyncClient) -> None:
    captured = (await admin.post(DOCUMENTS, json={"text": FAIR_EN})).json()
    address = f"{DOCUMENTS}/{captured['id']}"
    given = (await admin.post("/v1/tokens", json={"name": "Rəna", "role": "reviewer"})).json()
    async with client_of(app, given["secret"]) as reviewer:
        assert (await reviewer.delete(address, params={"reason": "Why."})).status_code == 403
    assert (await admin.delete(address)).status_code == 422
    stale = await admin.delete(address, params={"reason": "Why."}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    erased = await admin.request("DELETE", address, json={"reason": "A court said so."}, headers={"Idempotency-Key": "erase"})
    assert (erased.status_code, erased.json()["status"], erased.json()["claims"]) == (200, "erased", captured["claims"])
    again = await admin.delete(address, params={"reason": "Once more."})
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    back = await admin.post(DOCUMENTS, json={"text": FAIR_EN})
    assert (back.status_code, back.json()["document"]) == (410, captured["id"])
    assert (await admin.delete(f"{DOCUMENTS}/nothing", params={"reason": "Why."})).status_code == 404
