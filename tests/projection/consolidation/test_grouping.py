"""Which claims stand together, and why, in words."""

import pytest

from services.projection.consolidation.consolidate import consolidate
from services.query.pages.reasons import reason_words
from services.query.pages.wording import Wording
from shared.domain.chronology import Link
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.claims import Mention
from shared.matching.features import features
from shared.matching.readings import read
from tests.projection.consolidation.builders import claim, entry_of, together, value


def said(link: Link, language: str = "en") -> set[str]:
    return {reason_words(reason, Wording(language)) for reason in link.reasons}


def stand_together(*claims: Told) -> bool:
    return len(consolidate(claims, ())) == 1


def test_a_title_is_rather_told_than_hearsay() -> None:
    told = claim("told", "In 1987 the second congress of beekeepers met in the town hall of Ganja", "1987-05-04", places=("Ganja",))
    statement = "Organisers say that the second congress of all the beekeepers of the country met in the old town hall of Ganja"
    other = claim("other", statement, "1987-05-04", document="B", places=("Ganja",))
    hearsay = replaced(other, attribution=Mention(start=0, end=10, quote="Organisers", name="Organisers"))
    (entry,) = consolidate((told, hearsay), ())
    assert entry.title == told.claim.statement


def replaced(told: Told, **changes: object) -> Told:
    return told.model_copy(update={"claim": told.claim.model_copy(update=changes)})


