"""What a proposed correction would change, as the projection works it out, the read model stores it and query shows it."""

from collections.abc import Mapping

from shared.domain.chronology import Entry
from shared.domain.model import Frozen

LISTED = 200
"""Entries of one preview that are told of; of more, only how many there are."""


class Foreseen(Frozen):
    """An entry as it would be after the correction; None: it would head no entry any more."""

    id: str
    after: Entry | None


class Preview(Frozen):
    """What would come of a correction, were it accepted in the revision that readers see.

    `entries` are those that would be new, different or gone, at most `LISTED`; `more` is how many there are beyond. `moved` maps claims to
    the entry that would hold them, where that is another one than now. `claims` is how many claims would be put together again; where these
    are too many to try, nothing else is known, and `whole` is false.
    """

    claims: int
    whole: bool = True
    entries: tuple[Foreseen, ...] = ()
    more: int = 0
    moved: Mapping[str, str] = {}
