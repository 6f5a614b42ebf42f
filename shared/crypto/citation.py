"""The citation proof: one file that shows, offline, that a citation stands in a log as it is shown.

The file holds the three stored events that a citation is made of (the claim, the document it was found in, the source behind that), each
with its inclusion proof; the signed checkpoint that they lead to; and the key that opens the sealed claim. The citation itself is in it for
readers: a verifier derives it from the events again and refuses a file that shows anything else.

`examples/verify_citation.py` does the same without a line of this package. What one of them accepts, the other has to accept.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Self

from pydantic import ConfigDict, Field, ValidationError

from shared.crypto.notes import COSIGNATURE, ED25519, Checkpoint, Note, Verified, Vkey, decode_base64, encode_base64, origin
from shared.crypto.sealing import keyhash, unseal
from shared.domain.brief import completed, is_brief
from shared.domain.codec import sealing_context
from shared.domain.errors import InvalidProof, WrongKey
from shared.domain.events import ClaimRecorded, DocumentCaptured, EventData, SourceRegistered
from shared.domain.ids import canonical_json, sha256
from shared.domain.merkle import leaf_hash, verify_inclusion
from shared.domain.model import Frozen
from shared.domain.upcast import upcast

FORMAT = "salname-citation-proof/v1"
MAX_FILE_BYTES = 10_000_000


class Part(Frozen):
    """A part of the file: of exactly the types that it says, since nothing is signed that could be read in two ways."""

    model_config = ConfigDict(strict=True)


class CitedSource(Part):
    """Who stands behind the document, as registered. What is not known is null."""

    id: str
    title: str | None
    author: str | None
    publisher: str | None
    url: str | None
    language: str | None
    published: str | None


class CitedDocument(Part):
    """The capture that the words stand in. `sha256` is that of the original bytes: with the file at hand, they can be compared."""

    id: str
    filename: str | None
    sha256: str
    source: CitedSource


class Citation(Part):
    """Document, passage and the words around it. Offsets count code points in the document's canonical text, `end` exclusive."""

    chronology: str
    claim_id: str
    document: CitedDocument
    start: int = Field(ge=0)
    end: int
    quote: str
    prefix: str
    suffix: str
    page: int | None


class ProvenEvent(Part):
    """A stored event and the way from it to the root.

    `event` is its canonical JSON, to the byte. `index` is its position less one. `proof` are hashes in base64, the lowest first. `key`, in
    base64, opens a sealed event; null for one that is stored in the open.
    """

    event: str
    index: int = Field(ge=0)
    proof: tuple[str, ...] = Field(max_length=64)
    key: str | None = None

    @classmethod
    def of(cls, body: bytes, index: int, proof: Sequence[bytes], key: bytes | None = None) -> Self:
        """Make it from what the log gives: stored bytes, leaf index, inclusion proof, and the key of a sealed event."""
        return cls(
            event=body.decode(),
            index=index,
            proof=tuple(encode_base64(each) for each in proof),
            key=None if key is None else encode_base64(key),
        )


class CitationProof(Part):
    """The file `citation.proof.json`.

    `checkpoint` is the signed note, cosignatures included. `checksum` is the SHA-256, in hexadecimal, of the canonical JSON of everything
    else. It proves nothing, for whoever alters the file can alter it too; it finds damage in lines that no key at hand vouches for.
    """

    format: Literal["salname-citation-proof/v1"]
    citation: Citation
    claim: ProvenEvent
    document: ProvenEvent
    source: ProvenEvent
    checkpoint: str
    checksum: str

    def encode(self) -> bytes:
        """Return the file, laid out for readers."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True)
class VerifiedCitation:
    """What a file proves: the citation, where and when the log says it was recorded, and who signed for the log.

    `recorded` is the log's own word, an ISO 8601 time. `witnesses` state when they saw the checkpoint, and that it fitted all before it.
    """

    citation: Citation
    position: int
    recorded: str
    checkpoint: Checkpoint
    log: Verified
    witnesses: tuple[Verified, ...]


def cite(claim: ProvenEvent, document: ProvenEvent, source: ProvenEvent, checkpoint: Note) -> CitationProof:
    """Put a proof file together; raise `InvalidProof` where the parts do not belong together or do not lead to the checkpoint's root."""
    citation, _ = _derive(claim, document, source, Checkpoint.parse(checkpoint.text))
    parts = {
        "format": FORMAT,
        "citation": citation.model_dump(mode="json"),
        "claim": claim.model_dump(mode="json"),
        "document": document.model_dump(mode="json"),
        "source": source.model_dump(mode="json"),
        "checkpoint": checkpoint.encode().decode(),
    }
    return CitationProof.model_validate_json(canonical_json({**parts, "checksum": sha256(canonical_json(parts))}))


