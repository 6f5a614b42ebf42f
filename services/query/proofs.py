"""Proofs out of a stored log: that an event stands in it, that it continues its past, and all that shows a citation, in one file."""

import re
from dataclasses import dataclass

import orjson
from sqlmodel import select

from services.query.erasures import refuse_erased_claim
from services.query.errors import NotSignedYet
from services.query.snapshot import Snapshot
from shared.crypto.citation import CitationProof, ProvenEvent, cite
from shared.crypto.sealing import derive
from shared.domain.codec import sealed_part
from shared.domain.errors import Damaged, Gone, InvalidInput, NotFound
from shared.domain.merkle import HASH_SIZE, TILE_WIDTH, NodeReader, consistency_proof, inclusion_proof, leaf_hash, root_at
from shared.store.checkpoints import StoredCheckpoint, checkpoint_at, log_nodes, newest_checkpoint
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read_model import CapturedRow, ClaimRow, ErasedClaimRow, SourceRow
from shared.store.tables import ChronologyRow
from shared.store.tree import TILE_LEVELS, leaves_between, stored_roots

MAX_LEVEL = 7
"""The highest level of tiles: 256^8 leaves are more than positions can count."""

_TILE = re.compile(r"(?P<groups>(?!x000/)(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The way from an event to a root."""

    position: int
    size: int
    leaf: bytes
    root: bytes
    hashes: tuple[bytes, ...]


def _driver(snapshot: Snapshot) -> Driver:
    return snapshot.database.driver(snapshot.session)


def _nodes(snapshot: Snapshot) -> NodeReader:
    return log_nodes(_driver(snapshot), snapshot.id)


def checkpoint(snapshot: Snapshot, size: int | None = None) -> StoredCheckpoint:
    """Return the newest checkpoint, or the one over so many events."""
    driver = _driver(snapshot)
    if size is not None:
        found = checkpoint_at(driver, snapshot.id, size)
        if found is None:
            raise NotFound(
                f"no checkpoint over {size} events was signed; GET /v1/chronologies/{snapshot.slug}/checkpoints lists those that were"
            )
        return found
    newest = newest_checkpoint(driver, snapshot.id)
    if newest is None:
        raise NotSignedYet("no checkpoint of this log is signed yet; one is signed within a second or so, try again")
    return newest


def inclusion(snapshot: Snapshot, position: int, size: int | None = None) -> Inclusion:
    """Prove that an event stands in the log, in the tree of `size` events; without a size, in that of the newest checkpoint."""
    size = checkpoint(snapshot).size if size is None else _known(snapshot, size)
    if not 1 <= position <= size:
        raise InvalidInput(f"a log of {size} events has no position {position}; positions count from 1")
    node = _nodes(snapshot)
    hashes = inclusion_proof(position - 1, size, node)
    return Inclusion(position, size, node(0, position - 1), root_at(size, node), tuple(hashes))


def consistency(snapshot: Snapshot, old: int, new: int | None = None) -> tuple[int, tuple[bytes, ...]]:
    """Prove that the log of `new` events begins with that of `old`; return the new size, by default that of the newest checkpoint."""
    new = checkpoint(snapshot).size if new is None else _known(snapshot, new)
    if old > new:
        raise InvalidInput(f"a log of {new} events cannot continue one of {old}")
    return new, tuple(consistency_proof(old, new, _nodes(snapshot)))


def _known(snapshot: Snapshot, size: int) -> int:
    if size > snapshot.chronology.head:
        raise InvalidInput(f"the log has {snapshot.chronology.head} events, not {size}")
    return size


def tile(snapshot: Snapshot, level: int, path: str) -> bytes:
    """Return the hashes of a tile of the tree (C2SP tlog-tiles).

    `path` is its index in groups of three digits, `x001/234`; with `.p/WIDTH` behind it, only the first so many hashes.
    """
    match = _TILE.fullmatch(path)
    if not match or level > MAX_LEVEL:
        raise NotFound(f"{level}/{path[:40]} is no tile: the index is written in groups of three digits, as x001/234 or 000.p/17")
    index, width = int(re.sub(r"\D", "", match["groups"])), int(match["width"] or TILE_WIDTH)
    first = index * TILE_WIDTH
    if width > TILE_WIDTH or first + width > snapshot.chronology.head >> (level * TILE_LEVELS):
        raise NotFound(f"the log has {snapshot.chronology.head} events, and that tile does not have {width} hashes yet")
    return _hashes(_driver(snapshot), snapshot.id, level, first, width)


def _hashes(driver: Driver, chronology_id: str, level: int, first: int, width: int) -> bytes:
    query = 'SELECT hashes FROM tile WHERE chronology_id = ? AND level = ? AND "index" = ?'
    if stored := driver.rows(query, chronology_id, level, first // TILE_WIDTH):
        return bytes(stored[0][0][: width * HASH_SIZE])
    if level == 0:
        return b"".join(leaves_between(driver, chronology_id, first, first + width))
    return b"".join(stored_roots(driver, chronology_id)(level - 1, first, first + width))


def citation_proof(snapshot: Snapshot, claim_id: str, size: int | None = None) -> CitationProof:
    """Return the file that proves the citation of a claim.

    It leads to the checkpoint over `size` events; without a size, to the newest that a witness cosigned, if one of these covers the claim,
    else to the newest. Raises `Gone` for a claim of an erased document, `NotSignedYet` when no checkpoint covers the claim yet.
    """
    claim, document, source = _positions(snapshot, claim_id)
    signed = _covering(snapshot, max(claim, document, source), size)
    node = _nodes(snapshot)
    return cite(
        _proven(snapshot, claim, signed.size, node),
        _proven(snapshot, document, signed.size, node),
        _proven(snapshot, source, signed.size, node),
        signed.cosigned,
    )


def chronology_of(database: Database, claim_id: str) -> str:
    """Return the slug of the chronology that a claim was recorded in."""
    with database.read() as session:
        for row in session.exec(select(ChronologyRow).order_by(ChronologyRow.slug)):
            rows = live_rows(session, row.id)
            if any(rows.find(session, kind, claim_id) for kind in (ClaimRow, ErasedClaimRow)):
                return row.slug
    raise NotFound(f"there is no claim {claim_id} in any chronology of this database")


def _positions(snapshot: Snapshot, claim_id: str) -> tuple[int, int, int]:
    """Return where the claim, its document and its source were recorded."""
    claim = snapshot.find(ClaimRow, claim_id)
    if claim is None:
        refuse_erased_claim(snapshot, claim_id)
        raise NotFound(f"there is no claim {claim_id} in the chronology {snapshot.slug!r}")
    document = snapshot.find(CapturedRow, claim.document_id)
    source = document and snapshot.find(SourceRow, document.source_id)
    if document is None or source is None:
        raise Damaged(f"the document of claim {claim_id}, or its source, is not there; run `salname verify --log {snapshot.slug}`")
    return claim.position, document.position, source.position


def _covering(snapshot: Snapshot, position: int, size: int | None) -> StoredCheckpoint:
    if size is not None:
        signed = checkpoint(snapshot, size)
        if signed.size < position:
            raise InvalidInput(f"the claim was recorded at position {position}, after the checkpoint over {size} events")
        return signed
    driver = _driver(snapshot)
    cosigned = newest_checkpoint(driver, snapshot.id, position, cosigned=True)
    found = cosigned or newest_checkpoint(driver, snapshot.id, position)
    if found is None:
        raise NotSignedYet(
            f"the claim was recorded at position {position}, which no checkpoint covers yet; one is signed within a second or so, try again"
        )
    return found


def _proven(snapshot: Snapshot, position: int, size: int, node: NodeReader) -> ProvenEvent:
    driver = _driver(snapshot)
    ((body,),) = driver.rows("SELECT body FROM event WHERE chronology_id = ? AND position = ?", snapshot.id, position)
    data = body.encode()
    if leaf_hash(data) != node(0, position - 1):
        raise Damaged(f"event {position} is not the one that the log was signed over; run `salname verify --log {snapshot.slug}`")
    return ProvenEvent.of(data, position - 1, inclusion_proof(position - 1, size, node), _key(snapshot, data))


def _key(snapshot: Snapshot, event: bytes) -> bytes | None:
    """Return the key of one sealed event, None for one that is stored in the open."""
    raw = orjson.loads(event)
    if "data" in raw:
        return None
    sealed = sealed_part(raw)
    content_key = snapshot.database.keyring.keys(snapshot.session, snapshot.id, snapshot.erasures, [sealed.document_id]).get(
        sealed.document_id
    )
    if content_key is None:
        refuse_erased_claim(snapshot, sealed.subject)
        raise Gone(f"the document of claim {sealed.subject} was erased, and with it the key to the claim's words")
    return derive(content_key, sealed.subject)
