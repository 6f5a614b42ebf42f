"""Hand-labelled documents (`annals.toml` and its like), read, extracted and consolidated as a user's are, and what is right of it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.ingest.extraction.rules import RulesExtractor
from services.projection.consolidation.consolidate import consolidate
from services.projection.independence.documents import ReadText, read_text
from shared.domain.chronology import DocumentFacts, Entry
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.claims import Claim, Extractor
from shared.domain.ids import sha256
from shared.domain.ports import ExtractionInput


@dataclass(frozen=True)
class Annals:
    """Entries with the labels: `labels` are pairs of a claim's id and the happening that a reader takes it to tell of."""

    entries: tuple[Entry, ...]
    labels: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]
    told: dict[str, Told] = field(repr=False)

    def of(self, event: str) -> Entry:
        """The entry that holds most claims of a happening."""
        holding = self.entry_of
        found = [holding[claim_id].id for claim_id, label in self.labels if label == event]
        best = max(dict.fromkeys(found), key=found.count)
        return next(entry for entry in self.entries if entry.id == best)

    @property
    def entry_of(self) -> dict[str, Entry]:
        return {claim_id: entry for entry in self.entries for claim_id in entry.claims}


CORPORA = ("annals", "register")


def corpus(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def testimonies(document: dict[str, Any], position: int) -> tuple[list[Told], DocumentFacts, ReadText]:
    text, name, language = document["text"], document["name"], document["language"]
    details = {key: document[key] for key in ("title", "publisher", "published", "author", "url") if key in document}
    facts = DocumentFacts(id=name, sha256=sha256(text.encode()), source_id=f"source-{name}", language=language, **details)
    found = []
    bodies = RulesExtractor().extract(ExtractionInput(text=text, language=language, published=document["published"]))
    for at, body in enumerate(bodies):
        said = body.model_dump() | {"continues": None if body.continues is None else f"{name}-{body.continues}"}
        claim = Claim(**said, id=f"{name}-{at}", document_id=name, extractor=Extractor(name="rules", version="1"))
        found.append(Told(claim=claim, document=facts, position=position + at + 1))
    return found, facts, read_text(text, language)


def read_annals(name: str, *, backwards: bool = False) -> Annals:
    table = corpus(name)
    told: list[Told] = []
    texts, labels, missed = [], [], []
    for document in reversed(table["document"]) if backwards else table["document"]:
        found, facts, text = testimonies(document, len(told))
        told += found
        texts.append((facts, text))
        for words, event in document["claims"]:
            start = document["text"].index(words)
            over = [one.claim.id for one in found if one.claim.start < start + len(words) and start < one.claim.end]
            labels += [(over[0], event)] if over else []
            missed += [] if over else [(document["name"], words)]
    return Annals(consolidate(told, (), texts), tuple(labels), tuple(missed), {one.claim.id: one for one in told})
