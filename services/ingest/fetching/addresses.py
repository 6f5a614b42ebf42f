"""Which IP addresses are public: where a page may be fetched from.

After IANA's special-purpose address registries (RFC 6890 and what came after it). An address that carries another one within it (mapped,
translated or tunnelled IPv4) is public if both are.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_NOT_PUBLIC: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "a private network"),
    ("100.64.0.0/10", "a provider's shared network"),
    ("127.0.0.0/8", "this machine"),
    ("169.254.0.0/16", "the local link, or a cloud's metadata service"),
    ("172.16.0.0/12", "a private network"),
    ("192.0.0.0/24", "protocol assignments, or a cloud's metadata service"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "relays that are no longer used"),
    ("192.168.0.0/16", "a private network"),
    ("198.18.0.0/15", "benchmarks"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, or broadcast"),
    ("168.63.129.16/32", "a cloud's platform service"),
    ("::/128", "this host"),
    ("::1/128", "this machine"),
    ("64:ff9b:1::/48", "a local translation of IPv4"),
    ("100::/64", "a black hole"),
    ("100:0:0:1::/64", "a black hole"),
    ("2001::/23", "protocol assignments, tunnels among them"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "a private network"),
    ("fe80::/10", "the local link"),
    ("fec0::/10", "a private network"),
    ("ff00::/8", "multicast"),
)
_NETWORKS: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple(
    (IPv6Network(network) if ":" in network else IPv4Network(network), what) for network, what in _NOT_PUBLIC
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_WITHIN = (IPv6Network("::ffff:0:0/96"), IPv6Network("::ffff:0:0:0/96"), IPv6Network("::/96"), _NAT64)
"""IPv4 mapped, translated, compatible, and through NAT64: in each of them the last 32 bits are the IPv4 address."""

_ISATAP = (0x00005EFE, 0x02005EFE)
"""The third 32 bits of an ISATAP address (RFC 5214), of which the last 32 are an IPv4 address."""


def why_not_public(text: str) -> str | None:
    """Say what an IP address belongs to if it is not public; None if it is. Raises `ValueError` for what is no IP address."""
    address = ip_address(text)
    for carried in (address, *_within(address)):
        for network, what in _NETWORKS:
            if carried.version == network.version and carried in network:
                return what
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST and not any(address in network for network in _IPV4_WITHIN):
        return "reserved"
    return None


def _within(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads on to."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    last = IPv4Address(number & 0xFFFFFFFF)
    if any(address in network for network in _IPV4_WITHIN) or number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield last
    if address.sixtofour is not None:
        yield address.sixtofour
