"""What proofs out of a stored log cost: the tree of a million events in SQLite, as appends store it.

    python -m benchmarks.log_proof [--quick]

The tree is grown by the code that appends use, over leaves that are made up; the events behind the last, partial tile are there, since
their hashes are derived from them. Every proof is verified, outside the clock. A reader of nodes is made for each proof, as each request
makes one. The target is the issue's: an inclusion proof at 10^6 events in under a millisecond.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from contextlib import closing

from benchmarks.corpus import SEED
from benchmarks.measure import conditions
from benchmarks.places import sqlite_file
from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.merkle import (
    TILE_WIDTH,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from shared.store.checkpoints import log_nodes
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.tree import grow, stored_roots

HERE = "0190a000-0000-7000-8000-00000000000b"
LEAVES, QUICK_LEAVES = 1_000_000, 50_000
BATCH = 25_000
PROOFS = 1000
PADDING = b"x" * 900
TARGET = 1000
"""Microseconds that the median inclusion proof may take."""


def body(number: int) -> bytes:
    """A stand-in for the stored bytes of the event with this index."""
    return b'{"data":"%s","event":%d}' % (PADDING, number)


def fill(database: Database, leaves: int) -> bytes:
    """Store the tree over so many made-up events; return its root."""
    tree: CompactRange = CompactRange()
    pending: tuple[bytes, ...] = ()
    with database.drive() as driver:
        for first in range(0, leaves, BATCH):
            new = [leaf_hash(body(number)) for number in range(first, min(first + BATCH, leaves))]
            growth = grow(tree, pending, new, stored_roots(driver, HERE))
            tree, pending = growth.tree, growth.pending
            tiles = [(HERE, tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
            driver.insert("tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        rest = range(leaves - leaves % TILE_WIDTH, leaves)
        columns = ("chronology_id", "position", "commit", "type", "time_us", "body")
        row = (HERE, "benchmark", "Benchmark", "", leaves, tree.encode(), 0)
        driver.insert("chronology", ("id", "slug", "title", "description", "head", "peaks", "erasures"), [row])
        driver.insert("event", columns, [(HERE, number + 1, number + 1, "made.up", 0, body(number).decode()) for number in rest])
    return tree.root()


def timed(count: int, leaves: int, make: Callable[[int], Callable[[], None]]) -> list[float]:
    """Time the work for random indices; return microseconds of compute each. What the work returns is a check, made outside the clock.

    The clock is this thread's: on a shared machine, another one would count the time that others compute.
    """
    random_ = random.Random(SEED)
    found = []
    for _ in range(count):
        index = random_.randrange(1, leaves)
        began = time.thread_time()
        check = make(index)
        found.append((time.thread_time() - began) * 1e6)
        check()
    return found


def inclusion(driver: Driver, leaves: int, root: bytes, index: int) -> Callable[[], None]:
    """Make an inclusion proof; return what verifies it."""
    proof = inclusion_proof(index, leaves, log_nodes(driver, HERE))
    return lambda: verify_inclusion(leaf_hash(body(index)), index, leaves, proof, root)


def consistency(driver: Driver, leaves: int, root: bytes, index: int) -> Callable[[], None]:
    """Make a consistency proof from the size `index`; return what verifies it."""
    node = log_nodes(driver, HERE)
    proof = consistency_proof(index, leaves, node)
    return lambda: verify_consistency(index, leaves, root_at(index, node), root, proof)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smaller tree, to see that it runs")
    leaves = QUICK_LEAVES if parser.parse_args().quick else LEAVES
    print(f"# Proofs out of a stored tree\n\n{conditions(f'{PROOFS:,} proofs each, of random events')}", flush=True)
    with sqlite_file() as url, closing(Database(url, kek=KeyEncryptionKey(bytes(32)))) as database:
        migrate(database)
        began = time.perf_counter()
        root = fill(database, leaves)
        took = time.perf_counter() - began
        print(f"### SQLite, {leaves:,} leaves (grown and stored in {took:.1f} s, {leaves / took:,.0f} a second)\n", flush=True)
        with database.read() as session:
            driver = database.driver(session)
            for what, make in {"inclusion": inclusion, "consistency": consistency}.items():
                times = timed(PROOFS, leaves, lambda index, make=make: make(driver, leaves, root, index))  # type: ignore[misc]
                median, worst = statistics.median(times), max(times)
                met = "" if what != "inclusion" else f" (target: under {TARGET:,}: {'met' if median < TARGET else '**not met**'})"
                print(
                    f"- {what} proof: median {median:,.0f} µs, 99 % under {sorted(times)[PROOFS * 99 // 100]:,.0f}, worst {worst:,.0f}{met}"
                )


if __name__ == "__main__":
    main()
