"""The example corpus keeps what its README promises: sources, languages, planted figures, and words of our own."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import py3langid  # type: ignore[import-untyped]
import pytest
import trafilatura
import yaml

from shared.domain.provenance import SourceDetails

CORPUS = Path(__file__).parents[2] / "examples" / "congress"
PIECES = sorted(path for path in CORPUS.glob("0*") if not path.name.endswith(".source.json"))
RUN = 8
"""So many words in a row, shared with a seed text, would be copying."""

each_piece = pytest.mark.parametrize("piece", PIECES, ids=lambda path: path.name)


def front_matter(piece: Path) -> tuple[str, str]:
    """Split a Markdown file into its YAML front matter and its body."""
    _, header, body = piece.read_text("utf-8").split("---\n", 2)
    return header, body


def source(piece: Path) -> SourceDetails:
    """Read who stands behind a piece, from its front matter or its sidecar."""
    if piece.suffix == ".md":
        fields = yaml.load(front_matter(piece)[0], Loader=yaml.BaseLoader)  # BaseLoader leaves the date a string
    else:
        fields = json.loads(piece.with_name(f"{piece.name}.source.json").read_text("utf-8"))
    return SourceDetails.model_validate(fields)


def prose(piece: Path) -> str:
    """Return a piece's own text, with line breaks joined and page furniture dropped."""
    raw = piece.read_text("utf-8")
    if piece.suffix == ".html":
        article = trafilatura.extract(raw)
        assert article is not None
        return " ".join(article.split())
    if piece.suffix == ".md":
        return " ".join(front_matter(piece)[1].split())
    lines = raw.splitlines()
    running = [line for line in lines if line and not line.isdigit() and lines.count(line) == 1]
    return " ".join(joined("\n".join(running)).split())


def joined(text: str) -> str:
    """Join words cut at a line's end; a hyphen after a numeral belongs to the word."""
    return re.sub(r"(?<=[^\W\d])-[ \t]*\n\s*(?=[^\W\d])", "", re.sub(r"(?<=\d)-[ \t]*\n\s*(?=\w)", "-", text))


def words(text: str) -> list[str]:
    """Return the words of a text folded for comparison; a numeral and its suffix count as two."""
    return re.findall(r"\w+", joined(text).casefold().replace("\u0307", ""))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of `RUN` words of a text."""
    folded = words(text)
    return zip(*(folded[offset:] for offset in range(RUN)), strict=False)


@pytest.fixture(scope="session")
def seed_runs(seeds: Path) -> frozenset[tuple[str, ...]]:
    found = frozenset(run for path in sorted(seeds.glob("*.txt")) for run in runs(path.read_text("utf-8")))
    assert found, f"there are no texts in {seeds}"
    return found


def test_six_pieces_in_every_kind() -> None:
    assert [(piece.suffix, source(piece).language) for piece in PIECES] == [
        (".txt", "en"),
        (".txt", "az"),
        (".md", "en"),
        (".txt", "az"),
        (".html", "en"),
        (".txt", "az"),
    ]


@each_piece
def test_source_is_complete(piece: Path) -> None:
    details = source(piece)
    missing = [name for name in ("title", "author", "publisher", "published", "language") if getattr(details, name) is None]
    assert missing == []
    assert (details.title or "-") in html.unescape(piece.read_text("utf-8"))


@each_piece
def test_outlet_says_that_it_is_invented(piece: Path) -> None:
    details = source(piece)
    assert (details.publisher or "").endswith(("(example)", "(nümunə)"))
    assert (details.url or "").startswith("https://example.org/")


@each_piece
def test_text_is_in_the_language_its_source_declares(piece: Path) -> None:
    assert py3langid.classify(prose(piece))[0] == source(piece).language


@each_piece
def test_length(piece: Path) -> None:
    assert 120 <= len(prose(piece).split()) <= 350


@each_piece
def test_words_are_our_own(piece: Path, seed_runs: frozenset[tuple[str, ...]]) -> None:
    shared = [" ".join(run) for run in runs(piece.read_text("utf-8")) if run in seed_runs]
    assert shared == []


def test_copied_words_would_be_found(seeds: Path, seed_runs: frozenset[tuple[str, ...]]) -> None:
    # A sentence of a seed text, wrapped and hyphenated otherwise than there, must still be recognised.
    for path in sorted(seeds.glob("*.txt")):
        copied = words(path.read_text("utf-8"))[100:120]
        long = max(copied, key=len)
        text = "\n".join(copied).replace(long, f"{long[:2]}-\n{long[2:]}", 1).title()
        assert any(run in seed_runs for run in runs(text)), path.name


def test_page_metadata_agrees_with_the_sidecar() -> None:
    (page,) = (piece for piece in PIECES if piece.suffix == ".html")
    details, raw = source(page), page.read_text("utf-8")
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', raw, re.DOTALL)
    assert block is not None
    linked = json.loads(block[1])
    assert (
        linked["headline"],
        linked["author"]["name"],
        linked["publisher"]["name"],
        linked["datePublished"],
        linked["inLanguage"],
        linked["url"],
    ) == (details.title, details.author, details.publisher, details.published, details.language, details.url)
    for name, content in (
        ("author", details.author),
        ("og:title", details.title),
        ("og:site_name", details.publisher),
        ("og:url", details.url),
        ("article:published_time", details.published),
    ):
        assert re.search(rf'<meta (?:name|property)="{name}" content="{re.escape(content or "-")}">', raw), name


def planted() -> list[tuple[str, str, str]]:
    """Read the README's table of what a reader should find: (question, number of the piece, its words)."""
    table = (CORPUS / "README.md").read_text("utf-8").split("| question |", 1)[1].split("\n\n", 1)[0]
    header, _, *rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
    return [(row[0], number, cell) for row in rows for number, cell in zip(header, row[1:], strict=False) if cell]


@pytest.mark.parametrize(("question", "number", "expected"), planted())
def test_readme_quotes_the_pieces(question: str, number: str, expected: str) -> None:
    (piece,) = (piece for piece in PIECES if piece.name.startswith(number))
    assert expected in prose(piece), question


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("first congress: delegates", {"403", "406"}),
        ("first congress: countries", {"35", "36", "37"}),
        ("State Committee on Work with Diaspora", {"2002", "2008"}),
    ],
)
def test_pieces_disagree_where_the_record_does(question: str, answers: set[str]) -> None:
    found = {number for asked, _, cell in planted() if asked == question for number in re.findall(r"\b(?:\d{4}|4\d\d|3\d)\b", cell)}
    assert found == answers


def test_wrapped_article_looks_like_text_out_of_a_pdf() -> None:
    (article,) = (piece for piece in PIECES if piece.name.startswith("04"))
    lines = article.read_text("utf-8").splitlines()
    assert max(map(len, lines)) <= 50
    assert sum(line.endswith("-") and line[-2:-1].isalpha() for line in lines) >= 10
    assert sum(bool(re.search(r"\d-$", line)) for line in lines) >= 3
    running = [line for line in lines if line and not line.isdigit()]
    headers = {line for line in running if running.count(line) > 1}
    assert len(headers) == 1
    interrupted = [
        (before, after)
        for before, line, after in zip(running, running[1:], running[2:], strict=False)
        if line in headers and not before.endswith((".", ":", "?", "!")) and after[0].islower()
    ]
    assert len(interrupted) == 1
