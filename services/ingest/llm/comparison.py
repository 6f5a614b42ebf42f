"""What several extractors find in one document, side by side."""

from collections.abc import Mapping

from services.ingest.llm.report import Extraction, ExtractionReport, read_with
from services.ingest.llm.spans import Spans
from services.ingest.reextraction_difference import about_same_words, differing
from shared.domain.claims import ClaimBody, Extractor
from shared.domain.dates import Edtf
from shared.domain.errors import SalnameError
from shared.domain.model import Frozen
from shared.domain.ports import ClaimExtractor, ExtractionInput


class Found(Frozen):
    """What one extractor found, or why it found nothing: `failed`."""

    name: str
    extractor: Extractor | None = None
    claims: tuple[ClaimBody, ...] = ()
    report: ExtractionReport | None = None
    failed: str | None = None


class Row(Frozen):
    """Claims about the same words: for each extractor, the indices of its claims. `differs` names the parts that are not alike.

    Only claims of one each are compared part by part; an extractor that found nothing here has no indices.
    """

    claims: dict[str, tuple[int, ...]]
    differs: tuple[str, ...] = ()


class Comparison(Frozen):
    """What each extractor found, and the rows in text order."""

    language: str
    published: str | None
    found: tuple[Found, ...]
    rows: tuple[Row, ...]


def compare_extractors(document: ExtractionInput, plugins: Mapping[str, ClaimExtractor]) -> Comparison:
    """Read a document with each extractor and set their claims side by side. One that fails does not stop the others."""
    found = tuple(_read(name, plugin, document) for name, plugin in plugins.items())
    return Comparison(language=document.language, published=document.published, found=found, rows=_rows(found))


def _read(name: str, plugin: ClaimExtractor, document: ExtractionInput) -> Found:
    try:
        extraction: Extraction = read_with(plugin, document)
    except SalnameError as error:
        return Found(name=name, failed=error.detail)
    return Found(name=name, extractor=extraction.extractor, claims=extraction.claims, report=extraction.report)


class _Placed:
    """A claim of one extractor, and the row that it is in."""

    def __init__(self, name: str, index: int, claim: ClaimBody) -> None:
        self.name = name
        self.index = index
        self.claim = claim
        self.start = claim.start
        self.end = claim.end
        self.row = [self]

    def join(self, other: "_Placed") -> None:
        """Put the rows of two claims together."""
        if self.row is not other.row:
            self.row.extend(other.row)
            for placed in other.row:
                placed.row = self.row


def _rows(found: tuple[Found, ...]) -> tuple[Row, ...]:
    placed = [_Placed(each.name, index, claim) for each in found for index, claim in enumerate(each.claims)]
    spans = Spans(placed)
    for one in placed:
        for other in spans.touching(one.start, one.end):
            if one.name < other.name and about_same_words(one.claim, other.claim) and _agree(one.claim, other.claim):
                one.join(other)
    rows = {id(one.row): one.row for one in sorted(placed, key=lambda one: (one.start, one.end, one.name, one.index))}
    return tuple(_row(found, row) for row in rows.values())


def _agree(one: ClaimBody, other: ClaimBody) -> bool:
    """Whether the dates of two claims can be those of one happening."""
    return one.date is None or other.date is None or Edtf.parse(one.date.edtf).overlaps(Edtf.parse(other.date.edtf))


def _row(found: tuple[Found, ...], row: list[_Placed]) -> Row:
    claims = {each.name: tuple(sorted(one.index for one in row if one.name == each.name)) for each in found}
    single = [one.claim for one in row] if all(len(indices) == 1 for indices in claims.values()) else []
    parts = [part for other in single[1:] for part in differing(single[0], other)]
    return Row(claims=claims, differs=tuple(dict.fromkeys(parts)))
