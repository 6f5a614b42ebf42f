"""Archives and messages over HTTP: each document in them is captured by itself, and told of."""

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.embedded import create_app
from shared.settings import Settings

TOKEN = "a-token-that-tests-know"
FAIR = "The Salt Fair was held in Nakhchivan on 3 May 1911. 40 traders came.\n"
BRIDGE = "The bridge over the Kura was opened on 12 June 1913.\n"
LETTER = b"""From: Leyla <leyla@example.org>
To: team@example.org
Subject: The fair of 1911
Date: Mon, 5 Feb 2001 10:00:00 +0400
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain; charset=utf-8

The Salt Fair was held in Nakhchivan on 4 May 1911.

--x
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="bridge.txt"

The bridge over the Kura was opened on 12 June 1913.

--x--
"""


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings.model_validate({"data": tmp_path, "bootstrap_token": TOKEN}))
    with TestClient(app, base_url="http://127.0.0.1:8000", headers={"Authorization": f"Bearer {TOKEN}"}) as made:
        assert made.post("/v1/chronologies", json={"slug": "salt", "title": "Salt"}).status_code == 201
        yield made


def shown(client: TestClient, path: str, revision: int) -> dict[str, Any]:
    """What is shown once the projection has come so far."""
    until = time.monotonic() + 20
    while client.get("/v1/chronologies/salt").json()["revision"] < revision:
        assert time.monotonic() < until, "the projection does not get there"
    found: dict[str, Any] = client.get(path).json()
    return found


def post(client: TestClient, name: str, data: bytes, key: str | None = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post("/v1/chronologies/salt/documents", files={"file": (name, data)}, headers=headers)
    return {"status_code": answer.status_code, **answer.json()}


def test_an_archive_with_a_bad_member(client: TestClient) -> None:
    data = zipped({"fair.txt": FAIR.encode(), "old/bridge.md": BRIDGE.encode(), "broken.pdf": b"%PDF-1.7 nothing", "logo.png": b"\x89PNG"})
    found = post(client, "letters.zip", data, key="k1")
    assert found["status_code"] == 201
    documents = {one["name"]: one for one in found["documents"]}
    assert set(documents) == {"letters.zip/fair.txt", "letters.zip/old/bridge.md", "letters.zip/broken.pdf", "letters.zip/logo.png"}
    assert documents["letters.zip/fair.txt"]["receipt"]["claims"] == 2
    assert "PDF" in documents["letters.zip/broken.pdf"]["failed"]
    assert documents["letters.zip/logo.png"]["passed_over"]
    again = post(client, "letters.zip", data, key="k1")
    assert again["status_code"] == 200
    assert again["revision"] == found["revision"]


def test_a_message_with_an_attachment(client: TestClient) -> None:
    found = post(client, "letter.eml", LETTER)
    assert [one["name"] for one in found["documents"]] == ["letter.eml", "letter.eml/bridge.txt"]
    listed = shown(client, "/v1/chronologies/salt/documents", found["revision"])["documents"]
    assert {document["source"]["title"] for document in listed if document["filename"] == "letter.eml"} == {"The fair of 1911"}


def test_an_archive_without_a_document_is_refused_with_the_reasons(client: TestClient) -> None:
    found = post(client, "a.zip", zipped({"broken.pdf": b"%PDF-1.7 nothing"}))
    assert found["status_code"] == 422
    assert "broken.pdf" in str(found["detail"])
    assert client.get("/v1/chronologies/salt").json()["documents"] == 0


def test_a_document_is_read_page_by_page(client: TestClient, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    file = tmp_path / "pages.pdf"
    canvas = Canvas(str(file))
    for line in (FAIR, BRIDGE):
        canvas.drawString(72, 720, line.strip())
        canvas.showPage()
    canvas.save()
    found = post(client, "pages.pdf", file.read_bytes())
    assert found["claims"] == 3
    document = shown(client, f"/v1/chronologies/salt/documents/{found['id']}", found["revision"])
    assert document["pages"] == 2
    assert {(claim["page"], "bridge" in claim["quote"]) for claim in document["citations"]} == {(1, False), (2, True)}
