"""Writing the rows of an append: its events, its keys and the log's new state, in as few round trips as the database allows."""

from collections.abc import Sequence

from shared.store.driver import Driver, Row

CHANNEL = "salname_log"
"""The PostgreSQL channel that says which chronology's log has grown."""

EVENT = ("chronology_id", "position", "commit", "type", "time_us", "body")
KEY = ("chronology_id", "key", "fingerprint", "first", "last", "result")

FEW = 100
"""Up to so many events go to PostgreSQL in one statement with the rest; more are quicker by COPY."""

_MOVE_ON = "UPDATE chronology SET head = ?, peaks = ?, erasures = ? WHERE id = ?"
_NOTIFY = f" RETURNING pg_notify('{CHANNEL}', id)"
_KEYS = (
    'INSERT INTO idempotency (chronology_id, "key", fingerprint, "first", "last", result) '
    "SELECT * FROM unnest(?b::text[], ?b::text[], ?b::text[], ?b::bigint[], ?b::bigint[], ?b::text[])"
)
_EVENTS = (
    'INSERT INTO event (chronology_id, position, "commit", type, time_us, body) '
    "SELECT * FROM unnest(?b::text[], ?b::bigint[], ?b::bigint[], ?b::text[], ?b::bigint[], ?b::text[])"
)

State = tuple[int, bytes, int]
"""A log's head, the peaks of its tree, and its count of erasures."""


def write_log(driver: Driver, here: str, events: Sequence[Row], keys: Sequence[Row], state: State) -> None:
    """Write events and keys, as rows of `EVENT` and `KEY`, and move the chronology on; on PostgreSQL, wake up who listens."""
    if driver.dialect == "sqlite":
        driver.insert("event", EVENT, events)
        driver.insert("idempotency", KEY, keys)
        driver.run(_MOVE_ON, *state, here)
    elif events and len(events) <= FEW:
        statement = f"WITH events AS ({_EVENTS}), keys AS ({_KEYS}) {_MOVE_ON}{_NOTIFY}"
        driver.run(statement, *_columns(events), *_columns(keys), *state, here)
    else:
        _copy_events(driver, events)
        driver.run(f"WITH keys AS ({_KEYS}) {_MOVE_ON}{_NOTIFY}", *_columns(keys), *state, here)


def _columns(rows: Sequence[Row]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _copy_events(driver: Driver, rows: Sequence[Row]) -> None:
    # COPY's text form needs no types; a canonical JSON text holds no raw tab or line break.
    lines = [
        f"{here}\t{position}\t{commit}\t{kind}\t{time}\t{body}\n".replace("\\", "\\\\") for here, position, commit, kind, time, body in rows
    ]
    if lines:
        driver.copy("event", EVENT, "".join(lines))
