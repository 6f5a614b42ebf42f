"""The values of an entry: every one kept, disputes between documents, support by independent origins."""

import pytest

from services.projection.consolidation.consolidate import consolidate
from shared.domain.chronology import Entry, EntryValue
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.claims import Bound
from tests.projection.consolidation.builders import claim, value

WORDS = {
    "A": "The second congress of beekeepers gathered in Ganja under lime trees",
    "B": "In Ganja, the 2nd Beekeepers' Congress met for long debates on honey",
    "C": "For the second congress, keepers of bees from all over travelled to Ganja",
    "D": "Ganja was host to the second congress of the country's beekeepers",
}


def told(document: str, *values: object, **kind: object) -> Told:
    return claim(f"{document}-{len(values)}-{kind}", WORDS[document], "1987-05-04", *values, document=document, places=("Ganja",), **kind)  # type: ignore[arg-type]


def one_entry(*claims: Told) -> Entry:
    [entry] = consolidate(claims, ())
    return entry


def row(entry: Entry, attribute: str) -> EntryValue:
    return next(found for found in entry.values if found.attribute == attribute)


class TestDisputes:
    def test_two_documents_with_two_figures(self) -> None:
        delegates = row(one_entry(told("A", value("delegates", "212")), told("B", value("delegates", "215"))), "delegates")
        assert delegates.status == "disputed"
        assert {alternative.shown for alternative in delegates.alternatives} == {"212", "215"}

    @pytest.mark.parametrize(
        ("one", "bound", "other", "other_bound"),
        [
            ("200", "more_than", "206", "exact"),
            ("50", "about", "46", "exact"),
            ("300", "less_than", "206", "exact"),
            ("200", "at_least", "200", "exact"),
            ("200", "more_than", "180", "at_least"),
            ("206", "exact", "206.0", "exact"),
        ],
    )
    def test_bounds_that_agree(self, one: str, bound: Bound, other: str, other_bound: Bound) -> None:
        entry = one_entry(told("A", value("hives", one, bound=bound)), told("B", value("hives", other, bound=other_bound)))
        assert row(entry, "hives").status == "corroborated"

    @pytest.mark.parametrize(
        ("one", "bound", "other", "other_bound"),
        [
            ("200", "more_than", "180", "exact"),
            ("50", "about", "60", "exact"),
            ("100", "at_most", "101", "exact"),
            ("100", "less_than", "100", "at_least"),
        ],
    )
    def test_bounds_that_do_not(self, one: str, bound: Bound, other: str, other_bound: Bound) -> None:
        entry = one_entry(told("A", value("hives", one, bound=bound)), told("B", value("hives", other, bound=other_bound)))
        assert row(entry, "hives").status == "disputed"

    def test_one_document_with_two_figures_tells_of_two_parts(self) -> None:
        entry = one_entry(told("A", value("guests", "31"), value("guests", "140", start=5)))
        assert row(entry, "guests").status == "single-source"
        assert len(row(entry, "guests").alternatives) == 2

    def test_another_document_that_gives_one_of_the_parts_agrees(self) -> None:
        entry = one_entry(told("A", value("guests", "31"), value("guests", "140", start=5)), told("B", value("guests", "31")))
        guests = row(entry, "guests")
        assert guests.status == "corroborated"
        assert [alternative.shown for alternative in guests.alternatives] == ["31", "140"]

    def test_another_document_that_gives_neither_part_disputes(self) -> None:
        entry = one_entry(told("A", value("guests", "31"), value("guests", "140", start=5)), told("B", value("guests", "33")))
        assert row(entry, "guests").status == "disputed"

    def test_money_in_two_currencies_is_not_compared(self) -> None:
        paid = value("cost", "100", kind="money", unit="AZN"), value("cost", "59", kind="money", unit="USD")
        assert row(one_entry(told("A", paid[0]), told("B", paid[1])), "cost").status == "single-source"

    def test_a_plan_is_not_disputed_by_what_came_of_it(self) -> None:
        planned = told("A", value("delegates", "300"), modality="planned")
        entry = one_entry(planned, told("B", value("delegates", "212")))
        assert row(entry, "delegates").status == "single-source"
        assert len(row(entry, "delegates").alternatives) == 2


