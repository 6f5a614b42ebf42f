"""Previews: what each open proposal would change, kept true as the chronology grows.

A proposal is tried out when it is made, and again when something moved that its trial leaned on. That is done once for all events that are
folded together: whatever did not move gives the same trial, so how events are grouped makes no difference. What a proposal would have
changed just before it was decided on stays.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from services.projection.consolidation.consolidate import Consolidator
from services.projection.consolidation.trials import Tried, Watch, try_out
from shared.domain.chronology import Decision, Entry
from shared.domain.previews import LISTED, Foreseen, Preview


class Previews:
    """The open proposals of one chronology, and what they would change.

    `shown` gives an entry as readers are shown it. A proposal is `due` when what it would change is to be found out; else it is watched,
    or, after a start, will be once something is folded: what it would change stands in the rows then.
    """

    def __init__(self, consolidator: Consolidator, shown: Callable[[Entry], Entry]) -> None:
        self._consolidator = consolidator
        self._shown = shown
        self._open: dict[str, Decision] = {}
        self._watches: dict[str, Watch] = {}
        self._due: dict[str, None] = {}
        self._made: dict[str, Preview] = {}
        self._keys: set[int] = set()
        self._met: set[str] = set()

    def begin(self, decided: Iterable[str]) -> None:
        """Has to be called before the events of a command are taken in; `decided` are corrections that they decide on."""
        for correction_id in self._open:
            if correction_id not in self._watches and correction_id not in self._due:
                self._watches[correction_id] = self._try(correction_id).watch
        for correction_id in decided:
            if correction_id in self._due:
                self._make(correction_id)

    def propose(self, decision: Decision) -> None:
        """Take in a proposal, as the decision that it would be."""
        self._open[decision.correction_id] = decision
        self._due[decision.correction_id] = None

    def decide(self, correction_id: str) -> None:
        """Take in that a proposal was decided on."""
        self._open.pop(correction_id, None)
        self._watches.pop(correction_id, None)
        self._due.pop(correction_id, None)

    def meet(self, claim_ids: Iterable[str]) -> None:
        """Take note of where claims stand, when they came in, and both before and after they are read otherwise."""
        for claim_id in claim_ids if self._watches else ():
            keys, named = self._consolidator.meets(claim_id)
            self._keys.update(keys)
            self._met |= {claim_id, *named}

    def end(self, touched: AbstractSet[str], sources: AbstractSet[str], *, all_moved: bool) -> None:
        """Has to be called when a command is consolidated: `touched` were put together again, `sources` have new claims or rulings.

        `all_moved`: what entries show may have changed for other reasons.
        """
        if not self._watches:
            return
        moved = Watch(touched | self._met, self._keys, sources)
        for correction_id in [name for name, watch in self._watches.items() if all_moved or watch.moved(moved)]:
            del self._watches[correction_id]
            self._due[correction_id] = None
        self._keys, self._met = set(), set()

    def known(self) -> None:
        """Take note that readers know what all open proposals would change."""
        self._due.clear()

    def made(self) -> Iterator[tuple[str, Preview]]:
        """Iterate over what is to be shown of proposals, by their ids, since the last time."""
        for correction_id in list(self._due):
            self._make(correction_id)
        made, self._made = self._made, {}
        yield from made.items()

    def _make(self, correction_id: str) -> None:
        tried = self._try(correction_id)
        self._watches[correction_id] = tried.watch
        del self._due[correction_id]
        self._made[correction_id] = self._preview(tried)

    def _try(self, correction_id: str) -> Tried:
        return try_out(self._consolidator, self._open[correction_id])

    def _preview(self, tried: Tried) -> Preview:
        changed = [Foreseen(id=entry.id, after=self._shown(entry)) for entry in tried.changed[:LISTED]]
        gone = [Foreseen(id=entry_id, after=None) for entry_id in tried.removed[: LISTED - len(changed)]]
        listed = {entry.id for entry in tried.changed[:LISTED]}
        return Preview(
            claims=tried.claims,
            whole=tried.whole,
            entries=(*changed, *gone),
            more=len(tried.changed) + len(tried.removed) - len(changed) - len(gone),
            moved={claim_id: entry_id for claim_id, entry_id in tried.moved if entry_id in listed},
        )
