"""What the rules read out of the words of one cell: values, places, actors, who says so, and how it is meant.

The date of a row stands in a column of its own. So a cell is not read as a document is, whose sentences need dates to assert something: the
parts of the rules are asked one by one.
"""

from dataclasses import dataclass

from services.ingest.extraction.actors import find_actors
from services.ingest.extraction.dates.finder import find_dates
from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.letters import base_language, lower
from services.ingest.extraction.modality import modality, source
from services.ingest.extraction.placenames import PlaceFinder
from services.ingest.extraction.tokens import tokenize
from services.ingest.extraction.values import Found, ValueFinder, bound_of
from services.ingest.tables.grid import Cell, Grid
from shared.domain.claims import Mention, Modality, Value
from shared.lexicon.inflection import load_inflection
from shared.lexicon.places import load_places
from shared.lexicon.units import load_units

_BREAKS = str.maketrans({"\n": " ", "\r": " ", "\t": " "})


@dataclass(frozen=True, slots=True)
class Told:
    """What a cell tells, cited in the canonical text."""

    values: tuple[Value, ...]
    places: tuple[Mention, ...]
    actors: tuple[Mention, ...]
    modality: Modality
    attribution: Mention | None


class StatementReader:
    """Reads the cells of a column of statements in one language."""

    def __init__(self, grid: Grid, language: str) -> None:
        self._grid = grid
        self._language = base_language(language)
        self._grammar = load_grammar(self._language)
        self._inflection = load_inflection(self._language)
        self._units = load_units(self._language)
        self._gazetteer = load_places(self._language)

    def read(self, cell: Cell) -> Told:
        """Return what a cell tells."""
        text = cell.text.translate(_BREAKS)
        low = lower(text, self._language)
        dates = bytearray(len(text))
        blanked = low
        for mention in find_dates(text, self._language):
            dates[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
            # Dates are blanked where words are looked for: "May" is no "may".
            blanked = blanked[: mention.start] + " " * (mention.end - mention.start) + blanked[mention.end :]
        tokens = tokenize(low)
        finder = ValueFinder(text, tokens, self._grammar, self._units, self._inflection, self._gazetteer)
        named = PlaceFinder(text, low, tokens, self._grammar, self._gazetteer).find(0, len(tokens), dates)
        values = [self._value(cell, found) for found in finder.find(0, len(tokens), dates)]
        values += [self._place_value(cell, *place.around, place.place.name) for place in named if place.located]
        actors = find_actors(text, low, 0, len(text), dates, self._grammar, self._inflection, self._gazetteer)
        said = source(text, low, 0, len(text), self._grammar)
        return Told(
            values=tuple(sorted(values, key=lambda value: (value.start, value.end))),
            places=tuple(self._mention(cell, place.start, place.end, place.place.name) for place in named),
            actors=tuple(self._mention(cell, actor.start, actor.end, actor.name) for actor in actors),
            modality=modality(blanked, 0, len(text), None, self._grammar, purpose=False),
            attribution=self._mention(cell, said.start, said.end, text[said.start : said.end]) if said else None,
        )

    def _mention(self, cell: Cell, start: int, end: int, name: str) -> Mention:
        first, last = cell.span(start, end)
        return Mention(start=first, end=last, quote=self._grid.text[first:last], name=name[:500])

    def _value(self, cell: Cell, found: Found) -> Value:
        first, last = cell.span(found.start, found.end)
        return Value(
            start=first,
            end=last,
            quote=self._grid.text[first:last],
            attribute=found.attribute[:200],
            value=found.value,
            kind=found.kind,
            bound=bound_of(found),
            upper=found.upper,
            unit=found.unit,
        )

    def _place_value(self, cell: Cell, start: int, end: int, name: str) -> Value:
        first, last = cell.span(start, end)
        return Value(start=first, end=last, quote=self._grid.text[first:last], attribute="place", value=name, kind="place")