class TestOneHappeningToldTwice:
    def test_in_two_languages(self) -> None:
        assert stand_together(
            claim("en", "The Second Congress of Beekeepers opened in Ganja on 4 May 1987", "1987-05-04", places=("Ganja",)),
            claim(
                "az",
                "Arıçıların II qurultayı 4 may 1987-ci ildə Gəncədə açıldı",
                "1987-05-04",
                document="B",
                language="az",
                places=("Ganja",),
            ),
        )

    def test_in_two_alphabets_by_the_names(self) -> None:
        assert stand_together(
            claim("az", "Səməd Vurğun 1956-cı ildə vəfat etdi", "1956", language="az", actors=("Səməd Vurğun",)),
            claim("ru", "Самед Вургун скончался в 1956 году", "1956", document="B", language="ru", actors=("Самед Вургун",)),
        )

    @pytest.mark.parametrize(
        ("coarse", "fine"),
        [("1987-05", "1987-05-04"), ("1987", "1987-05-04"), ("1987-05-04/1987-05-06", "1987-05-05"), ("1987~", "1988-02")],
        ids=["month and day", "year and day", "days and day", "about a year and the next"],
    )
    def test_at_different_precision(self, coarse: str, fine: str) -> None:
        assert stand_together(
            claim("coarse", "The second congress of beekeepers was held in Ganja", coarse, places=("Ganja",)),
            claim("fine", "In Ganja the 2nd Beekeepers' Congress was held", fine, document="B", places=("Ganja",)),
        )

    def test_by_what_was_done_to_an_institution_that_year(self) -> None:
        assert stand_together(
            claim("en", "The university was restored in 1934", "1934"),
            claim("az", "Universitet 1934-cü ildə bərpa edildi", "1934", document="B", language="az"),
        )

    @pytest.mark.parametrize(
        ("language", "one", "other"),
        [
            ("az", "The foundation stone of the Oakford bridge was laid", "Oakford körpüsünün təməli qoyuldu"),
            ("en", "The Oakford bridge was inaugurated", "The opening ceremony was held in Oakford"),
            ("az", "The opening ceremony of the bridge took place in Oakford", "Oakford körpüsü açıldı"),
        ],
        ids=["foundation stone", "inaugurated", "ceremony"],
    )
    def test_by_what_was_done_to_a_thing_that_lasts(self, language: str, one: str, other: str) -> None:
        assert stand_together(claim("one", one, "1932-05-04"), claim("other", other, "1932-05-04", document="B", language=language))

    def test_by_counts_that_differ_by_little(self) -> None:
        assert stand_together(
            claim("one", "In 1920 the school taught 412 pupils", "1920", value("pupils", "412"), value("teachers", "31")),
            claim("two", "In 1920 the school taught 409 pupils", "1920", value("pupils", "409"), value("teachers", "30"), document="B"),
        )

    def test_by_a_number_that_is_counted_once(self) -> None:
        assert stand_together(
            claim("one", "By the end of 1920 as many as 3,711 houses had been handed over", "1920", value("houses", "3711")),
            claim("two", "İlin sonunadək 3711 ev tikildi", "1920", value("houses", "3711"), document="B", language="az"),
        )

    def test_by_what_was_done_on_an_anniversary(self) -> None:
        assert stand_together(
            claim("one", "A monument to the miners was unveiled on the 20th anniversary of the fire", "2007-08-17"),
            claim("two", "A monument to fourteen miners was unveiled here", "2007-08-17", document="B"),
        )

    def test_by_acts_and_topics_where_no_word_can_agree(self) -> None:
        assert stand_together(
            claim("en", "A delegation of the farmers arrived", "1987-05-04"),
            claim("az", "Nümayəndə heyəti çatdı", "1987-05-04", document="B", language="az"),
        )

    def test_by_kinds_that_texts_call_now_so_now_so(self) -> None:
        claims = [
            claim("en", "An agreement was signed with the owners in Baku", "1904-12-30", places=("Baku",)),
            claim("ru", "Подписан договор с хозяевами в Баку", "1904-12-30", document="B", language="ru", places=("Baku",)),
        ]
        [entry] = consolidate(claims, ())
        assert any("an agreement" in words and "a treaty" in words for words in said(entry.links[0]))

    @pytest.mark.parametrize(
        ("language", "statement"),
        [
            ("de", "Der dritte Kongress der Imker fand 1981 in Gandscha statt"),
            ("fr", "Le troisième congrès des apiculteurs s'est tenu à Gandja en 1981"),
            ("es", "El tercer congreso de apicultores se celebró en Ganyá en 1981"),
            ("uk", "Третій з'їзд бджолярів відбувся в Гянджі у 1981 році"),
            ("tr", "Arıcıların üçüncü kurultayı 1981'de Gence'de toplandı"),
        ],
    )
    def test_in_every_language_of_the_tables(self, language: str, statement: str) -> None:
        places = ("Ganja",)
        assert stand_together(
            claim("en", "The third congress of beekeepers was held in Ganja", "1981", places=places),
            claim("other", statement, "1981", document="B", language=language, places=places),
        )
        assert not stand_together(
            claim("en", "The first congress of beekeepers was held in Ganja", "1981", places=places),
            claim("other", statement, "1981", document="B", language=language, places=places),
        )

    def test_by_the_name_of_a_person_whose_occupation_begins_the_sentence(self) -> None:
        def told(name: str, language: str, statement: str, actor: str) -> Told:
            found = claim(name, statement, "1940-02-02", document=name, language=language)
            spot = {"start": found.claim.start, "end": found.claim.start + len(actor), "quote": actor}
            return found.model_copy(update={"claim": found.claim.model_copy(update={"actors": (Mention(**spot, name=actor),)})})

        assert stand_together(
            told("az", "az", "Səyyah Aydın Rüstəmov vəfat etdi", "Səyyah Aydın Rüstəmov"),
            told("ru", "ru", "Путешественник Айдын Рустамов умер", "Путешественник Айдын Рустамов"),
        )

    def test_by_a_name_that_is_transliterated_freely(self) -> None:
        assert stand_together(
            claim("en", "Woodrow Wilson came", "1919-05-28", actors=("Woodrow Wilson",)),
            claim("az", "Vudro Vilson gəldi", "1919-05-28", document="B", language="az", actors=("Vudro Vilson",)),
        )

    def test_a_plan_and_its_fulfilment(self) -> None:
        entries = consolidate(
            [
                claim("plan", "The second congress of beekeepers is to be convened on 4 May 1987", "1987-05-04", modality="planned"),
                claim("fact", "The second congress of beekeepers was convened on 4 May 1987", "1987-05-04", document="B"),
            ],
            (),
        )
        assert together(entries) == {frozenset({"plan", "fact"})}
        assert not entries[0].planned

    def test_a_plan_alone_is_planned(self) -> None:
        [entry] = consolidate([claim("plan", "The second congress of beekeepers is to be convened", "1987-05-04", modality="planned")], ())
        assert entry.planned

    def test_by_figures_though_neither_is_dated(self) -> None:
        figures = (value("schools", "417"), value("villages", "96"), value("teachers", "2310"))
        assert stand_together(
            claim("a", "The survey counted 417 schools in 96 villages with 2310 teachers", None, *figures),
            claim("b", "By that survey 96 villages had 417 schools and 2310 teachers", None, *figures, document="B"),
        )

    def test_a_paper_that_founds_is_the_founding(self) -> None:
        assert stand_together(
            claim("paper", "On 3 June 1993 a decree on the establishment of the Pension Fund was signed", "1993-06-03"),
            claim("fact", "The Pension Fund was established on 3 June 1993", "1993-06-03", document="B"),
        )

    def test_the_sentences_that_talk_on(self) -> None:
        entries = consolidate(
            [
                claim("first", "The second congress of beekeepers was held in Ganja on 4 May 1987", "1987-05-04", start=0),
                claim("on", "It was attended by 212 people", "1987-05-04", value("people", "212"), continues="first", start=100),
            ],
            (),
        )
        assert together(entries) == {frozenset({"first", "on"})}
        assert entries[0].links[0].reasons[0].kind == "continues"

    def test_the_october_revolution_has_its_name_from_a_month(self) -> None:
        assert stand_together(
            claim("month", "The strikes led to the October Revolution of 1917", "1917-10"),
            claim("day", "On 25 October 1917 the October Revolution began in Petrograd", "1917-10-25", document="B"),
        )


