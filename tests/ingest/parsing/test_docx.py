"""Word files: what is read, in which order, and what is refused."""

import io
import zipfile
from contextlib import suppress

import pytest
from docx import Document
from docx.enum.section import WD_SECTION

from services.ingest.parsing.limits import ParseLimits
from shared.domain.errors import TooLarge, UnreadableDocument
from tests.ingest.parsing.making import docx_of, part, read, saved, with_part

BODY = "word/document.xml"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"


def with_body(markup: str) -> bytes:
    """Return a Word file with a body in WordprocessingML."""
    data = docx_of("to be replaced")
    old = part(data, BODY)
    start, end = old.index("<w:body>") + len("<w:body>"), old.index("<w:sectPr")
    return with_part(data, BODY, (old[:start] + markup + old[end:]).encode())


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def with_notes(data: bytes, kind: str, notes: str) -> bytes:
    """Add a part of footnotes or endnotes to a Word file."""
    types = part(data, "[Content_Types].xml").replace(
        "</Types>", f'<Override PartName="/word/{kind}.xml" ContentType="{NOTES.format(kind)}"/></Types>'
    )
    name = "word/_rels/document.xml.rels"
    relations = part(data, name).replace(
        "</Relationships>", f'<Relationship Id="rIdN{kind}" Type="{RELATION.format(kind)}" Target="{kind}.xml"/></Relationships>'
    )
    data = with_part(with_part(data, "[Content_Types].xml", types.encode()), name, relations.encode())
    return with_part(data, f"word/{kind}.xml", f'<w:{kind} xmlns:w="{MAIN}">{notes}</w:{kind}>'.encode())


def test_paragraphs_headings_lists_and_tables_in_their_order() -> None:
    document = Document()
    document.add_heading("The Honey Fair", 1)
    document.add_paragraph("It was held in Quba on 4 May 1998.")
    document.add_paragraph("")
    document.add_paragraph("Honey", style="List Bullet")
    document.add_paragraph("First the opening", style="List Number")
    document.add_paragraph("Then the weighing", style="List Number")
    table = document.add_table(2, 3)
    for row, words in zip(table.rows, (("Year", "Place", "Stalls"), ("1998", "Quba, by the\nriver", "120")), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    document.add_paragraph("The end.")
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.header.paragraphs[0].text = "Head of every page"
    parsed = read(saved(document))
    assert parsed.text.split("\n\n") == [
        "The Honey Fair",
        "It was held in Quba on 4 May 1998.",
        "• Honey",
        "1. First the opening",
        "2. Then the weighing",
        "Year\tPlace\tStalls",
        "1998\tQuba, by the river\t120",
        "The end.",
    ]
    assert (parsed.pages, parsed.skip, parsed.notes) == ((), (), ())


def test_what_the_file_says_of_itself() -> None:
    document = Document()
    document.add_paragraph("Bal yarmarkası 1998-ci ildə keçirildi.")
    said = document.core_properties
    said.title, said.author, said.language = "Bal yarmarkası", "Nigar Specimen", "az-AZ"
    details = read(saved(document)).details
    assert (details.title, details.author, details.language, details.published) == ("Bal yarmarkası", "Nigar Specimen", "az", None)


def test_tracked_changes_are_read_as_accepted() -> None:
    data = with_body(
        f'<w:p>{run("The fair had ")}<w:del w:id="1" w:author="x"><w:r><w:delText>120</w:delText></w:r></w:del>'
        f'<w:ins w:id="2" w:author="x">{run("130")}</w:ins>{run(" stalls")}</w:p>'
        f'<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="x"/></w:rPr></w:pPr>{run("It was held")}</w:p><w:p>{run(" in Quba.")}</w:p>'
        f'<w:p><w:moveFrom w:id="4" w:author="x">{run("moved away")}</w:moveFrom>'
        f'<w:moveTo w:id="5" w:author="x">{run("moved here")}</w:moveTo></w:p>'
    )
    parsed = read(data)
    assert parsed.text == "The fair had 130 stalls\n\nIt was held in Quba.\n\nmoved here"
    assert parsed.notes == ("The file holds tracked changes: it was read as if all were accepted.",)


def test_content_controls_links_fields_and_boxes() -> None:
    data = with_body(
        f"<w:sdt><w:sdtContent><w:p>{run('In a control')}</w:p></w:sdtContent></w:sdt>"
        f'<w:p><w:hyperlink w:anchor="x">{run("A link")}</w:hyperlink><w:r><w:tab/></w:r>'
        f"{run('and')}<w:r><w:noBreakHyphen/></w:r>{run('so')}"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(" 7")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"{run('Beside a box')}<w:r><mc:AlternateContent>"
        f"<mc:Choice><w:txbxContent><w:p>{run('In the box')}</w:p></w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent><w:p>{run('In the box')}</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read(data).text == "In a control\n\nA link\tand\u2011so 7\n\nBeside a box\n\nIn the box"


def test_notes_stand_at_the_end_with_their_numbers() -> None:
    data = with_body(
        f'<w:p>{run("The fair")}<w:r><w:endnoteReference w:id="2"/></w:r>'
        f'{run(" was held")}<w:r><w:footnoteReference w:id="5"/></w:r>{run(".")}</w:p>'
    )
    separator = f'<w:footnote w:type="separator" w:id="0"><w:p>{run("-----")}</w:p></w:footnote>'
    data = with_notes(
        data, "footnotes", separator + f'<w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r>{run(" In May.")}</w:p></w:footnote>'
    )
    data = with_notes(data, "endnotes", f'<w:endnote w:id="2"><w:p>{run("The first.")}</w:p><w:p>{run("So they say.")}</w:p></w:endnote>')
    assert read(data).text == "The fair[1] was held[2].\n\n[2] In May.\n\n[1] The first.\n\nSo they say."


def test_numbers_of_several_levels() -> None:
    data = docx_of("one")
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (kind, pattern) in enumerate([("decimal", "Article %1."), ("lowerLetter", "%1.%2)"), ("upperRoman", "(%3)")])
    )
    numbering = (
        f'<w:numbering xmlns:w="{MAIN}"><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num></w:numbering>'
    )
    items = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (9, 0)]
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>{run("x")}</w:p>'
        for number, depth in items
    )
    text = part(data, BODY)
    start, end = text.index("<w:body>") + len("<w:body>"), text.index("<w:sectPr")
    data = with_part(with_part(data, BODY, (text[:start] + body + text[end:]).encode()), "word/numbering.xml", numbering.encode())
    assert read(data).text.split("\n\n") == [
        *("Article 1. x", "1.a) x", "1.b) x", "(I) x", "Article 2. x", "2.a) x"),
        *("Article 4. x", "x"),
    ]


