"""The figures of a claim, as other claims may share them or come near them."""

import math
from collections.abc import Iterator

from shared.matching.features import Features
from shared.matching.weights import NEAR_RATIO

Figure = tuple[str, str, str]
"""Attribute, unit and number."""

Magnitude = tuple[str, str, int]
"""Attribute, unit and magnitude."""


def figures(claim: Features) -> list[Figure]:
    """Return attribute, unit and number of a claim's figures, in order."""
    return sorted((attribute, unit or "", str(number)) for attribute, unit, number in claim.numbers)


def magnitudes(claim: Features) -> Iterator[Magnitude]:
    """Iterate over the magnitudes of a claim's figures: two figures that come near enough to tell have one in common."""
    for attribute, unit, number in claim.numbers:
        if number > 0:
            magnitude = math.floor(-math.log(number) / _STEP)
            yield attribute, unit or "", magnitude
            yield attribute, unit or "", magnitude + 1


_STEP = math.log(NEAR_RATIO)
