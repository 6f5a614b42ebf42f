"""The strings of pages: every language says everything, and nothing that nobody asks for."""

import re
from importlib import resources
from string import Formatter

import pytest

from services.query.pages.wording import Wording, tables, wording_for

PAGES = resources.files("services.query.pages")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", sorted(tables()))
def test_every_language_says_everything_with_the_same_fields(language: str) -> None:
    english, other = tables()["en"], tables()[language]
    assert set(other) == set(english)
    for key, text in english.items():
        said = other[key]
        if isinstance(text, str):
            assert isinstance(said, str)
            assert fields(said) == fields(text), key
        else:
            assert not isinstance(said, str)
            assert all(fields(form) == {"n"} for form in said.values()), key


def test_every_string_is_used() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in PAGES.joinpath("templates").iterdir())
    used += "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir() if path.name.endswith(".py"))
    built = set(re.findall(r"[\"']([a-z_]+_)[\"'] ~", used)) | {"change_", "cause_"}
    idle = [
        key for key in tables()["en"] if f'"{key}"' not in used and f"'{key}'" not in used and not any(key.startswith(b) for b in built)
    ]
    assert idle == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("az", "az"),
        ("az-AZ,en;q=0.8", "az"),
        ("ru,az;q=0.5,en;q=0.7", "en"),
        ("ru, de;q=0.9", "en"),
        ("az;q=0, en;q=0.1", "en"),
        ("en;q=odd, az", "az"),
        ("*", "en"),
    ],
)
def test_the_reader_s_language_is_chosen(header: str | None, language: str) -> None:
    assert wording_for(header).language == language


def test_numbers_choose_their_form() -> None:
    assert wording_for("en").count("documents", 1) == "1 document"
    assert wording_for("en").count("documents", 2) == "2 documents"
    assert wording_for("az").count("documents", 1) == "1 sənəd"


def test_attributes_are_called_in_the_reader_s_language() -> None:
    az, en = Wording("az"), Wording("en")
    asked = ["representatives", "square kilometres", "inhabitants", "decree number", "place", "serial number", "colour of the flag"]
    assert [az.attribute(name) for name in asked] == [
        "nümayəndə",
        "kvadrat kilometr",
        "sakin",
        "fərman nömrəsi",
        "yer",
        "serial number",
        "colour of the flag",
    ], "what no table has is called as whoever brought it calls it"
    assert [en.attribute(name) for name in asked] == asked