class TestOtherHappenings:
    def test_other_things_done_to_an_institution_that_year(self) -> None:
        assert not stand_together(
            claim("en", "The university was dissolved in 1934", "1934"),
            claim("az", "Universitet 1934-cü ildə kitab nəşr etdi", "1934", document="B", language="az"),
        )

    def test_what_was_done_on_the_eve_of_it(self) -> None:
        assert not stand_together(
            claim(
                "eve",
                "On the eve of the second congress of beekeepers the union joined the league in Ganja",
                "1987-05-03",
                places=("Ganja",),
            ),
            claim("congress", "The second congress of beekeepers met in Ganja", "1987-05-04", document="B", places=("Ganja",)),
        )

    def test_counts_that_differ_by_much(self) -> None:
        assert not stand_together(
            claim("one", "In 1920 the mill hired 412 workers", "1920", value("workers", "412")),
            claim("two", "In 1920 the port let 90 workers go", "1920", value("workers", "90"), document="B"),
        )

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("The first congress of beekeepers met in 1987", "The fifth congress of beekeepers met in 1987"),
            ("The 1st congress of beekeepers met in 1987", "The V congress of beekeepers met in 1987"),
            ("The first Congress of Beekeepers met in Ganja", "The first and second Congresses of Beekeepers met in Ganja"),
        ],
    )
    def test_other_ordinals(self, one: str, other: str) -> None:
        assert not stand_together(
            claim("one", one, "1987", places=("Ganja",)), claim("other", other, "1987", document="B", places=("Ganja",))
        )

    def test_other_ordinals_in_another_language(self) -> None:
        assert not stand_together(
            claim("en", "The first congress of beekeepers met in Ganja", "1987", places=("Ganja",)),
            claim("az", "Arıçıların beşinci qurultayı Gəncədə keçirildi", "1987", document="B", language="az", places=("Ganja",)),
        )

    def test_a_decree_that_orders_a_congress(self) -> None:
        assert not stand_together(
            claim("decree", "The decree on the convening of the second congress of beekeepers was signed in 1987", "1987"),
            claim("congress", "The second congress of beekeepers was held in 1987", "1987", document="B"),
        )

    def test_decrees_of_different_days(self) -> None:
        assert not stand_together(
            claim("may", "A decree on pensions was signed on 3 May 1993", "1993-05-03"),
            claim("june", "A decree on pensions was signed on 9 June 1993", "1993-06-09", document="B"),
        )

    def test_anniversaries_are_not_what_they_recall(self) -> None:
        assert not stand_together(
            claim("battle", "The battle of Chaldiran was fought in 1514", "1514"),
            claim("recalled", "The 500th anniversary of the battle of Chaldiran was marked", "2014", document="B"),
        )

    def test_what_came_of_a_meeting_is_not_the_meeting(self) -> None:
        assert not stand_together(
            claim("congress", "The second congress of beekeepers was held on 4 May 1987", "1987-05-04", start=0),
            claim("council", "A Council of Breeders was elected at the congress", "1987-05-04", continues="congress", start=90),
        )

    def test_battles_of_one_month_in_two_places(self) -> None:
        assert not stand_together(
            claim("one", "The battle near Sumqayit raged for hours and cost many lives", "1827-07", places=("Sumgait",)),
            claim("two", "A battle at Echmiadzin ended with heavy losses among infantry", "1827-07", document="B", places=("Echmiadzin",)),
        )

    @pytest.mark.parametrize(("place", "together"), [("Karabakh", True), ("Baku", False)])
    def test_places_that_lie_in_each_other_are_no_other_places(self, place: str, together: bool) -> None:
        def told(name: str, at: str) -> Told:
            sites = value("place", at, kind="place")
            return claim(name, "The forum of the builders was held", "2022-04", sites, document=name, places=(at,))

        assert stand_together(told("A", "Shusha"), told("B", place)) is together

    @pytest.mark.parametrize(("elsewhere", "together"), [("Ganja", True), ("Tbilisi", False)])
    def test_the_second_congress_here_is_not_the_second_one_there(self, elsewhere: str, together: bool) -> None:
        def told(name: str, statement: str, date: str, at: str) -> Told:
            return claim(name, statement, date, value("place", at, kind="place"), document=name, places=(at,))

        here = told("A", "The second congress was held in Ganja on 4 May 1987", "1987-05-04", "Ganja")
        assert stand_together(here, told("B", f"A second congress met in {elsewhere} in 1987", "1987", elsewhere)) is together

    def test_a_number_in_words_is_no_word_in_common(self) -> None:
        one, other = (features(read(claim(word, f"The {word} congress gathered", "1987"))) for word in ("seventh", "7th"))
        assert one.heads["congress"].ordinals == other.heads["congress"].ordinals == {7}
        assert one.words == other.words

    def test_people_whose_names_begin_alike(self) -> None:
        assert not stand_together(
            claim("one", "Hüseynov died in 1911", "1911", actors=("Rza Hüseynov",)),
            claim("other", "Hüseynzadə died in 1911", "1911", document="B", actors=("Rza Hüseynzadə",)),
        )

    def test_an_institution_at_work_all_year(self) -> None:
        assert not stand_together(
            claim("one", "In 2011 the State Committee continued its language courses", "2011", start=0),
            claim("two", "In 2011 the State Committee was present at book fairs", "2011", start=200),
        )

    def test_deaths_of_one_day(self) -> None:
        assert not stand_together(
            claim("one", "Rza Quliyev died on 4 May 1987", "1987-05-04", actors=("Rza Quliyev",)),
            claim("other", "Lala Quliyeva died on 4 May 1987", "1987-05-04", document="B", actors=("Lala Quliyeva",)),
        )

    def test_claims_without_date_and_without_much_to_say(self) -> None:
        assert not stand_together(claim("one", "The congress was lively", None), claim("two", "The congress was long", None, document="B"))


