"""Passages of a text that are in another language than the text itself, as in a page that says everything twice."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources

from services.ingest.extraction.letters import base_language
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import Span

_FEWEST = 8
"""Words of the shortest passage: a title or a name in another language is no passage in it."""
_FEWEST_IN_LINE = 4
_SHOWN = 0.2
"""Of the words of a passage, the share that has to be signs of its language."""
_FOREIGN = 0.05
"""The share up to which signs of the text's own language may be chance."""

_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![ \t]*(?:\n|\Z)))*")
_LINE = re.compile(r"\S[^\n]*")
_WORD = re.compile(r"[^\W\d_]+")


def foreign(document: ExtractionInput) -> dict[str, list[Span]]:
    """Return the passages of a text in other languages than its own, by language, each in order.

    A passage is a paragraph; where a paragraph is in two languages, as where pages of a PDF run into each other, runs of its lines.
    """
    own, found = base_language(document.language), defaultdict[str, list[Span]](list)
    if own not in _signs():
        return {}
    for start, end in _stretches(document.text, document.skip):
        language = _language(document.text[start:end], own)
        if language != own:
            found[language].append(Span(start=start, end=end))
        elif _mixed(document.text[start:end], own):
            for line_language, span in _runs(document.text, start, end, own):
                if line_language != own:
                    found[line_language].append(span)
    return dict(found)


def without(document: ExtractionInput, passages: Sequence[Span]) -> ExtractionInput:
    """Return the document with passages left out, too."""
    skip = sorted([*document.skip, *passages], key=lambda span: span.start)
    return document.model_copy(update={"skip": tuple(skip)})


def only(document: ExtractionInput, language: str, passages: Sequence[Span]) -> ExtractionInput:
    """Return the document as one in another language that consists of passages of it."""
    kept = [span for span in _beside(passages, len(document.text)) if document.text[span.start : span.end].strip()]
    inside = [span for span in document.skip if any(span.start >= one.start and span.end <= one.end for one in passages)]
    return without(document.model_copy(update={"skip": (), "language": language}), [*kept, *inside])


def _beside(passages: Sequence[Span], length: int) -> Iterator[Span]:
    at = 0
    for span in passages:
        if at < span.start:
            yield Span(start=at, end=span.start)
        at = span.end
    if at < length:
        yield Span(start=at, end=length)


def _stretches(text: str, skip: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs of a text that nothing is left out of."""
    left = iter(sorted(skip, key=lambda span: span.start))
    span = next(left, None)
    for match in _PARAGRAPH.finditer(text):
        while span is not None and span.end <= match.start():
            span = next(left, None)
        if span is None or span.start >= match.end():
            yield match.span()


def _language(text: str, own: str) -> str:
    """Return the language of a passage: its own, if it shows another one plainly, else that of the text."""
    shares = _shares(text, _FEWEST)
    best = max(shares, key=lambda language: shares[language], default=own)
    return best if shares and shares[best] >= _SHOWN and shares[own] <= _FOREIGN else own


def _mixed(text: str, own: str) -> bool:
    shares = _shares(text, 2 * _FEWEST)
    return "\n" in text and any(share > 2 * _FOREIGN for language, share in shares.items() if language != own)


def _runs(text: str, start: int, end: int, own: str) -> Iterator[tuple[str, Span]]:
    """Yield the runs of lines of one language in a paragraph. A line that shows none goes with the one before it."""
    current, first, last, words = own, start, start, 0
    for match in _LINE.finditer(text, start, end):
        shares = _shares(match.group(), _FEWEST_IN_LINE)
        best = max(shares, key=lambda language: shares[language], default=current)
        language = best if shares and shares[best] >= _SHOWN and shares[best] >= 2 * shares[own] else own if shares.get(own) else current
        if language != current:
            if words >= _FEWEST:
                yield current, Span(start=first, end=last)
            current, first, words = language, match.start(), 0
        last, words = match.end(), words + len(_WORD.findall(match.group()))
    if words >= _FEWEST:
        yield current, Span(start=first, end=last)


def _shares(text: str, fewest: int) -> dict[str, float]:
    """Return which share of the words of a text are signs of each language; nothing where the words are too few."""
    words = _WORD.findall(text.lower())
    if len(words) < fewest:
        return {}
    return {
        language: sum(word in known or any(letter in word for letter in letters) for word in words) / len(words)
        for language, (known, letters) in _signs().items()
    }


@lru_cache
def _signs() -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
    table = tomllib.loads(resources.files(__package__).joinpath("passages.toml").read_text("utf-8"))
    return {language: (frozenset(row["words"]), tuple(row.get("letters", ()))) for language, row in table.items()}
