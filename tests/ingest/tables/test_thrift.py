"""Claims of very many rows: what is the same of all of them is kept once."""

from tests.ingest.tables.helpers import read

ROWS = "\n".join(f"{day} May 1998,The fair number {day} was opened with {day + 20} guests,Quba" for day in range(1, 29))


def test_the_notes_of_which_fields_were_given_are_shared_and_stay_right() -> None:
    claims = read(f"Date,Event,Place\n{ROWS}\n").claims
    assert len(claims) == 28
    parts = [part for claim in claims for part in (claim, claim.date, *claim.values, *claim.places) if part is not None]
    kinds = {(type(part), frozenset(part.model_fields_set)) for part in parts}
    assert len({id(part.model_fields_set) for part in parts}) == len(kinds) < len(claims)
    assert [type(claim).model_validate(claim.model_dump()) for claim in claims] == list(claims)


def test_a_copy_with_another_field_leaves_the_shared_note_alone() -> None:
    first, second, *_ = read(f"Date,Event,Place\n{ROWS}\n").claims
    given = set(second.model_fields_set)
    changed = first.model_copy(update={"page": 3})
    assert "page" in changed.model_fields_set
    assert second.model_fields_set == given
