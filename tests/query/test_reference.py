"""The API's reference page: every operation, and nothing from other hosts."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.servers import free_port, serving


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("reference")
    with serving(["serve", "--data", str(folder)], {}, folder / "serve.log", free_port()) as url, httpx.Client(base_url=url) as client:
        yield client


def test_every_operation_is_described(client: httpx.Client) -> None:
    page = client.get("/docs").text
    described = client.get("/openapi.json").json()["paths"]
    assert len(described) > 15
    for path, item in described.items():
        for method in item:
            assert re.search(rf"<code class=\"method\">{method.upper()}</code> <code>{re.escape(path)}</code>", page), (method, path)


def test_nothing_comes_from_other_hosts(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/redoc").status_code == 404


def test_head_answers_as_get_without_a_body(client: httpx.Client) -> None:
    for path in ("/", "/docs", "/v1/chronologies", "/static/salname.css"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
