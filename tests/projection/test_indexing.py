"""Segments of the search index: how many there are, and what is written again how often."""

from services.projection.indexing import FAN, LARGEST, TIERS, _together


def test_segments_stay_few_whatever_is_added() -> None:
    for step in (1, 3, 40, 1000):
        held: list[tuple[int, int]] = []
        written = added = number = 0
        while added < 300_000 * min(step, 20) // 20:
            number, added = number + 1, added + step
            held.append((number, step))
            while merged := _together(held):
                size = sum(versions for one, versions in held if one in merged)
                assert len(merged) > 1
                assert size <= LARGEST
                number, written = number + 1, written + size
                held = [*(one for one in held if one[0] not in merged), (number, size)]
        small = [versions for _, versions in held if versions < TIERS[-1]]
        assert len(small) <= len(TIERS) * (FAN - 1)
        assert len(held) - len(small) <= added / TIERS[-1]
        assert written / added <= 12, "each version is written again a few times"