class TestNames:
    def test_two_places_dispute(self) -> None:
        same = value("delegates", "212"), value("hives", "9400"), value("guests", "31")
        entry = one_entry(
            told("A", *same, value("place", "Ganja", kind="place")), told("B", *same, value("place", "Shamkir", kind="place"))
        )
        assert row(entry, "place").status == "disputed"

    def test_a_place_within_another_is_no_dispute(self) -> None:
        same = (value("delegates", "212"), value("hives", "9400"))
        entry = one_entry(
            told("A", *same, value("place", "Shusha", kind="place")), told("B", *same, value("place", "Karabakh", kind="place"))
        )
        places = row(entry, "place")
        assert places.status == "corroborated"
        assert {alternative.value for alternative in places.alternatives} == {"Shusha", "Karabakh"}

    def test_one_place_in_two_spellings_agrees(self) -> None:
        english = claim("en", WORDS["A"], "1987-05-04", value("place", "Nakhchivan", kind="place"))
        azerbaijani = claim(
            "az", "Arıçıların ikinci qurultayı", "1987-05-04", value("place", "Naxçıvan", kind="place"), document="B", language="az"
        )
        places = row(one_entry(english, azerbaijani), "place")
        assert places.status == "corroborated"
        assert len(places.alternatives) == 1

    def test_a_place_named_more_fully_agrees(self) -> None:
        entry = one_entry(told("A", value("place", "Ganja", kind="place")), told("B", value("place", "Ganja city", kind="place")))
        assert row(entry, "place").status == "corroborated"

    def test_places_whose_names_begin_alike_are_in_dispute(self) -> None:
        same = (value("delegates", "212"), value("hives", "9400"))
        entry = one_entry(
            told("A", *same, value("place", "Petropolka", kind="place")), told("B", *same, value("place", "Petropovka", kind="place"))
        )
        assert row(entry, "place").status == "disputed"

    def test_two_numbers_of_one_paper_dispute(self) -> None:
        numbers = value("decree number", "17", kind="identifier"), value("decree number", "19", kind="identifier")
        assert row(one_entry(told("A", numbers[0]), told("B", numbers[1])), "decree number").status == "disputed"

    def test_two_names_of_other_sorts_stand_side_by_side(self) -> None:
        names = value("language", "Lezgian", kind="name"), value("language", "Talysh", kind="name")
        assert row(one_entry(told("A", names[0]), told("B", names[1])), "language").status == "single-source"


class TestSupport:
    def test_two_sources_corroborate(self) -> None:
        entry = one_entry(told("A", value("guests", "31")), told("B", value("guests", "31")))
        assert row(entry, "guests").status == "corroborated"
        assert entry.status == "corroborated"
        assert entry.confidence == "high"

    def test_two_documents_of_one_source_do_not(self) -> None:
        entry = one_entry(told("A", value("guests", "31"), source="S"), told("B", value("guests", "31"), source="S"))
        assert row(entry, "guests").status == "single-source"
        assert entry.sources == ("source-S",)

    def test_copied_words_do_not(self) -> None:
        words = "The second congress of beekeepers gathered in Ganja with 31 guests from the north, who slept in the school"
        copied = words.replace("gathered", "met")
        entry = one_entry(
            claim("a", words, "1987-05-04", value("guests", "31"), places=("Ganja",)),
            claim("b", copied, "1987-05-04", value("guests", "31"), document="B", places=("Ganja",)),
        )
        assert row(entry, "guests").status == "single-source"
        assert entry.status == "single-source"
        assert len(entry.sources) == 2

    def test_the_best_supported_alternative_leads(self) -> None:
        entry = one_entry(told("A", value("guests", "99")), told("B", value("guests", "31")), told("C", value("guests", "31")))
        assert [alternative.shown for alternative in row(entry, "guests").alternatives] == ["31", "99"]

    def test_a_denial_never_supports(self) -> None:
        denied = told("B", value("guests", "31"), modality="denied")
        entry = one_entry(told("A", value("guests", "31")), denied)
        [alternative] = row(entry, "guests").alternatives
        assert alternative.denied_by == (denied.claim.id,)
        assert denied.claim.id not in alternative.claims
        assert row(entry, "guests").status == "disputed"
        assert entry.status == "disputed"

    def test_a_supposition_is_shown_and_does_not_support(self) -> None:
        supposed = told("B", value("guests", "31"), modality="hypothetical")
        guests = row(one_entry(told("A", value("guests", "31")), supposed), "guests")
        assert guests.status == "single-source"
        assert supposed.claim.id in guests.alternatives[0].claims