class TestContradictingDates:
    def dated(self, second: str, document: str = "B") -> list[Told]:
        figures = (value("delegates", "212"), value("hives", "9400"))
        return [
            claim("one", "The second congress of beekeepers was held in Ganja", "1987-05-04", *figures, places=("Ganja",)),
            claim("two", "The second congress of beekeepers was held in Ganja", second, *figures, places=("Ganja",), document=document),
        ]

    def test_two_documents_on_one_named_happening_dispute_its_date(self) -> None:
        [entry] = consolidate(self.dated("1987-05-05"), ())
        assert entry.date.status == "disputed"
        assert entry.date.edtf is None
        assert [alternative.edtf for alternative in entry.date.alternatives] == ["1987-05-04", "1987-05-05"]
        assert entry.earliest is not None
        assert entry.latest == entry.earliest + 1

    @pytest.mark.parametrize(("second", "entries"), [("1961-01-12", 1), ("1961-01-14", 1), ("1961-01-16", 2), ("1961-02-11", 2)])
    def test_days_that_miss_each_other_by_little(self, second: str, entries: int) -> None:
        claims = [
            claim("en", "An earthquake struck Shamakhi", "1961-01-11", places=("Shamakhi",)),
            claim("az", "Şamaxıda zəlzələ baş verdi", second, document="B", language="az", places=("Shamakhi",)),
        ]
        found = consolidate(claims, ())
        assert len(found) == entries
        assert all(entry.date.status == ("disputed" if entries == 1 else "single-source") for entry in found)

    def test_of_two_happenings_of_one_document_another_one_dates_one_or_the_other(self) -> None:
        """What would hold both together is a claim that lies between them; then one document would dispute with itself."""
        claims = [
            claim("one", "An earthquake struck Shamakhi", "1961-01-11", places=("Shamakhi",), start=0),
            claim("two", "An earthquake struck Shamakhi", "1961-01-13", places=("Shamakhi",), start=50),
            claim("between", "Şamaxıda zəlzələ baş verdi", "1961-01-12", document="B", language="az", places=("Shamakhi",)),
        ]
        entries = consolidate(claims, ())
        assert len(entries) == 2
        assert entry_of(entries, "one") != entry_of(entries, "two")

    def test_nothing_is_founded_twice(self) -> None:
        def told(name: str, statement: str, year: str, body: str) -> Told:
            return claim(name, statement, year, document=name, actors=(body,))

        one = told("A", "The Museum of Copper was opened in Lahij in 1929", "1929", "Museum of Copper")
        assert stand_together(one, told("B", "In 1931 the Museum of Copper was opened in Lahij", "1931", "Museum of Copper"))
        assert not stand_together(one, told("B", "In 1931 the Museum of Silver was opened in Lahij", "1931", "Museum of Silver"))
        assert not stand_together(one, told("B", "In 1931 the Museum of Copper was closed in Lahij", "1931", "Museum of Copper"))
        founded = told("B", "In 1927 the Museum of Copper was founded in Lahij", "1927", "Museum of Copper")
        assert not stand_together(one, founded)

    def test_others_die_in_other_years(self) -> None:
        assert not stand_together(
            claim("one", "Mirza Safarli died in 1935", "1935", actors=("Mirza Safarli",)),
            claim("other", "Rza Safarli died in 1937", "1937", document="B", actors=("Rza Safarli",)),
        )

    def test_a_plan_that_was_put_off_stands_with_what_came_of_it(self) -> None:
        plan = claim("plan", "The second congress of beekeepers is to meet in Ganja", "1987-05-04", modality="planned", places=("Ganja",))
        fact = claim("fact", "The second congress of beekeepers met in Ganja", "1987-09-12", document="B", places=("Ganja",))
        [entry] = consolidate([plan, fact], ())
        assert (entry.date.edtf, entry.date.status, entry.planned) == ("1987-09-12", "single-source", False)
        assert "one is the plan for 4 May 1987, the other what came of it: 12 September 1987" in said(entry.links[0])
        third = claim("fact", "The third congress of beekeepers met in Ganja", "1987-09-12", document="B", places=("Ganja",))
        assert not stand_together(plan, third)

    def test_days_of_one_span_are_days_of_it(self) -> None:
        words = "The second congress of beekeepers was held in Ganja"
        claims = [
            claim("span", words, "1987-05-04/1987-05-06", places=("Ganja",)),
            claim("first", words, "1987-05-04", document="B", places=("Ganja",)),
            claim("last", words, "1987-05-06", document="C", places=("Ganja",)),
        ]
        [entry] = consolidate(claims, ())
        assert entry.date.edtf == "1987-05-04/1987-05-06"
        assert entry.date.status != "disputed"
        [disputed] = consolidate([*claims, claim("off", words, "1987-05-08", document="D", places=("Ganja",))], ())
        assert disputed.date.status == "disputed"

    def test_decrees_of_following_days_are_decrees(self) -> None:
        def decree(name: str, day: str, matter: str) -> Told:
            statement = f"President Nəsib Vəliyev of Azerbaijan signed a decree on {matter}"
            return claim(name, statement, day, document=name, actors=("Nəsib Vəliyev",), places=("Azerbaijan",))

        assert not stand_together(
            decree("A", "2002-07-05", "the committee of schools"), decree("B", "2002-07-07", "the salaries of judges")
        )

    def test_meetings_of_following_days_are_meetings(self) -> None:
        assert not stand_together(
            claim("one", "The ministers met in Tbilisi", "1919-06-12", places=("Tbilisi",)),
            claim("other", "The bishops met in Tbilisi", "1919-06-13", document="B", places=("Tbilisi",)),
        )

    def test_nobody_dies_twice(self) -> None:
        claims = [
            claim("en", "Mirza Safarli died in 1935", "1935", actors=("Mirza Safarli",)),
            claim("ru", "Мирза Сафарли умер в 1937 году", "1937", document="B", language="ru", actors=("Мирза Сафарли",)),
        ]
        [entry] = consolidate(claims, ())
        assert entry.date.status == "disputed"
        assert "a death happens only once" in said(entry.links[0])

    def test_one_document_with_two_dates_tells_of_two_happenings(self) -> None:
        assert len(consolidate(self.dated("1987-05-05", document="A"), ())) == 2


