"""Pulling changes and the raw log: stored bytes, and cursors that lose nothing."""

import hashlib
import json

import pytest
from sqlmodel import col, select

from shared.store.tables import EventRow
from tests.query.conftest import World
from tests.support.read_model import read_model


def stored(world: World) -> list[bytes]:
    return [row["body"] for row in read_model(world.database)["change"]]


def raw(world: World, path: str, **params: object) -> bytes:
    return world.client.get(f"/v1/chronologies/test{path}", params=params).raise_for_status().content  # type: ignore[arg-type]


def test_changes_are_the_stored_bytes_put_together(world: World) -> None:
    bodies = stored(world)
    assert len(bodies) == 3
    head = world.running.info.head
    assert raw(world, "/changes") == b'{"revision":%d,"changes":[%b],"next":%d}' % (head, b",".join(bodies), head)


def test_cursors_lose_nothing_and_repeat_nothing(world: World) -> None:
    walked: list[int] = []
    after = 0
    while True:
        page = world.get("/changes", after=after, limit=2)
        if not page["changes"]:
            break
        walked += [change["revision"] for change in page["changes"]]
        after = page["next"]
    assert walked == [json.loads(body)["revision"] for body in stored(world)]
    assert after == world.running.info.head
    # Snapshot and cursor belong together: what comes after the revision of an answer is what the answer does not show.
    revision = world.get("/entries")["revision"]
    world.running.capture("A note\n\nOn 3 April 1899 the bridge of Oakford was opened.\n")
    news = world.get("/changes", after=revision)
    assert [entry["change"] for change in news["changes"] for entry in change["data"]["entries"]] == ["created"]


def test_the_raw_log_is_served_as_it_is_stored(world: World) -> None:
    with world.database.read() as session:
        bodies = [body.encode() for body in session.exec(select(EventRow.body).order_by(col(EventRow.position)))]
    answer = raw(world, "/events", limit=1000)
    assert answer == b'{"head":%d,"events":[%b],"next":%d}' % (len(bodies), b",".join(bodies), len(bodies))
    lines = world.client.get("/v1/chronologies/test/events?after=2&limit=3", headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert lines.content == b"".join(body + b"\n" for body in bodies[2:5])
    assert world.get("/events", after=len(bodies)) == {"head": len(bodies), "events": [], "next": len(bodies)}


@pytest.mark.parametrize("feed", ["/changes", "/events"])
def test_a_cursor_beyond_the_end_is_refused_by_every_feed(world: World, feed: str) -> None:
    for accept in ("application/json", "application/x-ndjson"):
        refused = world.client.get(f"/v1/chronologies/test{feed}", params={"after": 1000}, headers={"Accept": accept})
        assert (refused.status_code, refused.json()["revision"]) == (410, world.running.info.head)


def test_documents_are_served_to_the_byte(world: World) -> None:
    for shown in world.get("/documents")["documents"]:
        original = world.client.get(f"/v1{shown['url']}/original")
        assert hashlib.sha256(original.content).hexdigest() == shown["sha256"]
        assert len(original.content) == shown["size"]
        assert original.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in original.headers["content-security-policy"]
        text = world.client.get(f"/v1{shown['url']}/text")
        assert text.headers["content-type"] == "text/plain; charset=utf-8"
        assert hashlib.sha256(text.content).hexdigest() == shown["text_sha256"]
        assert len(text.text) == shown["length"]
        again = world.client.get(f"/v1{shown['url']}/text", headers={"If-None-Match": text.headers["etag"]})
        assert again.status_code == 304
        whole = world.get(f"/documents/{shown['id']}")
        assert whole["text"] == text.text
        assert len(whole["citations"]) == shown["claims"] > 0
        starts = [claim["start"] for claim in whole["citations"]]
        assert starts == sorted(starts)
    assert world.client.get("/v1/chronologies/test/documents/none").status_code == 404
    assert world.client.get("/v1/chronologies/test/documents/none/text").status_code == 404
    assert world.client.get("/v1/chronologies/test/documents/none/original").status_code == 404


def test_a_file_name_cannot_break_out_of_its_header(empty: World) -> None:
    name = 'a"; evil=1\r\nSet-Cookie: x=y; ə.txt'
    empty.running.capture("On 3 April 1899 the bridge of Oakford was opened.\n", filename=name)
    shown = empty.get("/documents")["documents"][0]
    answer = empty.client.get(f"/v1{shown['url']}/original")
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].isascii()


def test_sources_list_their_documents(world: World) -> None:
    listed = world.get("/sources")["sources"]
    assert {source["publisher"] for source in listed} == {"Valley Gazette (example)", "Hill Post (example)", "Vadi qəzeti (nümunə)"}
    documents = {shown["id"]: shown["source"]["id"] for shown in world.get("/documents")["documents"]}
    assert {document: source["id"] for source in listed for document in source["documents"]} == documents
