"""What an entry is called: the most telling short statement of a claim that supports it, in the words of its document."""

from collections import Counter
from collections.abc import Mapping, Sequence

from shared.lexicon.pronouns import points_back
from shared.matching.features import Features
from shared.matching.readings import Reading

_SHORTEST, _LONGEST = 40, 120
_ELLIPSIS = "…"


def title_of(readings: Sequence[Reading], told: Mapping[str, Features]) -> tuple[str, str]:
    """Return a title and the claim whose words it is, from claims in content order."""
    live = [reading for reading in readings if not reading.withdrawn] or list(readings)
    asserted = [reading for reading in live if reading.modality in ("happened", "planned")] or live
    languages = Counter(told[reading.id].language for reading in asserted)
    kinds = Counter(kind for reading in asserted for kind in told[reading.id].heads)
    best = max(asserted, key=lambda reading: _telling(reading, told[reading.id], languages, kinds))  # the first of equals, in content order
    return shortened(best.testimony.claim.statement), best.id


def _telling(reading: Reading, told: Features, languages: Counter[str], kinds: Counter[str]) -> tuple[bool, bool, float]:
    """How well a statement names its happening: not in words that were corrected; in the language of most claims; by kind, date, length.

    What begins with a pronoun is a title only where there is no other.
    """
    claim = reading.testimony.claim
    common = max(languages.values())
    numbered = any(kind.ordinals for kind in told.heads.values())
    points = (
        2.0 * max((kinds[kind] for kind in told.heads), default=0) / max(1, sum(kinds.values()))
        + (1.5 if claim.date and claim.date.derivation == "explicit" else 0)
        + (1.0 if numbered else 0)
        + (0.5 if reading.modality == "happened" else 0)
        + (0.7 if not claim.statement[:1].islower() else 0)
        + (1.5 if _SHORTEST <= len(claim.statement) <= _LONGEST else 0)
        + 0.25 * min(4, len(told.titles) + len(told.actors) + len(told.places) + len(told.topics))
        + (1.0 if told.heads else 0)
        - (1.0 if len(claim.statement) < _SHORTEST else 0)
        - (2.0 if points_back(claim.statement, claim.language) else 0)
        - (1.0 if claim.attribution else 0)  # what somebody is said to say is no name of what happened
        - abs(len(claim.statement) - _LONGEST) / 400
    )
    return not reading.decisions, languages[told.language] == common, round(points, 6)


def shortened(text: str) -> str:
    """Return a text of at most 120 code points, cut between words."""
    plain = " ".join(text.split())
    if len(plain) <= _LONGEST:
        return plain.rstrip(" ,;:.")
    cut = plain[: _LONGEST - len(_ELLIPSIS)]
    at_word = cut[: cut.rfind(" ")] if " " in cut else cut
    return at_word.rstrip(" ,;:–-") + _ELLIPSIS
