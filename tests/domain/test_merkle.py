"""The Merkle tree: published vectors, and properties against the RFC's own recursive definition."""

import os
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.errors import InvalidProof
from shared.domain.merkle import (
    EMPTY_ROOT,
    TILE_WIDTH,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    tile_root,
    verify_consistency,
    verify_inclusion,
)
from tests.support.trees import Tree, naive_root

# The vectors of Certificate Transparency, as published in transparency-dev/merkle (proof/verify_test.go, rfc6962/rfc6962_test.go).
LEAVES = [
    bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSION = [
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
]
CONSISTENCY = [
    (1, 1, ()),
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
    (
        6,
        7,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
]
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")

LARGEST = 300
GROWN = Tree([f"leaf {index}".encode() for index in range(LARGEST)])
HASHES = [leaf_hash(leaf) for leaf in GROWN.leaves]
GROWN_ROOTS = [naive_root(GROWN.leaves[:size]) for size in range(LARGEST + 1)]
sizes = st.integers(1, LARGEST)


def refused(verify: Callable[..., object], *arguments: object) -> None:
    with pytest.raises(InvalidProof):
        verify(*arguments)


def hashes_of(proof: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]


class TestPublishedVectors:
    def test_hashes(self) -> None:
        assert ROOTS[0] == EMPTY_ROOT
        assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
        assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"

    @pytest.mark.parametrize("size", range(9))
    def test_roots(self, size: int) -> None:
        assert CompactRange().extend([leaf_hash(leaf) for leaf in LEAVES[:size]]).root() == ROOTS[size]
        assert root_at(size, Tree(LEAVES).node) == ROOTS[size]
        assert naive_root(LEAVES[:size]) == ROOTS[size]

    @pytest.mark.parametrize(("index", "size", "published"), INCLUSION)
    def test_inclusion(self, index: int, size: int, published: tuple[str, ...]) -> None:
        proof, leaf, root = hashes_of(published), leaf_hash(LEAVES[index]), ROOTS[size]
        assert inclusion_proof(index, size, Tree(LEAVES).node) == proof
        verify_inclusion(leaf, index, size, proof, root)
        # The ways of breaking a proof that transparency-dev tries:
        for other in (index - 1, index + 1, index ^ 2):
            refused(verify_inclusion, leaf, other, size, proof, root)
        for other in (size * 2, size // 2):
            refused(verify_inclusion, leaf, index, other, proof, root)
        for broken in broken_proofs(proof, root):
            refused(verify_inclusion, leaf, index, size, broken, root)
        refused(verify_inclusion, b"WrongLeaf", index, size, proof, root)
        for wrong in (EMPTY_ROOT, SOME_HASH, b""):
            refused(verify_inclusion, leaf, index, size, proof, wrong)

    @pytest.mark.parametrize(("old", "new", "published"), CONSISTENCY)
    def test_consistency(self, old: int, new: int, published: tuple[str, ...]) -> None:
        proof, old_root, new_root = hashes_of(published), ROOTS[old], ROOTS[new]
        assert consistency_proof(old, new, Tree(LEAVES).node) == proof
        verify_consistency(old, new, old_root, new_root, proof)
        for broken in (*broken_proofs(proof, old_root), *broken_proofs(proof, new_root)):
            refused(verify_consistency, old, new, old_root, new_root, broken)
        for wrong in (b"WrongRoot", SOME_HASH, EMPTY_ROOT):
            refused(verify_consistency, old, new, wrong, new_root, proof)
            refused(verify_consistency, old, new, old_root, wrong, proof)
        if old < new:
            refused(verify_consistency, old, new, new_root, old_root, proof)
            for others in ((old - 1, new), (old + 1, new), (old ^ 2, new), (old, new * 2), (old, new // 2)):
                refused(verify_consistency, *others, old_root, new_root, proof)

    @pytest.mark.parametrize(("old", "new"), [(1, 0), (2, 1), (-1, 1)])
    def test_no_travelling_back(self, old: int, new: int) -> None:
        refused(verify_consistency, old, new, SOME_HASH, SOME_HASH, [])
        refused(consistency_proof, old, new, GROWN.node)

    @pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 0), (1, 1), (2, 1), (-1, 1)])
    def test_no_leaf_outside_the_tree(self, index: int, size: int) -> None:
        refused(verify_inclusion, SOME_HASH, index, size, [], SOME_HASH)
        refused(inclusion_proof, index, size, GROWN.node)


def broken_proofs(proof: list[bytes], root: bytes) -> list[list[bytes]]:
    """The given proof with something added, left out, doubled, swapped or with one bit changed."""
    broken = [[*proof, b""], [*proof, root], [b"", *proof], [root, *proof]]
    broken += [[*proof[:place], *proof[place + 1 :]] for place in range(len(proof))]
    broken += [[*proof[: place + 1], *proof[place:]] for place in range(len(proof))]
    broken += [[*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :]] for place in range(len(proof) - 1)]
    for place, each in enumerate(proof):
        broken += [[*proof[:place], flipped(each, bit), *proof[place + 1 :]] for bit in (0, 3, 4, 255)]
    return broken


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


def way(index: int, size: int) -> str:
    """Which turns lead from the root of a tree to a leaf: the sizes that a proof cannot tell apart share them."""
    turns, begin, end = "", 0, size
    while end - begin > 1:
        split = 1
        while split * 2 < end - begin:
            split *= 2
        left = index < begin + split
        begin, end, turns = (begin, begin + split, turns + "l") if left else (begin + split, end, turns + "r")
    return turns


class TestInclusion:
    def test_every_leaf_of_every_tree(self) -> None:
        for size in range(1, LARGEST + 1):
            for index in range(size):
                proof = inclusion_proof(index, size, GROWN.node)
                assert len(proof) == len(way(index, size))
                verify_inclusion(HASHES[index], index, size, proof, GROWN_ROOTS[size])

    @given(size=sizes, data=st.data())
    def test_everything_altered_is_refused(self, size: int, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, size - 1))
        proof, leaf, root = inclusion_proof(index, size, GROWN.node), HASHES[index], GROWN_ROOTS[size]
        for broken in broken_proofs(proof, root):
            refused(verify_inclusion, leaf, index, size, broken, root)
        bit = data.draw(st.integers(0, 255))
        refused(verify_inclusion, flipped(leaf, bit), index, size, proof, root)
        refused(verify_inclusion, leaf, index, size, proof, flipped(root, bit))
        for other in range(-1, LARGEST + 1):
            if other != index:
                refused(verify_inclusion, leaf, other, size, proof, root)
            if way(index, other) != way(index, size) or other <= index:
                refused(verify_inclusion, leaf, index, other, proof, root)

    @given(size=sizes, data=st.data())
    def test_a_proof_serves_one_leaf(self, size: int, data: st.DataObject) -> None:
        one, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
        assume(one != other)
        refused(verify_inclusion, HASHES[other], one, size, inclusion_proof(one, size, GROWN.node), GROWN_ROOTS[size])
        refused(verify_inclusion, HASHES[one], one, size, inclusion_proof(other, size, GROWN.node), GROWN_ROOTS[size])

    def test_a_node_does_not_pass_for_a_leaf(self) -> None:
        inner = GROWN.node(1, 0)
        assert leaf_hash(HASHES[0] + HASHES[1]) != inner
        refused(verify_inclusion, inner, 0, 4, inclusion_proof(0, 4, GROWN.node)[1:], GROWN_ROOTS[4])

    def test_costs_a_logarithm(self) -> None:
        asked: list[tuple[int, int]] = []

        def node(level: int, index: int) -> bytes:
            asked.append((level, index))
            return sha256(f"{level} {index}".encode()).digest()

        inclusion_proof(123_456, 1_000_003, node)
        consistency_proof(123_456, 1_000_003, node)
        assert len(asked) < 4 * (1_000_003).bit_length()


