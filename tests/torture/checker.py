"""Finds what is wrong with a stored log, from its raw rows alone.

Nothing here comes from the code under test: rows are read by plain SQL, hashes are made with hashlib, JSON is read by the standard
library. Every function returns what it found in words, one finding a line; no finding means that nothing is wrong.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

WIDTH = 256
ENOUGH = 50
"""Findings after which nobody reads on."""


class StoredEvent(NamedTuple):
    """A row of the log."""

    position: int
    commit: int
    type: str
    body: str


class StoredKey(NamedTuple):
    """An idempotency key with the place of what was written under it."""

    key: str
    first: int
    last: int


class StoredTile(NamedTuple):
    """A tile of the tree."""

    level: int
    number: int
    hashes: bytes
    root: bytes


@dataclass
class StoredLog:
    """What a database holds of one log. `document_keys` tells of each document whether its key is still there."""

    chronology: str
    head: int
    peaks: bytes
    erasures: int
    events: Iterable[StoredEvent]
    keys: list[StoredKey]
    tiles: list[StoredTile]
    document_keys: dict[str, bool]
    documents: set[str]


class Acknowledged(NamedTuple):
    """What a writer was told: its command is in the log, there."""

    key: str
    first: int
    last: int


@dataclass
class Tree:
    """A Merkle tree grown leaf by leaf: a stack of perfect subtrees, as a child would do it. Keeps the hashes that tiles are made of."""

    size: int = 0
    stack: list[tuple[int, bytes]] = field(default_factory=list)
    nodes: dict[int, list[bytes]] = field(default_factory=dict)

    def add(self, leaf: bytes) -> None:
        level, node = 0, sha256(b"\x00" + leaf).digest()
        self._keep(level, node)
        while self.stack and self.stack[-1][0] == level:
            node = sha256(b"\x01" + self.stack.pop()[1] + node).digest()
            level += 1
            self._keep(level, node)
        self.stack.append((level, node))
        self.size += 1

    def _keep(self, level: int, node: bytes) -> None:
        if level % 8 == 0:
            self.nodes.setdefault(level // 8, []).append(node)

    def peaks(self) -> bytes:
        return b"".join(node for _, node in self.stack)

    def root(self) -> bytes:
        if not self.stack:
            return sha256(b"").digest()
        root = self.stack[-1][1]
        for _, node in reversed(self.stack[:-1]):
            root = sha256(b"\x01" + node + root).digest()
        return root

    def tiles(self) -> dict[tuple[int, int], tuple[bytes, bytes]]:
        """All full tiles: by level and index, their hashes and their root."""
        return {
            (level, index): (b"".join(nodes[index * WIDTH : (index + 1) * WIDTH]), self.nodes[level + 1][index])
            for level, nodes in self.nodes.items()
            for index in range(len(nodes) // WIDTH)
        }


def stored_log(connection: Connection, chronology: str) -> StoredLog:
    """Read a log's rows; the events are read while they are looked at, so keep the connection open until then."""

    def rows(query: str) -> list[Any]:
        return list(connection.execute(text(query), {"c": chronology}))

    ((head, peaks, erasures),) = rows("SELECT head, peaks, erasures FROM chronology WHERE id = :c")
    document_keys = "SELECT document_id, wrapped IS NOT NULL FROM document_key WHERE chronology_id = :c"
    tiles = rows('SELECT level, "index", hashes, root FROM tile WHERE chronology_id = :c')
    return StoredLog(
        chronology=chronology,
        head=head,
        peaks=bytes(peaks),
        erasures=erasures,
        events=_events(connection, chronology),
        keys=[StoredKey(*row) for row in rows('SELECT "key", "first", "last" FROM idempotency WHERE chronology_id = :c')],
        tiles=[StoredTile(level, index, bytes(hashes), bytes(root)) for level, index, hashes, root in tiles],
        document_keys={row[0]: bool(row[1]) for row in rows(document_keys)},
        documents={row[0] for row in rows("SELECT id FROM document WHERE chronology_id = :c")},
    )


def _events(connection: Connection, chronology: str, batch: int = 5_000) -> Iterator[StoredEvent]:
    query = text('SELECT position, "commit", type, body FROM event WHERE chronology_id = :c AND position > :a ORDER BY position LIMIT :n')
    after = -1
    while rows := connection.execute(query, {"c": chronology, "a": after, "n": batch}).all():
        yield from (StoredEvent(*row) for row in rows)
        after = rows[-1][0]


def wrong_in_log(log: StoredLog, attempted: Mapping[str, int] | None = None) -> list[str]:
    """Check a log by itself: dense positions, whole commands, each under its key, the tree, the documents.

    Commands carry their key as correlation id. `attempted` tells how many events each command has that somebody tried to append.
    """
    found = list(_wrong_in_events(log))
    found += _wrong_in_keys(log, attempted)
    return found[:ENOUGH]


