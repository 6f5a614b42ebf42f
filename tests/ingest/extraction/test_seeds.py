"""The labelled documents: the figures of the scorer that is used to judge the whole system."""

import json
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from services.ingest.extraction.rules import RulesExtractor
from shared.domain.ports import ExtractionInput

# Half of one document is not labelled, so precision is counted over the labelled stretch only.
LABELLED = {"002": 12_000}


@pytest.fixture(scope="module")
def figures(seeds: Path, evaluation: Path) -> dict[str, float]:
    spec = util.spec_from_file_location("score", evaluation / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = util.module_from_spec(spec)
    sys.modules["score"] = scorer
    spec.loader.exec_module(scorer)
    gold = scorer.read(str(evaluation / "gold-dev.jsonl"))
    export = [line for path in sorted(seeds.glob("*.txt")) for line in _export(path)]
    scored: dict[str, float] = scorer.score(gold, export, seeds, False)
    return scored


def _export(path: Path) -> list[dict[str, Any]]:
    text = path.read_bytes().decode("utf-8")
    language = "az" if "ə" in text else "en"
    claims = RulesExtractor().extract(ExtractionInput(text=text, language=language))
    return [
        {
            "entry_id": f"{path.stem}-{number}",
            "document": {"filename": path.name},
            "start": claim.start,
            "end": claim.end,
            "quote": claim.quote,
            "date": claim.date.edtf if claim.date else None,
            "values": [json.loads(value.model_dump_json()) | {"value": value.shown} for value in claim.values],
        }
        for number, claim in enumerate(claims)
        if claim.end <= LABELLED.get(path.name[:3], len(text))
    ]


@pytest.mark.parametrize(
    ("figure", "least"), [("verbatim", 1.0), ("located", 0.95), ("dated", 0.95), ("precision", 0.85), ("values", 0.95)]
)
def test_figures(figures: dict[str, float], figure: str, least: float) -> None:
    assert figures[figure] >= least
