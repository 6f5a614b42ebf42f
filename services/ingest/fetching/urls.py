"""Addresses of pages: which are fetched at all, before any name is looked up."""

import re
from ipaddress import ip_address
from urllib.parse import unquote

import httpx

from services.ingest.fetching.errors import AddressRefused

MAX_LENGTH = 2_000
"""Characters of an address: longer ones are not addresses that people cite."""

PORTS = {"http": 80, "https": 443}
NOT_WEB = frozenset(
    {
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115),
        *(117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587),
        *(601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379),
        *(6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 10080, 11211, 27017),
    }
)
"""Ports at which something else than a web server listens: those that browsers refuse (WHATWG Fetch, "port blocking"), and databases."""

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)


def checked_url(text: str) -> httpx.URL:
    """Parse the address of a page; raise `AddressRefused` that says what is wrong with it. A fragment is left out."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise AddressRefused(f"the address has {len(text):,} characters, more than the {MAX_LENGTH:,} allowed")
    if _FORBIDDEN.search(text):
        raise AddressRefused("the address holds white space, a backslash or a control character: write them percent-encoded")
    try:
        url = httpx.URL(text).copy_with(fragment=None)
        _ = url.host  # a name in letters beyond ASCII is decoded here, which fails for one that nobody can have
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise AddressRefused(f"this is not an address: {error}") from error
    return _checked(url)


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in PORTS:
        raise AddressRefused("an address begins with http:// or https://, and no other kind is fetched")
    if not url.raw_host:
        raise AddressRefused("the address names no host")
    if url.userinfo or "@" in url.netloc.decode("ascii"):
        raise AddressRefused("the address holds a name or password before an @: nothing is fetched with credentials")
    port = port_of(url)
    if port in NOT_WEB or not 0 < port < 65_536:
        raise AddressRefused(f"nothing is fetched from port {port}: it is not one of web servers")
    host = host_of(url)
    if "%" in host:
        raise AddressRefused("the host of the address holds a percent sign: write its name as it is, and no network interface")
    last = host.removesuffix(".").rpartition(".")[2]
    if ":" not in host and _NUMERIC.fullmatch(last) and not _is_address(host):
        raise AddressRefused(f"{host} is a number, not a name: write an IP address as four decimal numbers, such as 192.0.2.1")
    return url


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def host_of(url: httpx.URL) -> str:
    """The host of a URL as it is looked up: lower case, in ASCII, an IPv6 address without its brackets."""
    return url.raw_host.decode("ascii").lower()


def port_of(url: httpx.URL) -> int:
    """The port of a URL, which it may leave out."""
    return url.port or PORTS[url.scheme] if url.port != 0 else 0


def place_of(url: httpx.URL) -> str:
    """The host and port of a URL as the settings write them: `example.org:443`, `[::1]:8080`."""
    host = host_of(url)
    return f"[{host}]:{port_of(url)}" if ":" in host else f"{host}:{port_of(url)}"


def filename_of(url: httpx.URL) -> str | None:
    """The last part of a URL's path, where it has one: what the document may be called."""
    name = unquote(url.path.rstrip("/").rpartition("/")[2])
    name = "".join(each for each in name if each.isprintable() and each not in '/\\:*?"<>|')
    return name[-200:].strip(". ") or None
