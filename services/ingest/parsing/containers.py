"""Files that hold documents: ZIP archives, and e-mails with attachments. Every member has an outcome of its own.

Names of members are shown and never used as paths. What a header says of sizes is not believed: bytes are counted as they come out.
"""

import mimetypes
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from services.ingest.parsing import archives
from services.ingest.parsing.attachments import attachments
from services.ingest.parsing.formats import A_TABLE, SUFFIXES, is_table
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.members import Member
from shared.domain.errors import TooLarge, UnreadableDocument

__all__ = ["CONTAINER_SUFFIXES", "Member", "documents", "documents_in", "is_archive", "unpack"]

EML, ZIP = "message/rfc822", "application/zip"
CONTAINER_SUFFIXES = frozenset({".eml", ".zip"})
"""The name endings of files that hold documents."""

SIDECAR = ".source.json"
"""What is added to the name of a document, and gives the name of the file beside it that says where it comes from."""

MAX_SIDECAR = 65_536
_ZIP_TYPES = frozenset({ZIP, "application/x-zip-compressed", "application/x-zip"})
_UNSPECIFIC = frozenset({"", "application/octet-stream", "binary/octet-stream"})

Split = Callable[[bytes, ParseLimits], tuple[Member, ...]]
"""Takes the attachments off an e-mail."""


def unpack(data: bytes, filename: str | None, media_type: str | None, limits: ParseLimits) -> tuple[Member, ...] | None:
    """Return the members of a ZIP, those of archives in it included, or the attachments of an e-mail; None for what holds no documents.

    Raises `UnreadableDocument` or `TooLarge` for an archive that has to be refused as a whole.
    """
    kind = _kind(filename, media_type, data)
    if kind is None:
        return None
    found = _Walk(limits, attachments).expand(Member(_name(filename, kind), data, kind), 0)
    return tuple(member for member in found if member.data is not data)


def documents_in(
    data: bytes, filename: str | None, media_type: str | None, limits: ParseLimits, split: Split = attachments
) -> list[Member]:
    """Return the documents that a file consists of: itself; a message and its attachments; the members of a ZIP."""
    kind = _kind(filename, media_type, data)
    if kind is None:
        return [Member(filename or "", data, media_type)]
    return list(_Walk(limits, split).expand(Member(_name(filename, kind), data, kind), 0))


def documents(file: BinaryIO, name: str, limits: ParseLimits, split: Split = attachments) -> Iterator[Member]:
    """Yield the documents of an archive that is open as a file, one at a time.

    All of it is unpacked once before, and let go of, to see whether it is to be refused as a whole: so nothing of such an archive is read.
    """
    for _ in _Walk(limits, split).archive(file, name, 1):
        pass
    yield from _Walk(limits, split).archive(file, name, 1)


def is_archive(filename: str | None, media_type: str | None = None, start: bytes = b"") -> bool:
    """Whether a file is a ZIP, which is no document itself, by its name, its media type, or else its first bytes."""
    return _kind(filename, media_type, start) == ZIP


def _passed_over(member: Member) -> Member:
    return member.pass_over(A_TABLE) if is_table(member.name) else member.pass_over()


def _kind(filename: str | None, media_type: str | None, data: bytes) -> str | None:
    """Return `EML` or `ZIP` for what holds documents. Office files are ZIPs, too, and are documents."""
    bare = (media_type or "").partition(";")[0].strip().lower()
    suffix = PurePosixPath(filename or "").suffix.lower()
    if suffix == ".zip" or (bare in _ZIP_TYPES and suffix not in SUFFIXES):
        return ZIP
    if suffix == ".eml" or (bare == EML and suffix not in SUFFIXES):
        return EML
    unnamed = bare in _UNSPECIFIC and not suffix
    return ZIP if unnamed and data.startswith(b"PK\x03\x04") and not archives.is_office(data) else None


def _name(filename: str | None, kind: str) -> str:
    return filename or ("message.eml" if kind == EML else "archive.zip")


