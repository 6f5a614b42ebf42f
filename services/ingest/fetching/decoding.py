"""Undoing a response's content encoding, never further than a limit: a few bytes can unpack to gigabytes."""

import zlib
from collections.abc import Callable

from services.ingest.fetching.errors import FetchFailed

ACCEPTED = "gzip, deflate"
"""What servers are asked for: what Python unpacks by itself, so that a kept response can be read anywhere."""

PIECE, ROOM = 4_096, 65_536
"""Bytes that are unpacked at a time, and what may come of them at a time."""

_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS

_BROKEN = "the response says that it is compressed and cannot be unpacked: it is damaged, or the server is wrong about it"


def decoded(data: bytes, encodings: str, max_bytes: int, beyond: Callable[[], Exception]) -> bytes:
    """Undo the encodings that a Content-Encoding header lists; raise what `beyond` makes when there is more than `max_bytes`."""
    names = [name for each in encodings.split(",") if (name := each.strip().lower()) not in ("", "identity")]
    for name in reversed(names):  # listed in the order in which they were applied
        if name in ("gzip", "x-gzip"):
            data = _unpacked(data, _GZIP, max_bytes, beyond)
        elif name == "deflate":
            data = _unpacked(data, _deflate_form(data), max_bytes, beyond)
        else:
            raise FetchFailed(
                f"the server compressed the page with {name[:40]}, which it was not asked for: save the page and ingest the file"
            )
    return data


def _deflate_form(data: bytes) -> int:
    # The standard wraps deflate in zlib's header; some servers leave it out.
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _ZLIB if wrapped else _RAW


def _unpacked(data: bytes, form: int, max_bytes: int, beyond: Callable[[], Exception]) -> bytes:
    out, at = bytearray(), 0
    try:
        while data.startswith(_MAGIC, at) if form == _GZIP and at else at < len(data):  # gzip may be several files one after another
            unpacker = zlib.decompressobj(form)
            while at < len(data) and not unpacker.eof:
                piece = data[at : at + PIECE]
                out += unpacker.decompress(piece, min(ROOM, max_bytes + 1 - len(out)))
                at += len(piece) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
                if len(out) > max_bytes:
                    raise beyond()
            out += unpacker.flush()
            if not unpacker.eof:
                raise FetchFailed(_BROKEN)
            if form != _GZIP:
                break
    except zlib.error as error:
        raise FetchFailed(_BROKEN) from error
    if len(out) > max_bytes:
        raise beyond()
    return bytes(out)
