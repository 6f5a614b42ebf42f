"""Shared sentences are found as documents come in: the same whatever their order, and without looking at what does not matter."""

from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projection.independence import shared as module
from services.projection.independence.shared import Place, SharedDelta, SharedSentences
from services.projection.independence.wordings import Wording, likeness_to, wording

SYLLABLES = [f"{a}{b}" for a in "bdgklmn" for b in "aeiou"]


def sentence(seed: int, changed: int) -> Wording:
    """A sentence of a family, with so many of its words changed."""
    words = [f"{SYLLABLES[(seed * 7 + at * at) % len(SYLLABLES)]}{seed}{at}" for at in range(24)]
    for at in range(changed):
        words[5 + 6 * at] = f"other{changed}{at}"
    found = wording(words)
    assert found is not None
    return found


Document = tuple[str, str, tuple[tuple[int, int], ...]]
"""Source, id, and its sentences as family and number of changed words."""

worlds = st.lists(
    st.tuples(st.sampled_from("ABC"), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4)), min_size=1, max_size=8
).map(lambda drawn: [(source, f"{source}{at}", tuple(said)) for at, (source, said) in enumerate(drawn)])


class Model:
    """A read model that follows deltas, and refuses what a database would refuse."""

    def __init__(self) -> None:
        self.sentences: dict[Place, Place] = {}
        self.like: set[tuple[Place, Place]] = set()

    def follow(self, delta: SharedDelta) -> None:
        for place in delta.unshared:
            del self.sentences[place]
        for row in delta.shared:
            assert row.at not in self.sentences
            self.sentences[row.at] = row.wording
        for pair in delta.unlike:
            self.like.remove(pair)
        for pair in delta.like:
            assert pair not in self.like
            self.like.add(pair)

    def by_content(self, wordings: dict[Place, Wording]) -> tuple[set[Place], set[frozenset[bytes]], dict[Place, bytes]]:
        """What it says, without the names of wordings."""
        pairs = {frozenset(wordings[place].mark for place in pair) for pair in self.like}
        return set(self.sentences), pairs, {place: wordings[name].mark for place, name in self.sentences.items()}


def taken_in(documents: list[Document], looks: Any = None) -> tuple[Model, dict[Place, Wording]]:
    known, model, wordings = SharedSentences(), Model(), {}
    for source, document_id, families in documents:
        found = [(at * 100, at * 100 + 90, sentence(*family)) for at, family in enumerate(families)]
        wordings |= {Place(document_id, start): worded for start, _, worded in found}
        known.add(source, document_id, found)
        if looks is None or looks.random() < 0.5:
            model.follow(known.flush())
    model.follow(known.flush())
    return model, wordings


@pytest.fixture(params=[2, module.COMMONPLACE], ids=["nearly all is commonplace", "as usual"], autouse=True)
def commonplace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "COMMONPLACE", request.param)
    limit: int = request.param
    return limit


@given(worlds, st.randoms(use_true_random=False))
def test_any_order_and_any_batches_lead_to_the_same(documents: list[Document], random: Any) -> None:
    expected, wordings = taken_in(documents)
    shuffled = random.sample(documents, len(documents))
    found, _ = taken_in(shuffled, random)
    assert found.by_content(wordings) == expected.by_content(wordings)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is the same for all examples
@given(worlds)
def test_all_that_is_shared_is_found(commonplace: int, documents: list[Document]) -> None:
    """By comparing each with each: no sentence of two sources is missed, none is invented."""
    model, wordings = taken_in(documents)
    source_of = {document_id: source for source, document_id, _ in documents}
    alike = defaultdict(set)
    for (one, here), (other, there) in combinations(wordings.items(), 2):
        if likeness_to(set(here.runs), there) and source_of[one.document_id] != source_of[other.document_id]:
            alike[one].add(other)
            alike[other].add(one)
    if commonplace > 2:
        assert set(model.sentences) == set(alike)
    else:
        assert set(model.sentences) <= set(alike)


def test_what_stands_in_every_text_is_followed_no_longer(commonplace: int) -> None:
    """Variants of one phrase beyond number: the cost of the next one stays what it was."""
    known = SharedSentences()
    phrase = [f"{word}{at}" for at in range(3) for word in ("editors", "take", "no", "responsibility", "letters")]
    for at in range(3 * module.COMMONPLACE):
        worded = wording([*phrase, f"number{at}"])
        assert worded is not None
        known.add(f"S{at}", f"D{at}", [(0, 90, worded)])
    assert not any(isinstance(following, list) and len(following) > commonplace for following in known._following.values())
    assert not list(known.resembling())
