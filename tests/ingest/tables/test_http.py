"""Tables over HTTP."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.embedded import create_app
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.tokens import new_secret

URL = "/v1/chronologies/fairs/tables"
FAIRS = (
    "Datum;Ereignis;Stände\n04.05.1998;Die Saatmesse wurde eröffnet;120\n09/11/2001;Zweideutig;\n1999;Sie fand wieder statt;130\n".encode()
)


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    app = create_app(Settings(data=tmp_path, max_document_bytes=100_000), "a-ticket-for-the-admin")
    async with app.router.lifespan_context(app):
        clients = []
        for role in (Role.admin, Role.reader):
            secret = new_secret()
            app.state.tokens.create(app.state.new_id(), role.name, role, app.state.new_id.now(), secret)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            headers = {"Authorization": f"Bearer {secret}"}
            clients.append(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers))
        async with clients[0] as admin, clients[1] as reader:
            assert (await admin.post("/v1/chronologies", json={"slug": "fairs", "title": "Fairs"})).status_code == 201
            yield admin, reader


Clients = tuple[httpx.AsyncClient, httpx.AsyncClient]


async def test_a_dry_run_shows_how_a_table_would_be_read_and_records_nothing(clients: Clients) -> None:
    admin, _ = clients
    for answer in (
        await admin.post(URL, files={"file": ("fairs.csv", FAIRS)}, params={"dry_run": "true"}),
        await admin.post(URL, files={"file": ("fairs.csv", FAIRS)}, data={"dry_run": "true"}),
    ):
        assert answer.status_code == 200, answer.text
        report = answer.json()
        assert [column["role"] for column in report["sheets"][0]["columns"]] == ["date", "statement", "value"]
        assert [row["date"] for row in report["sample"]] == ["1998-05-04", "1999"]
        assert [(row["row"], row["holds"]) for row in report["bad"]] == [(3, "09/11/2001")]
    assert (await admin.get("/v1/chronologies/fairs")).json()["revision"] == 1


async def test_a_table_is_captured_with_its_mapping_once(clients: Clients) -> None:
    admin, _ = clients
    mapping = {"columns": {"statement": "Ereignis", "note": ["C"]}, "order": "day-first"}
    form = {"mapping": json.dumps(mapping), "title": "Messen", "language": "de"}
    first = await admin.post(URL, files={"file": ("fairs.csv", FAIRS)}, data=form)
    assert first.status_code == 201, first.text
    body = first.json()
    assert (body["status"], body["claims"], body["report"]["bad_rows"]) == ("recorded", 3, 0)
    assert body["report"]["sheets"][0]["columns"][2]["role"] == "note"
    assert first.headers["location"] == f"/v1/chronologies/fairs/documents/{body['id']}"
    again = await admin.post(URL, files={"file": ("fairs.csv", FAIRS)}, data=form)
    assert (again.status_code, again.json()["status"], again.json()["id"]) == (200, "unchanged", body["id"])
    otherwise = await admin.post(URL, files={"file": ("fairs.csv", FAIRS)}, data={**form, "mapping": '{"order": "month-first"}'})
    assert (otherwise.status_code, otherwise.json()["document"]) == (409, body["id"])


async def test_problems_say_what_to_do(clients: Clients) -> None:
    admin, reader = clients
    file = {"file": ("fairs.csv", FAIRS)}
    cases = [
        (await reader.post(URL, files=file), 403, "role"),
        (await admin.post("/v1/chronologies/nowhere/tables", files=file), 404, "no chronology"),
        (await admin.post(URL, json={}), 415, "multipart/form-data"),
        (await admin.post(URL, data={"mapping": "{}"}, files={"other": b"x"}), 422, "no file"),
        (await admin.post(URL, files=file, data={"mapping": "{"}), 422, "mapping"),
        (await admin.post(URL, files=file, data={"mapping": '{"colour": 1}'}), 422, "mapping.colour"),
        (await admin.post(URL, files=file, data={"mapping": '{"columns": {"date": "When"}}'}), 422, "no column 'When'"),
        (await admin.post(URL, files=file, data={"colour": "x"}), 422, "unknown fields: colour"),
        (await admin.post(URL, files=file, data={"dry_run": "perhaps"}), 422, "dry_run"),
        (await admin.post(URL, files=file, data={"published": "soon"}), 422, "EDTF"),
        (await admin.post(URL, files={"file": ("x.csv", b"a,b\n" * 30_000)}), 413, "SALNAME_MAX_DOCUMENT_BYTES"),
        (await admin.post(URL, files={"file": ("x.xlsx", b"PK\x03\x04 cut off")}), 422, "not a whole XLSX"),
        (await admin.post(URL, files={"file": ("x.csv", b"Date,Event\n09/11/2001,A fair\n")}), 422, "none of the 1 rows"),
    ]
    for answer, status, says in cases:
        assert (answer.status_code, says in answer.text) == (status, True), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
