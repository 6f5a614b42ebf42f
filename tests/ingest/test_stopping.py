"""A server that is told to stop while a stream of claims comes in: it stops soon, and says how far the stream got."""

import http.client
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.support.servers import free_port, process, wait_until_ready
from tests.support.texts import FAIR_EN

LIMIT = 30
SECRET = "salname_" + "t" * 40
ADMIN = {"Authorization": f"Bearer {SECRET}"}
CLAIMS = "/v1/chronologies/fairs/claims"


def head(key: str) -> bytes:
    lines = [f"POST {CLAIMS} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {SECRET}", "Content-Type: application/x-ndjson"]
    return "\r\n".join([*lines, f"Idempotency-Key: {key}", "Transfer-Encoding: chunked", "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def answer_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Read one whole answer, and no further: who still sends may find the connection reset behind it."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("part", ["all", "ingest"])
@pytest.mark.parametrize("sends_on", [False, True], ids=["waits", "sends on"])
def test_a_stream_is_told_how_far_it_got_when_the_server_stops(tmp_path: Path, part: str, sends_on: bool) -> None:
    port = free_port()
    environment = {"SALNAME_DATA": str(tmp_path / "data"), "SALNAME_BOOTSTRAP_TOKEN": SECRET, "SALNAME_PORT": str(port)}
    with process(["migrate"], environment, tmp_path / "migrate.log") as migrating:
        assert migrating.wait(60) == 0
    url = f"http://127.0.0.1:{port}"
    with (
        process(["serve", part], environment, tmp_path / "server.log") as server,
        httpx.Client(base_url=url, headers=ADMIN, timeout=LIMIT) as client,
    ):
        wait_until_ready(url, server, tmp_path / "server.log")
        client.post("/v1/chronologies", json={"slug": "fairs", "title": "Fairs"}).raise_for_status()
        document = client.post("/v1/chronologies/fairs/documents", json={"text": FAIR_EN}).raise_for_status().json()["id"]
        claim = {"document_id": document, "quote": "212 guests", "statement": "There were 212 guests."}
        line = json.dumps(claim).encode() + b"\n"
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection:
            connection.sendall(head("broken") + chunk(line * 1_200))
            deadline = time.monotonic() + LIMIT
            while client.get(f"{CLAIMS}/batches/broken").status_code == 404:
                assert time.monotonic() < deadline
            stopped = threading.Event()
            sending = threading.Thread(target=send_on, args=(connection, line, stopped))
            if sends_on:
                sending.start()
            began = time.monotonic()
            os.kill(server.pid, signal.SIGTERM)
            status, problem = answer_of(connection)
            stopped.set()
            assert (status, problem["title"]) == (503, "The server is stopping")
            assert int(str(problem["lines"])) >= 1_000
            assert "send the whole stream again under the same Idempotency-Key" in str(problem["detail"])
            if sends_on:
                sending.join(LIMIT)
        assert server.wait(LIMIT) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 8
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def send_on(connection: socket.socket, line: bytes, stopped: threading.Event) -> None:
    """Send until nobody takes it any more."""
    try:
        while not stopped.is_set():
            connection.sendall(chunk(line))
            time.sleep(0.005)
    except OSError:
        pass
