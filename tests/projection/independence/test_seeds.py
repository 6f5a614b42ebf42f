"""The real documents: two Azerbaijani articles share sentences on the first congress, and are one origin for it."""

from pathlib import Path

import pytest

from services.projection.consolidation.consolidate import consolidate
from services.projection.independence.documents import ReadText, read_text
from services.projection.independence.shared import SharedSentences
from services.projection.independence.wordings import likeness_to
from shared.domain.chronology import DocumentFacts, Entry
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from tests.projection.consolidation.test_seeds import LANGUAGES, extracted

ARTICLES = {"002", "004"}


@pytest.fixture(scope="module")
def texts(seeds: Path) -> dict[str, str]:
    return {path.stem[:3]: path.read_text(encoding="utf-8") for path in sorted(seeds.glob("*.txt"))}


@pytest.fixture(scope="module")
def reads(texts: dict[str, str]) -> dict[str, ReadText]:
    return {name: read_text(text, LANGUAGES[name]) for name, text in texts.items()}


@pytest.fixture(scope="module")
def entries(seeds: Path, reads: dict[str, ReadText]) -> tuple[Entry, ...]:
    told: list[Told] = []
    for path in sorted(seeds.glob("*.txt")):
        told += extracted(path, len(told))
    facts = {one.document.id: one.document for one in told}
    known: list[tuple[DocumentFacts, ReadText]] = [(facts[name], read) for name, read in reads.items()]
    return consolidate(told, (), known)


def test_the_two_articles_share_their_figures_word_for_word_across_line_breaks(texts: dict[str, str], reads: dict[str, ReadText]) -> None:
    pairs = [
        (texts["002"][start:end], texts["004"][there:until], likeness_to(set(one.runs), other))
        for start, end, one in reads["002"].all()
        for there, until, other in reads["004"].all()
        if likeness_to(set(one.runs), other)
    ]
    assert any("702" in one and "702" in other and "844" in one and "844" in other for one, other, _ in pairs)
    assert any("406" in one and "406" in other for one, other, _ in pairs)
    assert any("1993" in one and "1993" in other for one, other, _ in pairs)
    assert all(share >= 50 for _, _, share in pairs)


def test_nothing_is_shared_across_languages_or_by_the_english_texts(reads: dict[str, ReadText]) -> None:
    shared = SharedSentences()
    for name, read in reads.items():
        shared.add(name, name, read.all())
    found = {row.at.document_id for row in shared.flush().shared}
    assert found == ARTICLES


def test_what_both_tell_of_1993_in_nearly_the_same_words_is_no_corroboration(entries: tuple[Entry, ...]) -> None:
    (returned,) = [
        entry for entry in entries if entry.date.edtf == "1993" and {name.partition("-")[0] for name in entry.claims} == ARTICLES
    ]
    assert len(returned.origins) == 1
    assert returned.status == "single-source"


def test_they_are_one_origin_of_the_first_congress(entries: tuple[Entry, ...]) -> None:
    congress = next(entry for entry in entries if any({"406", "702"} <= {a.value for a in value.alternatives} for value in entry.values))
    grouped = [{document.document_id for document in origin.documents} for origin in congress.origins]
    assert ARTICLES in grouped
    assert len(grouped) == 4
    (tie,) = next(origin.ties for origin in congress.origins if len(origin.documents) == 2)
    (reason,) = tie.reasons
    assert reason.kind == "shared-text"
    assert len(reason.sentences) >= 2
    values = {value.attribute: value for value in congress.values}
    (guests,) = [alternative for alternative in values["guests"].alternatives if alternative.value == "844"]
    assert len(guests.claims) == 2
    assert len(guests.origins) == 1