class TestNoChaining:
    def test_a_vague_claim_does_not_tie_two_precise_ones(self) -> None:
        entries = consolidate(
            [
                claim("may", "The Pension Fund was established in Ganja on 3 May 1993", "1993-05-03", places=("Ganja",)),
                claim("vague", "The Pension Fund was established in Ganja", "1993", document="B", places=("Ganja",)),
                claim("june", "The Pension Fund was established in Ganja on 9 June 1993", "1993-06-09", document="C", places=("Ganja",)),
            ],
            (),
        )
        assert len(entries) == 2
        assert entry_of(entries, "may") != entry_of(entries, "june")

    def test_an_unnumbered_claim_does_not_tie_the_first_to_the_second(self) -> None:
        entries = consolidate(
            [
                claim("first", "The first congress of beekeepers was held in Ganja", "1987-05", places=("Ganja",)),
                claim("plain", "The congress of beekeepers was held in Ganja", "1987-05", document="B", places=("Ganja",)),
                claim("second", "The second congress of beekeepers was held in Ganja", "1987-05", document="C", places=("Ganja",)),
            ],
            (),
        )
        assert entry_of(entries, "first") != entry_of(entries, "second")


class TestReasons:
    def test_say_what_agrees(self) -> None:
        [entry] = consolidate(
            [
                claim(
                    "a",
                    "The second congress of beekeepers was held in Ganja",
                    "1987-05-04/1987-05-05",
                    value("guests", "31"),
                    places=("Ganja",),
                ),
                claim(
                    "b",
                    "31 guests came to Ganja for the 2nd congress",
                    "1987-05-04/1987-05-05",
                    value("guests", "31"),
                    document="B",
                    places=("Ganja",),
                ),
            ],
            (),
        )
        [link] = entry.links
        assert set(link.claims) == {"a", "b"}
        assert {"both tell of the second congress", "same days, 4–5 May 1987", "both name Ganja", "both count 31 guests"} <= said(link)
        assert {"hər ikisi bundan danışır: ikinci qurultay", "eyni günlər, 4–5 may 1987"} <= said(link, "az")

    @pytest.mark.parametrize(("number", "words"), [("21st", "21st"), ("12th", "twelfth"), ("42nd", "42nd")])
    def test_say_ordinals_as_people_do(self, number: str, words: str) -> None:
        statement = f"The {number} congress of beekeepers was held in Ganja"
        [entry] = consolidate([claim("a", statement, "1987"), claim("b", statement, "1987", document="B")], ())
        assert f"both tell of the {words} congress" in said(entry.links[0])

    @pytest.mark.parametrize(
        ("one", "other", "words"),
        [
            ("1987-05", "1987-05", "both in May 1987"),
            ("1987", "1987", "both in 1987"),
            ("1987-05-04", "1987-05", "4 May 1987 lies within May 1987"),
            ("1987-04-28/1987-05-04", "1987-05", "28 April – 4 May 1987 and May 1987 overlap"),
            ("1987-05-04", "1987-05-04", "same day, 4 May 1987"),
        ],
    )
    def test_say_how_dates_agree(self, one: str, other: str, words: str) -> None:
        statement = "The second congress of beekeepers was held in Ganja"
        [entry] = consolidate([claim("a", statement, one), claim("b", statement, other, document="B")], ())
        assert words in said(entry.links[0])

    def test_hold_an_entry_together_and_no_more(self) -> None:
        claims = [claim(name, "The second congress of beekeepers was held in Ganja", "1987-05-04", document=name) for name in "ABCDE"]
        [entry] = consolidate(claims, ())
        assert len(entry.links) == len(entry.claims) - 1
        assert all(link.reasons for link in entry.links)


