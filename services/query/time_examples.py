"""Examples of answers about change, shown in the API's description. All of it is made up."""

from typing import Any

from services.query.examples import CORRECTION, ENTRY

_CAUSE: dict[str, Any] = {
    "revision": 41,
    "recorded": "2026-03-03T11:30:00Z",
    "actor": "ash",
    "causes": [
        {"type": "correction.accepted", "id": CORRECTION["id"], "kind": "amend-value", "reason": CORRECTION["reason"]},
    ],
}
_WHAT: dict[str, Any] = {
    "status": {"before": "disputed", "after": "corrected"},
    "values": [
        {
            "attribute": "carriages",
            "before": {"status": "disputed", "values": ["12", "14"]},
            "after": {"status": "corrected", "values": ["12"]},
        }
    ],
    "settled": ["carriages"],
    "corrections": [CORRECTION["id"]],
}

DIFF: dict[str, Any] = {
    "from": {"revision": 38, "recorded": "2026-03-02T09:15:00Z"},
    "to": {"revision": 41, "recorded": "2026-03-03T11:30:00Z"},
    "entries": [
        {
            "id": ENTRY["id"],
            "url": ENTRY["url"],
            "change": "changed",
            "title": ENTRY["title"],
            "what": _WHAT,
            "caused_by": [_CAUSE],
            "revisions": 1,
        }
    ],
    "erased": [],
    "next": None,
}

HISTORY: dict[str, Any] = {
    "revision": 41,
    "entry_id": ENTRY["id"],
    "url": ENTRY["url"],
    "title": ENTRY["title"],
    "steps": [
        {
            **_CAUSE,
            "change": "changed",
            "title": ENTRY["title"],
            "what": _WHAT,
            "text": "3 March 2026, 11:30 UTC: ash accepted a correction of a value (“The paper printed a correction the week after: it was "
            "twelve.”). carriages: 12 ≠ 14 became 12. The dispute over carriages was settled.",
        }
    ],
    "next": None,
}

PREVIEW: dict[str, Any] = {
    "revision": 40,
    "correction_id": CORRECTION["id"],
    "state": "proposed",
    "before": 40,
    "complete": True,
    "claims": 2,
    "entries": [{"id": ENTRY["id"], "url": ENTRY["url"], "change": "changed", "title": ENTRY["title"], "what": _WHAT}],
    "more": 0,
}
