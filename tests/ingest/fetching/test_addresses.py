"""Which IP addresses are public, and which addresses of pages are fetched at all."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.fetching.addresses import why_not_public
from services.ingest.fetching.errors import AddressRefused
from services.ingest.fetching.urls import checked_url, filename_of, place_of

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.128.0.1", "172.32.0.1", "169.253.255.255", "2606:4700::1111", "2a00:1450:4001::200e"]
NOT_PUBLIC = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:10.0.0.1"),
    *("4000::1", "8000::1", "100::1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert why_not_public(address) is None


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert why_not_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_carried_by_another_is_as_public_as_by_itself(number: int) -> None:
    v4 = IPv4Address(number)
    carried = [IPv6Address(0xFFFF << 32 | number), IPv6Address(0x64FF9B << 96 | number), IPv6Address(0x2002 << 112 | number << 80 | 1)]
    for address in carried:
        assert (why_not_public(str(address)) is None) == (why_not_public(str(v4)) is None), address


IN_SPECIAL_PLACES = st.builds(
    lambda high, low: high | low & ((1 << 112) - 1),
    st.sampled_from([0x2001, 0x2002, 0x64, 0x100, 0xFC00, 0xFE80, 0xFEC0, 0xFF02, 0x3FFF, 0x5F00, 0]).map(lambda first: first << 112),
    st.integers(0, 2**112 - 1) | st.integers(0, 2**40) | st.integers(0, 2**16).map(lambda second: second << 96),
)


@given(st.integers(0, 2**32 - 1) | st.integers(2**32, 2**128 - 1) | IN_SPECIAL_PLACES)
def test_nothing_that_python_knows_as_special_is_public(number: int) -> None:
    address = ip_address(number)
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_reserved
    assert why_not_public(str(address)) is not None or not special


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://example.org/a?b=c#d", "example.org:80"),
        ("HTTPS://EXAMPLE.org", "example.org:443"),
        ("https://example.org:8443/", "example.org:8443"),
        ("http://[2606:4700::1111]/", "[2606:4700::1111]:80"),
        ("https://əkinçi.az/", "xn--kini-2oa03t.az:443"),
        (" http://3com.com/ ", "3com.com:80"),
    ],
)
def test_the_place_of_an_address(url: str, place: str) -> None:
    checked = checked_url(url)
    assert place_of(checked) == place
    assert "#" not in str(checked)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x"),
        *("http://", "http:///x", "http://user@example.org/", "http://user:word@example.org/", "http://good@127.0.0.1/", "http://:@h/"),
        *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://127.0.0.1./"),
        *("http://1.2.3.4.5/", "http://[fe80::1%25eth0]/", "http://ex%61mple.org/", "http://good\\@127.0.0.1/", "http://example.org/a b"),
        *("http://example.org/\tx", "http://example.org/\x00", "http://①②⑦.0.0.1/", "http://example.org:22/", "http://example.org:6379/"),
        *("http://example.org:0/", "http://example.org:99999/", "http://example.org:x/", "http://[::1", "http://example.org/" + "a" * 2000),
        *("https://xn--/", "https://xn--a.example/"),
    ],
)
def test_addresses_that_are_not_fetched(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        checked_url(url)
    assert len(refused.value.detail) < 400


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://h/a/report.pdf?x=y", "report.pdf"),
        ("http://h/a/", "a"),
        ("http://h/", None),
        ("http://h/M%C9%99qal%C9%99.html", "Məqalə.html"),
        ("http://h/%2e%2e%2fpasswd", "passwd"),
        ("http://h/a%00b%0a.txt", "ab.txt"),
        ("http://h/...", None),
        ("http://h/%e2%80%aetxt.exe", "txt.exe"),
    ],
)
def test_what_a_document_may_be_called(url: str, name: str | None) -> None:
    assert filename_of(checked_url(url)) == name