class TestWhatIsSaidByTheWay:
    def test_a_birth_that_says_who_somebody_is_is_no_birth(self) -> None:
        told = [
            claim("born", "Ana Orlin was born on 15 April 1889 in Tarn", "1889-04-15", actors=("Ana Orlin",), places=("Tarn",)),
            claim(
                "plaque",
                "Sentyabrın 12-də Tarnda doğulmuş rəssam Ana Orlinə lövhə açılıb",
                "2009-09-12",
                document="B",
                language="az",
                actors=("Ana Orlin",),
                places=("Tarn",),
            ),
        ]
        assert together(consolidate(told)) == {frozenset({"born"}), frozenset({"plaque"})}

    @pytest.mark.parametrize(("year", "one"), [("1887", True), ("2009", False)])
    def test_a_birth_is_not_disputed_over_a_century(self, year: str, *, one: bool) -> None:
        told = [
            claim("a", "Ana Orlin was born in Tarn", "1889-04-15", actors=("Ana Orlin",), places=("Tarn",)),
            claim("b", "Ana Orlin, born in Tarn", year, document="B", actors=("Ana Orlin",), places=("Tarn",)),
        ]
        assert (len(consolidate(told)) == 1) is one

    def test_who_did_not_speak_at_a_congress_does_not_deny_it(self) -> None:
        told = [
            claim("held", "The third congress of beekeepers was held in Tarn", "2009-10-03"),
            claim("absent", "I did not stand again at the third congress", "2009", document="B", modality="denied"),
        ]
        assert together(consolidate(told)) == {frozenset({"held"}), frozenset({"absent"})}

    def test_who_denies_a_congress_does(self) -> None:
        told = [
            claim("held", "The third congress of beekeepers was held in Tarn", "2009-10-03"),
            claim("denied", "The third congress of beekeepers was not held", "2009", document="B", modality="denied"),
        ]
        [entry] = consolidate(told)
        assert entry.status == "disputed"

    def test_a_place_alone_does_not_join_two_things_of_one_day(self) -> None:
        told = [
            claim("burial", "The whole town turned out, rich and poor, for the dead of Tarn", "1990-01-22", places=("Tarn",)),
            claim("vote", "Deputies sitting overnight condemned the troops sent into Tarn", "1990-01-22", document="B", places=("Tarn",)),
        ]
        assert len(consolidate(told)) == 2


