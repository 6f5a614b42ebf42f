"""What a reader loses who follows a log while it is written, counted for each system under the same hindrances.

    python -m benchmarks.log_loss [--quick] [--message-db FOLDER]

Eight writers append transactions of one to four events. A trigger delays some of them just before they commit, and rolls some back.
A reader follows from its cursor, over all streams, until the writers are done and it has read to the end. Then the log is read again
from the beginning: what stands in it and was not seen was skipped for ever.
"""

import argparse
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Unavailable, conditions
from benchmarks.peers.message_db import installation
from benchmarks.peers.tailing import (
    REFUSALS,
    BareSequence,
    EventSourcingTailed,
    MessageDbTailed,
    SalnameTailed,
    Seen,
    Tailed,
    Writing,
    hinder_postgres,
    hinder_sqlite,
)
from benchmarks.places import Fresh, databases_on, server_version, sqlite_file
from tests.support.postgres import postgres

WRITERS = 8
EVENTS = 20_000
LARGEST = 4
DELAYED, REFUSED, DELAY_SECONDS = 0.05, 0.005, 0.01
Hinder = Callable[[str, str], None]


@dataclass(frozen=True)
class Outcome:
    """What came of it. `lost` were acknowledged and are not there; the reader `skipped` what is there."""

    acknowledged: int
    rolled_back: int
    lost: int
    skipped: int
    duplicated: int
    misordered: int
    seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the events")
    parser.add_argument("--message-db", type=Path, metavar="FOLDER", help="an unpacked @eventide/message-db, instead of fetching it")
    arguments = parser.parse_args()
    events = EVENTS // 10 if arguments.quick else EVENTS
    what = f"{events:,} events, {WRITERS} writers, of the events {DELAYED:.1%} delay their commit up to {DELAY_SECONDS * 1000:g} ms, "
    print(f"# Loss under concurrency\n\n{conditions(what + f'{REFUSED:.1%} roll it back')}", flush=True)
    with ExitStack() as stack:
        server = stack.enter_context(postgres())
        print(f"- {server_version(server)}\n")
        systems: list[Tailed] = [BareSequence(), EventSourcingTailed(function=True), EventSourcingTailed(function=False)]
        systems += [*_message_db(stack, arguments.message_db), SalnameTailed()]
        print("| | acknowledged | rolled back | lost | skipped | duplicated | misordered | s |\n| --- |" + " ---: |" * 7, flush=True)
        for system in systems:
            _row(f"PostgreSQL: {system.name}", measure(system, databases_on(server), _hinder_postgres, events))
        _row("SQLite: Salname", measure(SalnameTailed(), sqlite_file, _hinder_sqlite, events))


def _message_db(stack: ExitStack, folder: Path | None) -> list[Tailed]:
    try:
        installer = stack.enter_context(installation(folder))
    except Unavailable as reason:
        print(f"message-db is left out: {reason}\n")
        return []
    return [MessageDbTailed(installer, by_category=False), MessageDbTailed(installer, by_category=True)]


def _hinder_postgres(url: str, table: str) -> None:
    hinder_postgres(url, table, DELAYED, REFUSED, DELAY_SECONDS)


def _hinder_sqlite(url: str, table: str) -> None:
    hinder_sqlite(url, table, REFUSED)


def _row(name: str, out: Outcome) -> None:
    figures = (out.acknowledged, out.rolled_back, out.lost, out.skipped, out.duplicated, out.misordered)
    print(f"| {name} | {' | '.join(f'{figure:,}' for figure in figures)} | {out.seconds:.1f} |", flush=True)


def measure(system: Tailed, fresh: Fresh, hinder: Hinder, events: int) -> Outcome:
    """Write and follow at the same time, then compare."""
    with fresh() as url:
        place = system.create(url)
        hinder(url, system.table)
        began = time.monotonic()
        acknowledged, rolled_back, seen = _write_and_follow(system, url, place, events)
        seconds = time.monotonic() - began
        with closing(system.following(url, place)) as following:
            stored = _to_the_end(following.more)
    return compare(acknowledged, rolled_back, stored, seen, seconds)


def _write_and_follow(system: Tailed, url: str, place: str, events: int) -> tuple[list[str], int, list[Seen]]:
    done = threading.Event()
    with system.writers(url, place, WRITERS) as opened, ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(_follow, system, url, place, done)
        writers = [pool.submit(_write, writing, number, events // WRITERS) for number, writing in enumerate(opened)]
        try:
            results = [writer.result() for writer in writers]
        finally:
            done.set()
        return [token for tokens, _ in results for token in tokens], sum(refused for _, refused in results), reader.result()


def _write(writing: Writing, number: int, events: int) -> tuple[list[str], int]:
    """Write until so many events are acknowledged; return their tokens and how many transactions were rolled back."""
    random_ = random.Random(number)
    acknowledged: list[str] = []
    refused = 0
    while len(acknowledged) < events:
        tokens = [str(uuid.uuid4()) for _ in range(min(random_.randint(1, LARGEST), events - len(acknowledged)))]
        try:
            writing.write(tokens)
        except REFUSALS:
            refused += 1
        else:
            acknowledged += tokens
    return acknowledged, refused


def _follow(system: Tailed, url: str, place: str, done: threading.Event) -> list[Seen]:
    seen: list[Seen] = []
    with closing(system.following(url, place)) as following:
        while not done.is_set():
            seen += following.more()
        return seen + _to_the_end(following.more)


def _to_the_end(more: Callable[[], Sequence[Seen]]) -> list[Seen]:
    seen: list[Seen] = []
    while part := more():
        seen += part
    return seen


def compare(acknowledged: Sequence[str], rolled_back: int, stored: Sequence[Seen], seen: Sequence[Seen], seconds: float) -> Outcome:
    """Count what went wrong."""
    there = {token for _, _, token in stored}
    times = Counter(token for _, _, token in seen)
    return Outcome(
        acknowledged=len(acknowledged),
        rolled_back=rolled_back,
        lost=len(set(acknowledged) - there),
        skipped=len(there - set(times)),
        duplicated=sum(count - 1 for count in times.values()),
        misordered=misordered(seen),
        seconds=seconds,
    )


def misordered(seen: Sequence[Seen]) -> int:
    """How many events came after a later one of their stream."""
    latest: dict[str, int] = {}
    count = 0
    for stream, version, _ in seen:
        count += version < latest.get(stream, version)
        latest[stream] = max(version, latest.get(stream, version))
    return count


if __name__ == "__main__":
    main()
