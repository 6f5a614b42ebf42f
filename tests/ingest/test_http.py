"""Ingest over HTTP, on the embedded app: receipts, repetition, problem details, and who may do what."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.embedded import create_app
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.tokens import new_secret
from tests.support.texts import FAIR_EN

TICKET = "a-ticket-for-the-admin"


@pytest.fixture(params=["sqlite", "postgresql"])
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FastAPI]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    app = create_app(Settings(data=tmp_path, database_url=url, max_document_bytes=100_000), TICKET)
    async with app.router.lifespan_context(app):
        yield app


def token(app: FastAPI, name: str, role: Role) -> str:
    secret = new_secret()
    app.state.tokens.create(app.state.new_id(), name, role, app.state.new_id.now(), secret)
    return secret


def client_of(app: FastAPI, secret: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1:8000", headers=headers
    )


@pytest.fixture
async def admin(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, token(app, "Aygün", Role.admin)) as client:
        created = await client.post("/v1/chronologies", json={"slug": "fairs", "title": "Fairs"})
        assert created.status_code == 201
        yield client


async def test_a_document_is_captured_once_however_it_is_sent(admin: httpx.AsyncClient) -> None:
    url = "/v1/chronologies/fairs/documents"
    first = await admin.post(url, files={"file": ("fair.txt", FAIR_EN.encode(), "text/plain")}, data={"title": "The fair"})
    assert first.status_code == 201
    assert first.headers["location"] == f"{url}/{first.json()['id']}"
    again = await admin.post(url, json={"text": FAIR_EN, "source": {"title": "The fair"}})
    assert again.status_code == 200
    assert again.json() == {**first.json(), "status": "unchanged"}
    assert (await admin.get(first.headers["location"])).status_code in (200, 404), "the projection may be on its way"


async def test_no_way_leads_past_the_names_of_the_server(admin: httpx.AsyncClient) -> None:
    """A page of another site whose name was made to point here reaches nothing, single claims included."""
    for address in ("/v1/chronologies/fairs/claims", "/v1/chronologies"):
        answer = await admin.post(address, json={}, headers={"host": "evil.example"})
        assert (answer.status_code, "answers to" in answer.json()["detail"]) == (400, True)


async def test_problems_say_what_to_do(admin: httpx.AsyncClient) -> None:
    cases = [
        (await admin.post("/v1/chronologies/nowhere/documents", json={"text": "x"}), 404, "POST /v1/chronologies"),
        (await admin.post("/v1/chronologies", json={"slug": "Fairs!", "title": "x"}), 422, "slug"),
        (await admin.post("/v1/chronologies", json={"slug": "fairs", "title": "x"}), 409, "already a chronology"),
        (await admin.post("/v1/chronologies/fairs/documents", json={"text": ""}), 422, "empty"),
        (await admin.post("/v1/chronologies/fairs/documents", json={}), 422, "either text, or content"),
        (await admin.post("/v1/chronologies/fairs/documents", json={"text": "x", "source": {"published": "soon"}}), 422, "EDTF"),
        (await admin.post("/v1/chronologies/fairs/documents", content=b"x"), 415, "multipart/form-data"),
        (await admin.post("/v1/chronologies/fairs/documents", data={"title": "x"}, files={"other": b"x"}), 422, "no file"),
        (await admin.post("/v1/chronologies/fairs/documents", content=b"{", headers={"content-type": "application/json"}), 422, "JSON"),
        (await admin.post("/v1/chronologies/fairs/documents", json={"text": "x" * 200_000}), 413, "SALNAME_MAX_DOCUMENT_BYTES"),
        (await admin.post("/v1/chronologies/fairs/documents", json={"text": "x"}, headers={"If-Match": "now"}), 422, "If-Match"),
        (await admin.post("/v1/chronologies/fairs/documents", json={"text": "A fair."}, headers={"If-Match": '"99"'}), 412, "at 1"),
        (await admin.get("/v1/nothing"), 404, "there is nothing at this address"),
        (await admin.put("/v1/chronologies"), 405, "PUT is none of what can be done here; that is GET, POST"),
    ]
    for answer, status, says in cases:
        assert (answer.status_code, says in answer.text) == (status, True), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance"} <= set(answer.json())


async def test_a_body_that_grows_over_the_limit_is_cut_off(admin: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 10_000

    answer = await admin.post("/v1/chronologies/fairs/documents", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_an_idempotency_key_belongs_to_one_request(admin: httpx.AsyncClient) -> None:
    url, key = "/v1/chronologies/fairs/documents", {"Idempotency-Key": "one"}
    first = await admin.post(url, json={"text": FAIR_EN}, headers=key)
    assert (first.status_code, (await admin.post(url, json={"text": FAIR_EN}, headers=key)).json()["status"]) == (201, "unchanged")
    other = await admin.post(url, json={"text": "Another text of 1999."}, headers=key)
    assert (other.status_code, "another body" in other.text) == (409, True)


async def test_a_stream_of_claims_is_recorded_and_can_be_sent_again(admin: httpx.AsyncClient) -> None:
    document = (await admin.post("/v1/chronologies/fairs/documents", json={"text": FAIR_EN})).json()["id"]
    lines = [
        json.dumps({"document_id": document, "quote": quote}) for quote in ("212 guests", "14 countries", "nowhere", "Seed Bank", "Ganja")
    ]

    async def body() -> AsyncIterator[bytes]:
        for byte in ("\n\n" + "\r\n".join(lines)).encode():
            yield bytes([byte])

    headers = {"content-type": "application/x-ndjson", "Idempotency-Key": "stream"}
    first = await admin.post("/v1/chronologies/fairs/claims", content=body(), headers=headers)
    assert first.status_code == 201, first.text
    assert len(first.json()["recorded"]) == 4
    assert [refused["line"] for refused in first.json()["refused"]] == [5], "empty lines count"
    again = await admin.post("/v1/chronologies/fairs/claims", content=body(), headers=headers)
    assert (again.status_code, again.json()) == (200, {**first.json(), "status": "unchanged"})


async def test_a_single_claim_that_is_not_right_is_an_error(admin: httpx.AsyncClient) -> None:
    document = (await admin.post("/v1/chronologies/fairs/documents", json={"text": FAIR_EN})).json()["id"]
    wrong = await admin.post("/v1/chronologies/fairs/claims", json={"document_id": document, "quote": "213 guests"})
    assert (wrong.status_code, "does not stand in the document" in wrong.text) == (422, True)
    right = await admin.post("/v1/chronologies/fairs/claims", json={"document_id": document, "quote": "212 guests"})
    assert right.status_code == 201
    assert right.json() == {
        "status": "recorded",
        "revision": right.json()["revision"],
        "lines": 1,
        "claims": 1,
        "refusals": 0,
        "recorded": right.json()["recorded"],
        "refused": [],
        "shortened": False,
    }
    assert right.headers["etag"] == f'"{right.json()["revision"]}"'


async def test_a_single_claim_is_answered_the_same_however_it_is_sent(app: FastAPI, admin: httpx.AsyncClient) -> None:
    """In chunks it goes the usual way, past the routes; with its length announced it goes a shorter one."""
    url = "/v1/chronologies/fairs/claims"
    document = (await admin.post("/v1/chronologies/fairs/documents", json={"text": FAIR_EN})).json()["id"]
    good = {"document_id": document, "quote": "212 guests"}
    sent: list[tuple[str, object, dict[str, str]]] = [
        (url, good, {"Idempotency-Key": "one"}),
        (url, good, {"Idempotency-Key": "one"}),
        (url, {**good, "quote": "14 countries"}, {"Idempotency-Key": "one"}),
        (url, good, {"Idempotency-Key": "x" * 201}),
        (url, good, {"If-Match": '"1"'}),
        (url, good, {"If-Match": "one"}),
        (url, good, {"Authorization": "Bearer nobody"}),
        (url, good, {"Authorization": ""}),
        (url, good, {"Authorization": f"Bearer {token(app, 'Rəna', Role.reader)}"}),
        (url, {**good, "document_id": "none"}, {}),
        (url, [good], {}),
        ("/v1/chronologies/nowhere/claims", good, {}),
    ]
    for address, body, headers in sent:
        content = json.dumps(body).encode()

        async def chunks(content: bytes = content) -> AsyncIterator[bytes]:
            yield content[:10]
            yield content[10:]

        usual = await admin.post(address, content=chunks(), headers={"content-type": "application/json", **headers})
        short = await admin.post(address, content=content, headers={"content-type": "application/json", **headers})
        if usual.status_code == 201:  # the first to come; what comes again is no creation
            assert (short.status_code, short.json()) == (200, {**usual.json(), "status": "unchanged"})
        else:
            assert (short.status_code, short.json()) == (usual.status_code, usual.json())
        assert {**short.headers, "content-length": ""} == {**usual.headers, "content-length": ""}


async def test_single_claims_of_one_moment_each_get_their_own_answer(admin: httpx.AsyncClient) -> None:
    url = "/v1/chronologies/fairs/claims"
    document = (await admin.post("/v1/chronologies/fairs/documents", json={"text": FAIR_EN})).json()["id"]
    good = {"document_id": document, "quote": "212 guests"}

    async def send(number: int) -> httpx.Response:
        if number % 4 == 1:
            return await admin.post(url, json={**good, "quote": "nowhere"})
        if number % 4 == 2:
            return await admin.post("/v1/chronologies/nowhere/claims", json=good)
        if number % 4 == 3:
            return await admin.post(url, json=good, headers={"If-Match": '"1"'})
        return await admin.post(url, json=good, headers={"Idempotency-Key": f"{number % 8}"})

    answers = await asyncio.gather(*(send(number) for number in range(64)))
    assert [answer.status_code for answer in answers[1::4]] == [422] * 16
    assert [answer.status_code for answer in answers[2::4]] == [404] * 16
    assert [answer.status_code for answer in answers[3::4]] == [412] * 16
    recorded = answers[0::4]
    assert sorted(answer.status_code for answer in recorded) == [200] * 14 + [201] * 2, "two keys, two claims"
    assert len({answer.json()["recorded"][0] for answer in recorded}) == 2


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.reader, set()),
        (Role.contributor, {"documents"}),
        (Role.editor, {"documents", "chronologies"}),
        (Role.admin, {"documents", "chronologies", "tokens"}),
    ],
)
async def test_roles(app: FastAPI, admin: httpx.AsyncClient, role: Role, allowed: set[str]) -> None:
    async with client_of(app, token(app, "somebody", role)) as client:
        answers = {
            "documents": await client.post("/v1/chronologies/fairs/documents", json={"text": "A fair in 1998."}),
            "chronologies": await client.post("/v1/chronologies", json={"slug": "other", "title": "Other"}),
            "tokens": await client.get("/v1/tokens"),
        }
    assert {name for name, answer in answers.items() if answer.is_success} == allowed
    assert {answer.status_code for name, answer in answers.items() if name not in allowed} <= {403}


async def test_tokens_are_given_and_revoked_and_never_shown_again(app: FastAPI, admin: httpx.AsyncClient) -> None:
    given = (await admin.post("/v1/tokens", json={"name": "Leyla", "role": "editor"})).json()
    async with client_of(app, given["secret"]) as leyla:
        assert (await leyla.post("/v1/chronologies", json={"slug": "l", "title": "L"})).status_code == 201
        revoked = await admin.delete(f"/v1/tokens/{given['token']['id']}")
        assert (revoked.status_code, "content-type" in revoked.headers) == (204, False)
        refused = await leyla.post("/v1/chronologies", json={"slug": "m", "title": "M"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    listed = (await admin.get("/v1/tokens")).text
    assert "Leyla" in listed
    assert given["secret"] not in listed
    assert (await admin.post("/v1/tokens", json={"name": "x", "role": "king"})).status_code == 422


async def test_the_admin_link_works_once_and_its_session_only_from_our_own_pages(app: FastAPI, admin: httpx.AsyncClient) -> None:
    async with client_of(app) as browser:
        assert (await browser.post("/login", data={"ticket": "wrong"})).status_code == 401
        assert (await browser.head("/login", params={"ticket": TICKET})).status_code == 200
        asked = await browser.get("/login", params={"ticket": TICKET})
        assert f'value="{TICKET}"' in asked.text
        opened = await browser.post("/login", data={"ticket": TICKET})
        assert opened.status_code == 303
        cookie = opened.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        body = {"slug": "mine", "title": "Mine"}
        assert (await browser.post("/v1/chronologies", json=body)).status_code == 403
        assert (await browser.post("/v1/chronologies", json=body, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
        assert (await browser.post("/v1/chronologies", json=body, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 201
    async with client_of(app) as second:
        assert (await second.post("/login", data={"ticket": TICKET})).status_code == 401


async def test_health(app: FastAPI) -> None:
    async with client_of(app) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json()["checks"] == {
            "database": "ok",
            "projection": "ok",
            "checkpoints": "ok",
            "rounds": "ok",
            "announcing": "ok",
        }
