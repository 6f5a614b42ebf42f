"""How fast events become durable: Salname's public append path beside its peers and the limits of the drivers.

    python -m benchmarks.log_append [--quick] [--million] [--only sqlite|postgresql] [--part batches|singles|stored] [--rounds N]
        [--message-db FOLDER]

An event carries about 650 bytes of JSON. SQLite runs in WAL mode with synchronous FULL, PostgreSQL with its defaults on a server that
the run has for itself. Its writers are threads of one process or of eight, whichever a contestant did better with in a trial run.
"""

import argparse
from collections.abc import Callable, Container, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measure import Figures, Target, Unavailable, conditions, interleaved, load_now, report, rounds_of
from benchmarks.peers.es import EventSourcing
from benchmarks.peers.message_db import MessageDb, installation
from benchmarks.peers.raw import BareGroupCommit, PostgresCopy, SqliteRows
from benchmarks.peers.salname import Salname
from benchmarks.places import Fresh, databases_on, server_version, sqlite_file
from benchmarks.race import Load, Mode, Peer, race
from tests.support.postgres import postgres

OURS = "Salname append"
SAVE, RECORDER, SAVE_CLAIMS = EventSourcing("save"), EventSourcing("recorder"), EventSourcing("save from claims")
SAVE_FUNCTION, RECORDER_FUNCTION = EventSourcing("save", function=True), EventSourcing("recorder", function=True)
KEYED, BARE = SqliteRows(keyed=True), SqliteRows(keyed=False)
COPY, GROUP = PostgresCopy(), BareGroupCommit()
TASKS = Salname(tasks=True)
RANDOM_TASKS, RANDOM_EACH = Salname(random_keys=True, tasks=True), Salname(random_keys=True, each=True)
PARTS = ("batches", "singles", "stored")
PRODUCERS = (1, 32, 128)
WRITERS = 8
BATCH = 1000


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    rounds: int
    batches: int
    singles: int
    million: int


FULL = Size(rounds=5, batches=40, singles=4_000, million=1_000_000)
QUICK = Size(rounds=2, batches=8, singles=512, million=20_000)


def main() -> None:
    """Measure what is asked for and print it."""
    arguments = parse()
    size = QUICK if arguments.quick else FULL
    size = replace(size, rounds=arguments.rounds or size.rounds)
    print(f"# Appending\n\n{conditions(rounds_of(size.rounds))}", flush=True)
    parts = {arguments.part} if arguments.part else {"batches", "singles", *(["stored"] if arguments.million else [])}
    if arguments.only != "postgresql":
        sqlite(size, parts)
    if arguments.only != "sqlite":
        with ExitStack() as stack:
            server = stack.enter_context(postgres())
            print(f"- {server_version(server)}\n", flush=True)
            postgresql(size, databases_on(server), message_db(stack, arguments.message_db), parts)
            print(load_now(), flush=True)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    parser.add_argument("--million", action="store_true", help="also with a million events stored")
    parser.add_argument("--part", choices=PARTS, help="only this; `stored` is what --million adds")
    parser.add_argument("--rounds", type=int, metavar="N", help="so many rounds, where five would take too long")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--message-db", type=Path, metavar="FOLDER", help="an unpacked @eventide/message-db, instead of fetching it")
    return parser.parse_args()


def message_db(stack: ExitStack, folder: Path | None) -> list[Peer]:
    """Message-db, if it can be had."""
    try:
        return [MessageDb(stack.enter_context(installation(folder)))]
    except Unavailable as reason:
        print(f"message-db is left out: {reason}\n")
        return []


def sqlite(size: Size, parts: Container[str]) -> None:
    """Everything on SQLite."""
    load = Load(writers=1, transactions=size.batches, batch=BATCH)
    if "batches" in parts:
        report(
            f"SQLite, one writer, batches of {BATCH:,}",
            rounds([BARE, KEYED, RECORDER, SAVE, SAVE_CLAIMS, Salname()], sqlite_file, load, size.rounds),
            [KEYED.name, SAVE.name],
            [
                Target("Salname to eventsourcing's save, in batches", OURS, 1.5, (SAVE.name,)),
                Target("Salname to raw executemany of a log's rows, in batches", OURS, 0.3, (KEYED.name,)),
            ],
        )
    if "singles" in parts:
        singles([GROUP, SAVE, Salname(), TASKS], sqlite_file, size, "SQLite")
    if "stored" in parts:
        with_many_stored(sqlite_file, size, "SQLite", load)
    print(load_now(), flush=True)


