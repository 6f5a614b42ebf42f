"""events.md explains every event type in its latest version, field by field, and the changes that come of events."""

import json
from typing import Any, get_args

import pytest

from services.projection.telling import CHANGE_TYPE
from services.query.feed import changes_body
from services.query.snapshot import open_snapshot
from shared.domain.corrections import Change
from shared.domain.events import EVENT_TYPES, EventData
from shared.store.engine import Database
from tests.docs.pages import DOCS, ROOT, blocks, code, tables
from tests.support.keys import KEK
from tests.support.running import run
from tests.support.texts import FAIR_EN, SOURCES

PAGE = DOCS / "reference" / "events.md"
GOLDEN = ROOT / "tests" / "golden" / "events"


def golden(event: type[EventData]) -> dict[str, Any]:
    """The newest form of an event in the open: claims have been sealed since their first version."""
    path = max(GOLDEN.glob(f"{event.type}.v*.json"))
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def fields(heading: str) -> list[str]:
    return [code(row[0])[0] for row in tables(PAGE)[heading]]


@pytest.mark.parametrize("event", EVENT_TYPES, ids=lambda event: event.type)
def test_every_event_with_its_fields(event: type[EventData]) -> None:
    assert fields(f"{event.type}, version {event.version}") == list(event.model_fields)


def test_no_event_that_is_not_there() -> None:
    listed = [heading.partition(",")[0] for heading in tables(PAGE) if ", version " in heading]
    assert listed == [event.type for event in EVENT_TYPES]


def test_envelope() -> None:
    written = set().union(*(golden(event) for event in EVENT_TYPES))
    assert set(fields("Envelope")) == written


def test_event_in_full() -> None:
    (shown,) = (json.loads(block.text) for block in blocks(PAGE))
    assert shown in [golden(event) for event in EVENT_TYPES]


def test_changes_that_can_be_proposed() -> None:
    kinds = {change.model_fields["kind"].default: [*change.model_fields][1:] for change in get_args(get_args(Change)[0])}
    assert {code(row[0])[0]: code(row[1]) for row in tables(PAGE)["Changes that can be proposed"]} == kinds


def test_changes_as_the_projection_writes_them(sqlite_database_url: str) -> None:
    running = run(Database(sqlite_database_url, kek=KEK))
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    with open_snapshot(running.database, "test") as snapshot:
        (change,) = json.loads(changes_body(snapshot, 0, 10))["changes"]
    running.database.close()
    assert (change["type"], change["typeversion"]) == (CHANGE_TYPE, 1)
    assert fields("Changes") == list(change["data"])
    text = " ".join(PAGE.read_text("utf-8").split())
    assert [name for name in change["data"]["entries"][0] if f"`{name}`" not in text] == []