class TestDaysThatMissEachOther:
    def test_a_family_name_alone_is_that_of_who_is_named_in_full(self) -> None:
        told = [
            claim("a", "Safarov died in Tarn on 2 February 1951", "1951-02-02", value("place", "Tarn", "place"), places=("Tarn",)),
            claim(
                "b",
                "Nəriman Səfərov 1951-ci il fevralın 3-də Tarnda vəfat etmişdir",
                "1951-02-03",
                document="B",
                language="az",
                actors=("Nəriman Səfərov",),
                places=("Tarn",),
            ),
        ]
        [entry] = consolidate(told)
        assert entry.date.status == "disputed"
        assert any("Safarov" in words for words in said(entry.links[0]))

    def test_a_death_needs_no_more_than_the_name(self) -> None:
        told = [
            claim("a", "The founder, Ana Orlin, died on 19 May 2013", "2013-05-19", actors=("Ana Orlin",)),
            claim("b", "Ana Orlin 2013-cü il mayın 20-də vəfat etmişdir", "2013-05-20", document="B", language="az", actors=("Ana Orlin",)),
        ]
        [entry] = consolidate(told)
        assert entry.date.status == "disputed"

    @pytest.mark.parametrize(("where", "one"), [("kütüphanede", True), ("fabrikada", False)])
    def test_a_fire_in_a_library_is_one_whoever_misses_its_day(self, where: str, *, one: bool) -> None:
        told = [
            claim("a", "On 17 February 1974 a fire destroyed the old library building", "1974-02-17"),
            claim("b", f"18 Şubat 1974'te {where} büyük bir yangın çıktı", "1974-02-18", document="B", language="tr"),
        ]
        assert (len(consolidate(told)) == 1) is one