def _wrong_in_events(log: StoredLog) -> Iterator[str]:
    owners = _owners(log.keys)
    tree = Tree()
    ids: set[str] = set()
    captured: set[str] = set()
    erased: set[str] = set()
    last = 0
    for event in log.events:
        if event.position != last + 1:
            yield f"position {event.position} follows {last}: " + ("skipped" if event.position > last + 1 else "duplicated")
        last = event.position
        body = json.loads(event.body)
        yield from _wrong_in_event(log, event, body, owners)
        if body["id"] in ids:
            yield f"the id of {event.position} was there before"
        ids.add(body["id"])
        if event.type == "document.captured":
            captured.add(body["subject"])
        if event.type == "document.erased":
            erased.add(body["subject"])
        tree.add(event.body.encode())
    if last != log.head or tree.size != log.head:
        yield f"the head is {log.head}, but there are {tree.size} events, the last one at {last}"
    yield from _wrong_in_tree(log, tree)
    yield from _wrong_in_documents(log, captured, erased)


def _owners(keys: Iterable[StoredKey]) -> dict[int, StoredKey]:
    """The key under which each position was written, by the last position of a command."""
    return {key.last: key for key in keys if key.first <= key.last}


def _wrong_in_event(log: StoredLog, event: StoredEvent, body: dict[str, Any], owners: Mapping[int, StoredKey]) -> Iterator[str]:
    told = (body["position"], body["commit"], body["type"], body["chronology"])
    if told != (event.position, event.commit, event.type, log.chronology):
        yield f"the event at {event.position} says of itself {told}"
    if json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")) != event.body:
        yield f"the event at {event.position} is not canonical"
    owner = owners.get(event.commit)
    if owner is None or not owner.first <= event.position <= owner.last:
        yield f"the event at {event.position} belongs to no command"
    elif body["correlationid"] != owner.key:
        yield f"the event at {event.position} was written for {body['correlationid']}, but stands under the key {owner.key}"


def _wrong_in_keys(log: StoredLog, attempted: Mapping[str, int] | None) -> Iterator[str]:
    after = 0
    for key in sorted(log.keys, key=lambda key: (key.first, key.last)):
        if key.first != after + 1:
            yield f"the command {key.key} begins at {key.first}, but the one before it ended at {after}"
        after = max(after, key.last)
        if attempted is not None and key.key not in attempted:
            yield f"nobody tried to append {key.key}"
        elif attempted is not None and attempted[key.key] != key.last - key.first + 1:
            yield f"the command {key.key} has {attempted[key.key]} events, but {key.last - key.first + 1} are in the log"
    if after != log.head:
        yield f"the last command ends at {after}, but the head is {log.head}"


def _wrong_in_tree(log: StoredLog, tree: Tree) -> Iterator[str]:
    if log.peaks != tree.peaks():
        yield "the peaks are not those of the tree over the events"
    expected = tree.tiles()
    stored = {(tile.level, tile.number): (tile.hashes, tile.root) for tile in log.tiles}
    yield from (f"tile {key[1]} of level {key[0]} is missing" for key in sorted(expected.keys() - stored.keys()))
    yield from (f"tile {key[1]} of level {key[0]} should not be there" for key in sorted(stored.keys() - expected.keys()))
    yield from (f"tile {key[1]} of level {key[0]} is wrong" for key in sorted(expected) if key in stored and stored[key] != expected[key])


def _wrong_in_documents(log: StoredLog, captured: set[str], erased: set[str]) -> Iterator[str]:
    if log.erasures != len(erased):
        yield f"{log.erasures} erasures are counted, but {len(erased)} recorded"
    if log.document_keys != {document: document not in erased for document in captured}:
        yield "the documents' keys are not those of the documents captured, less the erased ones"
    if log.documents != captured - erased:
        yield "the documents are not those captured, less the erased ones"


def wrong_in_acknowledgements(keys: Iterable[StoredKey], acknowledged: Iterable[Acknowledged]) -> list[str]:
    """Check that everything that a writer was told is so."""
    stored = {key.key: key for key in keys}
    found = []
    for told in acknowledged:
        key = stored.get(told.key)
        if key is None:
            found.append(f"the command {told.key} was acknowledged at {told.first}–{told.last} and is lost")
        elif (key.first, key.last) != (told.first, told.last):
            found.append(f"the command {told.key} was acknowledged at {told.first}–{told.last} and stands at {key.first}–{key.last}")
    return found[:ENOUGH]


class Seen(NamedTuple):
    """What a reader saw of one log: up to which position, the digest of all of it, and what was out of order on the way."""

    reader: str
    position: int
    digest: str
    found: list[str]


class Follower:
    """Follows one log: it is given one thing after the other and keeps a digest of all."""

    def __init__(self, reader: str = "reader") -> None:
        self._reader = reader
        self.position = 0
        self._found: list[str] = []
        self._digest = sha256()

    def see(self, position: int, seen: bytes) -> None:
        if position != self.position + 1:
            what = "skipped to" if position > self.position + 1 else "was given again"
            self._found.append(f"{self._reader} at {self.position} {what} {position}")
        self.position = position
        self._digest.update(len(seen).to_bytes(8, "big") + seen)

    def seen(self) -> Seen:
        return Seen(self._reader, self.position, self._digest.hexdigest(), self._found[:ENOUGH])


def wrong_in_reading(seen: Seen, truth: Seen) -> list[str]:
    """Check that a reader saw what is stored, all of it and nothing else."""
    found = list(seen.found)
    if seen.position != truth.position:
        found.append(f"{seen.reader} ended at {seen.position}, the log at {truth.position}")
    if seen.digest != truth.digest:
        found.append(f"{seen.reader} saw something else than is stored")
    return found