def test_a_word_file_is_known_by_its_bytes() -> None:
    assert read(docx_of("The fair was held in May."), "notes.txt", "text/plain").parser == "python-docx"


@pytest.mark.parametrize("missing", [BODY, "[Content_Types].xml", "_rels/.rels"])
def test_damaged_files_are_refused(missing: str) -> None:
    with pytest.raises(UnreadableDocument):
        read(with_part(docx_of("words"), missing, None), "a.docx")


def test_cut_files_are_refused() -> None:
    data = docx_of("words")
    for end in range(4, len(data), len(data) // 40):
        with pytest.raises(UnreadableDocument):
            read(data[:end], "a.docx")


def test_files_of_which_bytes_are_changed_are_read_or_refused() -> None:
    data = docx_of("words that are to be read")
    for at in range(0, len(data), 97):
        changed = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        with suppress(UnreadableDocument):
            assert read(changed, "a.docx").text


def test_what_holds_no_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="no text"):
        read(saved(Document()))


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c "' + "&b;" * 50 + '"><!ENTITY d "' + "&c;" * 50 + '">]>'
    data = with_body(f"<w:p>{run('Before &d; after')}</w:p>")
    text = part(data, BODY)
    head, rest = text.split("?>", 1)
    data = with_part(data, BODY, (head + "?>" + bomb + rest).encode())
    with pytest.raises(UnreadableDocument, match=r"word/document\.xml of this Word file defines entities"):
        read(data)


def test_deep_nesting_is_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 2000 + f"<w:p>{run('deep')}</w:p>" + "</w:tc></w:tr></w:tbl>" * 2000
    with pytest.raises(UnreadableDocument):
        read(with_body(deep))


def test_bombs_are_refused_before_they_are_opened() -> None:
    limits = ParseLimits(unpacked_bytes=5_000_000)
    with pytest.raises(TooLarge, match=r"SALNAME_MAX_UNPACKED_BYTES|times its size"):
        read(with_part(docx_of("words"), "word/media/a.png", bytes(50_000_000)), limits=limits)


def test_a_lying_size_is_refused() -> None:
    file = io.BytesIO(docx_of("words"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/b.bin", bytes(4_000_000))
    data = file.getvalue().replace((4_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(UnreadableDocument):
        read(data)
