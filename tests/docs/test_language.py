"""add-a-language.md: its table works as it stands, and it names what the tables can hold."""

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest.extraction.dates import tables as date_tables
from services.ingest.extraction.dates.narrative import Narrative
from services.ingest.extraction.dates.resolve import Resolver
from services.ingest.extraction.dates.scan import scan
from services.ingest.inspect import inspect_lines
from tests.docs.pages import DOCS, ROOT, blocks, code, rewrite, tables
from tests.docs.test_snippets import UPDATE

PAGE = DOCS / "how-to" / "add-a-language.md"


@pytest.fixture
def italian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The language tables with the page's own among them."""
    (table,) = (block for block in blocks(PAGE) if block.test == "file")
    assert not (date_tables.FOLDER / table.argument).exists(), "this language has a table now: take another for the example"
    folder = shutil.copytree(date_tables.FOLDER, tmp_path / "languages")
    (folder / table.argument).write_text(table.text, "utf-8")
    monkeypatch.setattr(date_tables, "FOLDER", folder)
    yield
    date_tables.language.cache_clear()


@pytest.mark.usefixtures("italian")
def test_the_table_finds_what_the_page_says() -> None:
    (text,) = (block for block in blocks(PAGE) if block.test == "text")
    (shown,) = (block for block in blocks(PAGE) if block.test == "output")
    line = json.dumps({"id": "1", "text": text.text, **dict([text.argument.split("=")])})
    (answer,) = inspect_lines([line.encode()])
    dates = json.loads(answer)["dates"]
    if UPDATE:
        rows = ",\n".join(f"  {json.dumps(date, ensure_ascii=False)}" for date in dates)
        rewrite(PAGE, {shown: f"[\n{rows}\n]\n"})
    else:
        assert json.loads(shown.text) == dates
    assert [date["edtf"] for date in dates] == ["1998-05-04", "1999", "1999-03-03"]


def test_every_kind_of_pattern() -> None:
    compiled = date_tables.language("en")
    kinds = Resolver("", scan("", compiled), Narrative(None), compiled.lexicon).kinds
    assert sorted(code(row[0])[0] for row in tables(PAGE)["Dates"]) == sorted([*kinds, "skip"])


def test_every_section_of_a_grammar() -> None:
    folder = ROOT / "services" / "ingest" / "extraction" / "grammar"
    empty = tomllib.loads((folder / "und.toml").read_text("utf-8"))
    assert [code(row[0])[0] for row in tables(PAGE)["Grammar"]] == list(empty)


def test_every_table_of_words() -> None:
    named = sorted(name for row in tables(PAGE)["Words"] for name in code(row[0]))
    assert named == sorted(path.name for path in (ROOT / "shared" / "lexicon").glob("*.toml"))


def test_layers_are_where_the_page_says() -> None:
    for row in tables(PAGE)["Add a language"]:
        place = code(row[1])[0].replace("CODE", "az")
        assert list(ROOT.glob(place)), place


def test_every_field_of_a_grammar() -> None:
    """Every field that a table has is explained, and no other."""
    kinds = {"happenings", "outcomes", "consequences"}
    held: dict[str, set[str]] = {}
    for path in (ROOT / "services" / "ingest" / "extraction" / "grammar").glob("*.toml"):
        for section, fields in tomllib.loads(path.read_text("utf-8")).items():
            if section not in kinds:
                held.setdefault(section, set()).update(fields)
    explained = tables(DOCS / "reference" / "grammar-tables.md")
    assert {section: {field for row in explained[section] for field in code(row[0])} for section in held} == held


def test_every_field_that_a_pattern_sets() -> None:
    held = {
        field
        for path in date_tables.FOLDER.glob("*.toml")
        for pattern in tomllib.loads(path.read_text("utf-8"))["pattern"]
        for field in pattern.get("set", {})
    }
    explained = tables(PAGE)["Fields and classes of dates"]
    assert held <= {field.split(" = ")[0] for row in explained for field in code(row[0])}
