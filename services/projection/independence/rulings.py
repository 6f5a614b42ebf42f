"""What editors decided about which sources depend on one another, in the order of acceptance: the later decision holds.

Decisions name documents; they hold for the sources of these, and so for later captures of them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from services.projection.layers import Layer
from shared.domain.chronology import Decision
from shared.domain.corrections import JoinOrigins, SplitOrigins, documents_named


class OriginRulings:
    """The decisions so far, as ties and bars between sources."""

    def __init__(self) -> None:
        self.ties: dict[str, dict[str, str]] = defaultdict(dict)
        """source -> source it was joined with -> id of the correction that says so"""
        self.bars: dict[str, set[str]] = defaultdict(set)
        """source -> sources it does not depend on, nor they on it"""
        self._naming: dict[str, list[Decision]] = defaultdict(list)
        self._taken: list[tuple[Decision, tuple[str, ...]]] = []
        """Decisions with the sources that they are about, in the order of acceptance"""

    def layered(self) -> "OriginRulings":
        """Return rulings that go on from these, and leave them as they are."""
        over = OriginRulings()
        over.ties, over.bars, over._naming = Layer(self.ties, dict, dict), Layer(self.bars, set, set), Layer(self._naming, list, list)
        return over

    def add(self, decision: Decision, source_of: Mapping[str, str]) -> set[str]:
        """Take in the next decision; return the sources whose standing it may change."""
        named = tuple(dict.fromkeys(source_of[document] for document in documents_named(decision.change) if document in source_of))
        return self._take(decision, named) if len(named) > 1 else set()

    def without(self, correction_id: str) -> "OriginRulings":
        """Return the rulings that there were if a correction had never been accepted."""
        again = OriginRulings()
        for decision, named in self._taken:
            if decision.correction_id != correction_id:
                again._take(decision, named)
        return again

    def named_by(self, correction_id: str) -> set[str]:
        """Return the sources that a correction is about, and those that are joined with them."""
        named = {source for decision, named in self._taken if decision.correction_id == correction_id for source in named}
        return named.union(*(self.joined(source) for source in named))

    def _take(self, decision: Decision, named: tuple[str, ...]) -> set[str]:
        self._taken.append((decision, named))
        for source in named:
            self._naming[source].append(decision)
        match decision.change:
            case JoinOrigins():
                return self._join(named, decision.correction_id)
            case SplitOrigins():
                return self._split(named)
        return set()

    def shaping(self, sources: Collection[str]) -> list[Decision]:
        """Return the decisions about at least two of these sources."""
        if not self._naming:
            return []
        counted: dict[str, tuple[Decision, int]] = {}
        for source in sources:
            for decision in self._naming.get(source, ()):
                counted[decision.correction_id] = (decision, counted.get(decision.correction_id, (decision, 0))[1] + 1)
        return [decision for decision, count in counted.values() if count > 1]

    def joined(self, source: str) -> dict[str, str]:
        """Return all sources that a source was joined with, at once or by way of others, each with the correction that led there."""
        found: dict[str, str] = {}
        waiting = [source]
        while waiting:
            for other, correction_id in sorted(self.ties.get(waiting.pop(0), {}).items()):
                if other != source and other not in found:
                    found[other] = correction_id
                    waiting.append(other)
        return found

    def _join(self, sources: tuple[str, ...], correction_id: str) -> set[str]:
        """Tie the sources, and lift the bars between all that is now tied together."""
        for other in sources[1:]:
            self.ties[sources[0]][other] = self.ties[other][sources[0]] = correction_id
        together = {sources[0], *self.joined(sources[0])}
        for source in together:
            self.bars[source] -= together
        return together

    def _split(self, sources: tuple[str, ...]) -> set[str]:
        """Undo the ties that lead from one of the sources to another, and bar the way between them."""
        touched = {found for source in sources for found in (source, *self.joined(source))}
        for source in sources:
            others = set(sources) - {source}
            for tied in sorted(self.ties.get(source, {})):
                if tied in others or others & self._reached(tied, source):
                    del self.ties[source][tied], self.ties[tied][source]
            self.bars[source] |= others
        return touched

    def _reached(self, start: str, closed: str) -> set[str]:
        """The sources that ties lead to from one without passing through another."""
        seen, waiting = {start}, [start]
        while waiting:
            fresh = self.ties.get(waiting.pop(), {}).keys() - seen - {closed}
            seen |= fresh
            waiting += fresh
        return seen