class TestDates:
    def dated(self, *dates: str) -> Entry:
        return one_entry(
            *(claim(name, WORDS[name], date, document=name, places=("Ganja",)) for name, date in zip("ABCD", dates, strict=False))
        )

    def test_the_most_precise_compatible_date_stands(self) -> None:
        entry = self.dated("1987-05", "1987-05-04/1987-05-05", "1987")
        assert entry.date.edtf == "1987-05-04/1987-05-05"
        assert entry.date.status == "single-source"
        assert [alternative.edtf for alternative in entry.date.alternatives] == ["1987-05-04/1987-05-05", "1987-05", "1987"]

    @pytest.mark.parametrize("part", ["1987-05-04", "1987-05-06", "1987-05-05/1987-05-06"])
    def test_a_day_of_those_that_it_lasted_is_not_when_it_was(self, part: str) -> None:
        entry = self.dated(part, "1987-05-04/1987-05-06", "1987")
        assert (entry.date.edtf == "1987-05-04/1987-05-06") is ("/" not in part)

    def test_a_plan_for_more_days_says_nothing_of_the_day_that_it_was(self) -> None:
        planned = claim("P", WORDS["A"], "1987-05-04/1987-05-06", document="P", places=("Ganja",), modality="planned")
        held = claim("H", WORDS["B"], "1987-05-04", document="H", places=("Ganja",))
        assert one_entry(planned, held).date.edtf == "1987-05-04"

    def test_two_sources_for_the_precise_date_corroborate(self) -> None:
        assert self.dated("1987-05-04", "1987-05-04", "1987").date.status == "corroborated"

    def test_an_open_end_stays_open(self) -> None:
        entry = self.dated("1987-05-04/..")
        assert entry.earliest is not None
        assert entry.latest is None

    def test_a_planned_date_does_not_dispute_the_day_it_was(self) -> None:
        figures = (value("delegates", "212"), value("hives", "9400"))
        entry = one_entry(
            claim("plan", WORDS["A"], "1987-05-02", *figures, modality="planned"),
            claim("fact", WORDS["B"], "1987-05-04", *figures, document="B"),
        )
        assert entry.date.edtf == "1987-05-04"
        assert entry.date.status == "single-source"
        assert len(entry.date.alternatives) == 2

    def test_a_vague_date_does_not_settle_a_dispute(self) -> None:
        figures = (value("delegates", "212"), value("hives", "9400"))
        entry = one_entry(
            claim("a", WORDS["A"], "1987-05-04", *figures, document="A"),
            claim("b", WORDS["B"], "1987-05-05", *figures, document="B"),
            claim("c", WORDS["C"], "1987", *figures, document="C"),
        )
        assert entry.date.edtf is None
        assert entry.date.status == "disputed"

    def test_a_denied_date_gives_way(self) -> None:
        entry = one_entry(
            claim("a", WORDS["A"], "1987-05", document="A"),
            claim("b", WORDS["B"], "1987-05-05", document="B", modality="denied"),
        )
        assert [alternative.edtf for alternative in entry.date.alternatives] == ["1987-05"]
        [denied] = consolidate([claim("b", WORDS["B"], "1987-05-05", modality="denied")], ())
        assert denied.date.edtf == "1987-05-05"
