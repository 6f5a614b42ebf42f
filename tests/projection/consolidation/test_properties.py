"""The order of arrival makes no difference; from scratch and claim by claim give the same bytes."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projection.consolidation import blocking
from services.projection.consolidation.consolidate import Consolidator, consolidate
from shared.domain.chronology import Decision, Entry
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.corrections import AmendDate, AmendValue, Change, MergeEntries, RetitleEntry, SplitEntry, WithdrawClaim
from shared.matching.compatibility import judge
from shared.matching.features import features
from shared.matching.readings import read
from tests.projection.consolidation.builders import claim, decided, value

STATEMENTS = (
    ("en", "The {first} congress of beekeepers was held in Ganja"),
    ("en", "In Ganja the Beekeepers' Congress was attended by guests from abroad"),
    ("en", "The decree on the convening of the {first} congress of beekeepers was signed"),
    ("en", "The Honey Fund was established by the decree of the president"),
    ("en", "It went on until the evening"),
    ("az", "Arıçıların {birinci} qurultayı Gəncədə keçirildi"),
    ("az", "Bal Fondu yaradıldı"),
    ("az", "Qurultayda xaricdən gələn qonaqlar iştirak etdi"),
    ("en", "An earthquake struck the town"),
    ("az", "Şəhərdə zəlzələ oldu"),
    ("en", "Mirza Safarli died"),
    ("az", "Mirzə Səfərli vəfat etdi"),
    ("en", "The Museum of Copper was opened"),
    ("en", "At the opening ceremony in Ganja the guests were shown copper"),
    ("en", "An agreement was signed by the beekeepers"),
)
ORDINALS = (("first", "birinci"), ("second", "II"), ("fifth", "beşinci"), ("", ""))
DATES = (
    "1987-05-04",
    "1987-05-04/1987-05-05",
    "1987-05-05",
    "1987-05",
    "1987",
    "198X",
    "1987~",
    "1993-06-03",
    "1987-05-04/..",
    "1987-05-07",
    "1994",
    None,
)
ACTORS = ((), (), ("Mirza Safarli",), ("Museum of Copper",))


@st.composite
def claims(draw: st.DrawFn) -> list[Told]:
    """A small world of claims on a few happenings, thick with agreement and contradiction."""
    number = draw(st.integers(1, 9))
    found = []
    for at in range(number):
        language, pattern = draw(st.sampled_from(STATEMENTS))
        first, birinci = draw(st.sampled_from(ORDINALS))
        document = draw(st.sampled_from("ABCD"))
        figures = draw(st.lists(st.tuples(st.sampled_from(["guests", "hives"]), st.sampled_from(["31", "33", "200"])), max_size=2))
        found.append(
            claim(
                f"claim-{at}",
                " ".join(pattern.format(first=first, birinci=birinci).split()),
                draw(st.sampled_from(DATES)),
                *(value(*figure, bound=draw(st.sampled_from(["exact", "about", "more_than"]))) for figure in figures),
                document=document,
                language=language,
                modality=draw(st.sampled_from(["happened", "happened", "happened", "planned", "denied"])),
                continues=f"claim-{draw(st.integers(0, at - 1))}" if at and draw(st.booleans()) else None,
                places=draw(st.sampled_from([(), ("Ganja",), ("Shamkir",)])),
                actors=draw(st.sampled_from(ACTORS)),
                start=at * 100,
            )
        )
    return found


@st.composite
def changes(draw: st.DrawFn, names: Sequence[str]) -> Change:
    one = draw(st.sampled_from(names))
    others = [name for name in names if name != one]
    kind = draw(st.sampled_from(["date", "value", "withdraw", "title", *(["merge", "merge", "split", "split"] if others else [])]))
    match kind:
        case "date":
            return AmendDate(claim_id=one, edtf=draw(st.sampled_from(DATES)))
        case "value":
            return AmendValue(claim_id=one, attribute="guests", value=draw(st.sampled_from(["31", ">30", None])))
        case "withdraw":
            return WithdrawClaim(claim_id=one)
        case "title":
            return RetitleEntry(claim_id=one, title="Bees")
        case "merge":
            return MergeEntries(claim_ids=(one, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))))
        case _:
            out = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
            return SplitEntry(out=tuple(out), kept=(one,))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Told], list[Decision]]:
    found = draw(claims())
    names = [told.claim.id for told in found]
    decisions = [decided(draw(changes(names)), number) for number in range(1, draw(st.integers(0, 4)) + 1)]
    return found, decisions


def without_ids(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [entry.model_dump(exclude={"id"}) for entry in entries]


def written(entries: Sequence[Entry]) -> list[str]:
    return [entry.model_dump_json() for entry in entries]


@pytest.fixture(params=[1, blocking.REACH], ids=["neighbours of one", "the usual reach"], autouse=True)
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds never fill a key; with a reach of one they do, and claims come into and out of each other's reach."""
    monkeypatch.setattr(blocking, "REACH", request.param)


