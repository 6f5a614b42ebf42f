"""What a model says is accepted as far as the text bears it out, and not one word further."""

import pytest

from services.ingest.llm.dates import bears_out
from shared.domain.dates import Edtf
from shared.domain.ports import ExtractionInput
from tests.ingest.llm.reading import claim, number, read, refused

FAIR = """The valley's first seed fair

The first Seed Fair was held in Ganja on 4-5 May 1998. More than 200 guests from 14 coun-
tries took part in the fair.

On 3 March 1999 the ministry signed a decree on the Seed Bank, worth 1.5 million manats.
"""
HELD = "The first Seed Fair was held in Ganja on 4-5 May 1998."
GUESTS = "More than 200 guests from 14 countries took part in the fair."
SIGNED = "On 3 March 1999 the ministry signed a decree on the Seed Bank, worth 1.5 million manats."


def test_what_the_text_bears_out_is_accepted_with_every_part_cited() -> None:
    found = read(
        FAIR,
        [
            claim(HELD, ("4-5 May 1998", "1998-05-04/1998-05-05"), actors=["Seed Fair"], places=["Ganja"]),
            claim(
                GUESTS,
                ("4-5 May 1998", "1998-05-04/1998-05-05"),
                number("More than 200 guests", "200", "guests", "more_than"),
                number("14 countries", "14", "countries"),
            ),
            claim(SIGNED, ("3 March 1999", "1999-03-03"), number("1.5 million manats", "1500000", "manats")),
        ],
    )
    assert refused(found) == []
    for body in found.claims:
        body.check(FAIR)
    held, guests, signed = found.claims
    assert held.date is not None
    assert (held.date.edtf, held.date.quote) == ("1998-05-04/1998-05-05", "4-5 May 1998")
    assert [(value.attribute, value.value) for value in held.values] == [("place", "Ganja")]
    assert [actor.name for actor in held.actors] == ["Seed Fair"]
    # The reading view joins the word that is hyphenated across lines; the canonical words are what is recorded.
    assert guests.quote == "More than 200 guests from 14 coun-\ntries took part in the fair"
    assert guests.statement == GUESTS.removesuffix(".")
    assert guests.date is not None
    assert guests.date.derivation == 'carried from "4-5 May 1998"'
    assert guests.confidence == "low"
    assert [(value.attribute, value.shown, value.quote) for value in guests.values] == [
        ("guests", ">200", "More than 200 guests"),
        ("countries", "14", "14 coun-\ntries"),
    ]
    assert [(value.kind, value.unit, value.value) for value in signed.values] == [("money", "AZN", "1500000")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (claim("The second Seed Fair was held in Ganja on 4-5 May 1998.", ("4-5 May 1998", "1998-05-04/1998-05-05")), "quote"),
        (claim("the first seed fair was held in Ganja on 4-5 May 1998.", ("4-5 May 1998", "1998-05-04/1998-05-05")), "quote"),
        (claim("air was held in Ganja on 4-5 May 1998.", ("4-5 May 1998", "1998-05-04/1998-05-05")), "quote"),
        (claim("first seed fair The first Seed Fair was held", ("1998", "1998")), "quote"),
        (claim(HELD, ("4-5 May 1998", "1998-05-04/1998-05-06")), "date"),
        (claim(HELD, ("4-5 May 1998", "1998-05-05")), "date"),
        (claim(HELD, ("4-5 May 1998", "2018-05-04/2018-05-05")), "date"),
        (claim(HELD, ("May 1998", "1998-06")), "date"),
        (claim(HELD, ("held in Ganja on 4-5 May 1998", "1998-05-04")), "date"),
        (claim(HELD, ("6 May 1998", "1998-05-06")), "date"),
        (claim(HELD, ("Ganja", "1998-05-04")), "date"),
        (claim(HELD, ("4-5 May 1998", "the fourth of May")), "date"),
        (claim(HELD, ("3 March 1999", "1999-03-03")), "date"),
        (claim(GUESTS, ("3 March 1999", "1999-03-03")), "date"),
        (claim(GUESTS, None, number("More than 200 guests", "300", "guests", "more_than")), "number"),
        (claim(GUESTS, None, number("More than 200 guests", "200", "guests")), "number"),
        (claim(GUESTS, None, number("More than 300 guests", "300", "guests", "more_than")), "number"),
        (claim(GUESTS, None, number("14 countries", "200", "countries")), "number"),
        (claim(GUESTS, None, number("1.5 million manats", "1500000", "manats")), "number"),
        (claim(GUESTS, None, number("14 countries", "fourteen", "countries")), "number"),
        (claim(GUESTS, None, number("14 countries", "14", "countries", upper="20")), "number"),
        (claim(SIGNED, ("3 March 1999", "1999-03-03"), number("5 million manats", "5000000", "manats")), "number"),
        (claim(HELD), "empty"),
        ({"quote": HELD, "date": "1998"}, "malformed"),
        (HELD, "malformed"),
        ({"date": None}, "malformed"),
    ],
)
def test_what_the_text_does_not_bear_out_is_refused_as_a_whole(said: object, reason: str) -> None:
    good = claim(SIGNED, ("3 March 1999", "1999-03-03"))
    found = read(FAIR, [said, good])  # type: ignore[list-item]
    assert refused(found) == [reason]
    assert [body.quote for body in found.claims] == [SIGNED.removesuffix(".")]
    assert found.report is not None
    assert (found.report.returned, found.report.accepted, found.report.refusals) == (2, 1, 1)


