"""The stored tree is the tree over the stored bytes, at every step, and proves what it holds."""

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidProof
from shared.domain.merkle import (
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from shared.domain.ports import Append
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.tree import Growth, grow, node_reader
from tests.contract.conftest import Another
from tests.contract.making import command, rejected
from tests.support.trees import naive_root
from tests.torture.checker import Tree, stored_log, wrong_in_log

STEPS = [253, 1, 1, 1, 253, 1, 1, 1, 255, 256, 257, 512, 1000]
"""Events of appends that lead, after the one that opens the chronology, over the borders 255, 256, 257 and 511, 512, 513."""


def appends(chronology: str, steps: Sequence[int] = STEPS) -> Iterator[Append]:
    for number, size in enumerate(steps):
        yield command(chronology, *map(rejected, range(size)), key=f"step {number}")


def check(log: DatabaseLog, chronology: str) -> None:
    with log.database.read() as session:
        stored = stored_log(session.connection(), chronology)
        assert wrong_in_log(stored) == []
    leaves = [leaf_hash(body) for body in log.read_raw(chronology, limit=10_000)]
    tree = CompactRange().extend(leaves)
    assert (stored.head, stored.peaks) == (tree.size, tree.encode())


def test_the_peaks_are_those_of_the_stored_bytes_at_every_step(database_log: DatabaseLog, chronology: str) -> None:
    heads = [database_log.head(chronology)]
    for request in appends(chronology):
        heads.append(database_log.append(request).last)
        check(database_log, chronology)
    assert {255, 256, 257, 511, 512}.issubset(heads)


def test_writers_that_take_turns_grow_one_tree(database_log: DatabaseLog, chronology: str, another: Another) -> None:
    """What one has at hand of the tree is old each time the other has appended; a third one has nothing at hand."""
    turns = [database_log, another()]
    for number, request in enumerate(appends(chronology)):
        writer = another() if number % 5 == 4 else turns[number % 2]
        writer.append(request)
        check(database_log, chronology)


def test_a_refused_append_leaves_the_tree_as_it_was(database_log: DatabaseLog, chronology: str) -> None:
    for number, size in enumerate([254, 1, 3]):
        stale = command(chronology, *map(rejected, range(300)), key=f"stale {number}", expected_revision=0)
        with pytest.raises(Exception, match="you decided on revision 0"):
            database_log.append(stale)
        database_log.append(command(chronology, *map(rejected, range(size)), key=f"{number}"))
        check(database_log, chronology)


def test_every_proof_from_the_store_holds(database_log: DatabaseLog, chronology: str) -> None:
    for request in appends(chronology):
        database_log.append(request)
    bodies = database_log.read_raw(chronology, limit=10_000)
    head = len(bodies)
    some = random.Random(head)
    borders = [1, 2, 255, 256, 257, 511, 512, 513, 2303, 2304, 2305, head - 1, head]
    sizes = sorted({*borders, *(some.randrange(1, head) for _ in range(25))})
    with database_log.database.read() as session:
        node = node_reader(Database.driver(session), chronology, head)
        roots = {size: root_at(size, node) for size in sizes}
        assert all(roots[size] == naive_root(bodies[:size]) for size in sizes)
        for size in sizes:
            for index in {0, size - 1, size // 2, some.randrange(size)}:
                leaf = leaf_hash(bodies[index])
                proof = inclusion_proof(index, size, node)
                verify_inclusion(leaf, index, size, proof, roots[size])
                with pytest.raises(InvalidProof):
                    verify_inclusion(leaf_hash(bodies[index - 1] if index else bodies[-1] + b" "), index, size, proof, roots[size])
            old = some.choice([each for each in sizes if each <= size])
            verify_consistency(old, size, roots[old], roots[size], consistency_proof(old, size, node))


def test_a_reader_of_an_older_state_proves_it(database_log: DatabaseLog, chronology: str) -> None:
    """The store has moved on meanwhile: tiles that were not full then are full now."""
    for request in appends(chronology):
        database_log.append(request)
    bodies = database_log.read_raw(chronology, limit=10_000)
    with database_log.database.read() as session:
        for head in (100, 256, 300, 700, 2305):
            node = node_reader(Database.driver(session), chronology, head)
            proof = inclusion_proof(head // 2, head, node)
            verify_inclusion(leaf_hash(bodies[head // 2]), head // 2, head, proof, naive_root(bodies[:head]))


class TestGrowth:
    """`grow` by itself, with leaves made up, as far as the third level of tiles."""

    LEAVES = tuple(sha256(n.to_bytes(4, "big")).digest() for n in range(65_536 * 2 + 300))

    @staticmethod
    def grown(leaves: Sequence[bytes], stops: Sequence[int]) -> tuple[Growth, dict[tuple[int, int], tuple[bytes, bytes]]]:
        stored: dict[tuple[int, int], tuple[bytes, bytes]] = {}

        def roots(level: int, first: int, end: int) -> list[bytes]:
            return [stored[level, index][1] for index in range(first, end)]

        growth = Growth(CompactRange(), (), ())
        for stop in stops:
            growth = grow(growth.tree, growth.pending, [leaf_hash(leaf) for leaf in leaves[growth.tree.size : stop]], roots)
            for tile in growth.tiles:
                assert (tile.level, tile.index) not in stored, "a tile is written once"
                stored[tile.level, tile.index] = (tile.hashes, tile.root)
        return growth, stored

    def check(self, size: int, stops: Sequence[int]) -> None:
        growth, stored = self.grown(self.LEAVES[:size], stops)
        tree = Tree()
        for leaf in self.LEAVES[:size]:
            tree.add(leaf)
        assert (growth.tree.size, growth.tree.encode(), growth.tree.root()) == (size, tree.peaks(), tree.root())
        assert stored == tree.tiles()
        assert growth.pending == tuple(leaf_hash(leaf) for leaf in self.LEAVES[size - size % 256 : size])

    @pytest.mark.parametrize(
        "stops",
        [
            [65_535],
            [65_536],
            [65_537],
            [65_535, 65_536, 65_537],
            [1, 65_280, 65_535, 65_537],
            [65_281, 65_791, 65_792, 65_793],
            [255, 256, 257, 65_536],
            [65_536, 131_072, 131_073],
            [300, 131_071, 131_072],
            [131_300],
        ],
        ids=str,
    )
    def test_over_the_borders_of_the_second_level(self, stops: list[int]) -> None:
        self.check(stops[-1], stops)

    def test_proofs_come_from_tiles_of_every_level(self, database_log: DatabaseLog) -> None:
        """The right edge stands at the border of a tile, so that no events are needed, but not at one of the level above."""
        head = 65_536 + 512
        growth, stored = self.grown(self.LEAVES, [60_000, head])
        tiles = [("made up", level, index, hashes, root) for (level, index), (hashes, root) in stored.items()]
        some = random.Random(head)
        with database_log.database.write() as session:
            Database.driver(session).insert("tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        with database_log.database.read() as session:
            node = node_reader(Database.driver(session), "made up", head)
            assert root_at(head, node) == growth.tree.root() == naive_root(self.LEAVES[:head])
            for index in (0, 255, 65_535, 65_536, head - 1, *(some.randrange(head) for _ in range(20))):
                verify_inclusion(leaf_hash(self.LEAVES[index]), index, head, inclusion_proof(index, head, node), growth.tree.root())
            for old in (1, 256, 65_535, 65_536, 65_537, head - 1, *(some.randrange(1, head) for _ in range(5))):
                proof = consistency_proof(old, head, node)
                verify_consistency(old, head, naive_root(self.LEAVES[:old]), growth.tree.root(), proof)

    @given(st.lists(st.integers(0, 3_000), min_size=1, max_size=8))
    def test_in_any_steps(self, steps: list[int]) -> None:
        stops = [sum(steps[: n + 1]) for n in range(len(steps))]
        self.check(stops[-1], stops)
