"""Files made to crash, hang or swell whoever reads them; each name tells how."""

import io
import zipfile
from collections.abc import Mapping

SAID = "In May 1998 it rained for 3 days in the valley. "
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A ZIP of files by their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def _docx(body: str, doctype: str = "") -> bytes:
    document = f'<?xml version="1.0"?>{doctype}<w:document {_WORD}><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": document})


def _laughs() -> str:
    """A billion laughs: each entity is ten of the one before."""
    entities = (f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
    return f'<!DOCTYPE lol [<!ENTITY a "lol lol lol">{"".join(entities)}]>'


def hostile_files() -> dict[str, bytes]:
    """Bytes by file name, none of them large."""
    paragraph = f"<w:p><w:r><w:t>{SAID}</w:t></w:r></w:p>"
    nested = "<w:tbl><w:tr><w:tc>" * 5000 + paragraph + "</w:tc></w:tr></w:tbl>" * 5000
    return {
        "laughs.docx": _docx("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", _laughs()),
        "laughs.html": f"{_laughs()}<html><body><p>{SAID}&j;</p></body></html>".encode(),
        "bomb.docx": _docx(paragraph * 1_000_000),
        "deep.docx": _docx(nested),
        "deep.html": b"<html><body>" + b"<div>" * 100_000 + SAID.encode() + b"</div>" * 100_000,
        "attributes.html": b"<html><body><p " + b'a="b" ' * 200_000 + b">" + SAID.encode() + b"</p></body></html>",
        "line.txt": SAID.replace(".", ",").encode() * 45_000,
        "spaces.txt": b"1998" + b" " * 2_000_000 + b"rain",
        "letters.txt": b"x" * 2_000_000,
        "brackets.md": b"---\ntitle: " + b"[" * 60_000 + b"\n---\n" + SAID.encode(),
        "invalid.txt": b"In May 1998 \xff\xfe\x80 it rained.",
        "surrogates.txt": b"In May 1998 \xed\xa0\x80 it rained.",
        "turned.txt": "In May 1998 \u202edeniar ti\u202c in the valley.".encode(),
        "turned-\u202etxt.exe.txt": SAID.encode(),
        "zero.txt": b"In May 1998 \x00 it rained.",
        "zeros.txt": bytes(1_000_000),
        "cut.pdf": b"%PDF-1.7\n" + b"<<" * 500_000,
        "deep.eml": b"Subject: x\nMIME-Version: 1.0\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3000)),
        "header.eml": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\n" + SAID.encode(),
        "bomb.zip": zipped({"a.txt": bytes(100_000_000), "good.txt": SAID}),
        "cut.zip": zipped({"a.txt": SAID})[:-30],
    }
