"""Appends made ready for their transaction: sealed and serialised before anything is locked, so that the lock is held only to write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.crypto.sealing import new_key
from shared.domain.codec import Content, Envelope, Seal
from shared.domain.errors import InvalidInput, RevisionConflict, SalnameError
from shared.domain.events import ChronologyCreated
from shared.domain.ids import IdSource
from shared.domain.ports import Append, StoredDocument
from shared.store.keys import ORIGINAL, TEXT, WARC, seal_form, sealer
from shared.store.moments import microseconds

BYTES_AN_EVENT = 1_000
"""What one event weighs in a group, roughly: documents are weighed against it."""


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A document on its way into the store: its content key, plain and wrapped, and its forms sealed under it."""

    id: str
    key: bytes
    kek_id: str
    wrapped: bytes
    original: bytes
    text: bytes
    warc: bytes | None


@dataclass(slots=True)
class Prepared:
    """An append with everything done that needs no lock.

    `quoted` are the documents captured earlier under whose keys something was sealed, `erasures` the count of erasures at which these
    keys were read. `time_us`: when the command was given, in microseconds since 1970.
    """

    request: Append
    envelope: Envelope
    contents: list[Content]
    time_us: int
    documents: tuple[SealedDocument, ...]
    quoted: frozenset[str]
    erasures: int

    @property
    def weight(self) -> int:
        """How much it adds to a group, in events."""
        return 1 + len(self.contents) + sum(len(document.original) for document in self.documents) // BYTES_AN_EVENT

    def framed(self, first: int) -> list[str]:
        """Return the stored form of each event, counted from `first`."""
        return self.envelope.frames(self.contents, first, first + len(self.contents) - 1)


Wrap = Callable[[str, bytes], tuple[str, bytes]]
"""From document id and content key to the id of the key-encryption key and the wrapped key."""


def quoted_documents(request: Append, documents: Sequence[StoredDocument] = ()) -> frozenset[str]:
    """The ids of documents captured earlier that the events of an append quote."""
    found = {document_id for event in request.events if (document_id := event.sealed_under) is not None}
    return frozenset(found.difference([document.id for document in documents]) if documents else found)


def prepare_append(
    request: Append, documents: Sequence[StoredDocument], keys: Mapping[str, bytes | None], erasures: int, new_id: IdSource, wrap: Wrap
) -> Prepared:
    """Seal and serialise an append. `keys` are the content keys of the documents that it quotes, as `quoted_documents` names them.

    Raises `InvalidInput` for what no log can hold, `NotFound` for a document without a key, `Gone` for an erased one.
    """
    _check_form(request, documents)
    fresh = {document.id: new_key() for document in documents}
    count = len(request.events)
    prepared = _prepare(request, sealer({**keys, **fresh}, count), new_id.several(count), frozenset(keys), erasures)
    prepared.documents = tuple([_sealed(request.chronology_id, document, fresh[document.id], wrap) for document in documents])
    return prepared


def prepare_together(
    requests: Sequence[Append],
    quoted: Sequence[frozenset[str]],
    keys: Mapping[str, bytes | None],
    erasures: int,
    new_id: IdSource,
) -> list[Prepared | SalnameError]:
    """Seal and serialise many appends without documents, as `prepare_append` does; what is wrong with one is its own outcome.

    `quoted` are the documents that each of them quotes, `keys` the keys of all these.
    """
    count = sum([len(request.events) for request in requests])
    seal, ids = sealer(keys, count), new_id.several(count)
    prepared: list[Prepared | SalnameError] = []
    at = 0
    for request, documents in zip(requests, quoted, strict=True):
        until = at + len(request.events)
        try:
            _check_form(request, ())
            prepared.append(_prepare(request, seal, ids[at:until], documents, erasures))
        except SalnameError as error:
            prepared.append(error)
        at = until
    return prepared


def _prepare(request: Append, seal: Seal, ids: Sequence[str], quoted: frozenset[str], erasures: int) -> Prepared:
    envelope = Envelope(request.chronology_id, request.command)
    contents = envelope.contents(request.events, ids, seal)
    return Prepared(request, envelope, contents, microseconds(request.command.time), (), quoted, erasures)


def _sealed(here: str, document: StoredDocument, key: bytes, wrap: Wrap) -> SealedDocument:
    kek_id, wrapped = wrap(document.id, key)
    return SealedDocument(
        id=document.id,
        key=key,
        kek_id=kek_id,
        wrapped=wrapped,
        original=seal_form(key, here, document.id, ORIGINAL, document.original),
        text=seal_form(key, here, document.id, TEXT, document.text.encode()),
        warc=None if document.warc is None else seal_form(key, here, document.id, WARC, document.warc),
    )


def _check_form(request: Append, documents: Sequence[StoredDocument]) -> None:
    """Refuse an append that contradicts itself."""
    if request.reserves or documents:
        names = [name for name, _ in request.reserves]
        ids = [document.id for document in documents]
        if len(set(names)) < len(names) or len(set(ids)) < len(ids):
            raise InvalidInput("an append may name each reserved name and each document once")
    openings = [at for at, event in enumerate(request.events) if isinstance(event, ChronologyCreated)]
    if openings:
        if openings != [0]:
            raise InvalidInput("a chronology is opened by the first event of its log, and only by that")
        if (created := creation(request)) and created.chronology_id != request.chronology_id:
            raise InvalidInput(f"the event opens chronology {created.chronology_id}, but the append is for {request.chronology_id}")
    if request.erases is not None and any(event.sealed_under == request.erases for event in request.events):
        raise InvalidInput("an append cannot quote the document that it erases")


def creation(request: Append) -> ChronologyCreated | None:
    """The event that opens the chronology, where this append does that."""
    return first if request.events and isinstance(first := request.events[0], ChronologyCreated) else None


def check_revision(request: Append, head: int) -> None:
    """Refuse an append that was decided on another revision than `head`."""
    if request.expected_revision is not None and request.expected_revision != head:
        raise RevisionConflict(
            f"you decided on revision {request.expected_revision}, but the chronology is at {head}; look at what changed and decide again",
            expected=request.expected_revision,
            current=head,
        )
