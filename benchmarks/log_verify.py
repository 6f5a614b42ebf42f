"""How fast a log is verified from its events: positions, canonical bytes, tree, keys, seals and quotes.

Run by `python -m benchmarks.log_verify [--quick]`.
"""

import argparse
import statistics
import time
from contextlib import closing

from benchmarks.measure import conditions
from benchmarks.peers.salname import Salname, open_database
from benchmarks.places import sqlite_file
from benchmarks.race import Load, fill, still
from shared.store.verify import verify_log

TARGET = 50_000
ROUNDS = 5


def main() -> None:
    """Fill a log and verify it, several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller log")
    events = 10_000 if parser.parse_args().quick else 100_000
    print(conditions(f"median of {ROUNDS} rounds"))
    with sqlite_file() as url:
        peer = Salname()
        place = peer.create(url)
        with closing(peer.connect(url, place)) as session, closing(session.writer(0)) as writer:
            fill(writer, Load(writers=1, transactions=events // 1000, batch=1000))
        rates = [_verified(url, place.split()[0]) for _ in range(ROUNDS)]
    median = statistics.median(rates)
    met = "met" if median >= TARGET else "**not met**"
    print(f"- SQLite, {events:,} events: {median:,.0f} events/s ({min(rates):,.0f} – {max(rates):,.0f}); at least {TARGET:,}: {met}")


def _verified(url: str, chronology_id: str) -> float:
    with closing(open_database(url)) as database, still():
        began = time.monotonic()
        found = verify_log(database, chronology_id)
        return found.events / (time.monotonic() - began)


if __name__ == "__main__":
    main()
