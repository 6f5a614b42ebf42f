"""claim.md explains every field of a claim, and its examples are what the extractor reads in the page's own texts."""

import json
from typing import Any

import pytest

from services.ingest.extraction.dates.finder import find_dates
from services.ingest.plugins import load_extractor
from shared.domain.claims import Claim, ClaimBody, ClaimDate, Mention, Value
from shared.domain.model import Frozen
from shared.domain.ports import ExtractionInput
from tests.docs.pages import DOCS, Block, blocks, code, rewrite, tables
from tests.docs.test_snippets import UPDATE

PAGE = DOCS / "reference" / "claim.md"
LANGUAGES = ("en", "az")
FIELDS: dict[str, type[Frozen]] = {
    "Fields of a claim": ClaimBody,
    "Fields of a date": ClaimDate,
    "Fields of a value": Value,
    "Fields of an actor, place or attribution": Mention,
}


def extracted() -> dict[str, list[dict[str, Any]]]:
    """The claims of each text of the page, by language."""
    found = {}
    for block in blocks(PAGE):
        if block.test == "text":
            known = dict(pair.split("=") for pair in block.argument.split())
            claims = load_extractor("rules").extract(ExtractionInput(text=block.text, **known))
            found[known["language"]] = [claim.model_dump(mode="json") for claim in claims]
    return found


CLAIMS = extracted()


def parts(language: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that the tables of the page give examples of."""
    claims = CLAIMS[language]
    return {
        "Fields of a claim": claims,
        "Fields of a date": [claim["date"] for claim in claims if claim["date"]],
        "Fields of a value": [value for claim in claims for value in claim["values"]],
        "Fields of an actor, place or attribution": [
            mention for claim in claims for mention in (*claim["actors"], *claim["places"], claim["attribution"]) if mention
        ],
    }


@pytest.mark.parametrize("heading", FIELDS)
def test_every_field_is_explained(heading: str) -> None:
    assert sorted(code(row[0])[0] for row in tables(PAGE)[heading]) == sorted(FIELDS[heading].model_fields)


def test_what_recording_adds() -> None:
    rows = tables(PAGE)["What is added when a claim is recorded"]
    assert sorted(code(row[0])[0] for row in rows) == sorted(Claim.model_fields.keys() - ClaimBody.model_fields.keys())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("heading", FIELDS)
def test_examples_of_fields_are_read_in_the_texts(heading: str, language: str) -> None:
    for row in tables(PAGE)[heading]:
        found = [part[code(row[0])[0]] for part in parts(language)[heading]]
        for example in code(row[2 + LANGUAGES.index(language)]):
            assert json.loads(example) in found, f"{row[0]}: {example} is not among {found}"


def test_the_texts_say_the_same() -> None:
    told = [
        [(claim["date"] is None, claim["modality"], claim["attribution"] is None) for claim in CLAIMS[language]] for language in LANGUAGES
    ]
    assert [said[1:] for said in told[0]] == [said[1:] for said in told[1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_claim_is_meant(language: str) -> None:
    for row in tables(PAGE)["How a claim is meant"]:
        for text in code(row[1 + LANGUAGES.index(language)]):
            (claim,) = load_extractor("rules").extract(ExtractionInput(text=text, language=language))
            assert f"`{claim.modality}`" == row[0], text


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_words_become_a_date(language: str) -> None:
    for row in tables(PAGE)["How words become a date"]:
        derivation, cell = code(row[0])[0], code(row[1 + LANGUAGES.index(language)])
        if cell:
            text, edtf = cell
            found = find_dates(text, language, "2004-06-12" if derivation == "relative to publication" else None)
            told = [(json.dumps(date.edtf).strip('"'), date.derivation.split(' "')[0]) for date in found]
            assert (edtf, derivation.split(' "')[0]) in told, text


def test_claims_in_full() -> None:
    outdated: dict[Block, str] = {}
    shown = [block for block in blocks(PAGE) if block.test == "claims"]
    assert [block.argument.split()[0] for block in shown] == list(LANGUAGES)
    for block in shown:
        language, index = block.argument.split()
        claim = CLAIMS[language][int(index)]
        if UPDATE and json.loads(block.text) != claim:
            outdated[block] = json.dumps(claim, ensure_ascii=False, indent=2) + "\n"
        if not UPDATE:
            assert json.loads(block.text) == claim
    if outdated:
        rewrite(PAGE, outdated)
