"""Canonical texts of documents, and the check that a quote stands in them before it is served."""

import threading
from collections import OrderedDict

import structlog
from sqlmodel import select

from services.query.errors import BrokenCitation
from services.query.snapshot import Snapshot
from shared.domain.errors import NotFound
from shared.domain.provenance import Passage
from shared.store.tables import DocumentRow

MAX_CODE_POINTS = 32_000_000
"""How much text a process keeps at hand; a longer document is read again each time."""

log = structlog.get_logger(__name__)


class Texts:
    """The texts of documents, the most recently used kept at hand: a captured text never changes. Safe in any thread."""

    def __init__(self, max_code_points: int = MAX_CODE_POINTS) -> None:
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._max = max_code_points
        self._size = 0
        self._lock = threading.Lock()

    def get(self, snapshot: Snapshot, document_id: str) -> str:
        """Return the canonical text of a document."""
        key = (snapshot.id, document_id)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        query = select(DocumentRow.text).where(DocumentRow.chronology_id == snapshot.id, DocumentRow.id == document_id)
        text = snapshot.session.exec(query).first()
        if text is None:
            raise NotFound(f"there is no document {document_id} in the chronology {snapshot.slug!r}")
        self._keep(key, text)
        return text

    def _keep(self, key: tuple[str, str], text: str) -> None:
        with self._lock:
            if key in self._kept or len(text) > self._max:
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
