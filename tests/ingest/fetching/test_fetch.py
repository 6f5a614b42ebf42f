"""What a fetch gives: the document's bytes, where they came from, and the exchange as it was."""

import datetime
import gzip
import socket
import ssl
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from services.ingest.fetching.decoding import decoded
from services.ingest.fetching.errors import FetchFailed
from services.ingest.fetching.fetched import Fetched, NotModified, Validators
from services.ingest.fetching.warc import validators_in
from shared.domain.errors import TooLarge, UnreadableDocument
from tests.ingest.fetching.serving import answer, fetcher, serving

TEXT = "<p>Körpü 4 may 1998-ci ildə açıldı.</p>"


def fetched(page: bytes, path: str = "/page.html") -> Fetched:
    with serving() as site:
        site.pages[path] = page
        found = fetcher(site.place).fetch(site.url + path)
        assert isinstance(found, Fetched)
        return found


def test_a_page_and_what_is_known_of_it() -> None:
    with serving() as site:
        site.pages["/news/page.html"] = answer(TEXT, etag='"v1"', last_modified="Mon, 04 May 1998 10:00:00 GMT")
        before = datetime.datetime.now(datetime.UTC)
        found = fetcher(site.place).fetch(f"{site.url}/news/page.html#part")
        assert isinstance(found, Fetched)
        assert found.data.decode() == TEXT
        assert found.media_type == "text/html; charset=utf-8"
        assert found.filename == "page.html"
        assert found.url == found.retrieval.url == found.retrieval.final_url == f"{site.url}/news/page.html"
        assert found.retrieval.status == 200
        assert found.retrieval.warc
        assert before <= found.retrieval.time <= datetime.datetime.now(datetime.UTC)
        assert found.validators == Validators('"v1"', "Mon, 04 May 1998 10:00:00 GMT")
        (request,) = site.requests
        assert request.startswith(b"GET /news/page.html HTTP/1.1\r\n")
        assert b"\r\nUser-Agent: Salname/" in request
        assert b"\r\nCookie" not in request


def test_the_charset_of_the_header_is_handed_on() -> None:
    text = "<p>Köprü 4 Mayıs 1998'de açıldı.</p>"
    found = fetched(answer(text.encode("windows-1254"), content_type="text/html; charset=windows-1254"))
    assert found.media_type == "text/html; charset=windows-1254"
    assert found.data.decode("windows-1254") == text


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT.encode())),
        ("x-gzip", gzip.compress(TEXT.encode()[:9]) + gzip.compress(TEXT.encode()[9:])),
        ("deflate", zlib.compress(TEXT.encode())),
        ("deflate", zlib.compress(TEXT.encode(), wbits=-15)),
        ("gzip, deflate", zlib.compress(gzip.compress(TEXT.encode()))),
        ("identity", TEXT.encode()),
    ],
)
def test_what_is_compressed_is_unpacked(encoding: str, body: bytes) -> None:
    assert fetched(answer(body, content_encoding=encoding)).data.decode() == TEXT


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip", b"not compressed at all", "cannot be unpacked"),
        ("gzip", gzip.compress(TEXT.encode())[:-12], "cannot be unpacked"),
        ("br", b"\x0b\x02\x80abc\x03", "with br"),
    ],
)
def test_what_cannot_be_unpacked(encoding: str, body: bytes, said: str) -> None:
    with pytest.raises(FetchFailed, match=said):
        fetched(answer(body, content_encoding=encoding))


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "gzip, deflate"]), st.integers(0, 200))
def test_whatever_is_said_to_be_compressed_is_unpacked_within_the_limit_or_refused(noise: bytes, encodings: str, at: int) -> None:
    for data in (noise, gzip.compress(b"word " * 2_000)[: at + 20] + noise):
        try:
            assert len(decoded(data, encodings, 5_000, lambda: TooLarge("too large"))) <= 5_000
        except UnreadableDocument:
            continue


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("404 Not Found", "no page at this address"),
        ("410 Gone", "no page at this address"),
        ("403 Forbidden", "open it in a browser, save it"),
        ("401 Unauthorized", "open it in a browser, save it"),
        ("500 Internal Server Error", "try again later"),
        ("204 No Content", "only a page that is answered with 200"),
        ("206 Partial Content", "only a page that is answered with 200"),
        ("304 Not Modified", "not asked that"),
    ],
)
def test_other_statuses_say_what_to_do(status: str, said: str) -> None:
    with pytest.raises(FetchFailed, match=said) as failed:
        fetched(answer("" if status[:3] in ("204", "304") else "sorry", status))
    assert failed.value.extra["upstream_status"] == int(status[:3])