class TestTitles:
    def test_what_begins_with_a_pronoun_is_no_title_where_there_is_another(self) -> None:
        told = [
            claim(
                "a", "It was held in Tarn on 4 May 1987, and the second congress chose a chairman", "1987-05-04", places=("Tarn", "Linz")
            ),
            claim("b", "The second congress of the beekeepers met in Tarn", "1987-05-04", document="B", places=("Tarn",)),
        ]
        [entry] = consolidate(told)
        assert entry.title_claim == "b"

    def test_what_names_a_kind_of_happening_is_a_better_one(self) -> None:
        told = [
            claim("a", "The night of 19 January 1990 was the end of a long silence in Tarn", "1990-01-19", places=("Tarn",)),
            claim("b", "A crackdown fell upon Tarn in a long night of silence, street by street, " * 2, "1990-01-19", places=("Tarn",)),
        ]
        [entry] = consolidate([told[0], claim("c", told[1].claim.statement, "1990-01-19", document="B", places=("Tarn",))])
        assert entry.title_claim == "c"


class TestOrder:
    def test_entries_are_chronological_and_undated_ones_last(self) -> None:
        claims = [
            claim("late", "The bridge was built in 1990", "1990"),
            claim("never", "A school teaches weaving"),
            claim("early", "An earthquake destroyed the town", "-0490"),
            claim("year", "The newspaper was founded", "1875"),
            claim("day", "The strike began", "1875-01-01"),
        ]
        assert [entry.claims[0] for entry in consolidate(claims, ())] == ["early", "day", "year", "late", "never"]

    def test_an_entry_is_named_after_its_earliest_claim(self) -> None:
        words = "The second congress of beekeepers was held in Ganja"
        claims = [claim(name, words, "1987-05-04", document=name, position=at) for name, at in (("A", 30), ("B", 10), ("C", 20))]
        [entry] = consolidate(claims, ())
        assert entry.id == "B"
