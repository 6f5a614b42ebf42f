"""Events to and from their stored bytes: one CloudEvents 1.0 JSON object an event, in RFC 8785 canonical form."""

import json
from typing import Any

from shared.domain.events import EventData, Recorded
from shared.domain.ids import canonical_json
from shared.domain.upcast import LATEST, upcast

SPECVERSION = "1.0"


def event_source(chronology_id: str) -> str:
    """The CloudEvents `source` of a chronology's log."""
    return f"/chronologies/{chronology_id}/log"


def encode(event: Recorded) -> bytes:
    """Return the canonical JSON of an event: what is stored, hashed and served."""
    data: EventData = event.data
    return canonical_json(
        {
            "specversion": SPECVERSION,
            "id": event.id,
            "source": event_source(event.chronology),
            "type": data.type,
            "typeversion": data.version,
            "time": event.time.isoformat(),
            "subject": data.subject,
            "datacontenttype": "application/json",
            "chronology": event.chronology,
            "position": event.position,
            "commit": event.commit,
            "actor": event.actor,
            "correlationid": event.correlationid,
            **({} if event.causationid is None else {"causationid": event.causationid}),
            "data": data.model_dump(mode="json"),
        }
    )


def decode(body: bytes | str) -> Recorded:
    """Parse a stored event of any version; raise `UnknownEvent` for one of a newer release."""
    raw: dict[str, Any] = json.loads(body)
    data = upcast(raw["type"], raw["typeversion"], raw["data"])
    return Recorded(
        id=raw["id"],
        chronology=raw["chronology"],
        position=raw["position"],
        commit=raw["commit"],
        time=raw["time"],
        actor=raw["actor"],
        correlationid=raw["correlationid"],
        causationid=raw.get("causationid"),
        data=LATEST[raw["type"]].model_validate(data),
    )