def _readable(name: str, media_type: str | None) -> bool:
    """Whether a member looks like a document or like something that holds documents."""
    suffix = PurePosixPath(name).suffix.lower()
    guessed = mimetypes.guess_extension(media_type or "") or ""
    return bool({suffix, guessed} & (SUFFIXES | CONTAINER_SUFFIXES)) or media_type == EML


class _Exhausted(TooLarge):
    """The outermost archive holds more than is allowed: it is refused as a whole."""


class _Walk:
    """Goes through a file and everything in it, and counts what comes out."""

    def __init__(self, limits: ParseLimits, split: Split) -> None:
        self._limits = limits
        self._split = split
        self._members = 0
        self._bytes = 0

    def expand(self, member: Member, depth: int) -> Iterator[Member]:
        """Yield a member, or what is in it. `depth` is how many archives and messages it stands in."""
        kind = None if member.outcome else _kind(member.name, member.media_type, member.data)
        if kind is None:
            yield member
        elif kind == EML:
            yield member
            yield from self._message(member, depth + 1)
        elif depth >= self._limits.depth:
            yield member.refuse(self._too_deep())
        else:
            try:
                yield from self.archive(BytesIO(member.data), member.name, depth + 1)
            except _Exhausted:
                raise
            except UnreadableDocument as error:
                if depth == 0:
                    raise
                yield member.refuse(error.detail)

    def archive(self, file: BinaryIO, name: str, depth: int) -> Iterator[Member]:
        """Yield what is in a ZIP."""
        with archives.opened(file, self._limits) as archive:
            entries = archives.entries(archive)
            sidecars = {entry.name: entry for entry in entries if entry.name.endswith(SIDECAR)}
            if len(sidecars) == len(entries):
                raise UnreadableDocument("there are no documents in the archive")
            for entry in entries:
                if entry.name in sidecars:
                    continue
                self._count()
                here = Member(f"{name}/{entry.name}")
                if entry.refused:
                    yield here.refuse(entry.refused)
                elif not _readable(entry.name, None):
                    yield _passed_over(here)
                else:
                    yield from self.expand(self._inflated(archive, entry, here, sidecars.get(entry.name + SIDECAR)), depth)

    def _inflated(self, archive: archives.Archive, entry: archives.Entry, here: Member, sidecar: archives.Entry | None) -> Member:
        try:
            data = archives.inflate(archive, entry, self._limits.bytes, self._weigh)
            beside = archives.inflate(archive, sidecar, MAX_SIDECAR, self._weigh) if sidecar else None
        except _Exhausted:
            raise
        except UnreadableDocument as error:
            return here.refuse(error.detail)
        return Member(here.name, data, sidecar=beside)

    def _message(self, message: Member, depth: int) -> Iterator[Member]:
        try:
            parts = self._split(message.data, self._limits)
        except UnreadableDocument as error:
            yield Member(f"{message.name}/…").refuse(f"the attachments cannot be read: {error.detail}")
            return
        for part in parts:
            self._count()
            self._weigh(len(part.data))
            here = part.renamed(f"{message.name}/{part.name}")
            if here.outcome:
                yield here
            elif not _readable(part.name, part.media_type):
                yield _passed_over(here)
            elif depth >= self._limits.depth and _kind(here.name, here.media_type, here.data):
                yield here.refuse(self._too_deep())
            else:
                yield from self.expand(here, depth)

    def _count(self) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise _Exhausted(
                f"the archive holds more than the {self._limits.members:,} files allowed; nothing of it was read. "
                "Split it, or raise SALNAME_MAX_MEMBERS"
            )

    def _weigh(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._limits.unpacked_bytes:
            raise _Exhausted(
                f"the archive unpacks to more than the {self._limits.unpacked_bytes:,} bytes allowed; nothing of it was read. "
                "Split it, or raise SALNAME_MAX_UNPACKED_BYTES"
            )

    def _too_deep(self) -> str:
        return f"archives and messages stand in one another more than {self._limits.depth} deep; unpack it, or raise SALNAME_MAX_NESTING"