def postgresql(size: Size, fresh: Fresh, message_db: Sequence[Peer], parts: Container[str]) -> None:
    """Everything on PostgreSQL."""
    peers = [RECORDER, RECORDER_FUNCTION, SAVE, SAVE_FUNCTION, *message_db]
    names = tuple(peer.name for peer in (RECORDER, RECORDER_FUNCTION, SAVE, SAVE_FUNCTION))
    for writers in (1, WRITERS) if "batches" in parts else ():
        load = Load(writers=writers, transactions=max(size.batches // writers, 2), batch=BATCH)
        report(
            f"PostgreSQL, {writers} writers, batches of {BATCH:,}",
            rounds([COPY, *peers, Salname()], fresh, load, size.rounds),
            [COPY.name, RECORDER.name],
            [Target(f"Salname to eventsourcing (its fastest way), {writers} writers, in batches", OURS, 1.2, names)],
        )
    if "singles" in parts:
        singles([GROUP, SAVE, SAVE_FUNCTION, *message_db, Salname(), TASKS], fresh, size, "PostgreSQL")
    if "stored" in parts:
        with_many_stored(fresh, size, "PostgreSQL", Load(writers=1, transactions=size.batches, batch=BATCH))


def singles(peers: Sequence[Peer], fresh: Fresh, size: Size, where: str) -> None:
    """Concurrent appends of one event each."""
    for producers in sorted({*PRODUCERS, WRITERS} if where == "PostgreSQL" else PRODUCERS):
        taking = [peer for peer in peers if producers <= 32 or not isinstance(peer, MessageDb)]  # it has a connection for each producer
        load = Load(writers=producers, transactions=max(size.singles // (8 if producers == 1 else 1) // producers, 5), batch=1)
        figures = rounds(taking, fresh, load, size.rounds)
        theirs = [peer.name for peer in peers if peer in (SAVE, SAVE_FUNCTION)]
        promised = [Target(f"Salname to {name}, {producers} producers", TASKS.name, 3, (name,)) for name in theirs]
        report(
            f"{where}, {producers} producers, one event each",
            figures,
            [GROUP.name, SAVE.name],
            promised if producers > 1 else (),
        )


def rounds(peers: Sequence[Peer], fresh: Fresh, load: Load, count: int) -> Figures:
    """Race all contestants, interleaved, each round in an empty database."""
    runs: dict[str, Callable[[], float]] = {}
    modes: dict[str, Mode] = {}
    for peer in peers:
        modes[peer.name] = better_mode(peer, fresh, load)
        runs[peer.name] = lambda peer=peer: once(peer, fresh, load, modes[peer.name])  # type: ignore[misc]
    figures = interleaved(count, runs)
    if apart := [name for name, mode in modes.items() if mode == "processes"]:
        print(f"In eight processes: {', '.join(apart)}; in one: {', '.join(set(modes) - set(apart)) or 'nobody'}.\n")
    return figures


def better_mode(peer: Peer, fresh: Fresh, load: Load) -> Mode:
    """Try writers as threads of one process and of eight, where both make sense: SQLite and a group commit live in one."""
    if isinstance(peer, Salname) and peer.tasks:
        return "tasks"
    if load.writers == 1 or fresh is sqlite_file or isinstance(peer, BareGroupCommit):
        return "threads"
    trial = replace(load, transactions=max(load.transactions // 4, 1))
    return "threads" if once(peer, fresh, trial, "threads") >= once(peer, fresh, trial, "processes") else "processes"


def once(peer: Peer, fresh: Fresh, load: Load, mode: Mode) -> float:
    """One race in an empty database."""
    with fresh() as url:
        return race(peer, url, peer.create(url), load, mode)


def with_many_stored(fresh: Fresh, size: Size, where: str, load: Load) -> None:
    """The rate into an empty log, and into one that holds a million events."""
    in_batches = Load(writers=1, transactions=size.million // BATCH, batch=BATCH)
    by_one = Load(writers=32, transactions=max(size.singles // 32, 5), batch=1)
    for peer, part, filler in ((Salname(), load, Salname()), (RECORDER, load, RECORDER), (RANDOM_TASKS, by_one, RANDOM_EACH)):
        figures = empty_and_full(peer, fresh, part, filler, in_batches, size.rounds)
        empty, full = (f"{peer.name}, {state}" for state in ("empty", "full"))
        kind = f"{part.writers} writers, transactions of {part.batch}"
        targets = [Target(f"{peer.name} with {size.million:,} stored to empty, {kind}", full, 0.8, (empty,))]
        report(f"{where}, {size.million:,} events stored, {kind}", figures, [empty], targets if isinstance(peer, Salname) else ())


def empty_and_full(peer: Peer, fresh: Fresh, part: Load, filler: Peer, stored: Load, count: int) -> Figures:
    """Fill a log by another peer (a part at a time, to bound our own memory), and measure on it and on empty ones in turn."""
    with fresh() as url:
        place = peer.create(url)
        step = max(20_000 // stored.batch, 1)
        for _ in range(max(stored.transactions // step, 1)):
            race(filler, url, place, replace(stored, transactions=step))
        full, mode = f"{peer.name}, full", better_mode(peer, fresh, part)
        return interleaved(
            count, {f"{peer.name}, empty": lambda: once(peer, fresh, part, mode), full: lambda: race(peer, url, place, part, mode)}
        )


if __name__ == "__main__":
    main()
