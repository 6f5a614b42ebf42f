"""Checkpoints: the log's own signature under its root, given only to a log that continues what was signed before.

A checkpoint is signed soon after the log has grown, at most about once a second, by whichever process of ingest gets there first.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.notes import Checkpoint, Signer, origin
from shared.crypto.signing_key import SigningKeySource, public_bytes
from shared.domain.errors import Busy, Damaged, InvalidInput, InvalidProof
from shared.domain.merkle import CompactRange, consistency_proof, verify_consistency
from shared.store.checkpoints import (
    SigningKey,
    StoredCheckpoint,
    add_checkpoint,
    behind,
    log_state,
    newest_checkpoint,
    record_signing_key,
    signed_checkpoint,
    signing_keys,
)
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.tree import node_reader
from shared.store.wakeup import Wakeup

INTERVAL = 1.0
"""Seconds between two rounds of signing at least."""

ATTEMPTS = 3
"""How often signing is begun because another process signed meanwhile. It cannot be lost more than twice: whoever signs after
the first loss has looked at the log later than this call did, so that its checkpoint answers this call, too."""

log = structlog.get_logger(__name__)


class Checkpointer:
    """Signs checkpoints of a database's logs. `now` gives the time with a zone."""

    def __init__(self, database: Database, source: SigningKeySource, now: Callable[[], datetime]) -> None:
        self._database = database
        self._source = source
        self._now = now
        self.refused: dict[str, str] = {}
        """Why no checkpoint of a chronology is signed, by its id."""

    def sign_all(self) -> int:
        """Sign every log that has grown past its last checkpoint; return how many were signed.

        One that does not continue what was signed before is not signed: the reason is kept in `refused`, and the others go on.
        """
        self.key()  # before anything has to be signed: whoever starts a service wants to know of a key that cannot be used
        with self._database.read() as session:
            found = behind(self._database.driver(session))
        done = 0
        for chronology_id, slug in found:
            try:
                self.sign(chronology_id)
            except (Damaged, InvalidProof) as error:
                self._refuse(chronology_id, slug, error.detail)
            else:
                self.refused.pop(chronology_id, None)
                done += 1
        return done

    def sign(self, chronology_id: str) -> StoredCheckpoint:
        """Return a checkpoint over all that a log holds at the call, or more; signed now unless it was before.

        Raises `Damaged` or `InvalidProof` when the log does not continue its last checkpoint: that must never be signed.
        """
        key = self.key()
        asked: int | None = None
        for _ in range(ATTEMPTS):
            with self._database.read() as session:
                driver = self._database.driver(session)
                last = newest_checkpoint(driver, chronology_id)
                tree = _continued(driver, chronology_id, last, signing_keys(driver))
            asked = tree.size if asked is None else asked
            if last is not None and last.size >= asked:
                return last
            checkpoint = Checkpoint(origin(chronology_id), tree.size, tree.root())
            note = Signer(checkpoint.origin, key).sign(checkpoint.text)
            stored = StoredCheckpoint(checkpoint.size, checkpoint.root, note, self._now())
            with self._database.drive() as writer:
                if add_checkpoint(writer, chronology_id, last.size if last else 0, stored):
                    return stored
        raise Busy("other processes sign checkpoints of this chronology all the time; try again")

    def key(self) -> Ed25519PrivateKey:
        """Return the key to sign with. A new one is recorded; one that was replaced is refused.

        The very first key is made here. Later ones are not: a process that does not find the key is not to sign with one of its own.
        """
        with self._database.read() as session:
            known = signing_keys(self._database.driver(session))
        key = self._source.load()
        if key is None and known:
            raise InvalidInput(
                f"checkpoints are signed with a key that is not here: put it back to {self._source.path}, set SALNAME_SIGNING_KEY, "
                "or, if it is lost, make a new one with `salname rotate-signing-key`"
            )
        key = key or self._source.create()
        public = public_bytes(key)
        if known and known[0].public == public:
            return key
        if any(other.public == public for other in known):
            raise InvalidInput(
                f"the key that this process has was replaced by another one on {known[0].since:%Y-%m-%d}: give it that one "
                f"({self._source.path}, or SALNAME_SIGNING_KEY), or a new one"
            )
        self.record(key)
        return key

    def record(self, key: Ed25519PrivateKey) -> None:
        """Make a key the one that checkpoints are signed with from now on."""
        with self._database.drive() as driver:
            record_signing_key(driver, public_bytes(key), self._now())
        log.info("signing_key.recorded", public=public_bytes(key).hex())

    def rotate(self) -> Path | None:
        """Sign with a new key from now on; return the file that the old one is kept in."""
        key, kept = self._source.replace()
        self.record(key)
        return kept

    def public_keys(self) -> list[SigningKey]:
        """Return all public keys that ever signed, the current one first."""
        self.key()
        with self._database.read() as session:
            return signing_keys(self._database.driver(session))

    def _refuse(self, chronology_id: str, slug: str, reason: str) -> None:
        said = f"no checkpoint of {slug} is signed: {reason}; run `salname verify --log {slug}`"
        if self.refused.get(chronology_id) != said:
            log.error("checkpoint.refused", chronology=slug, reason=reason)
        self.refused[chronology_id] = said


def _continued(driver: Driver, chronology_id: str, last: StoredCheckpoint | None, keys: list[SigningKey]) -> CompactRange:
    """Return the tree of a log, once it is shown to begin with what was signed last."""
    tree = log_state(driver, chronology_id)
    if last is None:
        return tree
    signed = signed_checkpoint(last, chronology_id, keys)
    if signed.size > tree.size:
        raise Damaged(f"the log has {tree.size} events, and a checkpoint over {signed.size} was signed")
    proof = consistency_proof(signed.size, tree.size, node_reader(driver, chronology_id, tree.size))
    verify_consistency(signed.size, tree.size, signed.root, tree.root(), proof)
    return tree


class CheckpointThread(threading.Thread):
    """Signs until it is stopped: woken by news, looking by itself every `poll` seconds, at most once an `interval`."""

    def __init__(self, checkpointer: Checkpointer, wakeup: Wakeup, poll: float, interval: float = INTERVAL) -> None:
        super().__init__(name="checkpoints", daemon=True)
        self._checkpointer = checkpointer
        self._wakeup = wakeup
        self._poll = poll
        self._interval = interval
        self._stopping = threading.Event()
        self._failure: str | None = None

    def failure(self) -> str | None:
        """What keeps checkpoints from being signed, for a health check; None when nothing does."""
        return self._failure or next(iter(self._checkpointer.refused.values()), None)

    def run(self) -> None:
        seen = 0
        while not self._stopping.is_set():
            try:
                self._checkpointer.sign_all()
                self._failure = None
            except Busy as error:
                log.warning("checkpoint.busy", reason=error.detail)
            except InvalidInput as error:
                if self._failure != error.detail:
                    log.error("checkpoint.refused", reason=error.detail)
                self._failure = error.detail
            except Exception as error:
                self._failure = f"{type(error).__name__}; the server's log says more"
                log.exception("checkpoint.failed", exc_info=error)
            self._stopping.wait(self._interval)
            seen = self._wakeup.wait(seen, self._poll)

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the round under way; wait for it at most `timeout` seconds."""
        self._stopping.set()
        self._wakeup.notify()
        self.join(timeout)
