"""Streams of claims over HTTP, on a real server: told about while they come in, broken off, too long, and sent again."""

import gzip
import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from services.ingest.progress import Pace
from tests.support.servers import free_port, serving
from tests.support.texts import FAIR_EN

ADMIN = {"Authorization": "Bearer a-long-random-bootstrap-token"}
NDJSON = {**ADMIN, "content-type": "application/x-ndjson"}
CLAIMS = "/v1/chronologies/fairs/claims"
LIMIT = 30.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The ingest service as a process of its own, with a chronology."""
    folder = tmp_path_factory.mktemp("ingest")
    settings = {"SALNAME_DATA": str(folder / "data"), "SALNAME_BOOTSTRAP_TOKEN": ADMIN["Authorization"].removeprefix("Bearer ")}
    if request.param == "postgresql":
        settings["SALNAME_DATABASE_URL"] = request.getfixturevalue("postgres_server")
    with serving(["serve"], settings, folder / "server.log", free_port()) as url, httpx.Client(base_url=url, timeout=LIMIT) as client:
        client.post("/v1/chronologies", headers=ADMIN, json={"slug": "fairs", "title": "Fairs"}).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> str:
    found: str = client.post("/v1/chronologies/fairs/documents", headers=ADMIN, json={"text": FAIR_EN}).raise_for_status().json()["id"]
    return found


def lines(document: str, count: int) -> list[bytes]:
    claim = {"document_id": document, "quote": "212 guests", "start": FAIR_EN.index("212"), "end": FAIR_EN.index("212") + 10}
    return [json.dumps({**claim, "statement": f"Claim {at}."}).encode() + b"\n" for at in range(count)]


def state(client: httpx.Client, key: str) -> httpx.Response:
    return client.get(f"{CLAIMS}/batches/{key}", headers=ADMIN)


def break_off(client: httpx.Client, key: str, sent: bytes) -> None:
    """Begin to send a stream, and close the connection before its end."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=LIMIT) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in {**NDJSON, "Idempotency-Key": key, "Host": "127.0.0.1"}.items())
        connection.sendall(f"POST {CLAIMS} HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n{len(sent):x}\r\n".encode() + sent + b"\r\n")
        deadline = time.monotonic() + LIMIT
        while state(client, key).status_code == 404 and time.monotonic() < deadline:
            pass  # what was sent is being recorded while the connection is open


def test_a_stream_that_broke_off_is_sent_again_whole(client: httpx.Client, document: str) -> None:
    stream = lines(document, 2_500)
    break_off(client, "broken/off", b"".join(stream[:1_200]))
    reached = state(client, "broken/off").json()
    assert (reached["lines"], reached["claims"], reached["complete"]) == (1_000, 1_000, False)
    whole = client.post(CLAIMS, headers={**NDJSON, "Idempotency-Key": "broken/off"}, content=b"".join(stream))
    told = whole.json()
    assert (whole.status_code, told["lines"], told["claims"], told["refusals"]) == (201, 2_500, 2_500, 0)
    assert (len(told["recorded"]), told["shortened"]) == (1_000, True)
    reached = state(client, "broken/off").json()
    assert reached == {"lines": 2_500, "claims": 2_500, "refusals": 0, "revision": told["revision"], "complete": True}
    again = client.post(CLAIMS, headers={**NDJSON, "Idempotency-Key": "broken/off"}, content=b"".join(stream))
    assert (again.status_code, again.json()) == (200, {**told, "status": "unchanged"})


def test_a_line_that_is_too_long_stops_the_stream_and_keeps_what_came_before(client: httpx.Client, document: str) -> None:
    stream = lines(document, 1_500)
    stream[1_200] = b"x" * 1_000_001 + b"\n"
    problem = client.post(CLAIMS, headers={**NDJSON, "Idempotency-Key": "long"}, content=b"".join(stream))
    told = problem.json()
    assert (problem.status_code, told["line"], told["lines"], told["claims"]) == (422, 1_201, 1_000, 1_000)
    assert "same Idempotency-Key" in told["detail"]
    mended = client.post(CLAIMS, headers={**NDJSON, "Idempotency-Key": "long"}, content=b"".join(lines(document, 1_500)))
    assert (mended.status_code, mended.json()["claims"]) == (201, 1_500)


def test_another_stream_under_the_key_is_a_conflict(client: httpx.Client, document: str) -> None:
    headers = {**NDJSON, "Idempotency-Key": "taken"}
    client.post(CLAIMS, headers=headers, content=b"".join(lines(document, 3))).raise_for_status()
    problem = client.post(CLAIMS, headers=headers, content=b"".join(lines(document, 4)))
    assert (problem.status_code, "lines 1–4" in problem.json()["detail"]) == (409, True)
    assert "the earlier stream is complete (3 lines, 3 claims recorded, 0 lines refused, up to revision" in problem.json()["detail"]
    assert {name: problem.json()["earlier"][name] for name in ("lines", "complete")} == {"lines": 3, "complete": True}


