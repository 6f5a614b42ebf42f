"""What was needed lately is at hand, what was not is made anew."""

from services.projection.consolidation.recent import Recent


def made_of(asked: list[list[str]]) -> Recent[str]:
    def make(names: list[str]) -> list[str]:
        asked.append(names)
        return [name.upper() for name in names]

    return Recent(make, held=3)


def test_what_is_missing_is_made_at_once_and_only_once() -> None:
    asked: list[list[str]] = []
    recent = made_of(asked)
    recent["b"] = "given"
    assert recent.bring(["a", "b", "c"]) == {"a": "A", "b": "given", "c": "C"}
    assert (recent["a"], recent["c"], asked) == ("A", "C", [["a", "c"]])


def test_of_many_the_latest_are_at_hand() -> None:
    asked: list[list[str]] = []
    recent = made_of(asked)
    names = [f"n{at}" for at in range(20)]
    for name in names:
        recent[name] = name.upper()
        assert recent["n0"] == "N0", "what is asked for stays, however much else comes"
    at_hand = [name for name in names if recent.peek(name) is not None]
    assert at_hand[-3:] == names[-3:]
    assert 3 <= len(at_hand) <= 6
    assert asked == []
    assert recent["n1"] == "N1"
    assert asked == [["n1"]]
