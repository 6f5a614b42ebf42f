"""Verifying what is kept of claims: a fold from the beginning keeps the same, but for with which of two claims their link is."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import zip_longest

from sqlmodel import col, select

from services.projection.consolidation.kept import KeptClaim
from services.projection.keeping import count_kept, open_kept
from shared.domain.errors import Damaged
from shared.store.engine import ReadSession
from shared.store.generations import Rows
from shared.store.read_keys import ReadKey
from shared.store.read_model import KeptClaimRow

FETCH = 500

Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a generation keeps of claims, as a session sees it."""

    session: ReadSession
    rows: Rows
    key: ReadKey

    def claims(self, pairs: Pairs) -> Iterator[KeptClaim]:
        """Iterate over what is kept in the order of the log, links left out: they are added to `pairs`."""
        query = select(KeptClaimRow.position, KeptClaimRow.body).where(self.rows.of(KeptClaimRow)).order_by(col(KeptClaimRow.position))
        with closing(self.session.exec(query.execution_options(yield_per=FETCH))) as found:
            for position, body in found:
                claim = KeptClaim.from_json(open_kept(self.key, position, body))
                pairs.update((min(claim.id, other), max(claim.id, other)) for other in claim.links)
                yield replace(claim, links=())


def verify_kept(stored: Kept, expected: Kept) -> None:
    """Raise `Damaged` where something else is kept than a fold from the beginning keeps.

    Where it is not kept of all claims, the next start folds again and keeps it anew: that is no damage.
    """
    if count_kept(stored.session, stored.rows) != count_kept(expected.session, expected.rows):
        return
    ours, theirs = Pairs(), Pairs()
    for one, other in zip_longest(stored.claims(ours), expected.claims(theirs)):
        if one != other:
            raise _damaged(f"of the claim {(one or other).id} something else is kept than its words give")
    if ours != theirs:
        here, there = min(ours ^ theirs)
        raise _damaged(f"the link of the claims {here} and {there} is missing or invented")


def _damaged(what: str) -> Damaged:
    return Damaged(f"the read model is not what its log gives: {what} (kept_claim); `salname rebuild` mends it")
