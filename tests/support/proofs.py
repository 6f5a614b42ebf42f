"""A small real log in memory, made by hand: canonical bytes, a tree over them, signed checkpoints. No store, no codec of ours."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.citation import CitationProof, ProvenEvent, cite
from shared.crypto.notes import Checkpoint, Note, Signer, origin
from shared.domain.merkle import inclusion_proof
from tests.support.trees import Tree, naive_root

CHRONOLOGY = "0190a000-0000-7000-8000-000000000001"
TEXT = 'The mayor said: "Bazarda 42 dükan açıldı."\nOn 3 May 1996 the market opened; traders counted 42 stalls \\ and a fountain 🌊.'
QUOTE = "On 3 May 1996 the market opened; traders counted 42 stalls \\ and a fountain 🌊."


def signer(name: str, seed: int) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def claim(claim_id: str, document_id: str, **changed: Any) -> dict[str, Any]:
    """The data of a claim.recorded."""
    start = TEXT.index(QUOTE)
    body = {
        "id": claim_id,
        "document_id": document_id,
        "start": start,
        "end": start + len(QUOTE),
        "quote": QUOTE,
        "prefix": TEXT[start - 8 : start],
        "suffix": "",
        "page": 2,
        "statement": QUOTE,
        "language": "en",
        "date": {"edtf": "1996-05-03", "derivation": "explicit", "start": start + 3, "end": start + 13, "quote": "3 May 1996"},
        "values": [],
        "actors": [],
        "places": [],
        "modality": "happened",
        "attribution": None,
        "confidence": "high",
        "continues": None,
        "extractor": {"name": "rules", "version": "1"},
    }
    return {"claim": {**body, **changed}}


@dataclass
class Log:
    """The log of one chronology."""

    chronology: str = CHRONOLOGY
    bodies: list[bytes] = field(default_factory=list)
    keys: dict[int, bytes] = field(default_factory=dict)

    @property
    def signer(self) -> Signer:
        return signer(origin(self.chronology), 7)

    def append(self, kind: str, subject: str, data: dict[str, Any], /, seal: str | None = None, **changed: Any) -> int:
        """Append an event; `seal` is the id of the document under whose key it is sealed. Returns its index."""
        position = len(self.bodies) + 1
        envelope: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"0190a000-0000-7000-8000-{position:012}",
            "source": f"/chronologies/{self.chronology}/log",
            "type": kind,
            "typeversion": 1,
            "time": "2026-01-02T03:04:05.678901+00:00",
            "subject": subject,
            "chronology": self.chronology,
            "position": position,
            "commit": position,
            "actor": "Aygün",
            "correlationid": "0190a000-0000-7000-8000-000000000200",
        }
        if seal is None:
            envelope |= {"datacontenttype": "application/json", "data": data}
        else:
            key = hashlib.sha256(f"key {position}".encode()).digest()
            nonce = hashlib.sha256(f"nonce {position}".encode()).digest()[:12]
            context = f"{self.chronology}\n{kind}\n{subject}".encode()
            sealed = nonce + AESGCM(key).encrypt(nonce, json.dumps(data, ensure_ascii=False).encode(), context)
            self.keys[position - 1] = key
            envelope |= {
                "datacontenttype": "application/vnd.salname.sealed+json",
                "data_base64": base64.b64encode(sealed).decode(),
                "document": seal,
                "keyhash": hashlib.sha256(key).hexdigest(),
            }
        self.bodies.append(rfc8785.dumps({**envelope, **changed}))
        return position - 1

    def checkpoint(self) -> Note:
        return self.signer.sign(Checkpoint(origin(self.chronology), len(self.bodies), naive_root(self.bodies)).text)

    def proven(self, index: int) -> ProvenEvent:
        tree = Tree(self.bodies)
        return ProvenEvent.of(self.bodies[index], index, inclusion_proof(index, len(self.bodies), tree.node), self.keys.get(index))

    def cite(self, claim: int, document: int, source: int, note: Note | None = None) -> CitationProof:
        return cite(self.proven(claim), self.proven(document), self.proven(source), note or self.checkpoint())

    def file(self, claim: int, document: int, source: int, shown: dict[str, Any]) -> bytes:
        """A proof file as a log would write it that shows what it likes: no part is checked."""
        parts = {"claim": claim, "document": document, "source": source}
        proven = {name: self.proven(index).model_dump(mode="json") for name, index in parts.items()}
        return sealed_up({"format": "salname-citation-proof/v1", "citation": shown, **proven, "checkpoint": str(self.checkpoint())})


def sealed_up(parts: dict[str, Any]) -> bytes:
    """A proof file with a checksum that fits, whatever it holds: what a forger would write."""
    rest = {name: value for name, value in parts.items() if name != "checksum"}
    return json.dumps({**rest, "checksum": hashlib.sha256(rfc8785.dumps(rest)).hexdigest()}, ensure_ascii=False, indent=1).encode()


def small_log(chronology: str = CHRONOLOGY) -> Log:
    """A log of ten events: two sources with a document each, and sealed claims. 2: source, 3: document, 4: claim, 5: an open claim."""
    log = Log(chronology)
    log.append("chronology.created", chronology, {"chronology_id": chronology, "slug": "markets", "title": "Markets", "description": ""})
    for number in (1, 2):
        source, document = f"source-{number}", f"document-{number}"
        details = {"title": f"Town paper {number}", "author": None, "publisher": "Bazar", "url": None}
        details |= {"language": "en", "published": "1996-05-04"}
        log.append("source.registered", source, {"source_id": source, "identity": "ab" * 32, "details": details})
        captured: dict[str, Any] = {
            "document_id": document,
            "source_id": source,
            "filename": "bazar.txt",
            "media_type": "text/plain",
            "encoding": "utf-8",
        }
        captured |= {"language": "en", "language_detected": True, "sha256": f"{number}d" * 32, "size": 130, "text_sha256": "ef" * 32}
        log.append("document.captured", document, {**captured, "length": len(TEXT), "parser": "text", "skip": []})
        log.append("claim.recorded", f"claim-{number}", claim(f"claim-{number}", document), seal=document)
        log.append("claim.recorded", f"open-{number}", claim(f"open-{number}", document, page=None))
    log.append("correction.rejected", "correction-1", {"correction_id": "correction-1", "reason": "No."})
    return log