def test_a_server_that_asks_to_wait_is_quoted() -> None:
    with pytest.raises(FetchFailed, match="try again in 120 seconds"):
        fetched(answer("", "503 Service Unavailable", retry_after="120"))


def test_pictures_are_not_fetched() -> None:
    with pytest.raises(FetchFailed, match="image/png, which has no text"):
        fetched(answer(b"\x89PNG", content_type="image/png"))


@pytest.mark.parametrize(
    "page",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    ],
)
def test_answers_that_break_off_or_are_none(page: bytes) -> None:
    with pytest.raises(FetchFailed, match="does not answer as a web server does, or broke off"):
        fetched(page)


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FetchFailed, match="does not accept the connection"):
        fetcher(place).fetch(f"http://{place}/")


def test_an_address_in_ipv6() -> None:
    try:
        with serving("::1") as site:
            site.pages["/"] = answer(TEXT)
            found = fetcher(site.place).fetch(site.url)
            assert isinstance(found, Fetched)
            assert f"\r\nHost: {site.place}\r\n".encode() in site.requests[0]
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize(
    ("steps", "lasting"),
    [
        (["301 Moved Permanently", "308 Permanent Redirect"], "/2"),
        (["301 Moved Permanently", "302 Found"], "/1"),
        (["302 Found", "301 Moved Permanently"], "/0"),
        (["307 Temporary Redirect", "303 See Other"], "/0"),
    ],
)
def test_permanent_redirects_rename_a_page_and_temporary_ones_do_not(steps: list[str], lasting: str) -> None:
    with serving() as site:
        site.pages = {f"/{at}": answer("", step, location=f"{at + 1}") for at, step in enumerate(steps)} | {"/2": answer(TEXT)}
        found = fetcher(site.place).fetch(f"{site.url}/0")
        assert isinstance(found, Fetched)
        assert found.url == site.url + lasting
        assert (found.retrieval.url, found.retrieval.final_url) == (f"{site.url}/0", f"{site.url}/2")


def test_a_cookie_on_the_way_is_shown_again_and_forgotten_afterwards() -> None:
    with serving() as site:
        site.pages = {"/": answer("", "302 Found", location="/in", set_cookie="seen=yes"), "/in": answer(TEXT)}
        client = fetcher(site.place)
        client.fetch(site.url)
        client.fetch(site.url)
        assert [b"Cookie: seen=yes" in request for request in site.requests] == [False, True, False, True]


def test_a_page_is_asked_for_by_what_the_server_gave() -> None:
    with serving() as site:
        site.pages["/"] = answer("", "304 Not Modified")
        found = fetcher(site.place).fetch(site.url, Validators('"v1"', "Mon, 04 May 1998 10:00:00 GMT"))
        assert isinstance(found, NotModified)
        assert found.retrieval.status == 304
        assert b'\r\nIf-None-Match: "v1"\r\n' in site.requests[0]
        assert b"\r\nIf-Modified-Since: Mon, 04 May 1998 10:00:00 GMT\r\n" in site.requests[0]


def test_a_validator_cannot_add_lines_to_a_request() -> None:
    with serving() as site:
        site.pages["/"] = answer(TEXT)
        fetcher(site.place).fetch(site.url, Validators('"v"\r\nX-Evil: yes'))
        assert b"Evil" not in site.requests[0]


