"""The real documents: the rules extractor's claims, consolidated; figures that readers of the documents agree on."""

import json
from pathlib import Path

import pytest

from services.ingest.extraction.rules import RulesExtractor
from services.projection.consolidation.consolidate import consolidate
from shared.domain.chronology import DocumentFacts, Entry
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.claims import Claim, Extractor
from shared.domain.ids import sha256
from shared.domain.ports import ExtractionInput

LANGUAGES = {"000": "en", "001": "en", "002": "az", "003": "en", "004": "az"}


def extracted(path: Path, start: int) -> list[Told]:
    text = path.read_text(encoding="utf-8")
    name, language = path.stem[:3], LANGUAGES[path.stem[:3]]
    bodies = RulesExtractor().extract(ExtractionInput(text=text, language=language))
    facts = DocumentFacts(id=name, sha256=sha256(text.encode()), source_id=f"source-{name}", language=language)
    found = []
    for at, body in enumerate(bodies):
        said = body.model_dump() | {"continues": None if body.continues is None else f"{name}-{body.continues}"}
        claim = Claim(**said, id=f"{name}-{at}", document_id=name, extractor=Extractor(name="rules", version="1"))
        found.append(Told(claim=claim, document=facts, position=start + at + 1))
    return found


@pytest.fixture(scope="module")
def told(seeds: Path) -> list[Told]:
    found: list[Told] = []
    for path in sorted(seeds.glob("*.txt")):
        found += extracted(path, len(found))
    return found


@pytest.fixture(scope="module")
def entries(told: list[Told]) -> tuple[Entry, ...]:
    return consolidate(told, ())


def of_date(entries: tuple[Entry, ...], edtf: str, attribute: str) -> Entry:
    return next(entry for entry in entries if entry.date.edtf == edtf and any(value.attribute == attribute for value in entry.values))


def test_the_first_congress_shows_every_figure(entries: tuple[Entry, ...]) -> None:
    congress = of_date(entries, "2001-11-09/2001-11-10", "representatives")
    rows = {value.attribute: value for value in congress.values}
    assert {alternative.shown for alternative in rows["representatives"].alternatives} == {"403", "406", "702"}
    assert rows["representatives"].status == "disputed"
    assert {alternative.shown for alternative in rows["countries"].alternatives} == {"35", "36", "37"}
    assert rows["countries"].status == "disputed"
    assert rows["guests"].alternatives[0].shown == "63"
    assert rows["guests"].status == "corroborated"
    assert {alternative.shown for alternative in rows["guests"].alternatives} == {"63", "844"}
    assert rows["organizations"].status == "corroborated"
    assert congress.date.status == "corroborated"
    assert len(congress.sources) == 5


def test_the_fifth_congress_is_another(entries: tuple[Entry, ...]) -> None:
    fifth = next(entry for entry in entries if entry.date.edtf == "2022-04-22")
    assert len(fifth.sources) == 2
    assert not fifth.disputed


def test_the_decree_is_not_the_congress(entries: tuple[Entry, ...]) -> None:
    decree = next(entry for entry in entries if entry.date.edtf == "2001-05-23")
    assert len(decree.sources) == 4


def test_labelled_claims_stand_with_their_like(told: list[Told], entries: tuple[Entry, ...], evaluation: Path) -> None:
    """B-cubed over the labelled claims, as the scorer counts it: the claim that overlaps a label stands for it."""
    lines = (evaluation / "gold-dev.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines]
    entry_of = {name: entry.id for entry in entries for name in entry.claims}
    got: list[str] = [
        next(
            (
                entry_of[one.claim.id]
                for one in told
                if label["doc"].startswith(one.document.id) and one.claim.start < label["end"] and label["start"] < one.claim.end
            ),
            f"missing-{at}",
        )
        for at, label in enumerate(labels)
    ]
    pairs = [(entry, str(label["event"])) for entry, label in zip(got, labels, strict=True)]

    def share(by: int) -> float:
        likeness = [pairs.count(pair) / sum(other[by] == pair[by] for other in pairs) for pair in pairs]
        return sum(likeness) / len(likeness)

    precision, recall = share(0), share(1)
    assert 2 * precision * recall / (precision + recall) >= 0.9
