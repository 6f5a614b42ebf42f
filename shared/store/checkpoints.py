"""Signed checkpoints, the witnesses' cosignatures on them, and the public keys that they were signed with: rows that only grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.crypto.notes import ED25519, Checkpoint, Note, Signature, Vkey, decode_base64, encode_base64, origin
from shared.domain.errors import Damaged, InvalidInput, InvalidProof
from shared.domain.merkle import CompactRange, NodeReader
from shared.store.driver import Driver, Row
from shared.store.moments import microseconds, moment
from shared.store.tree import node_reader

MAX_WITNESSES = 50
"""Cosignatures on one checkpoint: as many as fit into a note with room to spare, and no more than anybody would read."""

_COLUMNS = "size, root, note, time_us"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key that checkpoints were signed with from `since` on, until the next one."""

    public: bytes
    since: datetime

    def vkey(self, chronology_id: str) -> Vkey:
        """The key as it signs for one chronology's log."""
        return Vkey(origin(chronology_id), ED25519, self.public)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's signature on a checkpoint, and when it was handed in."""

    vkey: Vkey
    signature: Signature
    time: datetime

    @property
    def stated(self) -> int:
        """The time that the witness states, in seconds since 1970."""
        return int.from_bytes(self.signature.data[:8], "big")


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it was signed, and the cosignatures that it has by now."""

    size: int
    root: bytes
    note: Note
    time: datetime
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def cosigned(self) -> Note:
        """The note with the cosignatures below the log's own signature."""
        note = self.note
        for cosignature in self.cosignatures:
            note = note.add(cosignature.signature)
        return note

    def signer(self, vkeys: Sequence[Vkey]) -> Vkey | None:
        """Return which of these keys signed; None where none of them did."""
        return next((vkey for vkey in vkeys if any(map(vkey.signed, self.note.signatures))), None)


def log_state(driver: Driver, chronology_id: str) -> CompactRange:
    """Return the tree of a log as its last append left it."""
    ((head, peaks),) = driver.rows("SELECT head, peaks FROM chronology WHERE id = ?", chronology_id)
    return CompactRange.decode(head, bytes(peaks))


def log_nodes(driver: Driver, chronology_id: str) -> NodeReader:
    """Return the reader of the nodes of a log's tree for proofs out of it.

    The largest subtrees are at hand with the log's state. Without them, each proof would hash the events that fill no tile yet.
    """
    tree = log_state(driver, chronology_id)
    stored = node_reader(driver, chronology_id, tree.size)
    peaks: dict[tuple[int, int], bytes] = {}
    begin = 0
    for peak in tree.peaks:
        level = (tree.size - begin).bit_length() - 1
        peaks[level, begin >> level] = peak
        begin += 1 << level
    return lambda level, index: peaks.get((level, index)) or stored(level, index)


def behind(driver: Driver) -> list[tuple[str, str]]:
    """Return id and slug of the chronologies that have grown past their last checkpoint."""
    last = "(SELECT max(size) FROM log_checkpoint WHERE chronology_id = chronology.id)"
    rows = driver.rows(f"SELECT id, slug FROM chronology WHERE head > coalesce({last}, 0) ORDER BY slug")  # noqa: S608
    return [(chronology_id, slug) for chronology_id, slug in rows]


def signing_keys(driver: Driver) -> list[SigningKey]:
    """Return all keys, the current one first."""
    rows = driver.rows("SELECT public, since_us FROM signing_key ORDER BY since_us DESC, public")
    return [SigningKey(decode_base64(public, "a signing key"), moment(since)) for public, since in rows]


def record_signing_key(driver: Driver, public: bytes, now: datetime) -> None:
    """Make a key the current one; one that is recorded already stays what it is."""
    _take_turns(driver, "signing keys")
    known = signing_keys(driver)
    if any(key.public == public for key in known):
        return
    since = max([microseconds(now), *(microseconds(key.since) + 1 for key in known)])
    driver.insert("signing_key", ("public", "since_us"), [(encode_base64(public), since)])


def newest_checkpoint(driver: Driver, chronology_id: str, at_least: int = 0, cosigned: bool = False) -> StoredCheckpoint | None:
    """Return the newest checkpoint over at least so many events; with `cosigned`, the newest that a witness cosigned."""
    table = "cosignature" if cosigned else "log_checkpoint"
    newest = f"(SELECT max(size) FROM {table} WHERE chronology_id = ? AND size >= ?)"  # noqa: S608 - our own names
    query = f"SELECT {_COLUMNS} FROM log_checkpoint WHERE chronology_id = ? AND size = {newest}"  # noqa: S608
    return _first(driver, chronology_id, driver.rows(query, chronology_id, chronology_id, at_least))