class TestConsistency:
    def test_every_tree_with_every_later_one(self) -> None:
        for new in range(LARGEST + 1):
            for old in range(new + 1):
                verify_consistency(old, new, GROWN_ROOTS[old], GROWN_ROOTS[new], consistency_proof(old, new, GROWN.node))

    @given(sizes=st.tuples(sizes, sizes), data=st.data())
    def test_everything_altered_is_refused(self, sizes: tuple[int, int], data: st.DataObject) -> None:
        old, new = sorted(sizes)
        proof, roots = consistency_proof(old, new, GROWN.node), (GROWN_ROOTS[old], GROWN_ROOTS[new])
        for root in roots:
            for broken in broken_proofs(proof, root):
                refused(verify_consistency, old, new, *roots, broken)
        bit = data.draw(st.integers(0, 255))
        refused(verify_consistency, old, new, flipped(roots[0], bit), roots[1], proof)
        refused(verify_consistency, old, new, roots[0], flipped(roots[1], bit), proof)
        other = data.draw(st.integers(0, LARGEST))
        assume(other != old)
        refused(verify_consistency, other, max(other, new), GROWN_ROOTS[old], GROWN_ROOTS[max(other, new)], proof)

    @given(old=sizes, more=st.integers(0, 40), place=st.integers(0, LARGEST))
    def test_a_rewritten_past_is_refused(self, old: int, more: int, place: int) -> None:
        forged = [*GROWN.leaves[:old], *(f"later {index}".encode() for index in range(more))]
        forged[place % old] = b"rewritten"
        tree, new = Tree(forged), len(forged)
        refused(verify_consistency, old, new, GROWN_ROOTS[old], root_at(new, tree.node), consistency_proof(old, new, tree.node))

    def test_from_nothing(self) -> None:
        verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
        verify_consistency(0, 8, EMPTY_ROOT, ROOTS[8], [])
        refused(verify_consistency, 0, 8, SOME_HASH, ROOTS[8], [])
        refused(verify_consistency, 0, 0, EMPTY_ROOT, SOME_HASH, [])
        refused(verify_consistency, 0, 8, EMPTY_ROOT, ROOTS[8], [SOME_HASH])


