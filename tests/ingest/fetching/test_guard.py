"""The guard: where a fetch may lead, how long it may take and how much it may bring."""

import gzip
import socket
import time
import zlib

import pytest

from services.ingest.fetching.errors import AddressRefused, FetchFailed
from services.ingest.fetching.fetched import Fetched
from shared.domain.errors import TooLarge
from tests.ingest.fetching.serving import Site, Talk, answer, fetcher, serving

PAGE = answer("<p>The bridge was opened on 4 May 1998.</p>")


def moved(location: str, status: str = "302 Found") -> bytes:
    return answer("", status, location=location)


def test_nothing_is_fetched_from_this_machine_unless_its_place_is_allowed() -> None:
    with serving() as site:
        site.pages["/"] = PAGE
        with pytest.raises(AddressRefused, match="not public"):
            fetcher().fetch(site.url)
        with pytest.raises(AddressRefused, match="not public"):
            fetcher(f"127.0.0.1:{site.port + 1}").fetch(site.url)
        assert site.requests == []
        assert isinstance(fetcher(site.place).fetch(site.url), Fetched)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::7f00:1]/"],
)
def test_an_address_that_is_written_out_is_checked(url: str) -> None:
    with pytest.raises(AddressRefused, match="not public"):
        fetcher().fetch(url)


def test_a_name_that_leads_inside_is_refused_even_when_it_leads_outside_too() -> None:
    with pytest.raises(AddressRefused, match=r"both\.example leads to an address that is not public \(this machine\)"):
        fetcher(resolver=lambda host, port: ["93.184.216.34", "127.0.0.1"]).fetch("http://both.example/")


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    with serving() as site:
        site.pages["/"] = PAGE
        name = f"rebinding.example:{site.port}"
        found = fetcher(name, resolver=rebinding).fetch(f"http://{name}/")
        assert isinstance(found, Fetched)
        assert asked == ["rebinding.example"]
        assert f"host: {name}".encode() in site.requests[0].lower()


def test_a_name_that_leads_elsewhere_the_second_time_is_checked_the_second_time() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with serving() as site:
        site.pages["/"] = moved(f"http://other.example:{site.port}/")
        name = f"one.example:{site.port}"
        with pytest.raises(AddressRefused, match="a private network"):
            fetcher(name, resolver=lambda host, port: next(answers)).fetch(f"http://{name}/")


def test_the_next_address_of_a_name_is_tried_when_one_does_not_answer() -> None:
    with serving() as site, socket.create_server(("127.0.0.2", 0)) as taken:
        taken.close()  # nobody listens on this address and port
        site.pages["/"] = PAGE
        name = f"two.example:{site.port}"
        found = fetcher(name, resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"]).fetch(f"http://{name}/")
        assert isinstance(found, Fetched)


def test_a_name_that_nobody_knows() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchFailed, match=r"the name nobody\.example cannot be looked up"):
        fetcher(resolver=unknown).fetch("http://nobody.example/")


def test_a_name_server_that_never_answers_is_not_waited_for() -> None:
    with serving() as site:

        def silent(host: str, port: int) -> list[str]:
            site.stopped.wait(30)
            return []

        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"longer than the 0\.2 seconds"):
            fetcher(seconds=0.2, resolver=silent).fetch("http://slow.example/")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/",
        "//127.0.0.1:1/",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://user@example.org/",
        "http://h:22/",
        "gopher://h",
    ],
)
def test_a_redirect_cannot_lead_where_an_address_cannot(location: str) -> None:
    with serving() as site:
        site.pages["/"] = moved(location)
        with pytest.raises(AddressRefused):
            fetcher(site.place).fetch(site.url)


def test_a_redirect_from_an_allowed_place_to_another_port_of_it_is_refused() -> None:
    with serving() as site, serving() as inside:
        inside.pages["/"] = PAGE
        site.pages["/"] = moved(inside.url)
        with pytest.raises(AddressRefused, match="not public"):
            fetcher(site.place).fetch(site.url)
        assert inside.requests == []


def test_redirects_in_a_circle_end() -> None:
    with serving() as site:
        site.pages |= {"/a": moved("/b"), "/b": moved("/a")}
        with pytest.raises(FetchFailed, match="redirected more than 5 times"):
            fetcher(site.place).fetch(f"{site.url}/a")
        assert len(site.requests) == 6


def test_as_many_redirects_as_are_allowed_are_followed() -> None:
    with serving() as site:
        site.pages |= {f"/{at}": moved(f"/{at + 1}") for at in range(5)} | {"/5": PAGE}
        found = fetcher(site.place).fetch(f"{site.url}/0")
        assert isinstance(found, Fetched)
        assert found.retrieval.final_url == f"{site.url}/5"


