"""Claims that are told apart in outline are never linked, and most that are not linked are told apart so.

Nor does a key part claims for their places that could be of one place.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

from hypothesis import given

from benchmarks.history import Report, history
from services.projection.consolidation.blocking import of_one_place, place
from shared.domain import chronology
from shared.domain.chronology import DocumentFacts
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ids import sha256
from shared.lexicon import happenings
from shared.matching import outlines
from shared.matching.compatibility import elsewhere, link
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
        assert of_one_place(place(one), place(other)) or elsewhere(one, other)
        linked, others, through = linked + (found is not None), others + (found is None), through + (found is None and passes)
    return linked, others, through


def continues(one: Features, other: Features) -> bool:
    return one.continues == other.id or other.continues == one.id


def told_of(reports: Iterable[Report]) -> Iterator[Features]:
    for report in reports:
        facts = DocumentFacts(id=report.id, sha256=sha256(report.text.encode()), source_id=report.id, language=report.language)
        yield from (told(ClaimRecorded(claim=claim), facts) for claim in report.claims)


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
    linked, others, through = screened(list(told_of(history(300))))
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


def test_an_outline_is_the_same_in_every_process() -> None:
    """What is kept of a claim is compared with what another process makes of it, whose sets have another order."""
    code = (
        "from benchmarks.history import history\n"
        "from services.projection.consolidation.blocking import Blocks\n"
        "from shared.matching.outlines import outline\n"
        "from tests.projection.consolidation.test_links import told_of\n"
        "blocks = Blocks()\n"
        "for claim in told_of(history(200)):\n"
        "    blocks.add(claim)\n"
        "    print(outline(claim), blocks.kept(claim.id))\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, timeout=60, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0].count("Outline(") > 30
    assert said[0] == said[1]
