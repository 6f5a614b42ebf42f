"""Re-extraction over HTTP: what was reviewed is what is applied."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.embedded import create_app
from services.ingest.plugins import load_extractor
from shared.domain.roles import Role
from shared.settings import Settings
from shared.store.tokens import new_secret
from tests.ingest.llm.model_server import MODEL, model, refusal
from tests.ingest.reextraction.rereading import capture_old
from tests.support.running import ADMIN


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    app = create_app(Settings(data=tmp_path))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def document_id(app: FastAPI) -> str:
    service = app.state.ingest
    return capture_old(service, service.ensure_chronology("test", ADMIN).id)


def client_of(app: FastAPI, role: Role) -> httpx.AsyncClient:
    secret = new_secret()
    app.state.tokens.create(app.state.new_id(), f"a {role.name}", role, app.state.new_id.now(), secret)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000", headers={"Authorization": f"Bearer {secret}"}
    )


async def test_a_difference_is_seen_first_and_then_applied_by_its_digest(app: FastAPI, document_id: str) -> None:
    url = f"/v1/chronologies/test/documents/{document_id}/reextraction"
    async with client_of(app, Role.editor) as editor:
        seen = await editor.post(url, json={"extractor": "rules"})
        assert seen.status_code == 200
        difference = seen.json()["difference"]
        assert (len(difference["new"]), len(difference["changed"]), len(difference["missing"])) == (2, 1, 1)
        assert seen.json()["receipt"] is None

        unseen = await editor.post(url, params={"apply": "true"}, json={"extractor": "rules"})
        assert (unseen.status_code, "digest" in unseen.json()["detail"]) == (422, True)
        other = await editor.post(url, params={"apply": "true"}, json={"digest": "0" * 64})
        assert other.status_code == 412

        done = await editor.post(url, params={"apply": "true"}, json={"digest": difference["digest"]})
        assert done.status_code == 201
        receipt = done.json()["receipt"]
        assert (receipt["claims"], len(receipt["recorded"]), len(receipt["proposed"])) == (3, 3, 2)
        assert done.headers["etag"] == f'"{receipt["revision"]}"'

        after = await editor.post(url, json={})
        assert [after.json()["difference"][part] for part in ("new", "changed", "missing")] == [[], [], []]


async def test_who_may_look_and_who_may_apply(app: FastAPI, document_id: str) -> None:
    url = f"/v1/chronologies/test/documents/{document_id}/reextraction"
    async with client_of(app, Role.reader) as reader:
        assert (await reader.post(url, json={})).status_code == 403
    async with client_of(app, Role.contributor) as contributor:
        digest = (await contributor.post(url, json={})).json()["difference"]["digest"]
        assert (await contributor.post(url, params={"apply": "true"}, json={"digest": digest})).status_code == 403


async def test_what_there_is_not(app: FastAPI, document_id: str) -> None:
    async with client_of(app, Role.editor) as editor:
        base = "/v1/chronologies/test/documents"
        assert (await editor.post(f"{base}/nothing/reextraction", json={})).status_code == 404
        unknown = await editor.post(f"{base}/{document_id}/reextraction", json={"extractor": "oracle"})
        assert (unknown.status_code, "oracle" in unknown.json()["detail"]) == (422, True)


async def test_a_model_that_fails_is_told_as_trouble_that_may_pass(app: FastAPI, document_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load_extractor.cache_clear()
    with model(refusal(401, "no such key")) as server:
        monkeypatch.setenv("SALNAME_LLM_BASE_URL", server.base_url)
        monkeypatch.setenv("SALNAME_LLM_MODEL", MODEL)
        async with client_of(app, Role.editor) as editor:
            failed = await editor.post(f"/v1/chronologies/test/documents/{document_id}/reextraction", json={"extractor": "llm"})
    load_extractor.cache_clear()
    assert failed.status_code == 503
    assert "no such key" in failed.json()["detail"]