@pytest.mark.parametrize("location", ["https://xn--/", "//xn--a.example/", "", "http://[", "http://h:port/"])
def test_a_redirect_to_nowhere(location: str) -> None:
    with serving() as site:
        site.pages["/"] = moved(location)
        with pytest.raises((FetchFailed, AddressRefused), match=r"redirect|address"):
            fetcher(site.place).fetch(site.url)


def dripping(site: Site, first: bytes, drop: bytes) -> None:
    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        while not site.stopped.wait(0.02):
            connection.sendall(drop)

    site.pages["/"] = talk


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_a_server_that_drips_is_cut_off_at_the_deadline(first: bytes, drop: bytes) -> None:
    with serving() as site:
        dripping(site, first, drop)
        began = time.monotonic()
        with pytest.raises(FetchFailed):
            fetcher(site.place, seconds=0.4).fetch(site.url)
        assert time.monotonic() - began < 5


def test_a_server_that_says_nothing_is_cut_off() -> None:
    with serving() as site:
        site.pages["/"] = lambda connection, request: site.stopped.wait(30) and None
        with pytest.raises(FetchFailed, match="longer than"):
            fetcher(site.place, seconds=0.3).fetch(site.url)


def test_the_deadline_is_over_all_redirects_together() -> None:
    with serving() as site:

        def slow(connection: socket.socket, _: bytes) -> None:
            site.stopped.wait(0.2)
            connection.sendall(moved("/"))

        site.pages["/"] = slow
        began = time.monotonic()
        with pytest.raises(FetchFailed, match="longer than"):
            fetcher(site.place, seconds=0.5, redirects=50).fetch(site.url)
        assert time.monotonic() - began < 3


def endless(head: bytes, piece: bytes) -> Talk:
    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return talk


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 65_536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"a" * 65_536 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 10_000),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", b"a" * 65_536),
    ],
)
def test_an_endless_body_ends_at_the_limit(head: bytes, piece: bytes) -> None:
    with serving() as site:
        site.pages["/"] = endless(head, piece)
        with pytest.raises((TooLarge, FetchFailed), match="SALNAME_MAX_DOCUMENT_BYTES"):
            fetcher(site.place, max_bytes=200_000).fetch(site.url)


@pytest.mark.parametrize("piece", [b"X-More: " + b"a" * 1000 + b"\r\n", b"a" * 1000])
def test_an_endless_header_ends(piece: bytes) -> None:
    with serving() as site:
        site.pages["/"] = endless(b"HTTP/1.1 200 OK\r\n", piece)
        with pytest.raises(FetchFailed):
            fetcher(site.place).fetch(site.url)


def test_interim_answers_without_end() -> None:
    with serving() as site:
        site.pages["/"] = endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)
        with pytest.raises(FetchFailed):
            fetcher(site.place, max_bytes=10_000).fetch(site.url)


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    with serving() as site:

        def talk(connection: socket.socket, _: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
            site.stopped.wait(30)

        site.pages["/"] = talk
        with pytest.raises(TooLarge):
            fetcher(site.place).fetch(site.url)


def bomb(form: str, size: int = 20_000_000) -> tuple[str, bytes]:
    once = gzip.compress(bytes(size)) if form == "gzip" else zlib.compress(bytes(size))
    return {"gzip": ("gzip", once), "deflate": ("deflate", once), "twice": ("gzip, gzip", gzip.compress(gzip.compress(bytes(size))))}[form]


@pytest.mark.parametrize("form", ["gzip", "deflate", "twice"])
def test_a_bomb_is_unpacked_as_far_as_the_limit(form: str) -> None:
    encoding, body = bomb("gzip" if form == "gzip" else form)
    assert len(body) < 50_000
    with serving() as site:
        site.pages["/"] = answer(body, content_encoding=encoding)
        with pytest.raises(TooLarge, match="SALNAME_MAX_DOCUMENT_BYTES"):
            fetcher(site.place, max_bytes=100_000).fetch(site.url)


def test_a_million_tiny_files_in_one_are_unpacked_in_linear_time() -> None:
    body = gzip.compress(b"") * 100_000
    with serving() as site:
        site.pages["/"] = answer(body, content_encoding="gzip")
        began = time.monotonic()
        found = fetcher(site.place, max_bytes=5_000_000).fetch(site.url)
        assert isinstance(found, Fetched)
        assert found.data == b""
        assert time.monotonic() - began < 20


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as site, serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "")
        site.pages["/"] = PAGE
        assert isinstance(fetcher(site.place).fetch(site.url), Fetched)
        assert proxy.requests == []
