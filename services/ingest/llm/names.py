"""Names that an answer gives: those that stand in the text, by their base forms where our own readers know them."""

from collections.abc import Callable, Iterable

from services.ingest.llm.ground import Ground
from shared.domain.claims import Mention, Value
from shared.lexicon.places import known_place

Span = tuple[int, int]
BaseForm = Callable[[int, int], str | None]

_ENDING = 6
"""How many letters an ending may have that a name stands with."""


class Names:
    """The names of one claim that stand in the text; `dropped` counts those that do not."""

    def __init__(self, ground: Ground, quote: Span) -> None:
        self._ground = ground
        self._quote = quote
        self.dropped = 0

    def actors(self, said: Iterable[str]) -> tuple[Mention, ...]:
        """Cite the actors that stand in the quote."""
        return self._mentions(said, self._actor)

    def places(self, said: Iterable[str]) -> tuple[Mention, ...]:
        """Cite the places that stand in the quote, by their English names where the place list knows them."""
        return self._mentions(said, lambda start, end: known_place(self._words(start, end), self._ground.language))

    def attribution(self, said: str | None) -> Mention | None:
        """Cite who says so, where that stands in the claim's sentence."""
        if said is None or not said.strip():
            return None
        places = self._ground.find(said, *self._quote) or self._ground.find(said, *self._ground.around(*self._quote))
        if not places:
            self.dropped += 1
            return None
        return self._mention(*places[0], self._actor(*places[0]))

    def _mentions(self, said: Iterable[str], base: BaseForm) -> tuple[Mention, ...]:
        found: dict[Span, Mention] = {}
        for name in said:
            places = self._ground.find(name, *self._quote)
            if not places or not any(char.isalpha() for char in name):
                self.dropped += 1
                continue
            found.setdefault(places[0], self._mention(*places[0], base(*places[0])))
        return tuple(found[span] for span in sorted(found))

    def _actor(self, start: int, end: int) -> str | None:
        """The name that the rules give to an actor at these words, without the ending that it stands with."""
        for reading in self._ground.rules.touching(start, end):
            actors = [*reading.claim.actors, *([reading.claim.attribution] if reading.claim.attribution else [])]
            first, last = self._ground.view.canonical(start, end)
            named = next((actor for actor in actors if first <= actor.start and actor.end <= last and last - actor.end <= _ENDING), None)
            if named and named.start == first:
                return named.name
        return None

    def _words(self, start: int, end: int) -> str:
        return self._ground.view.text[start:end]

    def _mention(self, start: int, end: int, name: str | None) -> Mention:
        cited = self._ground.cite(start, end)
        return Mention(start=cited.start, end=cited.end, quote=cited.quote, name=(name or self._words(start, end))[:500])


def place_values(places: Iterable[Mention]) -> tuple[Value, ...]:
    """The values that say where something happened."""
    return tuple(
        Value(start=place.start, end=place.end, quote=place.quote, attribute="place", value=place.name, kind="place") for place in places
    )