@pytest.mark.parametrize(
    ("read_", "said", "follows"),
    [
        ("1998-05-04", "1998-05-04", True),
        ("1998-05-04", "1998-05", True),
        ("1998-05-04", "199X", True),
        ("1998-05", "1998-05-04", False),
        ("1998-05-04", "1998-05-05", False),
        ("1200~", "1200", False),
        ("1200~", "1200~", True),
        ("1200", "1200~", True),
        ("1998?", "1998", False),
        ("1998-05-04/1998-05-05", "1998-05-04/1998-05-05", True),
        ("1998-05-04/1998-05-05", "1998-05", True),
        ("1998-05-04", "1998-05-04/1999", False),
        ("1998", "../1999", False),
    ],
)
def test_a_date_follows_when_it_is_no_more_exact_than_its_words(read_: str, said: str, follows: bool) -> None:
    assert bears_out(Edtf.parse(read_), Edtf.parse(said)) is follows


def test_a_date_is_not_carried_past_a_nearer_one() -> None:
    text = "The dam was begun in 1931. It was opened in 1936. Some 3,000 workers had come to the valley.\n"
    late = claim("Some 3,000 workers had come to the valley.", ("1931", "1931"), number("Some 3,000 workers", "3000", "workers", "about"))
    near = claim("Some 3,000 workers had come to the valley.", ("1936", "1936"), number("Some 3,000 workers", "3000", "workers", "about"))
    assert refused(read(text, [late])) == ["date"]
    assert [body.date and body.date.edtf for body in read(text, [near]).claims] == ["1936"]


def test_a_name_that_does_not_stand_in_the_quote_is_left_out_and_counted() -> None:
    said = claim(HELD, ("4-5 May 1998", "1998-05-04/1998-05-05"), actors=["Seed Fair", "The Crown Prince"], places=["Ganja", "Baku"])
    found = read(FAIR, [{**said, "attribution": "the mayor"}])
    (body,) = found.claims
    assert [actor.quote for actor in body.actors] == ["Seed Fair"]
    assert [place.quote for place in body.places] == ["Ganja"]
    assert body.attribution is None
    assert found.report is not None
    assert found.report.dropped == 3


def test_names_are_whole_words() -> None:
    found = read("On 3 March 1999 the Annals of Ankarahill were printed.\n", [
        claim("On 3 March 1999 the Annals of Ankarahill were printed.", ("3 March 1999", "1999-03-03"), places=["Ankara"])
    ])  # fmt: skip
    assert [body.places for body in found.claims] == [()]


@pytest.mark.parametrize(
    ("text", "quote", "words", "edtf", "modality"),
    [
        (
            "The ministry denied that 40 houses burnt down on 3 March 1999.\n",
            "40 houses burnt down on 3 March 1999.",
            "3 March 1999",
            "1999-03-03",
            "denied",
        ),
        ("The congress will be held in Ganja on 9 May 2031.\n", "The congress will be held in Ganja on 9 May 2031.", "9 May 2031",
         "2031-05-09", "planned"),
    ],
)  # fmt: skip
def test_what_was_denied_or_planned_is_not_recorded_as_having_happened(text: str, quote: str, words: str, edtf: str, modality: str) -> None:
    found = read(text, [claim(quote, (words, edtf))])
    assert [body.modality for body in found.claims] == [modality]
    assert found.report is not None
    assert found.report.cautioned == 1


def test_the_answer_may_be_more_careful_than_the_rules() -> None:
    found = read(FAIR, [claim(HELD, ("4-5 May 1998", "1998-05"), modality="hypothetical")])
    assert [body.modality for body in found.claims] == ["hypothetical"]


def test_a_question_asserts_nothing() -> None:
    text = "Did the dam break on 3 March 1999? Nobody in the valley remembers it.\n"
    assert refused(read(text, [claim("Did the dam break on 3 March 1999?", ("3 March 1999", "1999-03-03"))])) == ["question"]