def verify_citation(file: bytes, vkeys: Sequence[Vkey]) -> VerifiedCitation:
    """Check a proof file against keys that the reader trusts, and return what it proves.

    Args:
        file: the bytes of `citation.proof.json`.
        vkeys: the key of the log, and of every witness that is to have cosigned. Of a log that has changed its key, all may be given.

    Raises:
        InvalidProof: anything in the file was altered, is missing, or is not vouched for by the keys.
    """
    parts, proof = _read(file)
    note = Note.decode(proof.checkpoint.encode())
    checkpoint = Checkpoint.parse(note.text)
    log, witnesses = _signatures(note, checkpoint, vkeys)
    citation, envelope = _derive(proof.claim, proof.document, proof.source, checkpoint)
    if canonical_json(parts["citation"]) != canonical_json(citation.model_dump(mode="json")):
        raise InvalidProof("the citation in the file is not the one that its events give")
    checksum = parts.pop("checksum")
    if sha256(canonical_json(parts)) != checksum:
        raise InvalidProof("the file was altered in a line that no key at hand vouches for: its checksum is another")
    return VerifiedCitation(citation, envelope["position"], str(envelope.get("time")), checkpoint, log, witnesses)


def _read(file: bytes) -> tuple[dict[str, Any], CitationProof]:
    if len(file) > MAX_FILE_BYTES:
        raise InvalidProof(f"the file is larger than {MAX_FILE_BYTES} bytes: it is no citation proof")
    try:
        text = file.decode()
    except UnicodeDecodeError as error:
        raise InvalidProof("the file is not UTF-8 text: it is no citation proof") from error
    parts, _ = _parse(text, "the file")
    try:
        return parts, CitationProof.model_validate_json(text)
    except ValidationError as error:
        raise InvalidProof(f"the file is no {FORMAT}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"


def _parse(text: str, what: str) -> tuple[dict[str, Any], bytes]:
    """Read a JSON object that can be read in one way only, and return it with its canonical form."""
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_float=_refuse_number, parse_constant=_refuse_number)
        canonical = canonical_json(value)
    except (ValueError, RecursionError) as error:  # half characters, too, are a ValueError
        raise InvalidProof(f"{what} cannot be read as JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise InvalidProof(f"{what} is not a JSON object")
    return value, canonical


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not a whole number")


def _signatures(note: Note, checkpoint: Checkpoint, vkeys: Sequence[Vkey]) -> tuple[Verified, tuple[Verified, ...]]:
    """Return what the log and the witnesses signed. Every witness whose key is given must have; of the log's keys, one."""
    logs = [vkey for vkey in vkeys if vkey.algorithm == ED25519 and vkey.name == checkpoint.origin]
    witnesses = [vkey for vkey in vkeys if vkey.algorithm == COSIGNATURE]
    if not logs:
        raise InvalidProof(f"the checkpoint is of the log {checkpoint.origin}, and none of the keys given is that log's")
    if strangers := [vkey.name for vkey in vkeys if vkey not in logs and vkey not in witnesses]:
        raise InvalidProof(f"the key of {strangers[0]} is neither of the log {checkpoint.origin} nor of a witness")
    used = [vkey for vkey in logs if any(map(vkey.signed, note.signatures))] or logs
    log, *_ = [note.verify(vkey) for vkey in used]
    return log, tuple(note.verify(vkey) for vkey in witnesses)


def _derive(claim: ProvenEvent, document: ProvenEvent, source: ProvenEvent, checkpoint: Checkpoint) -> tuple[Citation, dict[str, Any]]:
    """Return the citation as three proven events give it, and the envelope of the claim."""
    recorded, found = _open(claim, ClaimRecorded, checkpoint)
    _, captured = _open(document, DocumentCaptured, checkpoint)
    _, registered = _open(source, SourceRegistered, checkpoint)
    try:
        said, details = found["claim"], registered["details"]
        linked = said["id"], said["document_id"], captured["source_id"]
        citation = Citation.model_validate(
            {
                "chronology": recorded["chronology"],
                "claim_id": said["id"],
                "document": {
                    "id": captured["document_id"],
                    "filename": captured["filename"],
                    "sha256": captured["sha256"],
                    "source": {**details, "id": registered["source_id"]},
                },
                **{name: said[name] for name in ("start", "end", "quote")},
                # What is sealed leaves out what is null or empty.
                **{name: said.get(name, "") for name in ("prefix", "suffix")},
                "page": said.get("page"),
            }
        )
    except (KeyError, TypeError) as error:
        raise InvalidProof("claim, document or source in the file lack something that a citation is made of") from error
    except ValidationError as error:
        raise InvalidProof(f"claim, document or source in the file are not what a citation is made of: {_first(error)}") from error
    if linked != (recorded["subject"], citation.document.id, citation.document.source.id):
        raise InvalidProof("claim, document and source in the file do not belong together")
    if recorded.get("document", citation.document.id) != citation.document.id:
        raise InvalidProof("the claim is sealed under the key of another document")
    if citation.end - citation.start != len(citation.quote):
        raise InvalidProof(f"the quote is not as long as its span {citation.start}–{citation.end}")
    return citation, recorded


def _open(proven: ProvenEvent, expected: type[EventData], checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the envelope and the data of an event, once its bytes are shown to stand in the log where they say they stand."""
    what = f"the event {expected.type}"
    proof = [decode_base64(each, f"a hash in the proof of {what}") for each in proven.proof]
    verify_inclusion(leaf_hash(proven.event.encode()), proven.index, checkpoint.size, proof, checkpoint.root)
    envelope, canonical = _parse(proven.event, what)
    if canonical != proven.event.encode():
        raise InvalidProof(f"{what} is not in canonical form (RFC 8785)")
    if envelope.get("type") != expected.type:
        raise InvalidProof(f"in the place of {what} stands {envelope.get('type')!r}")
    if type(envelope.get("position")) is not int or envelope["position"] != proven.index + 1:
        raise InvalidProof(f"{what} stands at another position than its proof says")
    if origin(str(envelope.get("chronology"))) != checkpoint.origin:
        raise InvalidProof(f"{what} is of another chronology than the checkpoint of {checkpoint.origin}")
    data, version = _data(proven, envelope, what), envelope.get("typeversion")
    if not isinstance(data, dict) or type(version) is not int or version < 1:
        raise InvalidProof(f"{what} has no data, or no version")
    if proven.key is not None and is_brief(expected.type, version):
        try:
            data = completed(data, str(envelope.get("subject")), str(envelope.get("document")))
        except ValueError as error:
            raise InvalidProof(f"{what} is not what a citation is made of: {error}") from error
    return envelope, upcast(expected.type, version, data)


def _data(proven: ProvenEvent, envelope: dict[str, Any], what: str) -> Any:
    if ("data" in envelope) == ("data_base64" in envelope):
        raise InvalidProof(f"{what} has its data neither open nor sealed, or both")
    if "data" in envelope:
        if proven.key is not None:
            raise InvalidProof(f"{what} is not sealed, but the file gives a key to it")
        return envelope["data"]
    if proven.key is None:
        raise InvalidProof(f"{what} is sealed, and the file does not give the key to it")
    key = decode_base64(proven.key, f"the key to {what}")
    if keyhash(key) != envelope.get("keyhash"):
        raise InvalidProof(f"the key to {what} is not the one that the event names")
    sealed = decode_base64(str(envelope["data_base64"]), f"the sealed part of {what}")
    context = sealing_context(*(str(envelope.get(name)) for name in ("chronology", "type", "subject")))
    try:
        plaintext = unseal(key, sealed, context).decode()
    except (WrongKey, UnicodeDecodeError) as error:
        raise InvalidProof(f"{what} does not open with its key") from error
    return _parse(plaintext, what)[0]
