"""What the services need from outside, as protocols: extractors, and the log on any store."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.claims import ClaimBody
from shared.domain.errors import SalnameError
from shared.domain.events import AnyEvent, Command, Recorded
from shared.domain.model import Frozen
from shared.domain.provenance import Span


class ExtractionInput(Frozen):
    """A canonical text with what is known about it.

    `media_type` tells markup from prose (`text/markdown` keeps its marks in the canonical text). `skip` are spans that are no part of
    the document's own prose. `published` is an EDTF date.
    """

    text: str
    language: str
    published: str | None = None
    media_type: str = "text/plain"
    skip: tuple[Span, ...] = ()


class ClaimExtractor(Protocol):
    """A plug-in of the entry point group `salname.extractors`: deterministic from its input to claims in text order."""

    name: str
    version: str

    def extract(self, document: ExtractionInput) -> Sequence[ClaimBody]:
        """Return the claims of a text; each passes `ClaimBody.check(document.text)`. `continues` holds indices into the result."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """What one command adds to one chronology's log.

    `key` and `fingerprint` make it idempotent: the same key with the same fingerprint gives the first result again, with another
    fingerprint it is refused. `expected_revision` refuses the append when the log has moved on. `result` is what the caller
    is told, kept with the key. `reserves` maps names that may be taken once in a chronology (the identity of a source, the
    decision on a correction) to the id of who takes them; when one is taken already, nothing is written. Without events only the key is
    kept: a command that changed nothing has an outcome, too. `erases` names a document whose key and text are destroyed in the same
    transaction.
    """

    chronology_id: str
    command: Command
    events: tuple[AnyEvent, ...]
    key: str
    fingerprint: str
    result: str
    expected_revision: int | None = None
    reserves: tuple[tuple[str, str], ...] = ()
    erases: str | None = None


class Reservation(Frozen):
    """A name that was taken in a chronology: by what, and at which position the command that took it began."""

    name: str
    subject: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The outcome of an append. `repeated` says that it was the same command again and nothing was written now."""

    first: int
    last: int
    result: str
    repeated: bool


class ChronologyInfo(Frozen):
    """A chronology and the head position of its log."""

    id: str
    slug: str
    title: str
    description: str
    head: int


class StoredDocument(Frozen):
    """The bytes and the canonical text of a captured document; `warc` is the response that it was fetched with, as a WARC file."""

    id: str
    original: bytes
    text: str
    warc: bytes | None = None


class LogReader(Protocol):
    """The ordered events of many chronologies, for reading."""

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        """Return whole commits of events after a position: at least one commit if there is any, up to `limit` events otherwise."""
        ...

    def pick(self, chronology_id: str, positions: Sequence[int]) -> list[Recorded]:
        """Return the events at some positions, in the order of these."""
        ...

    def read_raw(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[bytes]:
        """Return the stored canonical bytes of events after a position."""
        ...

    def head(self, chronology_id: str) -> int:
        """Return the last position, 0 for an empty log."""
        ...

    def chronologies(self) -> list[ChronologyInfo]:
        """Return all chronologies, by slug."""
        ...

    def chronology(self, slug: str) -> ChronologyInfo | None:
        """Return the chronology of a slug."""
        ...

    def reserved(self, chronology_id: str, name: str) -> Reservation | None:
        """Return who holds a reserved name."""
        ...

    def recall(self, chronology_id: str, key: str) -> tuple[str, Appended] | None:
        """Return the fingerprint and first outcome recorded under an idempotency key."""
        ...

    def document(self, chronology_id: str, document_id: str) -> StoredDocument | None:
        """Return a captured document's bytes and text; None once it is erased."""
        ...

    def texts(self, chronology_id: str, document_ids: Collection[str]) -> dict[str, str]:
        """Return the canonical texts of those of these documents that can still be read."""
        ...


class Log(LogReader, Protocol):
    """The log, with the one way to write it. Every backend passes `tests/contract/`."""

    def append(self, request: Append, documents: Sequence[StoredDocument] = ()) -> Appended:
        """Append atomically.

        The first command of a chronology begins with `ChronologyCreated`. Raises `IdempotencyConflict`, `RevisionConflict`,
        `AlreadyExists` (a reserved name or slug), `NotFound`, `Gone` (a claim quotes a document that is erased) or `Busy`; whatever is
        raised, nothing was written.
        """
        ...

    def append_together(self, requests: Sequence[Append]) -> Sequence[Appended | SalnameError]:
        """Append each of several requests to one chronology that exists, none of which brings documents; each has its own outcome.

        They share a transaction where the store has such. Raises only what hit them all, such as `Busy`.
        """
        ...


def replay(log: LogReader, chronology_id: str, after: int = 0, batch: int = 1000) -> Iterator[Recorded]:
    """Iterate over all events after a position, in order."""
    while events := log.read(chronology_id, after, batch):
        yield from events
        after = events[-1].position
