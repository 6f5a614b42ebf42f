"""What editors decided about which claims stand together, in the order of acceptance: the later decision holds.

Merges and splits name claims. What they say of any two claims comes down to three things: they must stand together, they must not, or
editors said nothing of them.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from services.projection.layers import Layer
from shared.domain.chronology import Decision
from shared.domain.claims import Claim
from shared.domain.corrections import AmendDate, AmendValue, Change, MergeEntries, RetitleEntry, SplitEntry, WithdrawClaim, claims_named


class Rulings:
    """The decisions so far: by the claim they name, and as ties and bars between claims."""

    def __init__(self) -> None:
        self._taken: list[Decision | tuple[Claim, Claim]] = []
        """Decisions, and claims with the later ones that they hold for, in the order in which they came"""
        self._count = 0
        self.order: dict[str, int] = {}
        """correction -> its place in the order of acceptance"""
        self.naming: dict[str, list[Decision]] = defaultdict(list)
        self.ties: dict[str, dict[str, str]] = defaultdict(dict)
        """claim -> claim it must stand with -> id of the correction that says so"""
        self.bars: dict[str, set[str]] = defaultdict(set)
        """claim -> claims it must not stand with"""

    def layered(self) -> "Rulings":
        """Return rulings that go on from these, and leave them as they are."""
        over = Rulings()
        over._count, over.order = self._count, Layer(self.order)
        over.naming = Layer(self.naming, list, list)
        over.ties, over.bars = Layer(self.ties, dict, dict), Layer(self.bars, set, set)
        return over

    def add(self, decision: Decision) -> tuple[str, ...]:
        """Take in the next decision; return the claims whose standing it may change."""
        self.order[decision.correction_id] = self._count
        self._count += 1
        self._taken.append(decision)
        named = claims_named(decision.change)
        for claim_id in dict.fromkeys(named):
            self.naming[claim_id].append(decision)
        match decision.change:
            case MergeEntries(claim_ids=claim_ids):
                return (*named, *self._merge(claim_ids, decision.correction_id))
            case SplitEntry(out=out, kept=kept):
                return (*named, *self._split(out, kept, decision.correction_id))
        return named

    def without(self, correction_id: str) -> "Rulings":
        """Return the rulings that there were if a correction had never been accepted."""
        again = Rulings()
        for taken in self._taken:
            if not isinstance(taken, Decision):
                again.carry(*taken)
            elif taken.correction_id != correction_id:
                again.add(taken)
        return again

    def named_by(self, correction_id: str) -> set[str]:
        """Return the claims that a correction names, those that it was carried to included."""
        return {claim_id for claim_id, about in self.naming.items() if any(one.correction_id == correction_id for one in about)}

    def concern(self, claim_id: str) -> bool:
        """Whether anything was decided about a claim."""
        return any(about.get(claim_id) for about in (self.naming, self.ties, self.bars))

    def carry(self, earlier: Claim, later: Claim) -> list[Decision]:
        """Let what was decided about a claim hold for the one that says the same in a later capture of its source.

        A value is named by where it stands, so that moves along with the words. Returns the decisions about the claim alone, as they are
        about the later one.
        """
        self._taken.append((earlier, later))
        found = [_moved(decision, earlier, later) for decision in self.naming.get(earlier.id, ())]
        self.naming[later.id] += found
        for correction_id in set(self.ties.get(earlier.id, {}).values()):
            self._tie(earlier.id, later.id, correction_id)
        for barred in tuple(self.bars.get(earlier.id, ())):
            self.bars[later.id].add(barred)
            self.bars[barred].add(later.id)
        return [decision for decision in found if isinstance(decision.change, AmendDate | AmendValue | WithdrawClaim)]

    def title(self, claim_ids: Iterable[str]) -> Decision | None:
        """Return the latest decision that gives the entry of these claims a title."""
        found = [d for claim_id in claim_ids for d in self.naming.get(claim_id, ()) if isinstance(d.change, RetitleEntry)]
        return max(found, key=lambda decision: self.order[decision.correction_id], default=None)

    def tied(self, claim_id: str) -> set[str]:
        """Return all claims that editors' decisions tie to a claim, itself included."""
        seen, waiting = {claim_id}, [claim_id]
        while waiting:
            found = self.ties.get(waiting.pop(), {}).keys() - seen
            seen |= found
            waiting += found
        return seen

    def tied_within(self, claim_id: str, known: Container[str]) -> Iterator[str]:
        """Iterate over the known claims that a claim is tied to, at once or by way of claims that are not known, since erased."""
        seen, waiting = {claim_id}, [claim_id]
        while waiting:
            for other in self.ties.get(waiting.pop(), ()):
                if other in seen:
                    continue
                seen.add(other)
                if other in known:
                    yield other
                else:
                    waiting.append(other)

    def _tie(self, one: str, other: str, correction_id: str) -> None:
        self.ties[one][other] = self.ties[other][one] = correction_id

    def _untie(self, one: str, other: str) -> None:
        self.ties[one].pop(other, None)
        self.ties[other].pop(one, None)

    def _merge(self, claim_ids: tuple[str, ...], correction_id: str) -> set[str]:
        """Tie the claims, and lift the bars between all that is now tied together."""
        for other in claim_ids[1:]:
            if other != claim_ids[0]:
                self._tie(claim_ids[0], other, correction_id)
        together = self.tied(claim_ids[0])
        for claim_id in together:
            self.bars[claim_id] -= together
        return together

    def _split(self, out: tuple[str, ...], kept: tuple[str, ...], correction_id: str) -> set[str]:
        """Undo the ties that lead from `out` to what is kept, bar the way, and tie each side together."""
        touched = {tied for claim_id in (*out, *kept) for tied in self.tied(claim_id)}
        leaving = set(out)
        for claim_id in out:
            for other in list(self.ties.get(claim_id, {})):
                if other not in leaving and self._reaches(other, set(kept), leaving):
                    self._untie(claim_id, other)
        for side in (out, kept):
            for other in side[1:]:
                self._tie(side[0], other, correction_id)
        for claim_id in out:
            self.bars[claim_id].update(kept)
        for claim_id in kept:
            self.bars[claim_id].update(out)
        return touched

    def _reaches(self, start: str, goals: set[str], closed: set[str]) -> bool:
        """Whether ties lead from a claim to one of `goals` without passing through `closed`."""
        seen, waiting = {start}, [start]
        while waiting:
            found = waiting.pop()
            if found in goals:
                return True
            fresh = self.ties.get(found, {}).keys() - seen - closed
            seen |= fresh
            waiting += fresh
        return False


def _moved(decision: Decision, earlier: Claim, later: Claim) -> Decision:
    """The decision about `earlier` as one about `later`, where it is about that claim alone."""
    match decision.change:
        case AmendValue(start=int(start)):
            change: Change = decision.change.model_copy(update={"claim_id": later.id, "start": start - earlier.start + later.start})
        case AmendDate() | AmendValue() | WithdrawClaim():
            change = decision.change.model_copy(update={"claim_id": later.id})
        case _:
            return decision
    return decision.model_copy(update={"change": change})
