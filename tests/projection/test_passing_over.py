"""A fold that passes over what readers know already goes on exactly as one that told of every revision."""

from itertools import groupby

import pytest

from services.ingest.requests import NewCorrection, NewDecision
from services.ingest.service import Caller
from services.projection.fold import Fold, Revision
from shared.domain.events import DocumentCaptured, Recorded
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from tests.support.read_model import read_model
from tests.support.running import ADMIN, Running, run
from tests.support.texts import SOURCES

REVIEWER = Caller(Principal(name="Rəna", role=Role.reviewer))


@pytest.fixture
def running(database: Database) -> Running:
    """Documents, of which one is erased, and a correction between them."""
    running = run(database)
    documents = list(SOURCES.items())
    for text, source in documents[:2]:
        running.capture(text, source)
    claims = [row["id"] for row in read_model(database)["claim"]]
    body = {"change": {"kind": "withdraw-claim", "claim_id": claims[0]}, "reason": "The register says otherwise."}
    proposed = running.service.propose(running.info.id, NewCorrection.model_validate(body), ADMIN)
    decided = NewDecision.model_validate({"decision": "accept", "reason": "Seen."})
    running.service.decide_correction(running.info.id, proposed.id, decided, REVIEWER)
    for text, source in documents[2:]:
        running.capture(text, source)
    running.service.erase(running.info.id, read_model(database)["captured"][-1]["id"], "asked for", ADMIN)
    running.capture("On 7 June 2003 the third Seed Fair was held in Sheki with 90 guests.")
    return running


def test_wherever_it_begins_to_tell(running: Running) -> None:
    log, here = running.service.log, running.info.id
    events = log.read(here, 0, 10_000)
    texts = log.texts(here, [event.data.document_id for event in events if isinstance(event.data, DocumentCaptured)])
    commits = [list(commit) for _, commit in groupby(events, key=lambda event: event.commit)]
    plain = Fold(here)
    told = [plain.apply(commit, texts) for commit in commits]
    assert sum(revision.change is not None for revision in told) > 4
    for start in range(len(commits) + 1):
        fold = Fold(here)
        for commit in commits[:start]:
            fold.pass_over(commit, texts)
        fold.settle(max((revision.position for revision in told[:start] if revision.change), default=0))
        assert [_shown(fold.apply(commit, texts)) for commit in commits[start:]] == [_shown(revision) for revision in told[start:]]


def test_a_commit_cannot_be_passed_over_twice(running: Running) -> None:
    commit: list[Recorded] = running.service.log.read(running.info.id, 0, 1)
    fold = Fold(running.info.id)
    fold.pass_over(commit)
    with pytest.raises(ValueError, match="expected the commit after position 1"):
        fold.pass_over(commit)


def _shown(revision: Revision) -> tuple[object, ...]:
    return revision.change, revision.changed, revision.removed, revision.moved, revision.left, revision.lost, revision.moment
