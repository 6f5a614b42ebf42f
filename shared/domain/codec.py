"""Events to and from their stored bytes: one CloudEvents 1.0 JSON object an event, in RFC 8785 canonical form.

What quotes a document is stored sealed: its data as `data_base64` (CloudEvents' own way to carry what is not JSON), with the document and
the hash of the key that opens it beside it. Sealing itself comes in as a function; nothing here holds a key.
"""

from binascii import a2b_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted  # JSON's escapes as RFC 8785 wants them, 3.2.2.2
from typing import Any, NamedTuple

from msgspec import DecodeError, Struct
from msgspec.json import Decoder as JsonDecoder
from pydantic_core import from_json

from shared.domain.brief import completed, is_brief, restorer
from shared.domain.events import AnyEvent, Command, Erased, Recorded
from shared.domain.ids import canonical_json
from shared.domain.upcast import known, upcast

SPECVERSION = "1.0"
JSON_TYPE = "application/json"
SEALED_TYPE = "application/vnd.salname.sealed+json"


class Sealed(NamedTuple):
    """Something sealed: under which document's key, what it is about, and what is authenticated with it."""

    document_id: str
    subject: str
    context: bytes
    keyhash: str
    ciphertext: bytes


SealUnder = Callable[[bytes, bytes, bytes], tuple[str, str]]
"""From subject, context and plaintext to the hash of the key that it is sealed under, and the ciphertext in Base64."""

Seal = Callable[[str], SealUnder]
"""From a document's id to what seals under its key."""

OpenUnder = Callable[[bytes, bytes, str, bytes], bytes]
"""From subject, context, the hash of the key and the ciphertext to the plaintext."""

Unseal = Callable[[str], OpenUnder | None]
"""From a document's id to what opens what is sealed under its key; None once the document is erased."""


Content = tuple[str, str]
"""An event ready for its place: its stored form after `commit` and up to `position`, and from there to the end."""


def event_source(chronology_id: str) -> str:
    """The CloudEvents `source` of a chronology's log."""
    return f"/chronologies/{chronology_id}/log"


def sealing_context(chronology_id: str, event_type: str, subject: str) -> bytes:
    """What is authenticated with a sealed event's data."""
    return f"{chronology_id}\n{event_type}\n{subject}".encode()


@lru_cache(maxsize=1000)
def _of_chronology(chronology_id: str) -> tuple[str, str]:
    """Return the id as JSON, and the members between `position` and the subject."""
    source = quoted(event_source(chronology_id))
    return quoted(chronology_id), f',"source":{source},"specversion":"{SPECVERSION}","subject":'


class Envelope:
    """What the events of one command share, and the way from their data to their stored bytes.

    The members stand in the order of their names, as RFC 8785 wants it; put together by hand, because this is the innermost loop of
    every append.
    """

    def __init__(self, chronology_id: str, command: Command) -> None:
        cause = "" if command.causation_id is None else f'"causationid":{quoted(command.causation_id)},'
        chronology, self._back = _of_chronology(chronology_id)
        self._chronology_id = chronology_id
        self._head = f'{{"actor":{quoted(command.actor)},{cause}"chronology":{chronology},"commit":'
        self._front = f',"correlationid":{quoted(command.correlation_id)},'
        self._time = f',"time":"{command.time.isoformat()}","type":"'

    def contents(self, events: Sequence[AnyEvent], ids: Sequence[str], seal: Seal) -> list[Content]:
        """Serialise events, sealed where they have to be: the costly part, done before anything is locked."""
        front, back, time = self._front, self._back, self._time
        documents: dict[tuple[str, str], tuple[SealUnder, bytes, str]] = {}
        made: list[Content] = []
        for data, event_id in zip(events, ids, strict=True):
            subject, document_id, kind = data.subject, data.sealed_under, data.type
            if document_id is None:
                body = canonical_json(data.model_dump(mode="json")).decode()
                shown = f'{front}"data":{body},"datacontenttype":"{JSON_TYPE}","id":"{event_id}","position":'
            else:
                known = documents.get((kind, document_id))
                if known is None:
                    known = documents[kind, document_id] = self._document(kind, document_id, seal)
                seal_under, context, between = known
                label = subject.encode()
                keyhash, ciphertext = seal_under(label, context + label, data.brief())
                shown = f'{front}"data_base64":"{ciphertext}{between}{event_id}","keyhash":"{keyhash}","position":'
            made.append((shown, f'{back}{quoted(subject)}{time}{kind}","typeversion":{data.version}}}'))
        return made

    def _document(self, kind: str, document_id: str, seal: Seal) -> tuple[SealUnder, bytes, str]:
        """What is the same for all events of a type that quote one document: a batch is of few documents."""
        between = f'","datacontenttype":"{SEALED_TYPE}","document":{quoted(document_id)},"id":"'
        return seal(document_id), sealing_context(self._chronology_id, kind, ""), between

    def frames(self, contents: Sequence[Content], first: int, commit: int) -> list[str]:
        """Return the canonical JSON of events at their places, from the position `first` on."""
        head = f"{self._head}{commit}"
        return [f"{head}{front}{position}{back}" for position, (front, back) in enumerate(contents, first)]


