"""Old versions of events, brought up to date on raw JSON before they are parsed.

An upcaster takes the `data` of one version and returns the `data` of the next. The chain runs until the version that `events` knows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.errors import UnknownEvent
from shared.domain.events import EVENT_TYPES, AnyEvent

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

LATEST: Mapping[str, type[AnyEvent]] = {event.type: event for event in EVENT_TYPES}


def _only_added(data: dict[str, Any]) -> dict[str, Any]:
    """The next version only added what an older one may be without: fields, or kinds of change."""
    return data


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("document.captured", 1): _only_added,
    ("claim.recorded", 1): _only_added,
    ("claim.recorded", 2): _only_added,
    ("correction.proposed", 1): _only_added,
    ("correction.accepted", 1): _only_added,
}
"""(type, version) -> the function that makes version + 1 of it."""


def known(event_type: str, version: int) -> type[AnyEvent]:
    """Return the class of an event; raise `UnknownEvent` for what a newer release wrote."""
    latest = LATEST.get(event_type)
    if latest is None or version > latest.version:
        raise UnknownEvent(
            f"the log holds {event_type} version {version}, which this release does not know; "
            "upgrade Salname and start again, nothing was skipped"
        )
    return latest


def upcast(event_type: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
    """Return the data as the latest version of its type; raise `UnknownEvent` for what a newer release wrote."""
    latest = known(event_type, version)
    while version < latest.version:
        data = UPCASTERS[event_type, version](data)
        version += 1
    return data
