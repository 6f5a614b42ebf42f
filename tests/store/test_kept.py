"""What is kept at hand stays within its bytes; what was asked for longest ago goes first."""

from shared.store.kept import OVERHEAD, Kept


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept = Kept(3 * (100 + OVERHEAD))
    for name in "abc":
        kept.put(name, name.upper(), 100)
    assert kept.get("a") == "A"
    kept.put("d", "D", 100)
    assert [kept.get(name) for name in "abcd"] == ["A", None, "C", "D"]


def test_nothing_is_counted_twice_and_what_is_too_large_is_not_kept() -> None:
    kept = Kept(2 * (100 + OVERHEAD))
    for _ in range(5):
        kept.put("a", "A", 100)
    kept.put("b", "B", 100)
    assert (kept.get("a"), kept.get("b")) == ("A", "B")
    kept.put("c", "C", 10_000)
    assert [kept.get(name) for name in "abc"] == [None, None, None]
    kept.put("d", "D", 100)
    assert kept.get("d") == "D"
