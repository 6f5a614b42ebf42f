"""What of an entry was found: the texts in which the words stand that were searched for, and where in them."""

from collections.abc import Sequence
from itertools import pairwise

import orjson
from msgspec import Struct
from msgspec.json import Decoder

from services.query.heads import Head, Json
from services.query.snapshot import Snapshot
from shared.domain.heads import CLAIMS
from shared.lexicon.searching import Finder, Hit, Piece, Wanted, pieces

SHOWN = 3
"""Texts that are shown of an entry beside its title."""

ROUNDS = (0, 1, 4, CLAIMS)
"""Claims of each entry are read in so many rounds, those of a later one only where a word was left out before."""

_BODIES = {
    "sqlite": "SELECT c.id, c.body FROM json_each(?) AS w CROSS JOIN claim AS c "
    "WHERE c.chronology_id = ? AND c.generation = ? AND c.id = w.value",
    "postgresql": "SELECT c.id, c.body FROM json_array_elements_text(CAST(? AS json)) AS w JOIN claim AS c "
    "ON c.chronology_id = ? AND c.generation = ? AND c.id = w",
}


class _Named(Struct, gc=False):
    name: str


class _Stated(Struct, gc=False):
    attribute: str
    value: str


class _Claim(Struct, gc=False):
    """A claim as far as it is searched: of the JSON of a page's claims most is not looked at."""

    language: str
    statement: str
    actors: list[_Named]
    places: list[_Named]
    values: list[_Stated]


_CLAIM = Decoder(_Claim)


def found_in(snapshot: Snapshot, entries: Sequence[Head], asked: Wanted) -> dict[str, list[Json]]:
    """Return, for each entry by its id, the texts in which the words stand: its title first, then those that add a word or a phrase.

    Each is the JSON object of a `MatchView`.
    """
    if not (asked.words or asked.phrases):
        return {}
    finder = Finder(asked)
    looks = [_Look(entry, finder, len(asked.words) + len(asked.phrases)) for entry in entries]
    for first, last in pairwise(ROUNDS):
        left = [look for look in looks if not look.whole]
        sealed = _claims(snapshot, [claim_id for look in left for claim_id in look.entry.claims[first:last]])
        for look in left:
            look.through(first, last, snapshot, sealed)
    return {look.entry.id: look.matches for look in looks}


class _Look:
    """A look through an entry's texts. `whole` says that everything asked for was found, and that in a claim as well as in the title."""

    def __init__(self, entry: Head, finder: Finder, asked: int) -> None:
        self.entry = entry
        self._finder = finder
        self._asked = asked
        self._covered: set[int] = set()
        self.matches: list[Json] = []
        self._claims = 0
        if hits := finder.hits(entry.title):
            self._covered.update([hit.of for hit in hits])
            self.matches.append(_view(None, Piece("title", entry.title), hits))
        if entry.statement is not None:
            self._take(entry.claims[0], Piece("statement", entry.statement), finder.hits(entry.statement))

    @property
    def whole(self) -> bool:
        return self._claims == SHOWN or (self._claims > 0 and len(self._covered) == self._asked)

    def through(self, first: int, last: int, snapshot: Snapshot, sealed: dict[str, bytes]) -> None:
        """Look through these of the entry's claims for what is not shown yet."""
        for claim_id in self.entry.claims[first:last]:
            if claim_id not in sealed:
                continue
            claim = _CLAIM.decode(snapshot.open(sealed[claim_id], "claim", claim_id))
            for piece in pieces(claim):
                self._take(claim_id, piece, self._finder.hits(piece.text) or self._finder.named(piece, claim.language))
                if self.whole:
                    return

    def _take(self, claim_id: str, piece: Piece, hits: list[Hit]) -> None:
        """Show a text of a claim where it adds to what was found, or is the first of a claim."""
        found = {hit.of for hit in hits}
        if hits and (not self._claims or found - self._covered):
            self._covered |= found
            self._claims += 1
            self.matches.append(_view(claim_id, piece, hits))


def _view(claim_id: str | None, piece: Piece, hits: list[Hit]) -> Json:
    return {"field": piece.field, "claim_id": claim_id, "text": piece.text, "spans": [(hit.start, hit.end) for hit in hits]}


def _claims(snapshot: Snapshot, claim_ids: Sequence[str]) -> dict[str, bytes]:
    """What claims say, sealed, by their ids."""
    if not claim_ids:
        return {}
    wanted = orjson.dumps(claim_ids).decode()
    return dict(snapshot.driver.bodies(_BODIES[snapshot.database.dialect], wanted, snapshot.id, snapshot.generation))
