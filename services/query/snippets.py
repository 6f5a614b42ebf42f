"""What of an entry was found: the texts in which the words stand that were searched for, and where in them."""

from collections.abc import Mapping, Sequence
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
    looks = [_Look(entry, len(asked.words) + len(asked.phrases)) for entry in entries]
    known = finder.hits([text for entry in entries for text in (entry.title, entry.statement or "")])
    for number, look in enumerate(looks):
        look.begin(*known[2 * number : 2 * number + 2])
    for first, last in pairwise(ROUNDS):
        left = [look for look in looks if not look.whole]
        sealed = _claims(snapshot, [claim_id for look in left for claim_id in look.entry.claims[first:last]])
        for number in range(first, last):
            left = [look for look in left if not look.whole and number < len(look.entry.claims)]
            _look_through(snapshot, finder, {look.entry.claims[number]: look for look in left}, sealed)
    return {look.entry.id: look.matches for look in looks}


def _look_through(snapshot: Snapshot, finder: Finder, left: Mapping[str, "_Look"], sealed: Mapping[str, bytes]) -> None:
    """Look through one claim of each entry that is not done with."""
    claims = [(claim_id, _CLAIM.decode(snapshot.open(sealed[claim_id], "claim", claim_id))) for claim_id in left if claim_id in sealed]
    texts = [(claim_id, claim.language, piece) for claim_id, claim in claims for piece in pieces(claim)]
    for (claim_id, language, piece), hits in zip(texts, finder.hits([piece.text for _, _, piece in texts]), strict=True):
        look = left[claim_id]
        if not look.whole:
            look.take(claim_id, piece, hits or finder.named(piece, language))


class _Look:
    """A look through an entry's texts. `whole` says that everything asked for was found, and that in a claim as well as in the title."""

    def __init__(self, entry: Head, asked: int) -> None:
        self.entry = entry
        self._asked = asked
        self._covered: set[int] = set()
        self.matches: list[Json] = []
        self._claims = 0

    def begin(self, in_title: list[Hit], in_statement: list[Hit]) -> None:
        """Show what was found in the title, and in what its claim states."""
        if in_title:
            self._covered.update([hit.of for hit in in_title])
            self.matches.append(_view(None, Piece("title", self.entry.title), in_title))
        if self.entry.statement is not None:
            self.take(self.entry.claims[0], Piece("statement", self.entry.statement), in_statement)

    @property
    def whole(self) -> bool:
        return self._claims == SHOWN or (self._claims > 0 and len(self._covered) == self._asked)

    def take(self, claim_id: str, piece: Piece, hits: list[Hit]) -> None:
        """Show a text of a claim where it adds to what was found, or is the first of a claim."""
        if hits and (not self._claims or not self._covered.issuperset([hit.of for hit in hits])):
            self._covered.update([hit.of for hit in hits])
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
