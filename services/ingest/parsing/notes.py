"""Lists in the sentences that tell readers what they have to know."""

from collections.abc import Sequence


def runs(numbers: Sequence[int]) -> list[str]:
    """Return sorted numbers as words: 3, 5 and 7 to 9, of which the last are one."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [word for run in found for word in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]


def listed(words: Sequence[str], most: int = 20) -> str:
    """Join words as a sentence does; of many, the first and how many more there are."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
