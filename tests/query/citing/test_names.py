"""Authors taken apart: persons in order, institutions as they are, doubt left alone."""

import pytest

from services.query.citing.names import authors


def person(family: str, given: str, suffix: str | None = None) -> dict[str, str]:
    return {"family": family, "given": given, **({"suffix": suffix} if suffix else {})}


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ("Nora Hill", [person("Hill", "Nora")]),
        ("Hill, Nora", [person("Hill", "Nora")]),
        ("Nora Hill and Tom Reed", [person("Hill", "Nora"), person("Reed", "Tom")]),
        ("Nora Hill, Tom Reed", [person("Hill", "Nora"), person("Reed", "Tom")]),
        ("Nora Hill, Tom Reed, and Al Brown Jr.", [person("Hill", "Nora"), person("Reed", "Tom"), person("Brown", "Al", "Jr.")]),
        ("Hill, Nora; Reed, Tom", [person("Hill", "Nora"), person("Reed", "Tom")]),
        ("Brown, Al, Jr.", [person("Brown", "Al", "Jr.")]),
        ("Jan van der Meer", [person("van der Meer", "Jan")]),
        ("van der Meer, Jan", [person("van der Meer", "Jan")]),
        ("N. A. Hill", [person("Hill", "N. A.")]),
        ("Anne-Marie O’Dell", [person("O’Dell", "Anne-Marie")]),
        ("Leyla Əliyeva və Anar Məmmədov", [person("Əliyeva", "Leyla"), person("Məmmədov", "Anar")]),
        ("Məmmədov Anar Rəhim oğlu", [person("Məmmədov", "Anar Rəhim oğlu")]),
        ("Anar Rəhim oğlu Məmmədov", [person("Məmmədov", "Anar Rəhim oğlu")]),
        ("Иванов Пётр Сергеевич", [person("Иванов", "Пётр Сергеевич")]),
        ("Пётр Сергеевич Иванов", [person("Иванов", "Пётр Сергеевич")]),
    ],
)
def test_persons(stated: str, names: list[dict[str, str]]) -> None:
    assert authors(stated) == names


@pytest.mark.parametrize(
    "stated",
    [
        "Ministry of Quays", "Valley Statistics Committee", "Dövlət Statistika Komitəsi", "Министерство культуры", "Azərtac", "BBC",
        "admin", "nora hill", "Nora Hill, reporter", "N0ra Hill", "The Editors", "Institut für Kähne", "Ministry of Quays and Piers",
        "One Two Three Four Five Six",
    ],
)  # fmt: skip
def test_what_is_not_surely_a_person_stands_as_it_is(stated: str) -> None:
    assert authors(stated) == [{"literal": stated}]