class TestCompactRange:
    @given(parts=st.lists(st.integers(0, 90), max_size=6))
    def test_is_the_tree_however_it_grew(self, parts: list[int]) -> None:
        grown, kept = CompactRange(), 0
        for part in parts:
            part = min(part, LARGEST - kept)
            grown, kept = grown.extend(HASHES[kept : kept + part]), kept + part
            assert grown.size == kept
            assert grown.root() == GROWN_ROOTS[kept]
        assert grown == CompactRange().extend(HASHES[:kept])

    def test_every_size(self) -> None:
        grown = CompactRange()
        for size, each in enumerate(HASHES, start=1):
            grown = grown.extend([each])
            assert grown.root() == GROWN_ROOTS[size] == root_at(size, GROWN.node)

    @given(size=st.integers(0, LARGEST))
    def test_survives_being_stored(self, size: int) -> None:
        tree = CompactRange().extend(HASHES[:size])
        assert CompactRange.decode(size, tree.encode()) == tree
        assert len(tree.encode()) == 32 * size.bit_count()

    @given(size=st.integers(0, LARGEST), other=st.integers(0, LARGEST), cut=st.integers(1, 31))
    def test_what_does_not_fit_is_refused(self, size: int, other: int, cut: int) -> None:
        data = CompactRange().extend(HASHES[:size]).encode()
        assume(size.bit_count() != other.bit_count())
        refused(CompactRange.decode, other, data)
        refused(CompactRange.decode, size, data + bytes(cut))
        refused(CompactRange.decode, -1, data)

    def test_is_not_changed_by_extending(self) -> None:
        tree = CompactRange().extend(HASHES[:5])
        tree.extend(HASHES[5:])
        assert tree.root() == GROWN_ROOTS[5]


def test_a_tile_is_a_subtree() -> None:
    leaves = [os.urandom(8) for _ in range(TILE_WIDTH)]
    assert tile_root(b"".join(leaf_hash(leaf) for leaf in leaves)) == naive_root(leaves)
    refused(tile_root, bytes(TILE_WIDTH * 32 - 32))
