"""The charset that a server names: believed, unless the bytes themselves say that it is UTF-8."""

from email.message import Message

PROOF = 16
"""Bytes beyond ASCII from which on a text that is valid UTF-8 is UTF-8: of fewer, another charset may have the same by chance."""

_SAME = ("utf-8", "utf8", "us-ascii", "ascii")


def believable(media_type: str | None, data: bytes) -> str | None:
    """Return the media type that a document is read by: the server's, with another charset where the server is wrong about it.

    Servers put one charset on all that they send, whatever is in it, and what reads so is letters that nobody wrote.
    """
    if media_type is None or data.isascii():
        return media_type
    header = Message()
    header["Content-Type"] = media_type
    charset = header.get_content_charset()
    if not charset or charset in _SAME or sum(byte > 0x7F for byte in data[:65_536]) < PROOF:
        return media_type
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return media_type
    return f"{header.get_content_type()}; charset=utf-8"
