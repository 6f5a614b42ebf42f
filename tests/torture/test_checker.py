"""The checker finds what it is there to find: each way of losing something, tried on a log that is right."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256

import pytest

from tests.torture.checker import (
    Acknowledged,
    Follower,
    Seen,
    StoredEvent,
    StoredKey,
    StoredLog,
    StoredTile,
    Tree,
    wrong_in_acknowledgements,
    wrong_in_log,
    wrong_in_reading,
)

SIZES = [1, 3, 0, 250, 1, 10, 1, 300, 5]
"""Events of the commands: two tiles are full, one command has no event, one goes over the border of a tile."""


def stored_event(position: int, commit: int, key: str, kind: str = "correction.rejected", **other: object) -> StoredEvent:
    body = {"chronology": "c", "commit": commit, "correlationid": key, "id": f"e{position}", "position": position, "type": kind} | other
    return StoredEvent(position, commit, kind, json.dumps(body, sort_keys=True, separators=(",", ":")))


def sound() -> StoredLog:
    events: list[StoredEvent] = []
    keys: list[StoredKey] = []
    for number, size in enumerate(SIZES):
        first, last = len(events) + 1, len(events) + size
        events += [stored_event(position, last, f"key {number}") for position in range(first, last + 1)]
        keys.append(StoredKey(f"key {number}", first, last))
    events[10] = stored_event(11, events[10].commit, "key 3", "document.captured", subject="d")
    events[11] = stored_event(12, events[11].commit, "key 3", "document.captured", subject="e")
    events[-1] = stored_event(len(events), len(events), "key 8", "document.erased", subject="e")
    tree = grown(events)
    tiles = [StoredTile(level, index, *tile) for (level, index), tile in tree.tiles().items()]
    return StoredLog("c", len(events), tree.peaks(), 1, events, keys, tiles, {"d": True, "e": False}, {"d"})


def grown(events: list[StoredEvent]) -> Tree:
    tree = Tree()
    for event in events:
        tree.add(event.body.encode())
    return tree


def attempted() -> dict[str, int]:
    return {f"key {number}": size for number, size in enumerate(SIZES)} | {"never arrived": 4}


def events_of(log: StoredLog) -> list[StoredEvent]:
    assert isinstance(log.events, list)
    return log.events


def without(log: StoredLog, at: int) -> StoredLog:
    events = events_of(log)
    return replace(log, events=events[:at] + events[at + 1 :])


def twice(log: StoredLog, at: int) -> StoredLog:
    events = events_of(log)
    return replace(log, events=events[: at + 1] + events[at:])


def renumbered(log: StoredLog, at: int) -> StoredLog:
    """The event is missing, and everything after it has moved up: dense, and yet something is lost."""
    events = events_of(log)
    kept = events[:at]
    for event in events[at + 1 :]:
        body = json.loads(event.body) | {"position": event.position - 1, "commit": event.commit - 1}
        kept.append(StoredEvent(event.position - 1, event.commit - 1, event.type, json.dumps(body, sort_keys=True, separators=(",", ":"))))
    return replace(log, events=kept, head=log.head - 1)


def changed_key(log: StoredLog, at: int, **change: object) -> StoredLog:
    keys = list(log.keys)
    keys[at] = keys[at]._replace(**change)  # type: ignore[arg-type]
    return replace(log, keys=keys)


def changed_event(log: StoredLog, at: int, event: StoredEvent) -> StoredLog:
    events = list(events_of(log))
    events[at] = event
    return replace(log, events=events)


BROKEN: dict[str, tuple[Callable[[StoredLog], StoredLog], str]] = {
    "a gap": (lambda log: without(log, 100), "skipped"),
    "the first one missing": (lambda log: without(log, 0), "skipped"),
    "the last one missing": (lambda log: without(log, log.head - 1), "the head is"),
    "one twice": (lambda log: twice(log, 100), "duplicated"),
    "one missing and the rest moved up": (lambda log: renumbered(log, 100), "belongs to no command|has 250 events"),
    "a head too far": (lambda log: replace(log, head=log.head + 1), "the head is"),
    "a lost key": (lambda log: replace(log, keys=log.keys[:4] + log.keys[5:]), "belongs to no command"),
    "a key of nobody": (lambda log: changed_key(log, 4, key="stranger"), "nobody tried"),
    "half a command": (lambda log: changed_key(log, 3, first=log.keys[3].first + 1), "belongs to no command"),
    "overlapping commands": (lambda log: changed_key(log, 4, first=log.keys[4].first - 1), "begins at"),
    "two keys exchanged": (lambda log: changed_key(changed_key(log, 4, key="key 6"), 6, key="key 4"), "stands under the key"),
    "another commit": (lambda log: changed_event(log, 2, stored_event(3, 3, "key 1")), "belongs to no command"),
    "the row says otherwise": (lambda log: changed_event(log, 2, events_of(log)[2]._replace(position=3, commit=3)), "says of itself"),
    "another chronology's": (lambda log: changed_event(log, 2, stored_event(3, 4, "key 1", chronology="x")), "says of itself"),
    "an id again": (lambda log: changed_event(log, 2, stored_event(3, 4, "key 1", id="e2")), "was there before"),
    "not canonical": (
        lambda log: changed_event(log, 2, events_of(log)[2]._replace(body=json.dumps(json.loads(events_of(log)[2].body)))),
        "not canonical",
    ),
    "a word changed": (lambda log: changed_event(log, 2, stored_event(3, 4, "key 1", reason="x")), "peaks"),
    "old peaks": (lambda log: replace(log, peaks=grown(events_of(log)[:-1]).peaks()), "peaks"),
    "a tile too few": (lambda log: replace(log, tiles=log.tiles[:-1]), "tile 1 of level 0 is missing"),
    "a tile too many": (lambda log: replace(log, tiles=[*log.tiles, StoredTile(1, 0, b"", b"")]), "should not be there"),
    "a wrong tile": (lambda log: replace(log, tiles=[log.tiles[0]._replace(root=bytes(32)), *log.tiles[1:]]), "is wrong"),
    "an erasure uncounted": (lambda log: replace(log, erasures=0), "erasures are counted"),
    "a key of a document lost": (lambda log: replace(log, document_keys={"e": False}), "documents' keys"),
    "a key not destroyed": (lambda log: replace(log, document_keys={"d": True, "e": True}), "documents' keys"),
    "a document not removed": (lambda log: replace(log, documents={"d", "e"}), "documents are not"),
}


def test_a_sound_log_passes() -> None:
    log = sound()
    assert wrong_in_log(log, attempted()) == []
    assert len(log.tiles) == 2
    assert wrong_in_acknowledgements(log.keys, [Acknowledged("key 0", 1, 1), Acknowledged("key 2", 5, 4)]) == []


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_wrong_is_found(broken: str) -> None:
    change, finding = BROKEN[broken]
    assert re.search(finding, "\n".join(wrong_in_log(change(sound()), attempted())))


def test_a_lost_acknowledgement_is_found() -> None:
    keys = sound().keys
    assert "lost" in wrong_in_acknowledgements(keys, [Acknowledged("gone", 1, 1)])[0]
    assert "stands at 1–1" in wrong_in_acknowledgements(keys, [Acknowledged("key 0", 2, 2)])[0]


def follow(positions: Iterable[int]) -> Seen:
    follower = Follower()
    for position in positions:
        follower.see(position, f"{position}".encode())
    return follower.seen()


@pytest.mark.parametrize(
    ("positions", "finding"),
    [
        ([1, 2, 3, 4], None),
        ([1, 2, 4], "skipped to 4"),
        ([1, 2, 2, 3, 4], "was given again 2"),
        ([1, 2, 3], "ended at 3"),
        ([2, 1, 3, 4], "skipped to 2"),
        ([1, 2, 3, 4, 5], "ended at 5"),
    ],
)
def test_what_a_reader_missed_is_found(positions: list[int], finding: str | None) -> None:
    findings = wrong_in_reading(follow(positions), follow(range(1, 5)))
    assert (findings == []) is (finding is None)
    assert finding is None or any(finding in each for each in findings)


def test_a_reader_that_saw_other_bytes_is_found() -> None:
    other = Follower()
    other.see(1, b"1")
    other.see(2, b"another")
    findings = wrong_in_reading(follow([1, 2]), other.seen())
    assert findings == ["reader saw something else than is stored"]


def test_the_trees_roots_are_the_published_ones() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    tree = Tree()
    assert tree.root() == sha256(b"").digest()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root().hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