def checkpoint_at(driver: Driver, chronology_id: str, size: int) -> StoredCheckpoint | None:
    """Return the checkpoint over exactly so many events."""
    query = f"SELECT {_COLUMNS} FROM log_checkpoint WHERE chronology_id = ? AND size = ?"  # noqa: S608
    return _first(driver, chronology_id, driver.rows(query, chronology_id, size))


def checkpoints_before(driver: Driver, chronology_id: str, before: int, limit: int) -> list[StoredCheckpoint]:
    """Return the checkpoints over fewer events than `before`, the newest first."""
    query = f"SELECT {_COLUMNS} FROM log_checkpoint WHERE chronology_id = ? AND size < ? ORDER BY size DESC LIMIT ?"  # noqa: S608
    return _stored(driver, chronology_id, driver.rows(query, chronology_id, before, limit))


def _first(driver: Driver, chronology_id: str, rows: Sequence[Row]) -> StoredCheckpoint | None:
    return next(iter(_stored(driver, chronology_id, rows)), None)


def _stored(driver: Driver, chronology_id: str, rows: Sequence[Row]) -> list[StoredCheckpoint]:
    if not rows:
        return []
    witnesses: dict[int, list[Cosignature]] = {}
    query = "SELECT size, vkey, line, time_us FROM cosignature WHERE chronology_id = ? AND size >= ? AND size <= ? ORDER BY time_us, vkey"
    for size, vkey, line, time in driver.rows(query, chronology_id, rows[-1][0], rows[0][0]):
        witnesses.setdefault(size, []).append(Cosignature(Vkey.parse(vkey), Signature.parse(line), moment(time)))
    return [
        StoredCheckpoint(size, bytes(root), Note.decode(note.encode()), moment(time), tuple(witnesses.get(size, ())))
        for size, root, note, time in rows
    ]


def signed_checkpoint(stored: StoredCheckpoint, chronology_id: str, keys: Sequence[SigningKey]) -> Checkpoint:
    """Return what a stored checkpoint says, once it is shown to be signed by one of these keys and to be the one that its row says.

    Raises `Damaged` when it is not.
    """
    what = f"the checkpoint over {stored.size} events"
    vkeys = [key.vkey(chronology_id) for key in keys]
    signer = stored.signer(vkeys)
    if signer is None:
        raise Damaged(f"{what} is not signed by any key of this service")
    try:
        stored.note.verify(signer)
        checkpoint = Checkpoint.parse(stored.note.text)
    except InvalidProof as error:
        raise Damaged(f"{what}: {error.detail}") from error
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (origin(chronology_id), stored.size, stored.root):
        raise Damaged(f"{what} was signed over something else than is stored beside it")
    return checkpoint


def add_checkpoint(driver: Driver, chronology_id: str, after: int, stored: StoredCheckpoint) -> bool:
    """Store a checkpoint; False, and nothing is stored, when the newest is not the one over `after` events (0: none) any more."""
    _take_turns(driver, f"checkpoints of {chronology_id}")
    ((newest,),) = driver.rows("SELECT coalesce(max(size), 0) FROM log_checkpoint WHERE chronology_id = ?", chronology_id)
    if newest != after:
        return False
    row = (chronology_id, stored.size, stored.root, str(stored.note), microseconds(stored.time))
    driver.insert("log_checkpoint", ("chronology_id", "size", "root", "note", "time_us"), [row])
    return True


def add_cosignature(driver: Driver, chronology_id: str, size: int, cosignature: Cosignature) -> bool:
    """Store a witness's signature; False, and nothing is stored, when this checkpoint has one by that key already."""
    _take_turns(driver, f"cosignatures of {chronology_id}")
    known = {vkey for (vkey,) in driver.rows("SELECT vkey FROM cosignature WHERE chronology_id = ? AND size = ?", chronology_id, size)}
    if str(cosignature.vkey) in known:
        return False
    if len(known) >= MAX_WITNESSES:
        raise InvalidInput(f"the checkpoint over {size} events has {MAX_WITNESSES} cosignatures, and no more are taken; cosign a newer one")
    row = (chronology_id, size, str(cosignature.vkey), str(cosignature.signature), microseconds(cosignature.time))
    driver.insert("cosignature", ("chronology_id", "size", "vkey", "line", "time_us"), [row])
    return True


def _take_turns(driver: Driver, what: str) -> None:
    """Let one transaction at a time decide on this; on SQLite, one at a time writes anyway."""
    if driver.dialect == "postgresql":
        driver.rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", what)
