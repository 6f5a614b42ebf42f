"""Whole short documents in two languages: what is found of the claims that a careful reader would record, and how much else is claimed."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.ingest.extraction.rules import RulesExtractor
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput

LABELLED = Path(__file__).parent / "documents" / "labelled.toml"


def over(claim: ClaimBody, text: str, words: str) -> bool:
    start = text.index(words)
    return claim.start < start + len(words) and start < claim.end


def plain(claim: ClaimBody) -> str | None:
    return claim.date.edtf.replace("~", "") if claim.date else None


def best(claims: Sequence[ClaimBody], wanted: dict[str, Any]) -> ClaimBody:
    """Of the claims that hold some words, the one with the right date and modality, or else the shortest."""
    return min(claims, key=lambda one: (plain(one) != wanted["date"], one.modality != wanted["modality"], one.end - one.start))


def counted(document: dict[str, Any]) -> Counter[str]:
    text, told = document["text"], Counter[str]()
    claims = RulesExtractor().extract(ExtractionInput(text=text, language=document["language"], published=document.get("published")))
    for wanted in document["claims"]:
        told["labelled"] += 1
        values = wanted.get("values", [])
        told["labelled values"] += len(values)
        holding = [claim for claim in claims if over(claim, text, wanted["words"])]
        if not holding:
            continue
        found = best(holding, wanted)
        said_by = found.attribution.name if found.attribution else ""
        source = wanted.get("attribution", "")
        told["dates"] += plain(found) == wanted["date"]
        told["modalities"] += found.modality == wanted["modality"]
        told["attributions"] += source in said_by if source else not said_by
        given = {f"{value.attribute} {value.bound} {value.value}" for claim in holding for value in claim.values}
        told["values"] += len(given.intersection(values))
    for claim in claims:
        if claim.date is not None:
            told["dated"] += 1
            told["meant"] += any(over(claim, text, wanted["words"]) and plain(claim) == wanted["date"] for wanted in document["claims"])
    return told


@pytest.fixture(scope="module")
def told() -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = {"en": Counter(), "az": Counter()}
    for document in tomllib.loads(LABELLED.read_text("utf-8"))["document"]:
        sums[document["language"]] += counted(document)
    return sums


@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize(
    ("share", "whole", "least"),
    [
        ("dates", "labelled", 0.94),
        ("modalities", "labelled", 0.95),
        ("attributions", "labelled", 0.95),
        ("values", "labelled values", 0.85),
        ("meant", "dated", 0.85),
    ],
)
def test_documents(told: dict[str, Counter[str]], language: str, share: str, whole: str, least: float) -> None:
    figures = told[language]
    assert figures[whole] > 12
    assert figures[share] / figures[whole] >= least