def records(warc: bytes) -> list[tuple[str, bytes, bytes]]:
    """Type, whole block and decoded content of each record, digests checked."""
    found = []
    raw = [(record.rec_type, record.raw_stream.read()) for record in ArchiveIterator(BytesIO(warc), no_record_parse=True)]
    for (kind, block), record in zip(raw, ArchiveIterator(BytesIO(warc), check_digests="raise"), strict=True):
        content = record.content_stream().read()
        assert record.digest_checker.passed is True
        found.append((kind, block, content))
    return found


CHUNKED = b"HTTP/1.1 200 OK\r\nX-Odd:  kept as it is \r\ntransfer-encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"


def chunks(data: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(data[at : at + 7]), data[at : at + 7]) for at in range(0, len(data), 7)) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (answer(TEXT), None),
        (CHUNKED + chunks(gzip.compress(TEXT.encode())), None),
        (b"HTTP/1.0 200 OK\r\nserver: caf\xc3\xa9\r\n\r\n" + TEXT.encode(), None),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + answer(TEXT), answer(TEXT)),
        (answer(TEXT) + b"HTTP/1.1 200 OK\r\n\r\nsmuggled", answer(TEXT)),
        (b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", None),
    ],
)
def test_the_response_is_kept_byte_for_byte(page: bytes, kept: bytes | None) -> None:
    with serving() as site:
        site.pages["/"] = page
        found = fetcher(site.place).fetch(site.url)
        assert isinstance(found, Fetched)
        info, response, request = records(found.warc)
        assert info[0] == "warcinfo"
        assert (response[0], response[1]) == ("response", kept or page)
        assert response[2] == found.data
        assert request[:2] == ("request", site.requests[0])


def test_every_step_of_the_way_is_kept() -> None:
    with serving() as site:
        site.pages = {"/a": answer("over there", "301 Moved Permanently", location="/b"), "/b": answer(TEXT, etag='W/"2"')}
        found = fetcher(site.place).fetch(f"{site.url}/a")
        assert isinstance(found, Fetched)
        kept = [record.rec_headers for record in ArchiveIterator(BytesIO(found.warc))]
        assert [headers.get_header("WARC-Type") for headers in kept] == ["warcinfo", "response", "request", "response", "request"]
        targets = [headers.get_header("WARC-Target-URI") for headers in kept[1:]]
        assert targets == [f"{site.url}/a"] * 2 + [f"{site.url}/b"] * 2
        assert {headers.get_header("WARC-IP-Address") for headers in kept[1:]} == {"127.0.0.1"}
        assert kept[2].get_header("WARC-Concurrent-To") == kept[1].get_header("WARC-Record-ID")
        assert validators_in(found.warc) == Validators('W/"2"')


@pytest.mark.parametrize("warc", [b"", b"garbage", b"WARC/1.1\r\n"])
def test_a_file_that_is_no_warc_has_no_validators(warc: bytes) -> None:
    assert not validators_in(warc)


def certificate(tmp_path: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for a name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(pem + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def test_a_secure_page_is_asked_for_by_its_name_at_the_address_that_was_checked(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "secure.example")
    names: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(context=server) as site:
        site.pages["/"] = answer(TEXT)
        name = f"secure.example:{site.port}"
        found = fetcher(name, resolver=lambda host, port: ["127.0.0.1"], context=client).fetch(f"https://{name}/")
        assert isinstance(found, Fetched)
        assert found.data.decode() == TEXT
        assert names == ["secure.example"]
        assert records(found.warc)[1][1] == answer(TEXT)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_for_another_name_or_from_nobody_known_is_refused(tmp_path: Path, trusted: bool) -> None:
    server, client = certificate(tmp_path, "other.example" if trusted else "secure.example")
    with serving(context=server) as site:
        site.pages["/"] = answer(TEXT)
        name = f"secure.example:{site.port}"
        strict = fetcher(name, resolver=lambda host, port: ["127.0.0.1"], context=client if trusted else None)
        with pytest.raises(FetchFailed, match="cannot be reached securely"):
            strict.fetch(f"https://{name}/")
        assert site.requests == []
