"""The content keys of documents: unwrapped from the database, kept at hand, forgotten when a document is erased."""

import threading
from collections.abc import Callable, Iterable, Mapping

from sqlmodel import Session, col, select

from shared.crypto.sealing import KeyEncryptionKey, derive, nonces, opening_under, seal, sealing_under, unseal
from shared.domain.codec import OpenUnder, Seal, Sealed, SealUnder, Unseal
from shared.domain.errors import Gone, NotFound, WrongKey
from shared.store.driver import driver_of
from shared.store.tables import DocumentKeyRow

KEPT = 10_000
"""Content keys of one chronology that are kept at hand."""

ORIGINAL, TEXT, WARC = "original", "text", "warc"
"""Labels of the keys under which the forms of a document are sealed."""

OPEN = "open:{}"
"""The reserved name that marks a document whose claims were recorded before sealing: it cannot be erased."""


def owner(chronology_id: str, document_id: str) -> str:
    """Whose key it is, as authenticated with the wrapped key."""
    return f"{chronology_id}/{document_id}"


def count_erasures(session: Session, chronology_id: str) -> int:
    """How many documents of a chronology are erased, as a session sees it."""
    # By the driver: each reading of a page of the log begins with this, and the mapper takes longer for it than for all the rest.
    found = driver_of(session).rows("SELECT erasures FROM chronology WHERE id = ?", chronology_id)
    return found[0][0] if found else 0


class Keyring:
    """The content keys of one database's documents.

    A chronology counts its erasures; keys read at one count are forgotten when a session sees a higher one. So a key is never used
    in a session that knows of its document's erasure, in whichever process that was carried out. Safe in any thread.
    """

    def __init__(self, kek: Callable[[], KeyEncryptionKey]) -> None:
        self._kek = kek
        self._kept: dict[str, tuple[int, dict[str, bytes | None]]] = {}
        self._lock = threading.Lock()

    def wrap(self, chronology_id: str, document_id: str, key: bytes) -> tuple[str, bytes]:
        """Return the id of the key-encryption key, and the content key wrapped in it."""
        kek = self._kek()
        return kek.id, kek.wrap(key, owner(chronology_id, document_id))

    def keys(self, session: Session, chronology_id: str, erasures: int, ids: Iterable[str]) -> dict[str, bytes | None]:
        """Return the content keys of documents as a session sees them that sees this count of erasures; None for what is erased.

        Documents without a key, as they were captured before sealing, and unknown ones are left out.
        """
        kept = self._at_hand(chronology_id, erasures)
        wanted = set(ids)
        missing = sorted(wanted.difference(kept))
        for first in range(0, len(missing), 500):
            here = (col(DocumentKeyRow.chronology_id) == chronology_id, col(DocumentKeyRow.document_id).in_(missing[first : first + 500]))
            for row in session.exec(select(DocumentKeyRow).where(*here)):
                kept[row.document_id] = self._unwrapped(row)
        return {document_id: kept[document_id] for document_id in wanted if document_id in kept}

    def at_hand(self, chronology_id: str, wanted: Iterable[str]) -> tuple[int, dict[str, bytes | None]]:
        """Return those of the wanted keys that are at hand, and the count of erasures at which they were read."""
        with self._lock:
            count, kept = self._kept.get(chronology_id, (-1, {}))
            return count, {document_id: kept[document_id] for document_id in wanted if document_id in kept}

    def _at_hand(self, chronology_id: str, erasures: int) -> dict[str, bytes | None]:
        with self._lock:
            count, kept = self._kept.get(chronology_id, (-1, {}))
            if count > erasures:
                return {}  # an older snapshot: it may still know keys that must not come back into use
            if count < erasures or len(kept) > KEPT:
                kept = {}
                self._kept[chronology_id] = (erasures, kept)
            return kept

    def _unwrapped(self, row: DocumentKeyRow) -> bytes | None:
        if row.wrapped is None:
            return None
        kek = self._kek()
        if kek.id != row.kek_id:
            raise wrong_kek(row.kek_id, kek)
        return kek.unwrap(row.wrapped, owner(row.chronology_id, row.document_id))

    def unsealer(self, session: Session, chronology_id: str) -> Unseal:
        """Return what opens the events of a chronology, for as long as the session is open."""
        erasures = count_erasures(session, chronology_id)

        def opener(document_id: str) -> OpenUnder | None:
            found = self.keys(session, chronology_id, erasures, [document_id])
            if document_id not in found:
                raise WrongKey(f"there is no key of document {document_id}: the record is damaged")
            key = found[document_id]
            return None if key is None else opening_under(key, document_id)

        return opener


def wrong_kek(stored: str, given: KeyEncryptionKey) -> WrongKey:
    """The error about a key-encryption key that is not the one with the id `stored`."""
    return WrongKey(
        f"this database's keys are wrapped in the key-encryption key {stored}, and the one given is {given.id}: "
        "set SALNAME_KEY_ENCRYPTION_KEY to it, or put its file back into the folder of keys"
    )


def open_sealed(content_key: bytes, sealed: Sealed) -> bytes:
    """Open a sealed event with its document's content key."""
    open_under = opening_under(content_key, sealed.document_id)
    return open_under(sealed.subject.encode(), sealed.context, sealed.keyhash, sealed.ciphertext)


def sealer(keys: Mapping[str, bytes | None], count: int = 1) -> Seal:
    """Return what seals about `count` events under these documents' content keys; `None` stands for an erased document."""
    fresh = nonces(count)

    def seal_of(document_id: str) -> SealUnder:
        content_key = keys.get(document_id)
        if content_key is None:
            if document_id in keys:
                raise gone(document_id)
            raise NotFound(f"there is no document {document_id} in this chronology; capture it first")
        return sealing_under(content_key, fresh)

    return seal_of


def gone(document_id: str) -> Gone:
    """The error about a document that is erased."""
    return Gone(f"document {document_id} is erased: nothing can be recorded about it, and its words do not come back")


def document_context(chronology_id: str, document_id: str, form: str) -> bytes:
    """What is authenticated with a document's sealed original or text."""
    return f"{chronology_id}\n{document_id}\n{form}".encode()


def seal_form(content_key: bytes, chronology_id: str, document_id: str, form: str, plaintext: bytes) -> bytes:
    """Seal one form of a document."""
    return seal(derive(content_key, form), plaintext, document_context(chronology_id, document_id, form))


def unseal_form(content_key: bytes, chronology_id: str, document_id: str, form: str, sealed: bytes) -> bytes:
    """Open one form of a document."""
    return unseal(derive(content_key, form), sealed, document_context(chronology_id, document_id, form))
