"""ZIP archives from strangers: only what deflates, only as much as allowed, and no entry that lies over another one."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import SEEK_END
from itertools import pairwise
from typing import BinaryIO

from services.ingest.parsing.limits import ParseLimits
from shared.domain.errors import TooLarge, UnreadableDocument

Archive = zipfile.ZipFile

MAX_RATIO = 250
"""How many times its compressed size a file may unpack to. Prose shrinks to a third, tables and logs to a fiftieth."""

RATIO_FREE = 1_000_000
"""Bytes that may come out of an entry before its ratio is looked at."""

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, LookupError)
"""What reading a ZIP that breaks the format raises, `UnicodeDecodeError` and `OverflowError` of absurd offsets among them."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FILES = (0, stat.S_IFREG)  # the kind of a file as Unix packers note it; others leave it out
_ENTRY = 1024  # bytes of the directory that an entry may take on average: 46, its name, and what packers add
_HEADER = 30
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_UTF8 = 0x800
_ENCRYPTED = 0x1
_IGNORED = re.compile(r"(^|/)(\.(?!\.?(/|$))|__MACOSX(/|$)|Thumbs\.db$|desktop\.ini$)|/$")
_LEADS_OUT = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)")
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, and why it is not to be unpacked, if so."""

    name: str
    info: zipfile.ZipInfo
    refused: str | None


@contextmanager
def opened(file: BinaryIO, limits: ParseLimits) -> Iterator[Archive]:
    """Open a ZIP that is safe to look into, or raise `UnreadableDocument`."""
    directory = _directory_size(file)
    if directory is None:
        raise UnreadableDocument("this is not a whole ZIP archive: its directory is missing")
    if directory > limits.members * _ENTRY + 65_536:
        raise TooLarge(
            f"the archive lists more than the {limits.members:,} files allowed; nothing of it was read. "
            "Split it, or raise SALNAME_MAX_MEMBERS"
        )
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise UnreadableDocument(f"this is not a whole ZIP archive: {error}") from error
    with archive:
        _check_apart(archive.infolist(), archive.start_dir)
        yield archive


def is_office(data: bytes) -> bool:
    """Whether a ZIP is an Office file or a book: such hold a file of a fixed name."""
    return b"[Content_Types].xml" in data or data[_HEADER : _HEADER + 8] == b"mimetype"


def _directory_size(file: BinaryIO) -> int | None:
    """Return how many bytes the list of entries takes, by the record at the end. It is read whole into memory, so it has to be known."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _END.size - 65_536))
    tail = file.read()
    at = len(tail) - _END.size if tail[-_END.size :].startswith(b"PK\5\6") and tail.endswith(b"\0\0") else tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        return None
    listed = int(_END.unpack_from(tail, at)[5])
    at64 = tail.rfind(b"PK\6\6", 0, at)
    if at64 >= 0 and len(tail) - at64 >= _END64.size:
        listed = max(0 if listed == 0xFFFF_FFFF else listed, int(_END64.unpack_from(tail, at64)[8]))
    return listed


def _check_apart(infos: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Refuse entries that share bytes: one kernel that unpacks under a thousand names is a bomb, and nothing else makes such."""
    stretches = sorted((info.header_offset, info.compress_size) for info in infos)
    for (start, length), (following, _) in pairwise([*stretches, (end, 0)]):
        if start + _HEADER + length > following:
            raise UnreadableDocument(
                "files in the archive lie over one another, as in archives made to flood a disk; nothing of it is read"
            )


def entries(archive: Archive) -> list[Entry]:
    """Return the files of an archive in its own order, without folders, hidden files and what desktops leave behind."""
    found: list[Entry] = []
    names: set[str] = set()
    for info in archive.infolist():
        name = _decoded(info)
        if not _IGNORED.search(name):
            found.append(Entry(name, info, _why_not(name, info, names)))
            names.add(name)
    return found


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of an entry. Many packers write UTF-8 without saying so; names that are not are in the code page of the first PCs."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.partition("\0")[0].replace("\\", "/")


def _why_not(name: str, info: zipfile.ZipInfo, earlier: set[str]) -> str | None:
    if _LEADS_OUT.search(name):
        return "its name leads out of the archive: pack it anew under a plain name"
    if name in earlier:
        return "the archive holds two files of this name: only the first was read"
    if stat.S_IFMT(info.external_attr >> 16) not in _FILES:
        return "it is a link or a device and no file: pack the file that it leads to"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted: unpack the archive with its password, and send the files"
    if info.compress_type not in _METHODS:
        return "it is compressed in a way that is not read: pack the archive anew with the usual one (deflate)"
    return None


def inflate(archive: Archive, entry: Entry, limit: int, weigh: Callable[[int], None]) -> bytes:
    """Unpack an entry, at most `limit` bytes; `weigh` is told of every part that comes out, and may raise to end it."""
    parts: list[bytes] = []
    size = 0
    most = max(RATIO_FREE, MAX_RATIO * entry.info.compress_size)
    try:
        with archive.open(entry.info) as stream:
            while part := stream.read(_CHUNK):
                size += len(part)
                weigh(len(part))
                if size > limit:
                    raise TooLarge(f"it unpacks to more than the {limit:,} bytes allowed (SALNAME_MAX_DOCUMENT_BYTES)")
                if size > most:
                    raise TooLarge(f"it unpacks to more than {MAX_RATIO} times its size, as files do that are made to flood a disk")
                parts.append(part)
    except _BROKEN as error:
        raise UnreadableDocument(f"it is damaged: {error}; pack the archive anew") from error
    return b"".join(parts)
