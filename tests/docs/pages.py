"""The pages of the documentation, read as their readers and their tests need them.

A comment before a fenced block says what a test does with it; readers do not see it:

    <!-- test: run -->              run it, with the blocks before it, in one folder and one shell
    <!-- test: output -->           the block run before it prints exactly this (ids, times and secrets may differ)
    <!-- test: file NAME -->        save it under this name
    <!-- test: serve -->            start this `salname serve` and leave it running until the page ends
    <!-- test: browser -->          run it in a page of the server (`test_browser`)
    <!-- test: text KEY=VALUE … --> a text for the extractor (`test_claim`)
    <!-- test: claims -->           the claims that the extractor reads in the text before it
    <!-- test: elsewhere REASON --> not run here
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "adr" not in path.relative_to(DOCS).parts)

_FENCE = re.compile(r"(?:^<!-- test: (?P<test>[^\n]+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what a test does with it, its text, and where the text stands in the page."""

    language: str
    test: str
    argument: str
    text: str
    start: int
    end: int


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found = []
    for match in _FENCE.finditer(page.read_text("utf-8")):
        test, _, argument = (match["test"] or "").partition(" ")
        found.append(Block(match["language"], test, argument, match["text"], match.start("text"), match.end("text")))
    return found


def tables(page: Path) -> dict[str, list[list[str]]]:
    """Return the rows of the tables of a page by the heading they stand under, code marks removed from the cells."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in _FENCE.sub("", page.read_text("utf-8")).splitlines():
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        elif line.startswith("|") and not set(line) <= set("|-: "):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.setdefault(heading, []).append([cell.strip().replace("\\|", "|") for cell in cells])
    return {heading: rows[1:] for heading, rows in found.items()}


def code(cell: str) -> list[str]:
    """Return what stands between code marks in a table cell."""
    return re.findall(r"`([^`]+)`", cell)


def rewrite(page: Path, replacements: dict[Block, str]) -> None:
    """Write a page again with other texts in some of its blocks."""
    content = page.read_text("utf-8")
    for block in sorted(replacements, key=lambda block: -block.start):
        content = content[: block.start] + replacements[block] + content[block.end :]
    page.write_text(content, "utf-8")
