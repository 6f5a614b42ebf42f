"""Claims that are told apart in outline are never linked, and most that are not linked are told apart so."""

from itertools import combinations
from pathlib import Path

from hypothesis import given

from benchmarks.history import history
from shared.domain import chronology
from shared.domain.chronology import DocumentFacts
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ids import sha256
from shared.lexicon import happenings
from shared.matching import outlines
from shared.matching.compatibility import link
from shared.matching.features import Features, features
from shared.matching.outlines import Screen
from shared.matching.readings import read
from shared.store.engine import Database
from tests.projection.consolidation.test_properties import claims as worlds
from tests.support.keys import KEK
from tests.support.running import ADMIN, run


def screened(claims: list[Features]) -> tuple[int, int, int]:
    """Check all pairs of claims; return how many are linked, how many are not, and how many of these are let through all the same."""
    screens = [Screen(claim) for claim in claims]
    linked = others = through = 0
    for (one, here), (other, there) in combinations(zip(claims, screens, strict=True), 2):
        found = link(one, other)
        assert link(other, one) == found
        passes = here.lets_through(there.outline)
        assert not found or (passes and there.lets_through(here.outline)) or continues(one, other)
        linked, others, through = linked + (found is not None), others + (found is None), through + (found is None and passes)
    return linked, others, through


def continues(one: Features, other: Features) -> bool:
    return one.continues == other.id or other.continues == one.id


def told(claim: ClaimRecorded, facts: DocumentFacts) -> Features:
    return features(read(chronology.Testimony(claim=claim.claim, document=facts, position=1)))


@given(worlds())
def test_claims_thick_with_agreement_and_contradiction(testimonies: list[chronology.Testimony]) -> None:
    screened([features(read(testimony)) for testimony in testimonies])


def test_no_two_kinds_of_happening_share_a_hash() -> None:
    """That kinds agree may speak against a link as well, where persons or ordinals do not: there chance must not let them agree."""
    names = [name for name, concept in happenings._concepts().items() if concept.happening]
    assert len({outlines._hashed(0, name) for name in names}) == len(names) > 50


def test_claims_of_a_generated_history() -> None:
    claims = []
    for report in history(300):
        facts = DocumentFacts(id=report.id, sha256=sha256(report.text.encode()), source_id=report.id, language=report.language)
        claims += [told(ClaimRecorded(claim=claim), facts) for claim in report.claims]
    linked, others, through = screened(claims)
    assert linked > 100
    assert others > 10_000
    assert through < others / 100


def test_claims_of_the_seeds(seeds: Path, sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url, kek=KEK)
    running = run(database)
    for file in sorted(seeds.glob("*.txt")):
        running.service.capture(running.info.id, file.read_bytes(), ADMIN, filename=file.name)
    facts: dict[str, DocumentFacts] = {}
    claims = []
    for event in running.service.log.read(running.info.id, 0, 10_000):
        if isinstance(event.data, DocumentCaptured):
            captured = event.data
            facts[captured.document_id] = DocumentFacts(
                id=captured.document_id, sha256=captured.sha256, source_id=captured.source_id, language=captured.language
            )
        elif isinstance(event.data, ClaimRecorded):
            claims.append(told(event.data, facts[event.data.claim.document_id]))
    linked, others, through = screened(claims)
    assert linked > 10
    assert others > 1_000
    assert through < others / 20
    database.close()
