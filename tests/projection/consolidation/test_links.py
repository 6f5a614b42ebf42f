"""What links two claims is found as if all evidence were weighed, however quickly most pairs are told apart."""

from itertools import combinations
from pathlib import Path

from benchmarks.history import history
from shared.domain import chronology
from shared.domain.chronology import DocumentFacts
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ids import sha256
from shared.matching.compatibility import judge, link
from shared.matching.features import Features, features
from shared.matching.readings import read
from shared.store.engine import Database
from tests.support.keys import KEK
from tests.support.running import ADMIN, run


def agree(claims: list[Features]) -> tuple[int, int]:
    """Check all pairs of claims; return how many are linked, and how many are not."""
    linked = others = 0
    for one, other in combinations(claims, 2):
        judgement, found = judge(one, other), link(one, other)
        assert found == (judgement if judgement and judgement.linked else None)
        assert link(other, one) == found
        linked, others = linked + (found is not None), others + (found is None)
    return linked, others


def told(claim: ClaimRecorded, facts: DocumentFacts) -> Features:
    return features(read(chronology.Testimony(claim=claim.claim, document=facts, position=1)))


def test_claims_of_a_generated_history() -> None:
    claims = []
    for report in history(300):
        facts = DocumentFacts(id=report.id, sha256=sha256(report.text.encode()), source_id=report.id, language=report.language)
        claims += [told(ClaimRecorded(claim=claim), facts) for claim in report.claims]
    linked, others = agree(claims)
    assert linked > 100
    assert others > 10_000


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
    linked, others = agree(claims)
    assert linked > 10
    assert others > 1_000
    database.close()