relaxed = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(worlds(), st.randoms(use_true_random=False))
def test_arrival_changes_ids_only(world: tuple[list[Told], list[Decision]], random: Any) -> None:
    found, decisions = world
    positions = list(range(len(found)))
    random.shuffle(positions)
    moved = [told.model_copy(update={"position": position}) for told, position in zip(found, positions, strict=True)]
    random.shuffle(moved)
    assert without_ids(consolidate(moved, decisions)) == without_ids(consolidate(found, decisions))


@pytest.mark.parametrize("held", [None, 1], ids=["all is kept", "what claims say is read again"])
@relaxed
@given(world=worlds(), random=st.randoms(use_true_random=False))
def test_claim_by_claim_gives_the_same_bytes_and_deltas_lead_there(
    held: int | None, world: tuple[list[Told], list[Decision]], random: Any
) -> None:
    found, decisions = world
    arriving = random.sample(found, len(found))
    recorded = {told.claim.id: told for told in found}
    consolidator = Consolidator() if held is None else Consolidator(lambda names: [recorded[name] for name in names], held)
    model: dict[str, Entry] = {}
    waiting = list(decisions)
    while arriving or waiting:
        if arriving and (not waiting or random.random() < 0.7):
            consolidator.add(arriving.pop())
        else:
            consolidator.decide(waiting.pop(0))
        if random.random() < 0.5:
            apply(consolidator, model)
    apply(consolidator, model)
    expected = consolidate(found, decisions)
    assert written(consolidator.entries()) == written(expected)
    assert {entry.id: entry for entry in expected} == model


def apply(consolidator: Consolidator, model: dict[str, Entry]) -> None:
    """Follow a delta as a read model does."""
    delta = consolidator.flush()
    for old, new in delta.removed:
        del model[old]
        assert new is not None
    for entry in delta.changed:
        assert model.get(entry.id) != entry
        model[entry.id] = entry
    assert all(new in model for _, new in delta.removed)


@relaxed
@given(worlds())
def test_every_claim_stands_in_one_entry_and_no_value_is_hidden(world: tuple[list[Told], list[Decision]]) -> None:
    found, _ = world
    entries = consolidate(found, ())
    assert sorted(name for entry in entries for name in entry.claims) == sorted(told.claim.id for told in found)
    shown = {
        (name, row.attribute, alternative.value)
        for entry in entries
        for row in entry.values
        for alternative in row.alternatives
        for name in alternative.claims + alternative.denied_by
    }
    said = {(told.claim.id, known.attribute, known.value) for told in found for known in told.claim.values}
    assert said == shown


@relaxed
@given(worlds())
def test_the_last_word_of_editors_holds(world: tuple[list[Told], list[Decision]]) -> None:
    found, decisions = world
    names = [told.claim.id for told in found]
    if len(names) < 2:
        return
    entries = consolidate(found, [*decisions, decided(SplitEntry(out=(names[0],), kept=(names[1],)), 98)])
    assert not any({names[0], names[1]} <= set(entry.claims) for entry in entries)
    entries = consolidate(found, [*decisions, decided(MergeEntries(claim_ids=(names[0], names[1])), 99)])
    assert any({names[0], names[1]} <= set(entry.claims) for entry in entries)


@relaxed
@given(claims())
def test_judgements_are_symmetric(found: list[Told]) -> None:
    told = [features(read(one)) for one in found]
    for one in told:
        for other in told:
            if one.id != other.id:
                assert judge(one, other) == judge(other, one)


def test_adding_a_claim_twice_is_harmless() -> None:
    one = claim("a", "The second congress of beekeepers was held", "1987")
    consolidator = Consolidator()
    consolidator.add(one)
    before = consolidator.entries()
    consolidator.add(one)
    assert consolidator.flush().changed == ()
    assert consolidator.entries() == before


def test_a_crowd_of_claims_on_one_happening_stands_together() -> None:
    """More claims than any one of them is compared with."""
    crowd = [
        claim(
            f"c{at}", "The second congress of beekeepers was held in Ganja", "1987-05-04", document=f"D{at}", position=at, places=("Ganja",)
        )
        for at in range(40)
    ]
    [entry] = consolidate(crowd, ())
    assert len(entry.claims) == 40
