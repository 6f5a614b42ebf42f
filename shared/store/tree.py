"""The Merkle tree of a log as it is stored: peaks that each append carries on, and full tiles from which proofs are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.errors import InvalidProof
from shared.domain.merkle import HASH_SIZE, TILE_WIDTH, CompactRange, NodeReader, leaf_hashes, root_at, tile_root
from shared.store.driver import Driver

TILE_LEVELS = 8
"""Levels of the tree that one tile spans: 2^8 = 256."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 hashes, concatenated, and the root over them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What an append makes of a tree: its new state, the tiles that it filled, and the leaves after the last full tile."""

    tree: CompactRange
    tiles: tuple[Tile, ...]
    pending: tuple[bytes, ...]


Roots = Callable[[int, int, int], Sequence[bytes]]
"""`roots(level, first, end)`: the roots of the stored tiles of a level from index `first` up to `end`."""


def grow(tree: CompactRange, pending: Sequence[bytes], new: Sequence[bytes], roots: Roots) -> Growth:
    """Add leaves to a tree. `pending` are the hashes of the leaves after its last full tile: `tree.size` modulo 256 of them."""
    leaves = [*pending, *new]
    full = tree.size // TILE_WIDTH
    if len(leaves) < TILE_WIDTH:
        return Growth(tree.extend(new), (), tuple(leaves))
    tiles = [_tile(0, full + i, leaves[i * TILE_WIDTH : (i + 1) * TILE_WIDTH]) for i in range(len(leaves) // TILE_WIDTH)]
    rest = leaves[len(tiles) * TILE_WIDTH :]
    # Each node is hashed once: the tree above the tiles grows by their roots as if those were its leaves.
    above = CompactRange(full, tree.peaks[: full.bit_count()]).extend([tile.root for tile in tiles])
    below = CompactRange().extend(rest)
    grown = CompactRange(tree.size + len(new), above.peaks + below.peaks)
    return Growth(grown, (*tiles, *_tiles_above(tiles, roots)), tuple(rest))


def _tile(level: int, index: int, hashes: Sequence[bytes]) -> Tile:
    joined = b"".join(hashes)
    return Tile(level, index, joined, tile_root(joined))


def _tiles_above(filled: Sequence[Tile], roots: Roots) -> list[Tile]:
    """Return the tiles of the levels above that these tiles fill."""
    done: list[Tile] = []
    while filled:
        level = filled[0].level
        fresh = {tile.index: tile.root for tile in filled}
        above = []
        for index in range(min(fresh) // TILE_WIDTH, (max(fresh) + 1) // TILE_WIDTH):
            first = index * TILE_WIDTH
            stored = roots(level, first, min(min(fresh), first + TILE_WIDTH)) if min(fresh) > first else ()
            here = [*stored, *(fresh[at] for at in range(max(first, min(fresh)), first + TILE_WIDTH))]
            above.append(_tile(level + 1, index, here))
        done += above
        filled = above
    return done


def stored_roots(driver: Driver, chronology_id: str) -> Roots:
    """Return the reader of the roots of a log's stored tiles."""

    def roots(level: int, first: int, end: int) -> list[bytes]:
        query = 'SELECT root FROM tile WHERE chronology_id = ? AND level = ? AND "index" >= ? AND "index" < ? ORDER BY "index"'
        found = [bytes(row[0]) for row in driver.rows(query, chronology_id, level, first, end)]
        if len(found) != end - first:
            raise InvalidProof(f"the stored tree lacks tiles of level {level} between {first} and {end}: run `salname verify --log`")
        return found

    return roots


def leaves_between(driver: Driver, chronology_id: str, after: int, until: int) -> list[bytes]:
    """Return the leaf hashes of the positions after `after` up to `until`, derived from the events themselves."""
    if after >= until:
        return []
    query = "SELECT body FROM event WHERE chronology_id = ? AND position > ? AND position <= ? ORDER BY position"
    return leaf_hashes([row[0] for row in driver.rows(query, chronology_id, after, until)])


def node_reader(driver: Driver, chronology_id: str, head: int) -> NodeReader:
    """Return the reader of the nodes of a log's tree with `head` leaves: from stored tiles, and from events where no tile is full yet."""
    roots = stored_roots(driver, chronology_id)
    kept: dict[tuple[int, int], list[bytes]] = {}

    def tile_hashes(level: int, index: int) -> list[bytes]:
        """The hashes of a tile, full or not."""
        if (level, index) not in kept:
            first, end = index * TILE_WIDTH, min((index + 1) * TILE_WIDTH, head >> (level * TILE_LEVELS))
            if end - first == TILE_WIDTH:
                found = driver.rows(
                    'SELECT hashes FROM tile WHERE chronology_id = ? AND level = ? AND "index" = ?', chronology_id, level, index
                )
                if not found:
                    raise InvalidProof(f"the stored tree lacks tile {index} of level {level}: run `salname verify --log`")
                kept[level, index] = [bytes(found[0][0][at : at + HASH_SIZE]) for at in range(0, TILE_WIDTH * HASH_SIZE, HASH_SIZE)]
            elif level == 0:
                kept[level, index] = leaves_between(driver, chronology_id, first, end)
            else:
                kept[level, index] = list(roots(level - 1, first, end))
        return kept[level, index]

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_LEVELS)
        first = index << height
        hashes = tile_hashes(tile_level, first // TILE_WIDTH)[first % TILE_WIDTH : first % TILE_WIDTH + (1 << height)]
        return CompactRange().extend(hashes).root()

    return node


def read_root(driver: Driver, chronology_id: str, size: int, head: int) -> bytes:
    """Return the root that a log's tree had at a size, from what is stored."""
    return root_at(size, node_reader(driver, chronology_id, head))