def encode(event: Recorded, seal: Seal) -> bytes:
    """Return the canonical JSON of an event: what is stored, hashed and served."""
    if isinstance(event.data, Erased):
        raise TypeError("an erased event cannot be written again: its stored bytes are all there is")
    command = Command(actor=event.actor, time=event.time, correlation_id=event.correlationid, causation_id=event.causationid)
    envelope = Envelope(event.chronology, command)
    (stored,) = envelope.frames(envelope.contents([event.data], [event.id], seal), event.position, event.commit)
    return stored.encode()


class _Envelope(Struct, gc=False):
    """What `decode` takes out of a stored event."""

    id: str
    chronology: str
    position: int
    commit: int
    time: str
    actor: str
    correlationid: str
    type: str
    typeversion: int
    subject: str
    causationid: str | None = None
    data: dict[str, Any] | None = None
    data_base64: bytes | None = None
    document: str = ""
    keyhash: str = ""


# The innermost loop of every reader: parsed, checked and taken out of Base64 in one go.
_envelope = JsonDecoder(_Envelope).decode
_moment = lru_cache(maxsize=1000)(datetime.fromisoformat)  # the events of one command share it


@lru_cache(maxsize=1000)
def _context(chronology_id: str, event_type: str) -> bytes:
    """What `sealing_context` begins with, before the subject."""
    return sealing_context(chronology_id, event_type, "")


_recorded: Callable[[type[Recorded], tuple[object, ...]], Recorded] = tuple.__new__

Way = tuple[Callable[[dict[str, Any]], AnyEvent], Callable[[bytes, str, str], AnyEvent]]
"""How events of a type and version are made: from their data; from what is sealed of them, their subject and their document."""


@lru_cache(maxsize=1000)
def _ways(latest: type[AnyEvent], kind: str, version: int) -> Way:
    def read(data: dict[str, Any]) -> AnyEvent:
        return latest.model_validate(upcast(kind, version, data))

    def read_brief(plaintext: bytes, subject: str, document_id: str) -> AnyEvent:
        return read(completed(from_json(plaintext), subject, document_id))

    def read_whole(plaintext: bytes, _subject: str, _document_id: str) -> AnyEvent:
        return read(from_json(plaintext))

    if not is_brief(kind, version):
        return read, read_whole
    return read, restorer(latest) if version == latest.version else read_brief


class Decoder:
    """Parses stored events. It keeps what `unseal` gives, so one decoder is for as long as no key can go."""

    def __init__(self, unseal: Unseal) -> None:
        self._unseal = unseal
        self._openers: dict[str, OpenUnder | None] = {}
        self._ways: dict[tuple[str, int], Way] = {}

    def decode(self, body: bytes | str) -> Recorded:
        """Parse an event of any version; raise `UnknownEvent` for one of a newer release, `ValueError` for what is no event."""
        try:
            raw = _envelope(body)
            data = self._data(raw)
        except DecodeError as error:
            raise ValueError(f"this is no stored event: {error}") from error
        moment = _moment(raw.time)
        # As `Recorded(…)` does it, which looks at its arguments first.
        return _recorded(
            Recorded, (raw.id, raw.chronology, raw.position, raw.commit, moment, raw.actor, raw.correlationid, data, raw.causationid)
        )

    def _data(self, raw: _Envelope) -> AnyEvent | Erased:
        kind, version = raw.type, raw.typeversion
        read, restore = self._ways.get((kind, version)) or self._way(kind, version)
        if raw.data is not None:
            return read(raw.data)
        if raw.data_base64 is None:
            raise ValueError("this is no stored event: it has no data")
        document_id, subject = raw.document, raw.subject
        open_under = self._openers[document_id] if document_id in self._openers else self._opener(document_id)
        if open_under is None:
            return Erased(type=kind, version=version, subject=subject, document_id=document_id)
        label = subject.encode()
        return restore(open_under(label, _context(raw.chronology, kind) + label, raw.keyhash, raw.data_base64), subject, document_id)

    def _way(self, kind: str, version: int) -> Way:
        way = self._ways[kind, version] = _ways(known(kind, version), kind, version)
        return way

    def _opener(self, document_id: str) -> OpenUnder | None:
        opener = self._openers[document_id] = self._unseal(document_id)
        return opener


def decode(body: bytes | str, unseal: Unseal) -> Recorded:
    """Parse one stored event, as `Decoder` does it with many."""
    return Decoder(unseal).decode(body)


def sealed_part(raw: Mapping[str, Any]) -> Sealed:
    """Take the sealed part out of a stored event's JSON."""
    subject = raw["subject"]
    context = sealing_context(raw["chronology"], raw["type"], subject)
    return Sealed(raw["document"], subject, context, raw["keyhash"], a2b_base64(raw["data_base64"]))
