"""A fold that keeps little of what claims say, and reads it again from the log, tells the same as one that keeps all."""

from functools import partial
from itertools import groupby

import pytest

from services.projection.erasures import ErasedMeanwhileError
from services.projection.fold import Fold
from shared.domain.events import DocumentCaptured, Recorded
from shared.store.engine import Database
from tests.support.read_model import read_model
from tests.support.running import ADMIN, run
from tests.support.texts import SOURCES

SAME_FAIR = (
    "On 7 June 2003 the third Seed Fair was held in Sheki with 90 guests. On 8 June 2004 the town of Sheki opened its museum of silk.",
    "The third Seed Fair took place in Sheki on 7 June 2003; 95 guests came.",
    "In June 2003 Sheki held the third Seed Fair. The museum of silk was opened in Sheki on 8 June 2004.",
)


def commits_of(events: list[Recorded]) -> list[list[Recorded]]:
    return [list(commit) for _, commit in groupby(events, key=lambda event: event.commit)]


def test_of_two_claims_at_a_time(database: Database) -> None:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    for text in SAME_FAIR:
        running.capture(text)
    log, here = running.service.log, running.info.id
    events = log.read(here, 0, 10_000)
    texts = log.texts(here, [event.data.document_id for event in events if isinstance(event.data, DocumentCaptured)])
    whole, forgetful, settled = Fold(here), Fold(here, partial(log.pick, here), 1), Fold(here, partial(log.pick, here), 1)
    for commit in commits_of(events):
        revision = whole.apply(commit, texts)
        assert forgetful.apply(commit, texts) == revision
        settled.pass_over(commit, texts)
        last = revision.position
    settled.settle(last)
    running.capture(SAME_FAIR[1].replace("95", "99"))
    [after] = commits_of(log.read(here, last))
    assert whole.apply(after) == forgetful.apply(after) == settled.apply(after)


def test_what_was_erased_meanwhile_is_not_read_again(database: Database) -> None:
    running = run(database)
    for text in SAME_FAIR:
        running.capture(text)
    log, here = running.service.log, running.info.id
    *before, last = commits_of(log.read(here, 0, 10_000))
    fold = Fold(here, partial(log.pick, here), 1)
    for commit in before:
        fold.apply(commit)
    running.service.erase(here, read_model(database)["captured"][0]["id"], "asked for", ADMIN)
    with pytest.raises(ErasedMeanwhileError):
        fold.apply(last)
