"""Headers of messages as the text that they stand for: encoded words (RFC 2047), and letters that were sent as bare bytes."""

from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from services.ingest.parsing.encoding import decode
from shared.domain.errors import UnreadableDocument

MAX_LENGTH = 4000
"""Characters of a header that are decoded, as it was sent. Decoding takes the square of the time for encoded words in a row."""


def header_of(message: Message, name: str, charset: str | None = None) -> str:
    """Return the first header of a name, decoded; empty where there is none. `charset` is what bare bytes may be in."""
    return decoded(readable(_raw(message, name), charset))


def filename_of(part: Message) -> str | None:
    """Return the name that a part gives its file, not yet decoded where it is made of encoded words; None where it gives none."""
    mended = Message()
    for name in ("Content-Disposition", "Content-Type"):
        mended[name] = readable(_raw(part, name))
    return mended.get_filename()


def decoded(raw: str) -> str:
    """Return a header with its encoded words decoded where they can be; one longer than `MAX_LENGTH` is shown as it came."""
    if len(raw) > MAX_LENGTH or not raw.isascii():
        return raw
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        return raw


def readable(raw: str, charset: str | None = None) -> str:
    """Return a header whose bytes beyond ASCII, which Python keeps as lone surrogates, are letters.

    They are UTF-8 (RFC 6532), or of old programs: in the charset of the message, or in one that is told by its letters.
    """
    try:
        sent = raw.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return raw
    if sent.isascii():
        return raw
    with suppress(UnicodeDecodeError):
        return sent.decode()
    try:
        return decode(sent, [charset]).text
    except UnreadableDocument:
        return sent.decode("ascii", "replace")


def _raw(message: Message, name: str) -> str:
    return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
