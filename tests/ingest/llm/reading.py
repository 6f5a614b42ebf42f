"""Short ways to read a text with a model of a test, and to write what the model says."""

from typing import Any

from services.ingest.llm.extractor import LlmExtractor
from services.ingest.llm.report import Extraction
from shared.domain.ports import ExtractionInput
from tests.ingest.llm.model_server import Behaviour, Said, completion, config_for, model


def claim(quote: str, date: tuple[str, str] | None = None, *numbers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A claim as a model gives it; the date as words and EDTF."""
    return {
        "quote": quote,
        "date": {"words": date[0], "edtf": date[1]} if date else None,
        "numbers": list(numbers),
        "actors": [],
        "places": [],
        "attribution": None,
        "modality": "happened",
        **fields,
    }


def number(words: str, value: str, noun: str | None = None, bound: str = "exact", upper: str | None = None) -> dict[str, Any]:
    """A number as a model gives it."""
    return {"words": words, "noun": noun, "value": value, "upper": upper, "bound": bound}


def read(text: str, *behaviours: Behaviour | Said | list[dict[str, Any]], language: str = "en", **changes: Any) -> Extraction:
    """Read a text with a model that behaves so; a list of claims is what it answers."""
    said = [completion(each) if isinstance(each, list) else each for each in behaviours]
    with model(*said) as server:
        return LlmExtractor(config_for(server, **changes)).extract_with_report(ExtractionInput(text=text, language=language))


def refused(extraction: Extraction) -> list[str]:
    """The reasons of all refusals, in order."""
    assert extraction.report is not None
    return [refusal.reason for refusal in extraction.report.refused]
