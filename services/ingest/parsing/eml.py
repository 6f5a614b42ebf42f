"""E-mail (.eml): the text of a message, with its headers on top; what it quotes of earlier messages is told apart."""

from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import NamedTuple

from services.ingest.parsing.characters import whole
from services.ingest.parsing.details import sound_details
from services.ingest.parsing.encoding import decode
from services.ingest.parsing.headers import header_of
from services.ingest.parsing.parsed import Parsed
from services.ingest.parsing.quoting import quoted_lines
from shared.domain.errors import UnreadableDocument
from shared.domain.provenance import SourceDetails, Span

EML = "message/rfc822"
SHOWN = ("From", "To", "Cc", "Date", "Subject", "Message-ID")
"""Headers that stand at the top of the canonical text."""

MAX_DEPTH = 30
"""Parts of a message within one another."""

_NO_HEADERS = "this is not an e-mail: it does not begin with headers such as From: and Date:"


class _Body(NamedTuple):
    text: str
    encoding: str
    notes: tuple[str, ...]
    quoted: tuple[tuple[int, int], ...]


def parse_eml(data: bytes) -> Parsed:
    """Read a message. Its headers and what it quotes of earlier messages are in the canonical text, as spans to skip."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        bodies = list(_bodies(message))
    except RecursionError as error:
        raise UnreadableDocument("the parts of the message nest too deeply") from error
    if not any(message.get(name) for name in ("From", "Date", "Subject", "To", "Message-ID")):
        raise UnreadableDocument(_NO_HEADERS)
    if not bodies:
        raise UnreadableDocument("the message has no text of its own; what is attached to it are documents of their own")
    charset = bodies[0].encoding
    head = "".join(f"{name}: {value}\n" for name in SHOWN if (value := _header(message, name, charset)))
    text, skip = head + "\n", [Span(start=0, end=len(head) + 1)]
    for number, body in enumerate(bodies):
        text += "\n\n" if number else ""
        skip += [Span(start=len(text) + start, end=len(text) + end) for start, end in body.quoted]
        text += body.text
    notes = [note for body in bodies for note in body.notes]
    if len(skip) > 1:
        notes.append(
            "What the message quotes of earlier messages stands in the text and is not read as its own words: ingest those messages, too."
        )
    return Parsed(
        text=text,
        media_type=EML,
        parser="email",
        encoding=bodies[0].encoding,
        skip=tuple(skip),
        notes=tuple(dict.fromkeys(notes)),
        details=_details(message, charset),
    )


def _details(message: Message, charset: str) -> SourceDetails:
    addresses = _addresses(_header(message, "From", charset))
    return sound_details(
        {
            "title": _header(message, "Subject", charset),
            "author": ", ".join(name or address for name, address in addresses if name or address),
            "published": _day(_header(message, "Date", charset)),
        }
    )


def _addresses(header: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([header])
    except RecursionError:
        return []  # comments within comments, without end: nobody's name


def _day(sent: str) -> str | None:
    """Return the day on which a message was sent, where its sender was."""
    try:
        return parsedate_to_datetime(sent).date().isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _header(message: Message, name: str, charset: str) -> str:
    """Return a header in one line; `charset` is that of the message's text."""
    return " ".join(whole(header_of(message, name, charset)).split())


def _bodies(message: Message) -> Iterator[_Body]:
    """Yield the texts of a message that are not attached to it, in its order; of several forms of one text, the plainest."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise UnreadableDocument("the parts of the message nest too deeply")
        inner = part.get_payload()
        if part.get_content_type() == EML and part is not message:
            continue
        if isinstance(inner, list):
            parts = [item for item in inner if isinstance(item, Message)]
            if part.get_content_type() == "multipart/alternative":
                parts = _plainest(parts)
            waiting += [(item, depth + 1) for item in reversed(parts)]
        elif body := _body(part):
            yield body


def _plainest(parts: list[Message]) -> list[Message]:
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and _payload(part).strip():
                return [part]
    return [part for part in parts if part.is_multipart()][-1:]


def _body(part: Message) -> _Body | None:
    if part.get_content_disposition() == "attachment" or part.get_filename() or part.get_content_maintype() != "text":
        return None
    data = _payload(part)
    if not data.strip():
        return None
    charset = part.get_content_charset()
    if part.get_content_type() == "text/html":
        return _html(data, charset)
    if part.get_content_type() != "text/plain":
        return None
    text, encoding, notes = decode(data, [charset])
    text = whole(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    return _Body(text, encoding, notes, tuple(quoted_lines(text)))


def _html(data: bytes, charset: str | None) -> _Body | None:
    from services.ingest.parsing.blocks import blocks
    from services.ingest.parsing.html import declared_charset, tree_of

    markup, encoding, notes = decode(data, [charset, declared_charset(data)])
    # All of it is the message: there are no menus around the main content.
    found = blocks(tree_of(markup))
    if not found.text.strip():
        return None
    quoted = found.quotations or tuple(quoted_lines(found.text))
    return _Body(whole(found.text), encoding, notes, quoted)


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
