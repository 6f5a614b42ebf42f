"""Merkle trees by the letter of RFC 6962, 2.1: slow, recursive, and not made from the code under test."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) as the RFC writes it. `leaves` are the data, not their hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


class Tree:
    """A tree over some leaves, with the nodes that a store would keep."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = list(leaves)
        self.node = cache(self._node)

    def _node(self, level: int, index: int) -> bytes:
        assert (index + 1) << level <= len(self.leaves), "only full subtrees are kept"
        if level == 0:
            return sha256(b"\x00" + self.leaves[index]).digest()
        return sha256(b"\x01" + self.node(level - 1, 2 * index) + self.node(level - 1, 2 * index + 1)).digest()