def test_a_conflict_in_a_stream_that_broke_off_says_that_it_may_go_on(client: httpx.Client, document: str) -> None:
    break_off(client, "mended", b"".join(lines(document, 1_200)))
    other = lines(document, 1_201)[1:]
    problem = client.post(CLAIMS, headers={**NDJSON, "Idempotency-Key": "mended"}, content=b"".join(other))
    assert problem.status_code == 409
    assert "the earlier stream is not complete (1000 lines" in problem.json()["detail"]


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/json"])
def test_a_compressed_stream_is_refused_and_not_taken_for_an_empty_one(client: httpx.Client, document: str, kind: str) -> None:
    headers = {**NDJSON, "Content-Type": kind, "Content-Encoding": "gzip"}
    refused = client.post(CLAIMS, headers=headers, content=gzip.compress(b"".join(lines(document, 3))))
    assert refused.status_code == 415
    assert "without Content-Encoding" in refused.json()["detail"]


def test_a_content_type_that_is_not_read_is_told_what_to_send(client: httpx.Client, document: str) -> None:
    (line,) = lines(document, 1)
    refused = client.post(CLAIMS, headers={**ADMIN, "Content-Type": "text/csv"}, content=line)
    assert (refused.status_code, "application/json" in refused.json()["detail"]) == (415, True)
    for usual in ("application/json; charset=utf-8", "application/x-www-form-urlencoded"):  # the second is what curl says of `-d`
        client.post(CLAIMS, headers={**ADMIN, "Content-Type": usual}, content=line).raise_for_status()
    client.post(CLAIMS, headers=ADMIN, content=line).raise_for_status()
    refused = client.post("/v1/chronologies", headers=ADMIN, data={"slug": "other"})
    assert (refused.status_code, "send 'Content-Type: application/json'" in refused.json()["detail"]) == (415, True)
    refused = client.post("/v1/chronologies/fairs/documents", headers={**ADMIN, "Content-Type": "text/plain"}, content=b"A fair.")
    assert (refused.status_code, "multipart/form-data" in refused.json()["detail"]) == (415, True)
    refused = client.post("/v1/chronologies/fairs/tables", headers={**ADMIN, "Content-Type": "text/csv"}, content=b"Year,What")
    assert (refused.status_code, "multipart/form-data" in refused.json()["detail"]) == (415, True)


def test_progress_is_told_while_the_stream_comes_in(client: httpx.Client, document: str) -> None:
    seen = []

    def slowly() -> Iterator[bytes]:
        begun = time.monotonic()
        for at, line in enumerate(lines(document, 6_000)):
            if at % 1_001 == 0 and at:
                # Only time makes a line of progress due: wait for it, as a slow sender would.
                while time.monotonic() < begun + at / 2_000:
                    pass
            yield line

    accept = {**NDJSON, "accept": "application/x-ndjson", "Idempotency-Key": "told"}
    with client.stream("POST", CLAIMS, headers=accept, content=slowly()) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
        seen = [json.loads(line) for line in answer.iter_lines()]
    *progress, last = seen
    assert progress, "a second has gone by"
    assert {line["kind"] for line in progress} == {"progress"}
    assert [line["lines"] for line in progress] == sorted({line["lines"] for line in progress})
    assert (last["kind"], last["status"], last["claims"]) == ("receipt", "recorded", 6_000)


def test_progress_ends_with_the_problem_where_there_is_one(client: httpx.Client, document: str) -> None:
    accept = {**NDJSON, "accept": "application/x-ndjson", "If-Match": '"1"'}
    answer = client.post(CLAIMS, headers=accept, content=b"".join(lines(document, 3)))
    (line,) = (json.loads(line) for line in answer.text.splitlines())
    assert (line["kind"], line["status"], line["events"]) == ("problem", 412, "/v1/chronologies/fairs/events?after=1")
    assert client.post("/v1/chronologies/nowhere/claims", headers=accept, content=b"").status_code == 404


def test_a_stream_that_nobody_began_is_not_found(client: httpx.Client) -> None:
    assert state(client, "never").status_code == 404
    assert client.get(f"{CLAIMS}/batches/never").status_code == 401


def test_lines_become_rarer_so_that_nobody_has_to_read_them_in_time() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    told = []
    while now[0] < 24 * 3600:
        now[0] += 0.5
        if pace.due():
            told.append(now[0])
    assert told[:3] == [1.0, 2.0, 3.0]
    assert len(told) * 130 < 65_536, "a day of lines fits into the smallest buffer between us"