def test_who_says_so_is_kept_though_the_quote_leaves_it_out() -> None:
    text = "According to Nora Orchard, 212 guests came to the fair on 4 May 1998.\n"
    found = read(text, [claim("212 guests came to the fair on 4 May 1998.", ("4 May 1998", "1998-05-04"))])
    assert [body.attribution and body.attribution.name for body in found.claims] == ["Nora Orchard"]


TWICE = """On 4 May 1998 the gates were opened. The band played on 5 May 1998 in the square.

A year later there was no fair. The band played on 5 May 1998 in the square. On 7 June 2001 the square was paved.
"""
BAND = claim("The band played on 5 May 1998 in the square.", ("5 May 1998", "1998-05-05"))
GATES = claim("On 4 May 1998 the gates were opened.", ("4 May 1998", "1998-05-04"))
PAVED = claim("On 7 June 2001 the square was paved.", ("7 June 2001", "2001-06-07"))


def test_a_quote_that_stands_twice_is_ambiguous_unless_something_tells_which_is_meant() -> None:
    assert refused(read(TWICE, [BAND])) == ["ambiguous"]
    assert refused(read(TWICE, [GATES, BAND, PAVED])) == ["ambiguous"]
    both = read(TWICE, [GATES, BAND, BAND, PAVED])
    assert refused(both) == []
    assert [body.start for body in both.claims] == [0, 37, 115, 160]


def test_a_quote_that_stands_twice_is_told_apart_by_its_date() -> None:
    text = "In 1998 there was a fair. It drew 90 guests.\n\nThe second fair was in 2003. It drew 90 guests.\n"
    found = read(text, [claim("It drew 90 guests.", ("2003", "2003"), number("90 guests", "90", "guests"))])
    assert [body.start for body in found.claims] == [text.rindex("It drew")]


def test_a_quote_that_stands_twice_is_told_apart_by_the_order_of_the_answer() -> None:
    text = "The bell rang on 3 March 1999. A fire broke out on 4 March 1999. The bell rang on 3 March 1999.\n"
    bell = claim("The bell rang on 3 March 1999.", ("3 March 1999", "1999-03-03"))
    fire = claim("A fire broke out on 4 March 1999.", ("4 March 1999", "1999-03-04"))
    assert [body.start for body in read(text, [fire, bell]).claims] == [31, 65]


def test_words_that_stand_everywhere_make_no_claim() -> None:
    text = "The bell rang on 3 March 1999. " * 40
    assert refused(read(text, [claim("The bell rang on 3 March 1999.", ("3 March 1999", "1999-03-03"))])) == ["ambiguous"]


def test_numbers_that_the_rules_have_no_noun_for_need_one_beside_them() -> None:
    text = "On 3 March 1999 the ship took 37 zirconflutes aboard.\n"
    date = ("3 March 1999", "1999-03-03")
    said = claim("On 3 March 1999 the ship took 37 zirconflutes aboard.", date, number("37 zirconflutes", "37", "zirconflutes"))
    assert [[(value.attribute, value.value) for value in body.values] for body in read(text, [said]).claims] == [[("zirconflutes", "37")]]


def test_azerbaijani_is_read_as_it_is_written() -> None:
    text = "1998-ci il mayın 4–5-də Gəncədə birinci toxum yarmarkası keçirildi. Yarmarkada 200-dən çox qonaq iştirak etdi.\n"
    found = read(
        text,
        [
            claim(
                "1998-ci il mayın 4–5-də Gəncədə birinci toxum yarmarkası keçirildi.",
                ("1998-ci il mayın 4–5-də", "1998-05-04/1998-05-05"),
                places=["Gəncədə"],
            ),
            claim("Yarmarkada 200-dən çox qonaq iştirak etdi.", None, number("200-dən çox qonaq", "200", "qonaq", "more_than")),
        ],
        language="az",
    )
    assert refused(found) == []
    assert [[(value.attribute, value.shown) for value in body.values] for body in found.claims] == [
        [("place", "Ganja")],
        [("guests", ">200")],
    ]


def test_page_furniture_and_skipped_text_are_never_quoted() -> None:
    from services.ingest.llm.extractor import LlmExtractor
    from shared.domain.provenance import Span
    from tests.ingest.llm.model_server import completion, config_for, model

    text = "Held on 1 June 1950 by nobody.\nThe fair was held on 4 May 1998 in Ganja.\n"
    document = ExtractionInput(text=text, language="en", skip=(Span(start=0, end=30),))
    with model(completion([claim("Held on 1 June 1950 by nobody.", ("1 June 1950", "1950-06-01"))])) as server:
        found = LlmExtractor(config_for(server)).extract_with_report(document)
        assert "1950" not in server.asked[0].part
    assert refused(found) == ["quote"]
