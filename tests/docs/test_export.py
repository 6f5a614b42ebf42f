"""export-jsonl.md explains every field of a line, and its example is a line of an export of the tutorial's documents."""

import json
from typing import Any

import pytest

from services.query.exports.jsonl import export_jsonl
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from tests.docs.pages import DOCS, blocks, code, rewrite, tables
from tests.docs.test_snippets import UPDATE, comparable
from tests.support.keys import KEK
from tests.support.running import run

PAGE = DOCS / "reference" / "export-jsonl.md"
SOURCES = {
    "gazette.txt": SourceDetails(title="A festival of kites", publisher="Lankaran Gazette (example)", published="1988-03-05"),
    "xatire.txt": SourceDetails(title="Çərpələnglər yada düşəndə", publisher="Sahil qəzeti (nümunə)", published="2001-06-12"),
}


@pytest.fixture
def lines(sqlite_database_url: str) -> list[dict[str, Any]]:
    running = run(Database(sqlite_database_url, kek=KEK))
    for block in blocks(DOCS / "tutorial" / "first-chronology.md"):
        if block.test == "file" and block.argument in SOURCES:
            running.capture(block.text, SOURCES[block.argument], block.argument)
    exported = [json.loads(line) for line in export_jsonl(running.database, running.info)]
    running.database.close()
    return exported


def test_every_field_in_order(lines: list[dict[str, Any]]) -> None:
    rows = tables(PAGE)["Fields"]
    assert [code(row[0])[0] for row in rows] == list(lines[0])
    meanings = {code(row[0])[0]: code(row[2]) for row in rows}
    document = lines[0]["document"]
    assert [*(name for name in document), *document["source"]] == meanings["document"]
    assert next(line["values"] for line in lines if line["values"])[0].keys() == set(meanings["values"])


def test_example_is_a_line_of_the_export(lines: list[dict[str, Any]]) -> None:
    (example,) = (block for block in blocks(PAGE) if block.language == "json")
    shown = json.loads(example.text)
    meant = next(line for line in lines if line["quote"] == shown["quote"])
    if UPDATE:
        rewrite(PAGE, {example: json.dumps(meant, ensure_ascii=False, indent=2) + "\n"})
    else:
        assert comparable(json.dumps(shown)) == comparable(json.dumps(meant))
