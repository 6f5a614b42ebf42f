"""What inclusion proofs cost: out of a large Merkle tree in memory, and out of a log's stored tiles."""

import hashlib
import random
import time

from benchmarks.corpus import SEED
from shared.domain.merkle import inclusion_proof, leaf_hash, node_hash, root_at, verify_inclusion
from shared.store.engine import Database
from shared.store.tree import leaves_between, node_reader, read_root


def proof_seconds(leaves: int, count: int) -> list[float]:
    """Make inclusion proofs of random leaves; return the seconds that each took to compute. Each is verified, outside the clock."""
    levels = tree(leaves)

    def node(level: int, index: int) -> bytes:
        return levels[level][index]

    root = root_at(leaves, node)
    random_ = random.Random(SEED)
    seconds: list[float] = []
    for _ in range(count):
        index = random_.randrange(leaves)
        began = time.perf_counter()
        proof = inclusion_proof(index, leaves, node)
        seconds.append(time.perf_counter() - began)
        verify_inclusion(levels[0][index], index, leaves, proof, root)
    return seconds


def stored_proof_seconds(database: Database, chronology_id: str, count: int) -> list[float]:
    """Make inclusion proofs of random events of a log; return the seconds that each took, reading the tiles included."""
    random_ = random.Random(SEED)
    seconds: list[float] = []
    with database.read() as session:
        driver = database.driver(session)
        head: int = next(iter(driver.rows("SELECT head FROM chronology WHERE id = ?", chronology_id)))[0]
        root = read_root(driver, chronology_id, head, head)
        for _ in range(count):
            index = random_.randrange(head)
            began = time.perf_counter()
            proof = inclusion_proof(index, head, node_reader(driver, chronology_id, head))
            seconds.append(time.perf_counter() - began)
            verify_inclusion(leaves_between(driver, chronology_id, index, index + 1)[0], index, head, proof, root)
    return seconds


def tree(leaves: int) -> list[list[bytes]]:
    """All perfect subtrees over made-up leaves: `tree(n)[level][index]`."""
    levels = [[leaf_hash(hashlib.sha256(str(number).encode()).digest()) for number in range(leaves)]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return levels
