"""A trial of a correction comes to what its acceptance comes to, leaves nothing behind, and says what it leans on."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projection.consolidation import blocking, trials
from services.projection.consolidation.consolidate import Consolidator
from services.projection.consolidation.trials import Tried, try_out
from services.projection.layers import Layer
from services.projection.previews import Previews
from shared.domain.chronology import Decision, SupersededClaim
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.corrections import (
    AmendDate,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
    claims_named,
    documents_named,
)
from tests.projection.consolidation.builders import claim, decided, value
from tests.projection.consolidation.test_properties import changes, claims

DOCUMENTS = tuple(f"doc-{letter}" for letter in "ABCD")


@pytest.fixture(params=[1, blocking.REACH], ids=["neighbours of one", "the usual reach"], autouse=True)
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "REACH", request.param)


relaxed = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def any_change(draw: st.DrawFn, names: Sequence[str]) -> Change:
    """A change of any kind there is."""
    if draw(st.integers(0, 4)):
        return draw(changes(names))
    documents = tuple(draw(st.lists(st.sampled_from(DOCUMENTS), min_size=2, max_size=3, unique=True)))
    return draw(st.sampled_from([JoinOrigins, SplitOrigins]))(document_ids=documents)


@st.composite
def superseded(draw: st.DrawFn, names: Sequence[str]) -> SupersededClaim:
    one, later = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    how = "vanished" if one == later else draw(st.sampled_from(["carried", "changed"]))
    return SupersededClaim(claim_id=one, how=how, document_id="doc-A", later=None if one == later else later)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Told], list[Decision | SupersededClaim], list[Decision]]:
    """Claims, what becomes of them, and what is proposed."""
    found = draw(claims())
    names = [told.claim.id for told in found]
    later = [
        draw(superseded(names)) if draw(st.integers(0, 4)) == 0 else decided(draw(any_change(names)), number)
        for number in range(1, draw(st.integers(0, 4)) + 1)
    ]
    proposals = [decided(draw(any_change(names)), 90 + number) for number in range(draw(st.integers(1, 3)))]
    return found, later, proposals


def take(consolidator: Consolidator, step: Told | Decision | SupersededClaim) -> None:
    match step:
        case Told():
            consolidator.add(step)
        case Decision():
            consolidator.decide(step)
        case SupersededClaim():
            consolidator.supersede(step)


def made(found: Sequence[Told], later: Sequence[Decision | SupersededClaim], held: int | None) -> Consolidator:
    recorded = {told.claim.id: told for told in found}
    consolidator = Consolidator() if held is None else Consolidator(lambda names: [recorded[name] for name in names], held)
    for step in (*found, *later):
        take(consolidator, step)
    consolidator.flush()
    return consolidator


def state(consolidator: Consolidator) -> dict[str, Any]:
    """All that a consolidation goes by, the order of lists included."""
    blocks, rulings, origins = consolidator._blocks, consolidator._rulings, consolidator._independence.rulings
    held = {name: vars(one) for name, one in (("blocks", blocks), ("rulings", rulings), ("origins", origins))}
    held["itself"] = {
        name: part
        for name, part in vars(consolidator).items()
        if name not in ("_told", "_blocks", "_rulings", "_independence", "_recall", "_kept")
    }
    return deepcopy(held)


@pytest.mark.parametrize("held", [None, 1], ids=["all is kept", "what claims say is read again"])
@relaxed
@given(history=histories())
def test_a_trial_is_what_acceptance_does_and_leaves_nothing(held: int | None, history: Any) -> None:
    found, later, [proposal, *_] = history
    consolidator = made(found, later, held)
    before = state(consolidator)
    tried = try_out(consolidator, proposal)
    assert state(consolidator) == before
    holders = {told.claim.id: consolidator.holder(told.claim.id) for told in found}
    consolidator.decide(proposal)
    delta = consolidator.flush()
    assert [entry.model_dump_json() for entry in tried.changed] == [entry.model_dump_json() for entry in delta.changed]
    assert tried.removed == tuple(entry_id for entry_id, _ in delta.removed)
    moved = {name: now for name, before in holders.items() if (now := consolidator.holder(name)) != before}
    assert dict(tried.moved) == moved
    assert (tried.whole, tried.claims) == (True, len(delta.touched))


@relaxed
@given(histories(), st.randoms(use_true_random=False))
def test_a_preview_is_true_as_long_as_nothing_moved_that_it_leans_on(history: Any, random: Any) -> None:
    """After every step, what was found out last of each proposal is what would be found out now."""
    found, later, proposals = history
    consolidator = Consolidator()
    for told in found:
        consolidator.read(told.document, None)  # documents are known before what is proposed about them
    previews = Previews(consolidator, lambda entry: entry)
    shown: dict[str, Any] = {}
    arriving: list[Any] = [*random.sample(found, len(found))]
    for step in later:  # in their order, somewhere among the claims
        arriving.insert(random.randint(0, len(arriving)), step)
    at = random.randint(0, len(arriving))
    for number, step in enumerate(arriving):
        if number == at:
            for proposal in proposals:
                previews.propose(proposal)
            shown |= previews.made()
        previews.begin([])
        named = named_by(step)
        previews.meet(named)
        take(consolidator, step)
        previews.meet(named)
        previews.end(consolidator.flush().touched, sources_of(step), all_moved=False)
        shown |= previews.made()
        for correction_id, preview in shown.items():
            fresh = Previews(consolidator, lambda entry: entry)
            fresh.propose(next(one for one in proposals if one.correction_id == correction_id))
            assert preview == dict(fresh.made())[correction_id]


def named_by(step: Told | Decision | SupersededClaim) -> list[str]:
    match step:
        case Told():
            return [step.claim.id]
        case Decision():
            return list(claims_named(step.change))
        case SupersededClaim():
            return [step.claim_id, *([step.later] if step.later else [])]


def sources_of(step: Told | Decision | SupersededClaim) -> set[str]:
    match step:
        case Told():
            return {step.document.source_id}
        case Decision():
            return {document_id.replace("doc", "source") for document_id in documents_named(step.change)}
    return set()


FAIR = "The first Seed Fair was held in Ganja"
TWO = [
    claim("a", FAIR, "1998-05-04", value("guests", "212"), document="A", places=("Ganja",), position=1),
    claim("b", FAIR, "1998-05", value("guests", "215"), document="B", places=("Ganja",), position=2),
    claim("c", "Mirza Safarli died", "1993-06-03", document="C", position=3),
]


@pytest.mark.parametrize(
    ("change", "changed", "removed", "moved"),
    [
        (AmendDate(claim_id="b", edtf="2001"), {"a", "b"}, (), {"b": "b"}),
        (WithdrawClaim(claim_id="b"), {"a"}, (), {}),
        (MergeEntries(claim_ids=("a", "c")), {"a"}, ("c",), {"c": "a"}),
        (SplitEntry(out=("b",), kept=("a",)), {"a", "b"}, (), {"b": "b"}),
        (RetitleEntry(claim_id="c", title="A death"), {"c"}, (), {}),
        (JoinOrigins(document_ids=("doc-A", "doc-B")), {"a"}, (), {}),
        (JoinOrigins(document_ids=("doc-A", "doc-C")), set(), (), {}),
        (WithdrawClaim(claim_id="of an erased document"), set(), (), {}),
    ],
    ids=lambda given: getattr(given, "kind", None),
)
def test_what_each_kind_would_change(change: Change, changed: set[str], removed: tuple[str, ...], moved: dict[str, str]) -> None:
    tried = try_out(made(TWO, [], None), decided(change))
    assert ({entry.id for entry in tried.changed}, tried.removed, dict(tried.moved)) == (changed, removed, moved)


def test_what_is_too_large_is_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    consolidator = made(TWO, [], None)
    proposal = decided(WithdrawClaim(claim_id="a"))
    whole = try_out(consolidator, proposal)
    monkeypatch.setattr(trials, "MOST", 1)
    counted = try_out(consolidator, proposal)
    assert (whole.whole, whole.claims, len(whole.changed)) == (True, 2, 1)
    assert counted == Tried(2, counted.watch, whole=False)


def test_a_layer_is_looked_into_and_not_walked_over() -> None:
    below = {"a": [1], "b": [2]}
    layer = Layer(below, list, list)
    layer["a"].append(3)
    layer["c"].append(4)
    del layer["b"]
    assert (layer["a"], layer["c"], layer.get("b"), "b" in layer, bool(layer)) == ([1, 3], [4], None, False, True)
    assert below == {"a": [1], "b": [2]}
    assert layer.pop("a") == [1, 3]
    assert layer.pop("a", None) is None
    layer["b"] = [5]
    assert layer.setdefault("b", []) == [5]
    with pytest.raises(TypeError):
        list(layer)
    with pytest.raises(TypeError):
        len(layer)
    with pytest.raises(KeyError):
        del layer["a"]
    with pytest.raises(KeyError):
        Layer(below)["c"]
