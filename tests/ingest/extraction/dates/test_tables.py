"""The language tables: what a linguist may write, and how mistakes are told."""

import itertools
import re
import tomllib
from typing import Any

import pytest

from services.ingest.extraction.dates.forms import FormError
from services.ingest.extraction.dates.lexicon import inflected, roman
from services.ingest.extraction.dates.narrative import Narrative
from services.ingest.extraction.dates.resolve import Resolver
from services.ingest.extraction.dates.scan import scan
from services.ingest.extraction.dates.tables import FOLDER, available, compile_table, language

KNOWN_FIELDS = {
    *("year", "month", "day", "season", "decade", "century", "tens", "hundreds", "numeric", "feast", "count", "unit", "weekday", "dayadd"),
    *("year2", "month2", "day2", "season2", "century2", "decade2", "tens2", "numeric2"),
    *("otherday", "othermonth"),
}


def table(*forms: str, **more: Any) -> dict[str, Any]:
    return {
        "code": "zz",
        "values": {"MONTH": {"1": ["primo"]}},
        "pattern": [{"name": "test", "kind": "date", "forms": list(forms), **more}],
    }


@pytest.mark.parametrize("code", available())
def test_every_table_compiles(code: str) -> None:
    compiled = language(code)
    assert compiled.code == code
    assert compiled.patterns


@pytest.mark.parametrize("code", available())
def test_every_table_uses_fields_and_kinds_that_the_resolver_knows(code: str) -> None:
    compiled = language(code)
    kinds = Resolver("", scan("", compiled), Narrative(None), compiled.lexicon).kinds
    for pattern in itertools.chain.from_iterable(compiled.patterns.values()):
        assert pattern.kind == "skip" or pattern.kind in kinds, pattern.name
        assert set(pattern.form.fields) <= KNOWN_FIELDS, pattern.name


@pytest.mark.parametrize("code", available())
def test_every_table_has_twelve_months(code: str) -> None:
    raw = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    assert set(raw["values"]["MONTH"]) == {str(number) for number in range(1, 13)}


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ("month:MONTH (", "lacks"),
        ("month:MONTH )", "wrong place"),
        ("month:MONTH ]", "wrong place"),
        ("? month:MONTH", "wrong place"),
        ("month:MONTH month:MONTH", "twice"),
        ("MOON", "nothing belongs to the class MOON"),
        ("primo?", "nothing at all"),
        ("month:MONTH &", "cannot read"),
    ],
)
def test_a_wrong_form_is_named(form: str, complaint: str) -> None:
    with pytest.raises(FormError, match=complaint) as caught:
        compile_table(table(form))
    assert re.search(re.escape(form), str(caught.value))


def test_a_table_is_all_a_language_needs() -> None:
    compiled = compile_table(table("day:DAY month:MONTH year:YEAR"))
    [expression] = scan("scripsit 7 primo 1512.", compiled).expressions
    assert expression.fields == {"day": 7, "month": 1, "year": 1512}


def test_one_pair_of_brackets_holds_the_date_and_the_rest_is_what_stands_around_it() -> None:
    text = "nundinae anni 1512 vetus"
    [expression] = scan(text, compile_table(table("nundinae anni? [ year:YEAR ] (?! homines )"))).expressions
    assert text[slice(*expression.span)] == "1512"
    assert (expression.tokens, expression.ends, expression.fields) == ((2, 3), None, {"year": 1512})


def test_endings_agree_with_the_stem() -> None:
    harmony = {"A": {"a": "a", "u": "a", "e": "ə", "i": "ə"}, "I": {"a": "ı", "u": "u", "e": "i", "i": "i"}}
    assert inflected("iyul", ["", "I", "dA", "IndAn"], harmony) == ["iyul", "iyulu", "iyulda", "iyulundan"]
    assert inflected("il", ["In", "lArdA"], harmony) == ["ilin", "illərdə"]


@pytest.mark.parametrize(("numeral", "value"), [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XIX", 19), ("XXI", 21)])
def test_roman_numerals(numeral: str, value: int) -> None:
    assert roman(numeral) == value


@pytest.mark.parametrize("word", ["", "IIII", "VX", "xx", "MIX", "A"])
def test_what_is_no_roman_numeral(word: str) -> None:
    assert roman(word) is None
