"""Citogenesis: a source that cites something which itself came from it, at once or by way of others.

Who leans on whom: a source on those that it cites, and on those whose sentences it repeats, where it is known which of the two was first.
What only repeats leads back in time and never round; a circle has a citation in it.
"""

from collections import defaultdict
from collections.abc import Mapping

from services.projection.independence.ties import Ties
from services.projection.independence.witnesses import before
from shared.domain.chronology import Alarm, AlarmStep


def alarms(ties: Ties) -> tuple[Alarm, ...]:
    """Return the circles in an entry: for each citation the shortest that it closes, each circle once."""
    source_of = [witness.source for witness in ties.witnesses]
    content = {witness.source: witness.facts.sha256 for witness in reversed(ties.witnesses)}
    leaning: dict[str, dict[str, AlarmStep]] = defaultdict(dict)
    cites: list[tuple[str, str]] = []
    first = {source: at for at, source in reversed(list(enumerate(source_of)))}
    for citing, cited in sorted(ties.citing()):
        leaning[source_of[citing]].setdefault(source_of[cited], _step(ties, citing, cited, "cites"))
        cites.append((source_of[citing], source_of[cited]))
    if not cites:
        return ()
    for earlier, later in sorted(ties.repeating()):
        # Which of two sources had it first is told by the first capture of each: a source captured again takes nothing from its copies.
        one, other = first[source_of[earlier]], first[source_of[later]]
        for taken, taking in ((one, other), (other, one)):
            if before(ties.witnesses[taken].facts, ties.witnesses[taking].facts):
                leaning[source_of[taking]].setdefault(source_of[taken], _step(ties, taking, taken, "repeats"))
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for citing_source, cited_source in cites:
        circle = _back(leaning, cited_source, citing_source, content)
        if circle:
            found.setdefault(frozenset(circle), circle)
    return tuple(_alarm(circle, leaning, content) for circle in sorted(found.values(), key=lambda one: [content[source] for source in one]))


def _step(ties: Ties, leaning: int, on: int, how: str) -> AlarmStep:
    return AlarmStep.model_validate({"document_id": ties.witnesses[leaning].id, "leans_on": ties.witnesses[on].id, "how": how})


def _back(leaning: Mapping[str, Mapping[str, AlarmStep]], start: str, goal: str, content: Mapping[str, str]) -> tuple[str, ...]:
    """Return the shortest way on which `start` leans, in the end, on `goal`, or (); equal ways are told apart by content."""
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        source = waiting.pop(0)
        if source == goal:
            way = [source]
            while (previous := came_from[way[-1]]) is not None:
                way.append(previous)
            return tuple(reversed(way))
        for other in sorted(leaning.get(source, {}), key=content.__getitem__):
            if other not in came_from:
                came_from[other] = source
                waiting.append(other)
    return ()


def _alarm(circle: tuple[str, ...], leaning: Mapping[str, Mapping[str, AlarmStep]], content: Mapping[str, str]) -> Alarm:
    """Tell a circle from the source on whose content it turns: the same whichever of its citations it was found by."""
    at = circle.index(min(circle, key=content.__getitem__))
    turned = circle[at:] + circle[:at]
    return Alarm(steps=tuple(leaning[source][turned[(place + 1) % len(turned)]] for place, source in enumerate(turned)))
