"""The Merkle tree over a log: hashes, the state that an append carries on, and proofs (RFC 6962, section 2.1).

The event at position p is the leaf with index p - 1, so the tree of size n covers the positions 1 to n. All hashes are SHA-256, 32 bytes.
Nothing here reads or writes anything: whoever wants a proof brings a `NodeReader`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from shared.domain.errors import InvalidProof

HASH_SIZE = 32
TILE_WIDTH = 256
"""Hashes in a full tile (C2SP tlog-tiles)."""

EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""`node(level, index)`: the root of the perfect subtree over the leaves from `index << level` up to `(index + 1) << level`."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: for us, the canonical bytes of an event."""
    return sha256(b"\x00" + data).digest()


def leaf_hashes(texts: Iterable[str]) -> list[bytes]:
    """Hash many leaves, given as the text that their bytes encode. This stands in the append path, too."""
    return [sha256(b"\x00" + text.encode()).digest() for text in texts]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node. The prefix differs from a leaf's, so that no leaf can pose as a node."""
    return sha256(b"\x01" + left + right).digest()


def _pair_up(hashes: Iterable[bytes]) -> list[bytes]:
    """Return the level above: the hashes of the first and second, the third and fourth …; a last one without a partner is left out.

    This stands in the append path. One formatted prefix for a pair is a third faster than two concatenations.
    """
    each = iter(hashes)
    return [sha256(b"\x01%b%b" % pair).digest() for pair in zip(each, each, strict=False)]


def tile_root(hashes: bytes) -> bytes:
    """Return the root of a full tile: of 256 hashes, concatenated."""
    if len(hashes) != TILE_WIDTH * HASH_SIZE:
        raise InvalidProof(f"a full tile has {TILE_WIDTH * HASH_SIZE} bytes, not {len(hashes)}")
    level = [hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE)]
    while len(level) > 1:
        level = _pair_up(level)
    return level[0]


@dataclass(frozen=True, slots=True)
class CompactRange:
    """What must be kept of a tree to extend it and to tell its root: the roots of its perfect subtrees, the largest first.

    There is one of them for every 1 in the binary form of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(peak) != HASH_SIZE for peak in self.peaks):
            raise InvalidProof(f"the state of a tree of {self.size} leaves does not consist of {len(self.peaks)} such hashes")

    def extend(self, leaf_hashes: Sequence[bytes]) -> Self:
        """Return the tree with these leaves added on the right, in order."""
        level, waiting = list(leaf_hashes), list(self.peaks)
        peaks: list[bytes] = []  # the smallest first
        size = self.size
        while level or size:
            if size & 1:
                level.insert(0, waiting.pop())
            if len(level) & 1:
                peaks.append(level[-1])
            level = _pair_up(level)
            size >>= 1
        return type(self)(self.size + len(leaf_hashes), tuple(reversed(peaks)))

    def root(self) -> bytes:
        """Return the Merkle tree hash."""
        return _join(self.peaks)

    def encode(self) -> bytes:
        """Return the peaks concatenated; with the size, that is everything."""
        return b"".join(self.peaks)

    @classmethod
    def decode(cls, size: int, data: bytes) -> Self:
        """Read what `encode` wrote; raise `InvalidProof` where the bytes cannot belong to a tree of this size."""
        return cls(size, tuple(data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)))


def _join(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    *others, root = peaks
    for peak in reversed(others):
        root = node_hash(peak, root)
    return root


def _split(begin: int, end: int) -> int:
    """Return where a subtree of two or more leaves divides: its left part is the largest power of two that leaves something over."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _subtree(begin: int, end: int, node: NodeReader) -> bytes:
    """Return the root over the leaves from `begin` up to `end`, as it stands in a tree of which that is a part."""
    peaks = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        peaks.append(node(level, begin >> level))
        begin += 1 << level
    return _join(peaks)


