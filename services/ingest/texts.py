"""The texts of the documents that claims are being brought about, kept at hand for a little while.

An erased document may still be at hand in another process: a claim about it is refused all the same, by the log, and what is at hand is
let go after `KEEP_SECONDS`.
"""

import sys
import threading
import time
from collections import OrderedDict
from typing import NamedTuple, Protocol

from services.ingest.parsing.language import detect_language
from shared.domain.errors import Gone, NotFound
from shared.domain.ports import LogReader

KEEP_BYTES = 64_000_000
KEEP_SECONDS = 60.0


def erasure(document_id: str) -> str:
    """The reserved name that says that a document was erased."""
    return f"erasure:{document_id}"


class KnownText(NamedTuple):
    """A document's canonical text with its language."""

    text: str
    language: str


class Languages(Protocol):
    """Knows the languages of captured documents."""

    def document_language(self, chronology_id: str, document_id: str) -> str | None:
        """Return the language of a captured document."""
        ...


class DocumentTexts:
    """Looks texts up and keeps the last ones used: `keep_bytes` of them, or one that is larger."""

    def __init__(self, log: LogReader, languages: Languages, keep_bytes: int = KEEP_BYTES, keep_seconds: float = KEEP_SECONDS) -> None:
        self._log = log
        self._languages = languages
        self._keep_bytes = keep_bytes
        self._keep_seconds = keep_seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, KnownText]] = OrderedDict()
        self._bytes = 0

    def get(self, chronology_id: str, document_id: str) -> KnownText:
        """Return the text of a document; raise `NotFound` where there is none, `Gone` where it was erased."""
        with self._lock:
            kept = self._kept.get((chronology_id, document_id))
            if kept and kept[0] > time.monotonic():
                self._kept.move_to_end((chronology_id, document_id))
                return kept[1]
        stored = self._log.document(chronology_id, document_id)
        if stored is None:
            self.forget(chronology_id, document_id)
            if self._log.reserved(chronology_id, erasure(document_id)):
                raise Gone("document_id: this document was erased, and takes no more claims")
            raise NotFound("document_id: there is no such document in this chronology; capture it first")
        language = self._languages.document_language(chronology_id, document_id) or detect_language(stored.text)
        return self.keep(chronology_id, document_id, KnownText(stored.text, language))

    def keep(self, chronology_id: str, document_id: str, known: KnownText) -> KnownText:
        """Keep a text at hand, and let go of those that were not used for the longest time."""
        with self._lock:
            self._drop((chronology_id, document_id))
            self._kept[chronology_id, document_id] = (time.monotonic() + self._keep_seconds, known)
            self._bytes += sys.getsizeof(known.text)
            while self._bytes > self._keep_bytes and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))
        return known

    def forget(self, chronology_id: str, document_id: str) -> None:
        """Let go of a text."""
        with self._lock:
            self._drop((chronology_id, document_id))

    def forget_all(self, chronology_id: str) -> None:
        """Let go of all texts of a chronology, in which a document was erased."""
        with self._lock:
            for name in [name for name in self._kept if name[0] == chronology_id]:
                self._drop(name)

    def _drop(self, name: tuple[str, str]) -> None:
        dropped = self._kept.pop(name, None)
        if dropped:
            self._bytes -= sys.getsizeof(dropped[1].text)
