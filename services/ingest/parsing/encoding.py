"""Bytes to text: UTF-8 first, then a byte order mark, then detection; never with replaced characters."""

import codecs

from charset_normalizer import from_bytes

from shared.domain.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),  # the mark stays in the text: offsets count it, as any reader of the file does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x7fELF", "a program"),
)
MAX_CONTROL_SHARE = 0.001
_ALLOWED_CONTROLS = "\t\n\r\f\v\x85"


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of bytes and the name of their encoding; raise `UnreadableDocument` for what is no text."""
    if not data:
        raise UnreadableDocument("the file is empty: there is nothing to cite")
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableDocument(f"this is {what}, not text; this release reads plain text, Markdown and HTML")
    text, encoding = _decode(data)
    _check(text)
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise UnreadableDocument(
                    f"the file says it is {encoding}, but byte {error.start} is not: save it again as UTF-8"
                ) from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        raise UnreadableDocument("the file holds zero bytes: it is binary, not text")
    best = from_bytes(data).best()
    if best is None:
        raise UnreadableDocument("no encoding fits the file: save it as UTF-8 and send it again")
    return data.decode(best.encoding), best.encoding


def _check(text: str) -> None:
    if not text.strip():
        raise UnreadableDocument("the file holds only white space: there is nothing to cite")
    if "\x00" in text:
        raise UnreadableDocument("the file holds zero bytes: it is binary, not text")
    controls = sum(1 for char in text if char < " " and char not in _ALLOWED_CONTROLS)
    if controls > MAX_CONTROL_SHARE * len(text):
        raise UnreadableDocument(f"the file holds {controls} control characters: it is binary, not text")
