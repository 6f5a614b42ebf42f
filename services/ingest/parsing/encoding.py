"""Bytes to text: what the bytes say themselves, what was declared, UTF-8, detection; never with replaced characters."""

import codecs
import re
from collections.abc import Iterable
from typing import NamedTuple

from services.ingest.parsing.characters import has_words
from services.ingest.parsing.detection import guess
from shared.domain.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),  # the mark stays in the text: offsets count it, as any reader of the file does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Names that the web uses for other encodings than the ones they name (WHATWG Encoding Standard).
_LABELS = {
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso8859-9": "windows-1254",
    "latin5": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-turkish": "mac_turkish",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
}
_LABEL = re.compile(r"[A-Za-z0-9][\w.:+-]{0,39}")
# Encodings that Python knows and no document has: they can be made to hide what a text says.
_NO_TEXT = frozenset(("utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"))
_BYTES_BETWEEN = re.compile(rb"[\x80-\x9f]")
MAX_CONTROL_SHARE = 0.001
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1b\x1c-\x1f]")
_SURE_UTF8 = 10  # letters that are UTF-8 for each byte that is not
_UNMARKED_SAMPLE = 8192
_FEW_ZEROS = 3  # one or two of them stand in a short text by mistake


class Decoded(NamedTuple):
    """A text, the encoding it was in, and what a reader has to be told of that."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, declared: Iterable[str | None] = ()) -> Decoded:
    """Return the text of bytes; raise `UnreadableDocument` for what is no text.

    A byte order mark is believed first, then the first of the declared encodings that there is, then UTF-8 wherever it fits; else the
    encoding is detected. A declared encoding that does not fit is passed over, with a note.
    """
    if not data:
        raise UnreadableDocument("the file is empty: there is nothing to cite")
    found = _marked(data) or _as_declared(data, declared)
    _check(found.text)
    return found


def _marked(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise UnreadableDocument(_not_unicode(encoding, error.start)) from error
    return None


def _not_unicode(encoding: str, at: int) -> str:
    return f"the file says it is {encoding}, but byte {at:,} is not: save it again as UTF-8"


def _as_declared(data: bytes, declared: Iterable[str | None]) -> Decoded:
    for label in declared:
        if not label:
            continue
        encoding = _encoding(label)
        if encoding is None:
            return _with_note(_undeclared(data), f"The file says that its encoding is {label!r}, which is not known")
        try:
            return Decoded(_decoded(data, encoding), encoding)
        except UnicodeDecodeError:
            return _with_note(_undeclared(data), f"The file says that its encoding is {encoding}, which does not fit its bytes")
    return _undeclared(data)


def _with_note(found: Decoded, why: str) -> Decoded:
    return Decoded(found.text, found.encoding, (f"{why}: it was read as {found.encoding}.", *found.notes))


def _encoding(label: str) -> str | None:
    """Return the encoding that a label names, by Python's name for it; None where there is none that holds text."""
    name = label.strip().strip("\"'").lower()
    name = _LABELS.get(name, name)
    if not _LABEL.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
        # Encodings that turn bytes into bytes, such as base64, refuse to give text.
        b"a a\n ".decode(found)
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found in _NO_TEXT else name


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # Five bytes of windows-1252 and seven of windows-1254 stand for nothing; browsers keep them as control codes.
        if encoding in ("windows-1252", "windows-1254") and _BYTES_BETWEEN.fullmatch(data[error.start : error.start + 1]):
            return data.decode(encoding, "windows-controls")
        raise


def _keep_controls(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("windows-controls", _keep_controls)


def _undeclared(data: bytes) -> Decoded:
    try:
        if b"\x00" not in data:
            return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error.start)
    if b"\x00" in data:
        return _wide(data)
    found = guess(data)
    if found is None:
        return _guessed_otherwise(data)
    notes: tuple[str, ...] = ()
    if found.rival:
        notes = (
            f"The file does not say what encoding it is in. It was read as {found.title}; {found.rival} fits nearly as well: "
            "look at its letters, and save it as UTF-8 if they are wrong.",
        )
    return Decoded(data.decode(found.encoding), found.encoding, notes)


def _refuse_broken_utf8(data: bytes, at: int) -> None:
    """Refuse bytes that are plainly UTF-8, but for some."""
    text = data.decode("utf-8", "surrogateescape")
    odd = len(re.findall("[\udc80-\udcff]", text))
    sound = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    halves = re.search(rb"\xed[\xa0-\xbf][\x80-\xbf]", data)
    if halves and odd <= 3 * (sound + len(re.findall(rb"\xed[\xa0-\xbf][\x80-\xbf]", data))):
        raise UnreadableDocument(f"the file holds half a letter (a lone surrogate) at byte {halves.start():,}: save it again as UTF-8")
    if sound >= _SURE_UTF8 * odd:
        many = "one byte is" if odd == 1 else f"{odd:,} bytes are"
        raise UnreadableDocument(f"the file is UTF-8, but {many} not, the first at byte {at:,}: it is damaged; save it again as UTF-8")


def _wide(data: bytes) -> Decoded:
    """Read UTF-16 and UTF-32 without a byte order mark: the zeros of their ASCII stand at the same place of each letter."""
    start = data[:_UNMARKED_SAMPLE]
    for encoding in _UNMARKED:
        width = 4 if "32" in encoding else 2
        if len(data) % width:
            continue
        high = slice(3, None, 4) if encoding == "utf-32-le" else slice(0, None, width) if encoding.endswith("be") else slice(1, None, 2)
        low = slice(0, None, width) if encoding.endswith("le") else slice(width - 1, None, width)
        if start[high].count(0) < max(_FEW_ZEROS, 0.1 * len(start[high])) or start[low].count(0) > 0.01 * len(start[low]):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Decoded(text, encoding, (f"The file does not say what encoding it is in; it was read as {encoding.upper()}.",))
    raise UnreadableDocument("the file holds zero bytes: it is binary, not text")


def _guessed_otherwise(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # takes a while to load, and hardly a text needs it

    best = from_bytes(data).best()
    if best is None:
        raise UnreadableDocument("no encoding fits the file: save it as UTF-8 and send it again")
    note = (
        f"The file does not say what encoding it is in; {best.encoding} was guessed: look at its letters, and save it as UTF-8 if "
        "they are wrong."
    )
    return Decoded(data.decode(best.encoding), best.encoding, (note,))


def _check(text: str) -> None:
    if not has_words(text):
        raise UnreadableDocument("the file holds only white space: there is nothing to cite")
    if "\x00" in text:
        raise UnreadableDocument("the file holds zero bytes: it is binary, not text")
    controls = len(_CONTROLS.findall(text))
    if controls > MAX_CONTROL_SHARE * len(text):
        many = "a control character" if controls == 1 else f"{controls:,} control characters"
        raise UnreadableDocument(f"the file holds {many}: it is binary, not text")
