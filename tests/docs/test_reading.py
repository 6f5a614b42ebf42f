"""how-documents-are-read.md shows what becomes of a text, and the text becomes just that."""

from services.ingest.extraction.reading import reading_view
from services.ingest.extraction.rules import RulesExtractor
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import Span
from tests.docs.pages import DOCS, code, tables

PAGE = DOCS / "explanation" / "how-documents-are-read.md"
SHOWN = {name: code(shown)[0].replace("⏎", "\n") for name, shown in tables(PAGE)["The reading view"]}


def test_example() -> None:
    text = SHOWN["canonical text"]
    start = text.index(SHOWN["span to skip"])
    skip = (Span(start=start, end=start + len(SHOWN["span to skip"])),)
    document = ExtractionInput(text=text, language="en", published=None, media_type="application/pdf", skip=skip)
    assert reading_view(document).text == SHOWN["reading view"]
    (claim,) = RulesExtractor().extract(document)
    value = claim.values[0]
    assert (f"{value.attribute} = {value.value}", value.quote) == (SHOWN["a value"], SHOWN["its quote"])
