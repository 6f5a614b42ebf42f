"""Following a chronology as its subscribers do, beside what readers see; and rules that consolidate otherwise."""

import json
from typing import Any

import pytest

from services.projection import fold
from services.projection.consolidation import consolidate
from services.projection.runner import Projector
from services.query import feed
from services.query.snapshot import open_snapshot
from shared.domain.chronology import Entry
from shared.store.read import DatabaseReader
from tests.support.read_model import read_model
from tests.support.running import Running


def consolidate_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, rules by which every entry that is disputed has another title hold in this process."""
    usual = consolidate.assemble

    def assemble(*arguments: Any) -> Entry:
        entry = usual(*arguments)
        return entry.model_copy(update={"title": f"Disputed: {entry.title}"}) if entry.disputed else entry

    monkeypatch.setattr(consolidate, "assemble", assemble)
    monkeypatch.setattr(fold, "VERSION", fold.VERSION + 1)


def another(running: Running) -> Projector:
    """A projection in a process of its own."""
    return Projector(running.database, DatabaseReader(running.database))


def shown(running: Running) -> dict[str, str]:
    """The titles of the entries that readers see."""
    rows = read_model(running.database)["entry"]
    return {row["id"]: json.loads(row["body"])["title"] for row in rows if row["until"] is None}


def told(running: Running, after: int = 0) -> list[dict[str, Any]]:
    """What a subscriber hears after a cursor."""
    with open_snapshot(running.database, "test") as snapshot:
        changes: list[dict[str, Any]] = json.loads(feed.changes_body(snapshot, after, 1000))["changes"]
    return changes


def copy_of(changes: list[dict[str, Any]], known: dict[str, dict[str, Any]] | None = None) -> dict[str, str]:
    """The titles that a subscriber shows who deals with changes as they come; the chain of `previous` has to hold."""
    copy = dict(known or {})
    for change in changes:
        for entry in change["data"]["entries"]:
            if entry["change"] == "removed":
                copy.pop(entry["id"], None)
            else:
                copy[entry["id"]] = entry
    return {entry_id: entry["title"] for entry_id, entry in copy.items()}


def chained(changes: list[dict[str, Any]], cursor: int = 0) -> bool:
    revisions = [cursor, *(change["revision"] for change in changes)]
    return [change["data"]["previous"] for change in changes] == revisions[:-1]
