"""How `salname extract` shows dates: as texts count years, beside the days that they can be."""

import json

import pytest

from services.ingest.inspect import in_historical_years, inspect_lines


def inspected(text: str, language: str = "en", published: str | None = None) -> dict[str, list[dict[str, object]]]:
    line = json.dumps({"id": "1", "text": text, "language": language, "published": published})
    (answer,) = inspect_lines([line.encode()])
    found: dict[str, list[dict[str, object]]] = json.loads(answer)
    return found


@pytest.mark.parametrize(
    ("edtf", "shown"),
    [
        ("-0489", "-0490"),
        ("-0489~", "-0490~"),
        ("-0489-09-12", "-0490-09-12"),
        ("-0479-22", "-0480-22"),
        ("0000", "-0001"),
        ("-0430/-0403", "-0431/-0404"),
        ("-0001/0014", "-0002/0014"),
        ("../-0030", "../-0031"),
        ("-04XX", "-04XX"),
        ("-047X", "-047X"),
        ("0079", "0079"),
        ("1991-12-16", "1991-12-16"),
        ("2001-11-09/2001-11-10", "2001-11-09/2001-11-10"),
        ("1000", "1000"),
    ],
)
def test_years_as_texts_count_them(edtf: str, shown: str) -> None:
    assert in_historical_years(edtf) == shown


def test_a_claim_keeps_what_the_list_of_dates_shows_as_texts_count() -> None:
    found = inspected("In 490 BC the fleet sailed with 600 ships.")
    [date] = found["dates"]
    assert (date["text"], date["edtf"]) == ("490 BC", "-0490")
    assert (date["earliest"], date["latest"]) == ("-0489-01-01", "-0489-12-31")
    [claim] = found["claims"]
    assert claim["date"]["edtf"] == "-0489"  # type: ignore[index]


def test_a_range_is_its_two_ends_and_a_bound_its_year() -> None:
    found = inspected("It lasted from 3 to 5 May 1950. Before 1453 it was theirs.")
    assert [(date["text"], date["edtf"]) for date in found["dates"]] == [
        ("3", "1950-05-03"),
        ("5 May 1950", "1950-05-05"),
        ("1453", "1453"),
    ]


def test_what_is_not_known_has_no_days() -> None:
    [date] = inspected("The camp will be held in July.")["dates"]
    assert (date["edtf"], date["earliest"], date["latest"], date["derivation"]) == (None, None, None, "unresolved")
