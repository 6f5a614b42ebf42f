"""What subscribers are told: the bytes of a change, and what they say of an entry. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import orjson

from shared.domain.chronology import Entry
from shared.domain.events import Recorded

CHANGE_TYPE = "chronology.changed"


def change_bytes(slug: str, commit: Sequence[Recorded], previous: int, entries: Sequence[dict[str, Any]]) -> bytes:
    """Return the CloudEvents JSON that subscribers get for the revision of a command; `previous` is that of the change before it."""
    last = commit[-1]
    causes: dict[str, list[str]] = {}
    for event in commit:
        causes.setdefault(event.data.type, []).append(event.data.subject)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{last.chronology}:{last.position}",
            "source": f"/v1/chronologies/{slug}",
            "type": CHANGE_TYPE,
            "typeversion": 1,
            "time": last.time.isoformat(),
            "subject": last.chronology,
            "datacontenttype": "application/json",
            "chronology": last.chronology,
            "revision": last.position,
            "data": {
                "revision": last.position,
                "previous": previous,
                "actor": last.actor,
                "causes": [{"type": kind, "subjects": subjects} for kind, subjects in causes.items()],
                "entries": entries,
            },
        }
    )


def as_told(entry: Entry, change: Literal["created", "changed"]) -> dict[str, Any]:
    """Return what a change says of an entry that stands."""
    return {
        "id": entry.id,
        "change": change,
        "title": entry.title,
        "date": entry.date.edtf,
        "dates": [alternative.edtf for alternative in entry.date.alternatives],
        "status": entry.status,
        "disputed": entry.disputed,
        "claims": len(entry.claims),
        "values": [
            {
                "attribute": value.attribute,
                "status": value.status,
                "values": [alternative.shown for alternative in value.alternatives],
            }
            for value in entry.values
        ],
    }


def told_late(entry_id: str, entry: Entry | None, held_by: str | None, *, before: bool) -> Iterator[dict[str, Any]]:
    """Yield what is told of an entry that another generation showed otherwise; `before` says whether it was an entry there.

    `entry` is what it is now, and `held_by` the entry that holds its first claim where it is none.
    """
    if entry is not None:
        yield {**as_told(entry, "changed" if before else "created"), "reconsolidated": True}
    elif before:
        yield {"id": entry_id, "change": "removed", "merged_into": held_by, "reconsolidated": True}
