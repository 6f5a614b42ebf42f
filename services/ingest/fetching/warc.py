"""Responses as they came, in the form that web archives keep them (WARC 1.1, ISO 28500), written and read by warcio.

A record holds the very bytes of the connection, transfer encoding included; interim (1xx) responses are left out. `warcio check` passes:
payload digests are over the bytes after the header, as warcio counts them.
"""

import re
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.ingest.fetching.fetched import Validators
from services.ingest.fetching.wire import Exchange

VERSION = "WARC/1.1"
MEDIA_TYPE = "application/gzip"

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d\b")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CODED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)


def write_warc(exchanges: Sequence[Exchange], software: str, new_id: Callable[[], str]) -> bytes:
    """Return a WARC file, each record compressed by itself: one `warcinfo`, then each exchange's `response` and `request`."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=VERSION)
    info = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    first = exchanges[0].time if exchanges else datetime.now(UTC)
    writer.write_record(_record("warcinfo", "application/warc-fields", info, [("WARC-Date", _date(first))], new_id(), None))
    for exchange in exchanges:
        common = [("WARC-Target-URI", exchange.url), ("WARC-Date", _date(exchange.time)), ("WARC-IP-Address", exchange.ip)]
        response_id = new_id()
        said, asked = _final(bytes(exchange.received)), bytes(exchange.sent)
        writer.write_record(_http("response", said, common, response_id))
        writer.write_record(_http("request", asked, [*common, ("WARC-Concurrent-To", f"<urn:uuid:{response_id}>")], new_id()))
    return out.getvalue()


def _http(kind: str, block: bytes, headers: list[tuple[str, str]], record_id: str) -> ArcWarcRecord:
    end = _HEAD_END.search(block)
    return _record(kind, f"application/http; msgtype={kind}", block, headers, record_id, block[end.end() :] if end else b"")


def _record(
    kind: str, content_type: str, block: bytes, headers: list[tuple[str, str]], record_id: str, payload: bytes | None
) -> ArcWarcRecord:
    # Given its HTTP headers apart, warcio would write them anew in its own way: here they are a part of the block, byte for byte.
    named = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{record_id}>"), *headers]
    if payload is not None:
        named.append(("WARC-Payload-Digest", _digest(payload)))
    named.append(("WARC-Block-Digest", _digest(block)))
    described = StatusAndHeaders("", named, protocol=VERSION)
    return ArcWarcRecord("warc", kind, described, BytesIO(block), None, content_type, len(block), payload_length=len(block))


def _digest(data: bytes) -> str:
    return f"sha256:{b32encode(sha256(data).digest()).decode()}"


def _date(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _final(received: bytes) -> bytes:
    """The last response of a connection: without interim ones before it, and without what came after its end."""
    while _INTERIM.match(received) and (end := _HEAD_END.search(received)):
        received = received[end.end() :]
    end = _HEAD_END.search(received)
    if end is None:
        return received
    head = received[: end.end()]
    length = _LENGTH.search(head)
    return received[: end.end() + int(length[1])] if length and not _CODED.search(head) else received


def validators_in(warc: bytes) -> Validators:
    """Return by what the server lets ask whether the page has changed since its response was kept; nothing where that cannot be read."""
    found = Validators()
    try:
        for record in ArchiveIterator(BytesIO(warc)):
            if record.rec_type == "response" and record.http_headers is not None:
                found = Validators(record.http_headers.get_header("ETag"), record.http_headers.get_header("Last-Modified"))
    except ArchiveLoadFailed:
        return Validators()
    return found
