"""Requests and stored values that nobody means well with: always an answer, never a 500, never a page that shuts everybody out."""

import base64
import json
import re

import pytest

from services.query.pages.views import figure
from services.query.pages.wording import Wording
from shared.domain.chronology import ValueAlternative
from tests.query.conftest import World

LONG_AGO = "The rock\n\nThe rock of Oakford was first painted long ago by 3 hunters.\n"


ADDRESSES = (
    "/v1/chronologies/{}",
    "/v1/chronologies/{}/stream",
    "/v1/chronologies/test/entries/{}",
    "/v1/chronologies/test/claims/{}",
    "/v1/chronologies/test/documents/{}",
    "/v1/chronologies/test/documents/{}/text",
    "/v1/chronologies/test/documents/{}/original",
    "/v1/chronologies/test/corrections/{}",
    "/chronologies/{}",
    "/chronologies/test/entries/{}",
    "/chronologies/test/documents/{}",
)


def test_names_that_nothing_can_have_are_not_found(empty: World) -> None:
    for name in ("%00", "a%00", "x" * 37, "x" * 5000, "%ED%A0%80"):
        for address in ADDRESSES:
            assert empty.client.get(address.format(name)).status_code == 404, (address, name)


def cursor(*fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


FORGED: tuple[tuple[object, ...], ...] = (
    (-(10**30), "after", "date", 0, 0, 0, "x"),
    (10**30, "after", "date", 0, 0, 0, "x"),
    (-5, "after", "date", 0, 0, 0, "x"),
    (1000, "after", "date", 0, 0, 0, "x"),
    (1, "after", "date", 0, 10**30, 0, "x"),
    (1, "before", "-date", 0, 0, -(10**30), "x"),
    (1, "after", "date", 0, 2**41, 0, "x"),
    (1, "after", "date", 2, 0, 0, "x"),
    (1, "after", "date", 0, 0, 0, "\0"),
    (1, "after", "date", 0, 0, 0, "\ud800"),
    (1, "after", "date", 0, 0, 0, "x" * 37),
    (1, "after", "date", 0, 0, 0, 7),
    (1, "after", "date", 0, 0, "x"),
    (1, "after", "name", 0, 0, 0, "x"),
    (1, "after", ["date"], 0, 0, 0, "x"),
    (1, "after", "changed", -1, "x"),
    (1, "after", "sources", 10**30, 0, "x"),
    (1, "after", "relevance", 4, 0, 0, "x"),
    (1, "after", 0, 0, "x"),
    (),
)


@pytest.mark.parametrize("address", ["/v1/chronologies/test/entries", "/chronologies/test"])
def test_cursors_that_were_not_handed_out_here_are_refused(world: World, address: str) -> None:
    assert world.client.get(address, params={"cursor": cursor(1, "after", "date", 0, 0, 0, "x")}).status_code == 200
    for fields in FORGED:
        assert world.client.get(address, params={"cursor": cursor(*fields)}).status_code == 422, fields
    for nonsense in ("bnVsbA", "e30", "W1tbW1tbW1tb", base64.b64encode(b"[" * 300).decode()):
        assert world.client.get(address, params={"cursor": nonsense}).status_code == 422, nonsense


def test_a_search_without_a_word_finds_nothing(world: World) -> None:
    everything = world.get("/entries")["entries"]
    assert everything
    for text in ("???", "…", "_", "%"):
        assert world.get("/entries", q=text)["entries"] == []
        page = world.client.get("/chronologies/test", params={"q": text}).text
        assert not any(entry["url"] in page for entry in everything)
    assert world.get("/entries", q="  ")["entries"] == everything
    assert all(entry["url"] in world.client.get("/chronologies/test", params={"q": "  "}).text for entry in everything)


FAR_AWAY = {
    "Y-12000": "12001 BCE",
    "Y12000": "12000",
    "Y-12000/Y-11000": "12001–11001 BCE",
    "Y999999999": "999999999",
    "-9999": "10000 BCE",
    "9999/Y10010": "9999–10010",
}


def test_a_date_far_away_is_shown_and_keeps_nobody_out(empty: World) -> None:
    empty.running.capture(LONG_AGO)
    claim_id = _only_claim(empty)
    for edtf, label in FAR_AWAY.items():
        empty.correct({"kind": "amend-date", "claim_id": claim_id, "edtf": edtf})
        assert [entry["date"] for entry in empty.get("/entries")["entries"]] == [edtf]
        page = empty.client.get("/chronologies/test", headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert f">{label}<" in page.text


@pytest.mark.parametrize(("edtf", "heading"), [("00XX/01XX", "1–199"), ("00XX", "1–99"), ("0000/0199", "1 BCE–199")])
def test_our_era_begins_with_the_year_1(empty: World, edtf: str, heading: str) -> None:
    empty.running.capture(LONG_AGO)
    empty.correct({"kind": "amend-date", "claim_id": _only_claim(empty), "edtf": edtf})
    page = empty.client.get("/chronologies/test", headers={"Accept-Language": "en"})
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page.text) == [heading]


def _only_claim(world: World) -> str:
    (entry,) = world.get("/entries")["entries"]
    (claim,) = world.get(f"/entries/{entry['id']}")["claims"]
    return str(claim["claim_id"])


def test_a_stored_date_that_cannot_be_read_is_shown_as_it_stands() -> None:
    assert Wording("en").date("Y-12000") == "12001 BCE"
    assert Wording("en").date("some day") == "some day"


@pytest.mark.parametrize(
    ("shown", "grouped"),
    [
        ("1234", "1234"),
        ("12345", "12 345"),
        ("123456", "123 456"),
        (">1234567", ">1 234 567"),
        ("12345–67890.12345", "12 345–67 890.12345"),
        ("9" * 5001, " ".join(["999"] * 1667)),
        ("1" + "0" * 6000, " ".join(["1"] + ["000"] * 2000)),
    ],
)
def test_numbers_of_any_length_are_grouped(shown: str, grouped: str) -> None:
    alternative = ValueAlternative(value="1", shown=shown, kind="count", claims=("c",))
    assert figure(alternative) == grouped.replace(" ", "\N{NARROW NO-BREAK SPACE}")
    assert figure(alternative.model_copy(update={"kind": "name"})) == shown


def test_the_description_is_closed_where_reading_is(empty: World) -> None:
    assert empty.client.get("/openapi.json").json() == json.loads(json.dumps(empty.app.openapi()))
    empty.app.state.settings = empty.app.state.settings.model_copy(update={"anonymous_read": False})
    signed = {"Authorization": f"Bearer salname_{'t' * 40}"}
    for path in ("/openapi.json", "/docs"):
        assert empty.client.get(path).status_code == 401, path
        assert empty.client.get(path, headers=signed).status_code == 200, path
