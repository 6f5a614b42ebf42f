"""What of an entry was found: the texts in which the words stand that were searched for, and where in them."""

from collections.abc import Sequence

from sqlmodel import col, select

from services.query.reader import batches
from services.query.search_schemas import MatchView
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry
from shared.lexicon.searching import Finder, Hit, Piece, SaidClaim, Wanted, pieces
from shared.store.read_model import ClaimRow

SHOWN = 3
"""Texts that are shown of an entry beside its title."""

CLAIMS = 20
"""Claims of an entry that are looked through: of one that a hundred sources tell of, these have the words nearly always."""

FIRST = 1
"""Claims of each entry that are read to begin with; the others only where these leave a word out."""


def found_in(snapshot: Snapshot, entries: Sequence[Entry], asked: Wanted) -> dict[str, tuple[MatchView, ...]]:
    """Return, for each entry by its id, the texts in which the words stand: its title first, then those that add a word or a phrase."""
    if not (asked.words or asked.phrases):
        return {}
    finder = Finder(asked)
    looks = [_Look(entry, finder, len(asked.words) + len(asked.phrases)) for entry in entries]
    for first, last in ((0, FIRST), (FIRST, CLAIMS)):
        left = [look for look in looks if not look.whole]
        said = _said(snapshot, [claim_id for look in left for claim_id in look.entry.claims[first:last]])
        for look in left:
            look.through(first, last, said)
    return {look.entry.id: tuple(look.matches) for look in looks}


class _Look:
    """A look through an entry's texts. `whole` says that everything asked for was found, and that in a claim as well as in the title."""

    def __init__(self, entry: Entry, finder: Finder, asked: int) -> None:
        self.entry = entry
        self._finder = finder
        self._asked = asked
        self._covered: set[int] = set()
        self.matches: list[MatchView] = []
        self._claims = 0
        if hits := finder.hits(entry.title):
            self._covered.update(hit.of for hit in hits)
            self.matches.append(_view(None, Piece("title", entry.title), hits))

    @property
    def whole(self) -> bool:
        return self._claims == SHOWN or (self._claims > 0 and len(self._covered) == self._asked)

    def through(self, first: int, last: int, said: dict[str, SaidClaim]) -> None:
        """Look through these of the entry's claims for what is not shown yet."""
        for claim_id in self.entry.claims[first:last]:
            for piece in pieces(said[claim_id]) if claim_id in said else ():
                hits = [] if self.whole else self._finder.hits(piece.text)
                found = {hit.of for hit in hits}
                if found - self._covered or (found and not self._claims):
                    self._covered |= found
                    self._claims += 1
                    self.matches.append(_view(claim_id, piece, hits))


def _view(claim_id: str | None, piece: Piece, hits: list[Hit]) -> MatchView:
    return MatchView(field=piece.field, claim_id=claim_id, text=piece.text, spans=tuple((hit.start, hit.end) for hit in hits))


def _said(snapshot: Snapshot, claim_ids: Sequence[str]) -> dict[str, SaidClaim]:
    found: dict[str, SaidClaim] = {}
    for batch in batches(claim_ids):
        query = select(ClaimRow.id, ClaimRow.body).where(snapshot.rows.of(ClaimRow), col(ClaimRow.id).in_(batch))
        for claim_id, body in snapshot.session.exec(query):
            found[claim_id] = SaidClaim.model_validate_json(snapshot.open(body, "claim", claim_id))
    return found
