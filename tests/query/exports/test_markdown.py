"""Markdown, read by markdown-it; that notes and marks are in step is looked at here."""

import itertools
import re
from collections import Counter
from typing import Any

import pytest
from markdown_it import MarkdownIt

from services.query.exports.markdown import address, escaped
from tests.query.exports.story import BASE, HOSTILE, LINES, Story

MARK = re.compile(r"(?<!\\)\[\^(\d+)\](?!:)")
NOTE = re.compile(r"^\[\^(\d+)\]: ", re.MULTILINE)


@pytest.fixture(scope="module")
def text(story: Story) -> str:
    return story.export("markdown")


def inline(text: str) -> list[Any]:
    """Every inline token, as a parser reads it that knows bare links and HTML, too."""
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    return [child for token in tokens if token.children for child in token.children]


def test_every_mark_has_its_note_and_every_note_a_mark(text: str) -> None:
    notes = Counter(NOTE.findall(text))
    assert set(notes.values()) == {1}
    assert [int(number) for number in notes] == list(range(1, len(notes) + 1))
    assert set(MARK.findall(text)) == set(notes)


def test_every_claim_has_a_note_with_its_words_and_a_link(story: Story, text: str) -> None:
    notes = [line for line in text.split("\n") if NOTE.match(line)]
    held = {claim_id for entry in story.opened().entries() for claim_id in (*entry.claims, *entry.withdrawn)}
    assert len(notes) == len(held)
    for claim_id in held:
        assert sum(f"#c-{claim_id}>" in note for note in notes) == 1
    (note,) = (note for note in notes if f"#c-{story.claims['fewer']}>" in note)
    assert f"“{LINES['fewer']}”, Jane Mary Smith, “The harbour \\<book\\>”, Quay Press, 5 March 1988, [read it there](<{BASE}/" in note
    (paged,) = (note for note in notes if "new pier" in note)
    assert ", p. 2, " in paged


def test_a_parser_reads_the_words_as_words(story: Story, text: str) -> None:
    tokens = inline(text)
    assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close", "strong_open", "strong_close"}
    links = {str(token.attrGet("href")) for token in tokens if token.type == "link_open"}
    assert all(link.startswith((f"{BASE}/", "http://127.0.0.1:")) for link in links)
    said = "".join(token.content for token in tokens)
    assert said.count(HOSTILE) == 2  # as a statement and in its note; the title is shortened


def test_sections_are_those_of_the_entries(story: Story, text: str) -> None:
    tokens = MarkdownIt().parse(text)
    headings = [following.content for token, following in itertools.pairwise(tokens) if token.type == "heading_open"]
    assert len(headings) == 1 + len(list(story.opened().entries())) + 1
    assert headings[-1] == "Erased documents"
    assert {token.type for token in tokens} & {
        "fence",
        "code_block",
        "html_block",
        "table_open",
        "ordered_list_open",
        "blockquote_open",
    } == set()


def test_what_became_of_claims_is_told(text: str) -> None:
    assert re.search(r"^- boats: (70\[\^\d+\] or 90|90\[\^\d+\] or 70)\[\^\d+\] — \*\*Disputed\*\*$", text, re.MULTILINE)
    assert "sails: 52 (corrected; the source's words say 51)" in text
    assert "The lighthouse was lit on a Sunday. (withdrawn; supports nothing)" in text
    assert "(withdrawn: a later capture of the source says something else here)" in text
    assert "(denied; according to the mayor)" in text
    assert "- date: 5 January 1940[^" in text
    assert "Gone Gazette: erased by Aygün" in text
    assert "vault" not in text


@pytest.mark.parametrize(
    "hostile",
    [
        "1. a",
        "12) a",
        "- a",
        "+ a",
        "* a",
        "# a",
        "> a",
        "=== ",
        "a | b",
        "![x](y)",
        "<b>",
        "&lt;",
        "`a`",
        "a_b_c",
        "[^1]: x",
        "~~~",
        "http://x.y",
        "\\",
    ],
)
def test_no_character_means_anything(hostile: str) -> None:
    parsed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(f"- {escaped(hostile)} end")
    assert [token.type for token in parsed if token.nesting == 1] == ["bullet_list_open", "list_item_open", "paragraph_open"]
    (content,) = (token for token in parsed if token.type == "inline")
    assert "".join(child.content for child in content.children or ()) == f"{hostile.strip()} end"


def test_an_address_cannot_end_its_link() -> None:
    assert address("https://a.example/(x)?<y> z\\") == "<https://a.example/(x)?%3Cy%3E%20z%5C>"


def test_it_speaks_azerbaijani(story: Story) -> None:
    text = story.export("markdown", "az")
    assert "## e.ə. 44 — " in text
    assert "**Qiymətlər**" in text
    assert "## Silinmiş sənədlər" in text
    assert "“The lighthouse" not in text
    assert "«The lighthouse was lit on a Sunday.»" in text
