"""Following the change feed from its beginning, as a subscriber does, and comparing where that leads with what readers see.

What an earlier generation told cannot be derived from the log any more. It can still be followed: every change has to open, to name itself
and the one before it, and to be of a revision that is there; and whoever deals with all of them has to show what readers see.
"""

import hashlib
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import orjson
from sqlmodel import col, select

from services.projection.telling import CHANGE_TYPE, as_told
from shared.domain.chronology import Entry
from shared.domain.errors import Damaged, WrongKey
from shared.domain.ids import canonical_json
from shared.domain.ports import ChronologyInfo
from shared.store.engine import ReadSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import ChangeRow, EntryRow, RevisionRow, UntoldRow

FETCH = 500

Told = dict[str, Any]


class _Copy(NamedTuple):
    """What a subscriber shows of an entry: which fields, and a digest of what they say; told last by which change."""

    fields: tuple[str, ...]
    digest: bytes
    revision: int


_NOT_CONTENT = frozenset({"change", "reconsolidated"})


def follow_feed(session: ReadSession, info: ChronologyInfo, rows: Rows, key: ReadKey) -> tuple[int, int]:
    """Follow the feed of a generation from 0; return how many changes that were, and of how many entries subscribers are still to hear.

    These are let be. Raises `Damaged` with the first change that is not sound, or the first entry that subscribers show otherwise than
    readers see it.
    """
    copies: dict[str, _Copy] = {}
    shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
    previous = count = 0
    with closing(_changes(session, info, rows, key)) as changes:
        for revision, change in changes:
            if change["data"]["previous"] != previous:
                raise Damaged(
                    f"the change feed is broken: the change at revision {revision} says that the one before it is at "
                    f"{change['data']['previous']}, and it is at {previous}"
                )
            for item in change["data"]["entries"]:
                if item["change"] == "removed":
                    copies.pop(item["id"], None)
                else:
                    fields = tuple(sorted(item.keys() - _NOT_CONTENT))
                    fields = shapes.setdefault(fields, fields)
                    copies[item["id"]] = _Copy(fields, _digest(item, fields), revision)
            previous = revision
            count += 1
    waiting = set(session.exec(select(UntoldRow.entry_id).where(UntoldRow.chronology_id == info.id)))
    _compare(session, rows, key, copies, waiting)
    return count, len(waiting)


def _changes(session: ReadSession, info: ChronologyInfo, rows: Rows, key: ReadKey) -> Generator[tuple[int, Told]]:
    """Yield the changes in the order of their revisions, each opened and sound in itself."""
    query = select(ChangeRow.revision, ChangeRow.body, RevisionRow.time, RevisionRow.actor).where(rows.of(ChangeRow))
    query = query.join(RevisionRow, rows.of(RevisionRow) & (col(RevisionRow.number) == ChangeRow.revision), isouter=True)
    query = query.order_by(col(ChangeRow.revision)).execution_options(yield_per=FETCH)
    with closing(session.execute(query)) as found:
        for revision, body, time, actor in found:
            try:
                change: Told = orjson.loads(key.open(body, "change", revision))
            except (WrongKey, orjson.JSONDecodeError) as error:
                raise Damaged(f"the change at revision {revision} cannot be read: {error}") from error
            if time is None:
                raise Damaged(f"a change is told at {revision}, which is no revision")
            here = {"id": f"{info.id}:{revision}", "type": CHANGE_TYPE, "chronology": info.id, "revision": revision, "time": time}
            wrong = [name for name, value in here.items() if change.get(name) != value]
            wrong += [name for name, value in (("revision", revision), ("actor", actor)) if change["data"].get(name) != value]
            if wrong:
                raise Damaged(f"the change at revision {revision} is not of that revision: its {', '.join(wrong)} is another")
            yield revision, change


def _compare(session: ReadSession, rows: Rows, key: ReadKey, copies: dict[str, _Copy], waiting: set[str]) -> None:
    query = select(EntryRow.id, EntryRow.since, EntryRow.body).where(rows.of(EntryRow), col(EntryRow.until).is_(None))
    with closing(session.execute(query.execution_options(yield_per=FETCH))) as found:
        for entry_id, since, body in found:
            copy = copies.pop(entry_id, None)
            if entry_id in waiting:
                continue
            if copy is None:
                raise Damaged(f"subscribers were never told of entry {entry_id}, which readers see since revision {since}")
            shown = as_told(Entry.model_validate_json(key.open(body, "entry", entry_id, since)), "changed")
            # A release may tell more of an entry than an earlier one did: what was told has to be right.
            fields = tuple(name for name in copy.fields if name in shown)
            if fields != copy.fields or _digest(shown, fields) != copy.digest:
                raise Damaged(
                    f"subscribers were told of entry {entry_id} at revision {copy.revision}, and it is otherwise than readers see it"
                )
    left = copies.keys() - waiting
    if left:
        first = min(left)
        raise Damaged(f"subscribers were told of entry {first} at revision {copies[first].revision}, and readers see none")


def _digest(told: Mapping[str, Any], fields: tuple[str, ...]) -> bytes:
    return hashlib.blake2b(canonical_json([told[name] for name in fields]), digest_size=16).digest()
