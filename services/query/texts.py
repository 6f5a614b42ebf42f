"""Canonical texts of documents, and the check that a quote stands in them before it is served."""

import threading
from collections import OrderedDict

import structlog
from sqlmodel import select

from services.query.erasures import refuse_erased_document
from services.query.errors import BrokenCitation
from services.query.snapshot import Snapshot, being_erased
from shared.domain.errors import NotFound
from shared.domain.provenance import Passage
from shared.store.engine import Database
from shared.store.keys import ORIGINAL, TEXT, WARC, unseal_form
from shared.store.tables import DocumentRow

MAX_CODE_POINTS = 32_000_000
"""How much text a process keeps at hand; a longer document is read again each time."""

_COLUMNS = {ORIGINAL: DocumentRow.original, TEXT: DocumentRow.text, WARC: DocumentRow.warc}

log = structlog.get_logger(__name__)


class Texts:
    """The documents of a database, opened. The most recently used texts are kept, until a document is erased. Safe in any thread."""

    def __init__(self, database: Database, max_code_points: int = MAX_CODE_POINTS) -> None:
        self._keyring = database.keyring
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._erasures: dict[str, int] = {}
        self._max = max_code_points
        self._size = 0
        self._lock = threading.Lock()

    def get(self, snapshot: Snapshot, document_id: str) -> str:
        """Return the canonical text of a document; raise `Gone` or `Busy` as `original` does."""
        key = (snapshot.id, document_id)
        with self._lock:
            if self._current(snapshot) and key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        text = self._opened(snapshot, document_id, TEXT).decode()
        self._keep(snapshot, key, text)
        return text

    def original(self, snapshot: Snapshot, document_id: str) -> bytes:
        """Return the bytes of a document as they were captured.

        Raises `Gone` when it is erased, `Busy` when that was a moment ago and the read model does not say so yet.
        """
        return self._opened(snapshot, document_id, ORIGINAL)

    def warc(self, snapshot: Snapshot, document_id: str) -> bytes:
        """Return the response that a document was fetched with, as a WARC file.

        Raises as `original` does, and `NotFound` where the document was not fetched.
        """
        return self._opened(snapshot, document_id, WARC)

    def _opened(self, snapshot: Snapshot, document_id: str, form: str) -> bytes:
        key = self._keyring.keys(snapshot.session, snapshot.id, snapshot.erasures, [document_id]).get(document_id, b"")
        if key is None:
            refuse_erased_document(snapshot, document_id)
            raise being_erased()
        query = select(_COLUMNS[form]).where(DocumentRow.chronology_id == snapshot.id, DocumentRow.id == document_id)
        sealed = snapshot.session.exec(query).first()
        if sealed is None or not key:
            what = f"there is no document {document_id}" if form != WARC else f"no response was kept of document {document_id}"
            raise NotFound(f"{what} in the chronology {snapshot.slug!r}")
        return unseal_form(key, snapshot.id, document_id, form, sealed)

    def _current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot may use what is kept of its chronology, which is forgotten when the snapshot knows of a later erasure."""
        known = self._erasures.get(snapshot.id, 0)
        if snapshot.erasures > known:
            for key in [key for key in self._kept if key[0] == snapshot.id]:
                self._size -= len(self._kept.pop(key))
            self._erasures[snapshot.id] = snapshot.erasures
        return snapshot.erasures >= known

    def _keep(self, snapshot: Snapshot, key: tuple[str, str], text: str) -> None:
        with self._lock:
            if not self._current(snapshot) or key in self._kept or len(text) > self._max:
                return
            self._kept[key] = text
            self._size += len(text)
            while self._size > self._max:
                self._size -= len(self._kept.popitem(last=False)[1])


def check_passage(passage: Passage, text: str, claim_id: str, document_id: str) -> None:
    """Refuse to serve a passage whose quote does not stand in the document's text where it says it stands."""
    if text[passage.start : passage.end] == passage.quote:
        return
    log.error("citation.broken", claim_id=claim_id, document_id=document_id, start=passage.start, end=passage.end)
    raise BrokenCitation(
        f"claim {claim_id} quotes words that do not stand at {passage.start}–{passage.end} of document {document_id}; "
        "the record is damaged: tell whoever runs this service, and do not rely on this claim",
        claim_id=claim_id,
        document_id=document_id,
    )
