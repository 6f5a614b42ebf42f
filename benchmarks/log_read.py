"""How fast a log is read: decoded and upcast-checked beside eventsourcing's notification log, and proofs out of a large tree.

    python -m benchmarks.log_read [--quick] [--million] [--only sqlite|postgresql]

Every contestant reads a whole log of the same claims in sections of 1,000. eventsourcing's notification log gives stored bytes; decoded
by its mapper they are its events, with the claim as a dictionary. Ours are validated values of the domain, and they are sealed, each under
a key of its own: so the peer is measured with its own cipher, too (AES-GCM, one key for everything). Inclusion proofs are made out of the
nodes of a tree in memory, and out of a log's stored tiles, read anew for each proof.
"""

import argparse
import statistics
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

from benchmarks.measure import Target, conditions, interleaved, report, rounds_of
from benchmarks.peers.es import Books, EventSourcing, EventSourcingSession, environment
from benchmarks.peers.salname import Salname, SalnameSession
from benchmarks.places import Fresh, databases_on, server_version, sqlite_file
from benchmarks.proofs import proof_seconds, stored_proof_seconds
from benchmarks.race import Load, fill, still
from tests.support.postgres import postgres

SECTION = 1000
BATCH = 1000
PROOFS = 1000
ES, SAVE = "eventsourcing notification log", EventSourcing("save")
ES_DECODED = f"{ES}, decoded by its mapper"
ES_DECIPHERED = f"{ES}, enciphered and decoded by its mapper"
CIPHER = {"CIPHER_TOPIC": "eventsourcing.cryptography:AESCipher", "CIPHER_KEY": b64encode(bytes(32)).decode()}
OURS, OURS_RAW = "Salname read, decoded and checked", "Salname read_raw"


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    rounds: int
    events: int
    leaves: int


FULL = Size(rounds=5, events=50_000, leaves=1_000_000)
QUICK = Size(rounds=3, events=10_000, leaves=50_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    parser.add_argument("--million", action="store_true", help="with a million events stored (takes long)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    size = replace(size, events=1_000_000) if arguments.million else size
    print(f"# Reading\n\n{conditions(rounds_of(size.rounds))}", flush=True)
    if arguments.only != "postgresql":
        read_log("SQLite", sqlite_file, size)
    if arguments.only != "sqlite":
        with postgres() as server:
            print(f"- {server_version(server)}\n")
            read_log("PostgreSQL", databases_on(server), size)
    told(f"Inclusion proofs in a tree of {size.leaves:,} leaves, nodes in memory", proof_seconds(size.leaves, PROOFS))


def read_log(where: str, fresh: Fresh, size: Size) -> None:
    """Fill a log of each kind, and read both in turn."""
    load = Load(writers=1, transactions=size.events // BATCH, batch=BATCH)
    with ExitStack() as stack:
        ours = stack.enter_context(filled_salname(fresh, load))
        theirs = stack.enter_context(filled_eventsourcing(fresh, load))
        enciphered = stack.enter_context(filled_eventsourcing(fresh, load, CIPHER))
        figures = interleaved(
            size.rounds,
            {
                ES: lambda: rate(lambda: read_notifications(theirs, decode=False)),
                ES_DECODED: lambda: rate(lambda: read_notifications(theirs, decode=True)),
                ES_DECIPHERED: lambda: rate(lambda: read_notifications(enciphered, decode=True)),
                OURS_RAW: lambda: rate(lambda: read_raw(ours)),
                OURS: lambda: rate(lambda: read_decoded(ours)),
            },
        )
        stored = stored_proof_seconds(ours.database, ours.chronology_id, PROOFS)
    targets = [
        Target("Salname, decoded, to the notification log, decoded", OURS, 1, (ES_DECODED,)),
        Target("Salname, decoded, to the same where it is enciphered, too", OURS, 1, (ES_DECIPHERED,)),
        Target("Salname, raw, to the notification log, raw", OURS_RAW, 1, (ES,)),
    ]
    report(f"{where}, a log of {size.events:,} events", figures, [ES, ES_DECODED, ES_DECIPHERED], targets)
    told(f"{where}, inclusion proofs in that log, its tiles read for each", stored)


@contextmanager
def filled_salname(fresh: Fresh, load: Load) -> Iterator[SalnameSession]:
    """A log of ours with claims in it."""
    peer = Salname()
    with fresh() as url, closing(peer.connect(url, peer.create(url))) as session:
        fill(session.writer(0), load)
        yield session


@contextmanager
def filled_eventsourcing(fresh: Fresh, load: Load, cipher: Mapping[str, str] = MappingProxyType({})) -> Iterator[EventSourcingSession]:
    """A log of theirs with the same claims in it."""
    with fresh() as url:
        SAVE.create(url)
        application = Books({**environment(url, SAVE.function), "CREATE_TABLE": "no", **cipher})
        with closing(EventSourcingSession(application, SAVE.way)) as session:
            fill(session.writer(0), load)
            yield session


def rate(read: Callable[[], int]) -> float:
    """Events a second of reading a whole log."""
    with still():
        began = time.perf_counter()
        count = read()
        return count / (time.perf_counter() - began)


def read_notifications(session: EventSourcingSession, decode: bool) -> int:
    """Read the notification log; decode its events, if asked to."""
    application, count, cursor = session.application, 0, 0
    while section := application.notification_log.select(cursor, SECTION, inclusive_of_start=False):
        if decode:
            for notification in section:
                application.mapper.to_domain_event(notification)
        count, cursor = count + len(section), section[-1].id
    return count


def read_raw(session: SalnameSession) -> int:
    """Read our stored bytes."""
    count = 0
    while section := session.log.read_raw(session.chronology_id, count, SECTION):
        count += len(section)
    return count


def read_decoded(session: SalnameSession) -> int:
    """Read our events as values of the domain."""
    count = 0
    while section := session.log.read(session.chronology_id, count, SECTION):
        count += len(section)
    return count


def told(title: str, seconds: Sequence[float]) -> None:
    """Print what proofs cost."""
    median, worst = statistics.median(seconds) * 1e6, max(seconds) * 1e6
    verdict = "met" if median < 1000 else "**not met**"
    print(
        f"### {title}\n\n- median {median:,.0f} µs, worst of {len(seconds):,} {worst:,.0f} µs (under 1,000 of compute): {verdict}\n",
        flush=True,
    )


if __name__ == "__main__":
    main()
