"""Writing the rows of an append: its events, its keys and the log's new state, in as few round trips as the database allows."""

from collections.abc import Sequence

from shared.store.driver import Driver, Row

CHANNEL = "salname_log"
"""The PostgreSQL channel that says which chronology's log has grown."""

EVENT = ("position", "commit", "type", "time_us", "body")
KEY = ("key", "fingerprint", "first", "last", "result")

FEW = 100
"""Up to so many events go to PostgreSQL in one statement with the rest; more are quicker by COPY."""

_MOVE_ON = "UPDATE chronology SET head = ?, peaks = ?, erasures = ? WHERE id = ?"
_NOTIFY = f" RETURNING pg_notify('{CHANNEL}', id)"
_KEYS = (
    'INSERT INTO idempotency (chronology_id, "key", fingerprint, "first", "last", result) '
    "SELECT ?::text, * FROM unnest(?b::text[], ?b::text[], ?b::bigint[], ?b::bigint[], ?b::text[])"
)
_EVENTS = (
    'INSERT INTO event (chronology_id, position, "commit", type, time_us, body) '
    "SELECT ?::text, * FROM unnest(?b::bigint[], ?b::bigint[], ?b::text[], ?b::bigint[], ?b::text[])"
)

_TILES = (
    'INSERT INTO tile (chronology_id, level, "index", hashes, root) '
    "SELECT ?::text, * FROM unnest(?b::integer[], ?b::bigint[], ?b::bytea[], ?b::bytea[])"
)
_IF_MOVED = " WHERE EXISTS (SELECT FROM moved)"
_MOVE_ON_FROM = f"{_MOVE_ON} AND head = ? AND peaks = ? AND erasures = ?{_NOTIFY}"
_AT_ONCE = (
    f"WITH moved AS ({_MOVE_ON_FROM}), events AS ({_EVENTS}{_IF_MOVED}), keys AS ({_KEYS}{_IF_MOVED}), tiles AS ({_TILES}{_IF_MOVED}) "  # noqa: S608 - our own words
    "SELECT count(*) FROM moved"
)

State = tuple[int, bytes, int]
"""A log's head, the peaks of its tree, and its count of erasures."""


class EventColumns:
    """Events on their way into the log, by the columns of `EVENT`; they are of one chronology."""

    __slots__ = ("bodies", "commits", "positions", "times", "types")

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.commits: list[int] = []
        self.types: list[str] = []
        self.times: list[int] = []
        self.bodies: list[str] = []

    def add(self, first: int, types: Sequence[str], time_us: int, bodies: Sequence[str]) -> None:
        """Add the events of one command, from the position `first` on."""
        count = len(bodies)
        self.positions += range(first, first + count)
        self.commits += [first + count - 1] * count
        self.types += types
        self.times += [time_us] * count
        self.bodies += bodies

    def columns(self) -> tuple[Sequence[object], ...]:
        """Return them in the order of `EVENT`."""
        return self.positions, self.commits, self.types, self.times, self.bodies


def write_log(driver: Driver, here: str, events: EventColumns, keys: Sequence[Row], state: State) -> None:
    """Write events and keys, these as rows of `KEY`, and move the chronology on; on PostgreSQL, wake up who listens."""
    kept = [list(column) for column in zip(*keys, strict=True)]
    if driver.dialect == "sqlite":
        driver.insert_here("event", here, EVENT, events.columns())
        driver.insert_here("idempotency", here, KEY, kept)
        driver.run(_MOVE_ON, *state, here)
    elif 0 < len(events.bodies) <= FEW:
        statement = f"WITH events AS ({_EVENTS}), keys AS ({_KEYS}) {_MOVE_ON}{_NOTIFY}"
        driver.run(statement, here, *events.columns(), here, *kept, *state, here)
    else:
        _copy_events(driver, here, events)
        driver.run(f"WITH keys AS ({_KEYS}) {_MOVE_ON}{_NOTIFY}", here, *kept, *state, here)


def write_at_once(
    driver: Driver, here: str, events: EventColumns, keys: Sequence[Row], tiles: Sequence[Row], before: State, after: State
) -> bool:
    """Write all that an append writes in one statement, if the log is still as it was `before`; return whether it was (PostgreSQL).

    `tiles` are rows of level, index, hashes and root. Whoever holds the log's row is waited for, and then `before` is compared anew.
    """
    kept = [list(column) for column in zip(*keys, strict=True)]
    filled = [[tile[at] for tile in tiles] for at in range(4)]
    found = driver.rows(_AT_ONCE, *after, here, *before, here, *events.columns(), here, *kept, here, *filled)
    return bool(found[0][0])


def _copy_events(driver: Driver, here: str, events: EventColumns) -> None:
    # COPY's text form needs no types; a canonical JSON text holds no raw tab or line break.
    lines = [
        f"{here}\t{position}\t{commit}\t{kind}\t{time}\t{body}\n".replace("\\", "\\\\")
        for position, commit, kind, time, body in zip(*events.columns(), strict=True)
    ]
    if lines:
        driver.copy("event", ("chronology_id", *EVENT), "".join(lines))
