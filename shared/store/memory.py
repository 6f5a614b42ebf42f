"""The log in memory: the reference that the databases are held to in `tests/contract/`, and quick trials without a disk."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from shared.crypto.sealing import opening_under
from shared.domain.codec import Decoder, OpenUnder
from shared.domain.errors import AlreadyExists, IdempotencyConflict, NotFound, SalnameError
from shared.domain.events import ChronologyCreated, Recorded
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Appended, ChronologyInfo, Reservation, StoredDocument
from shared.store.keys import gone
from shared.store.prepared import check_revision, creation, prepare_append, quoted_documents


class MemoryLog:
    """`shared.domain.ports.Log` in dictionaries, behind one lock."""

    def __init__(self, new_id: IdSource) -> None:
        self._new_id = new_id
        self._lock = threading.Lock()
        self._infos: dict[str, ChronologyInfo] = {}
        self._events: dict[str, list[tuple[int, bytes]]] = {}
        self._outcomes: dict[tuple[str, str], tuple[str, Appended]] = {}
        self._reserved: dict[tuple[str, str], Reservation] = {}
        self._documents: dict[tuple[str, str], StoredDocument] = {}
        self._keys: dict[tuple[str, str], bytes | None] = {}

    def append(self, request: Append, documents: Sequence[StoredDocument] = ()) -> Appended:
        here = request.chronology_id
        with self._lock:
            known = self._outcomes.get((here, request.key))
            if known is not None and known[0] != request.fingerprint:
                raise IdempotencyConflict
            if known is not None:
                return replace(known[1], repeated=True)
            created = creation(request)
            if created is not None:
                self._check_slug(created)
            elif here not in self._infos:
                raise NotFound(f"there is no chronology with id {here}")
            head = 0 if created else self._infos[here].head
            check_revision(request, head)
            if taken := [name for name, _ in request.reserves if (here, name) in self._reserved]:
                raise AlreadyExists(f"{', '.join(taken)} is taken already in this chronology")
            if taken := [document.id for document in documents if (here, document.id) in self._keys]:
                raise AlreadyExists(f"the document {', '.join(taken)} is taken already in this chronology")
            quoted = quoted_documents(request, documents)
            keys = {document_id: self._keys[here, document_id] for document_id in quoted if (here, document_id) in self._keys}
            prepared = prepare_append(request, documents, keys, 0, self._new_id, lambda _, key: ("", key))
            if request.erases is not None:
                self._destroy(here, request.erases)
            if created:
                self._open(created)
            self._keys |= {(here, document.id): document.key for document in prepared.documents}
            return self._write(request, head, [body.encode() for body in prepared.framed(head + 1)], documents)

    def _check_slug(self, created: ChronologyCreated) -> None:
        if created.chronology_id in self._infos or any(info.slug == created.slug for info in self._infos.values()):
            raise AlreadyExists(
                f"there is already a chronology called {created.slug!r}, or one with this id; use it, or choose another slug"
            )

    def append_together(self, requests: Sequence[Append]) -> list[Appended | SalnameError]:
        outcomes: list[Appended | SalnameError] = []
        for request in requests:
            try:
                outcomes.append(self.append(request))
            except SalnameError as error:
                outcomes.append(error)
        return outcomes

    def _open(self, created: ChronologyCreated) -> None:
        info = ChronologyInfo(id=created.chronology_id, slug=created.slug, title=created.title, description=created.description, head=0)
        self._infos[info.id] = info
        self._events[info.id] = []

    def _destroy(self, here: str, document_id: str) -> None:
        if (here, document_id) not in self._keys:
            raise NotFound(f"there is no document {document_id} in this chronology")
        if self._keys[here, document_id] is None:
            raise gone(document_id)
        self._keys[here, document_id] = None
        del self._documents[here, document_id]

    def _write(self, request: Append, head: int, bodies: Sequence[bytes], documents: Sequence[StoredDocument]) -> Appended:
        here = request.chronology_id
        outcome = Appended(first=head + 1, last=head + len(bodies), result=request.result, repeated=False)
        self._events[here] += [(outcome.last, body) for body in bodies]
        self._infos[here] = self._infos[here].model_copy(update={"head": outcome.last})
        self._outcomes[here, request.key] = (request.fingerprint, outcome)
        for name, subject in request.reserves:
            self._reserved[here, name] = Reservation(name=name, subject=subject, position=outcome.first)
        for document in documents:
            self._documents[here, document.id] = document
        return outcome

    def _unseal(self, chronology_id: str, document_id: str) -> OpenUnder | None:
        key = self._keys[chronology_id, document_id]
        return None if key is None else opening_under(key, document_id)

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        events = self._events.get(chronology_id, [])[after:]
        cut = events[:limit]
        whole = events[: cut[-1][0] - after] if cut else []
        decoder = Decoder(partial(self._unseal, chronology_id))
        return [decoder.decode(body) for _, body in whole]

    def pick(self, chronology_id: str, positions: Sequence[int]) -> list[Recorded]:
        events = self._events.get(chronology_id, [])
        decoder = Decoder(partial(self._unseal, chronology_id))
        return [decoder.decode(events[position - 1][1]) for position in positions]

    def read_raw(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[bytes]:
        return [body for _, body in self._events.get(chronology_id, [])[after : after + limit]]

    def head(self, chronology_id: str) -> int:
        info = self._infos.get(chronology_id)
        return info.head if info else 0

    def chronologies(self) -> list[ChronologyInfo]:
        return sorted(self._infos.values(), key=lambda info: info.slug)

    def chronology(self, slug: str) -> ChronologyInfo | None:
        return next((info for info in self._infos.values() if info.slug == slug), None)

    def reserved(self, chronology_id: str, name: str) -> Reservation | None:
        return self._reserved.get((chronology_id, name))

    def recall(self, chronology_id: str, key: str) -> tuple[str, Appended] | None:
        known = self._outcomes.get((chronology_id, key))
        return None if known is None else (known[0], replace(known[1], repeated=True))

    def document(self, chronology_id: str, document_id: str) -> StoredDocument | None:
        return self._documents.get((chronology_id, document_id))

    def texts(self, chronology_id: str, document_ids: Collection[str]) -> dict[str, str]:
        found = {document_id: self.document(chronology_id, document_id) for document_id in document_ids}
        return {document_id: document.text for document_id, document in found.items() if document is not None}
