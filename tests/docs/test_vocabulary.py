"""vocabulary.md knows the words that the code has a closed list of."""

from typing import get_args

from shared.domain.chronology import Status
from shared.domain.claims import Confidence, Modality
from shared.domain.provenance import SourceDetails
from tests.docs.pages import DOCS, code, tables

PAGE = DOCS / "explanation" / "vocabulary.md"
TERMS = {row[0]: row[1] for row in tables(PAGE)["Terms"]}


def test_every_status() -> None:
    assert [code(row[0])[0] for row in tables(PAGE)["Statuses"]] == list(get_args(Status))


def test_closed_lists() -> None:
    assert code(TERMS["modality"]) == list(get_args(Modality))
    assert code(TERMS["confidence"]) == list(get_args(Confidence))
    assert code(TERMS["source"]) == list(SourceDetails.model_fields)