def root_at(size: int, node: NodeReader) -> bytes:
    """Return the root that the tree had when it had `size` leaves."""
    return _subtree(0, size, node)


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root of the tree of `size` leaves, the lowest first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise InvalidProof(f"a tree of {size} leaves has no leaf with the index {index}")
    proof = []
    begin, end = 0, size
    while end - begin > 1:
        split = _split(begin, end)
        if index < split:
            proof.append(_subtree(split, end, node))
            end = split
        else:
            proof.append(_subtree(begin, split, node))
            begin = split
    proof.reverse()
    return proof


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Return the hashes that show that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962, 2.1.2).

    It is empty where there is nothing to show: for an empty old tree, and for two equal sizes.
    """
    if not 0 <= old <= new:
        raise InvalidProof(f"a tree of {new} leaves cannot come after one of {old}")
    if old == 0:
        return []
    proof = []
    begin, end = 0, new
    while end != old:
        split = _split(begin, end)
        if old <= split:
            proof.append(_subtree(split, end, node))
            end = split
        else:
            proof.append(_subtree(begin, split, node))
            begin = split
    if begin:  # else what is left is the old tree itself, whose root the verifier has
        proof.append(_subtree(begin, end, node))
    proof.reverse()
    return proof


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise `InvalidProof` unless the proof leads from this leaf to this root (RFC 9162, 2.1.3.2).

    The proof binds leaf, index and root. It binds the size only as far as the way to the leaf differs, so take `size` and `root` from one
    signed checkpoint.
    """
    if not 0 <= index < size:
        raise InvalidProof(f"a tree of {size} leaves has no leaf with the index {index}")
    _check_hashes(leaf_hash, root, *proof)
    place, last = index, size - 1
    reached = leaf_hash
    for sibling in proof:
        if last == 0:
            raise InvalidProof("the inclusion proof has too many hashes")
        if place & 1 or place == last:
            reached = node_hash(sibling, reached)
            while not place & 1:  # a node without a partner moves up as it is
                place >>= 1
                last >>= 1
        else:
            reached = node_hash(reached, sibling)
        place >>= 1
        last >>= 1
    if last != 0:
        raise InvalidProof("the inclusion proof has too few hashes")
    if reached != root:
        raise InvalidProof(f"the inclusion proof of leaf {index} does not lead to the root of the tree of {size} leaves")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `InvalidProof` unless the proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        raise InvalidProof(f"a tree of {new} leaves cannot come after one of {old}")
    _check_hashes(old_root, new_root, *proof)
    for size, root in ((old, old_root), (new, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise InvalidProof("the root of the empty tree is another")
    if old in (0, new):
        if proof:
            raise InvalidProof("the consistency proof has too many hashes")
        if old == new and old_root != new_root:
            raise InvalidProof(f"two trees of {old} leaves have different roots: the log shows different pasts to different readers")
        return
    if _rebuilt(old, new, old_root, proof) != (old_root, new_root):
        raise InvalidProof(f"the tree of {new} leaves does not begin with the tree of {old} leaves")


def _rebuilt(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of both trees as a consistency proof gives them, for 0 < old < new."""
    if old & (old - 1) == 0:
        proof = (old_root, *proof)  # the old tree is itself a subtree of the new one, so the proof leaves it out
    if not proof:
        raise InvalidProof("the consistency proof has too few hashes")
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    rebuilt_old = rebuilt_new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            raise InvalidProof("the consistency proof has too many hashes")
        if place & 1 or place == last:
            rebuilt_old = node_hash(sibling, rebuilt_old)
            rebuilt_new = node_hash(sibling, rebuilt_new)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            rebuilt_new = node_hash(rebuilt_new, sibling)
        place >>= 1
        last >>= 1
    if last != 0:
        raise InvalidProof("the consistency proof has too few hashes")
    return rebuilt_old, rebuilt_new


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_SIZE for each in hashes):
        raise InvalidProof(f"a hash in the proof does not have {HASH_SIZE} bytes")
