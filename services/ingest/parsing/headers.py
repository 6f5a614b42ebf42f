"""Headers of messages: their encoded words (RFC 2047) as the text that they stand for."""

from email.errors import HeaderParseError
from email.header import decode_header, make_header

MAX_LENGTH = 4000
"""Characters of a header that are decoded, as it was sent. Decoding takes the square of the time for encoded words in a row."""


def decoded(raw: str) -> str:
    """Return a header with its encoded words decoded where they can be; one longer than `MAX_LENGTH` is shown as it came."""
    if len(raw) > MAX_LENGTH:
        return raw
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        return raw
