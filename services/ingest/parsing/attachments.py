"""The attachments of an e-mail. Reading a message takes time that its sender decides on: call this where there is a time limit."""

import mimetypes
import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser
from pathlib import PurePosixPath

from services.ingest.parsing.headers import decoded, filename_of, header_of
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.members import Member
from shared.domain.errors import TooLarge, UnreadableDocument

_EML = "message/rfc822"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")
_MAX_NAME = 150


def attachments(data: bytes, limits: ParseLimits) -> tuple[Member, ...]:
    """Return what is attached to a message, in its order. Messages that were passed on are members named like `Subject.eml`.

    Pictures that belong to the text are passed over. Raises `UnreadableDocument` for what nests too deeply, `TooLarge` for too many parts.
    """
    try:
        # The lenient policy: it leaves headers alone until they are asked for, and writes passed-on messages as they came.
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        parts = [part for part in _leaves(message) if _is_attached(part)]
    except RecursionError as error:
        raise UnreadableDocument("the parts of the message nest too deeply") from error
    if len(parts) > limits.members:
        raise TooLarge(f"the message has {len(parts):,} attachments, more than the {limits.members:,} allowed (SALNAME_MAX_MEMBERS)")
    taken: set[str] = set()
    return tuple(_member(part, number, taken) for number, part in enumerate(parts, start=1))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, without looking into messages that were passed on."""
    pending = [message]
    while pending:
        part = pending.pop()
        if part.get_content_type() == _EML and part is not message:
            yield part
        elif part.is_multipart():
            pending.extend(reversed([inner for inner in part.get_payload() if isinstance(inner, Message)]))
        else:
            yield part


def _is_attached(part: Message) -> bool:
    if part.get_content_type() == _EML or part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_maintype() != "text"


def _member(part: Message, number: int, taken: set[str]) -> Member:
    kind = part.get_content_type()
    name = _unique(_name(part, kind, number), taken)
    here = Member(name, media_type=kind)
    if part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment":
        return here.pass_over("it is a picture that belongs to the text of the message")
    if kind == _EML:
        return Member(name, _message_bytes(part), kind)
    payload = part.get_payload(decode=True)
    return Member(name, payload if isinstance(payload, bytes) else b"", kind)


def _message_bytes(part: Message) -> bytes:
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"".join(message.as_bytes() for message in inner[:1] if isinstance(message, Message))
    payload = part.get_payload(decode=True)  # some programs send a message in base64, against the standard
    return payload if isinstance(payload, bytes) else b""


def _name(part: Message, kind: str, number: int) -> str:
    given = _decoded(filename_of(part) or "")
    if not given and kind == _EML:
        inner = part.get_payload()
        subject = _sound(header_of(inner[0], "Subject")) if isinstance(inner, list) and isinstance(inner[0], Message) else ""
        given = f"{subject[:_MAX_NAME]}.eml" if subject else ""
    plain = " ".join(_UNSAFE.sub(" ", given).split()).strip(" .")
    stem, suffix = PurePosixPath(plain).stem, PurePosixPath(plain).suffix
    if not plain:
        return f"attachment-{number}{mimetypes.guess_extension(kind) or ''}"
    return plain if len(plain) <= _MAX_NAME else stem[: _MAX_NAME - len(suffix)] + suffix[:_MAX_NAME]


def _decoded(text: str) -> str:
    return _sound(decoded(text))


def _sound(text: str) -> str:
    """A text in which halves of letters are question marks."""
    return text.encode("utf-8", "replace").decode()


def _unique(name: str, taken: set[str]) -> str:
    """A name that no earlier attachment has."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    found, number = name, 2
    while found in taken:
        found, number = f"{stem} ({number}){suffix}", number + 1
    taken.add(found)
    return found
