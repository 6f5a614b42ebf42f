"""The charset by which a page is read."""

import pytest

from services.ingest.fetching.charset import believable

LONG = "Мост был открыт 4 мая 1998 года".encode()


@pytest.mark.parametrize(
    ("media_type", "data", "read_as"),
    [
        ("text/html; charset=windows-1251", LONG, "text/html; charset=utf-8"),
        ('text/html; charset="ISO-8859-1"; x=y', LONG, "text/html; charset=utf-8"),
        ("text/html; charset=UTF-8", LONG, "text/html; charset=UTF-8"),
        ("text/html", LONG, "text/html"),
        (None, LONG, None),
        ("text/html; charset=windows-1251", LONG.decode().encode("windows-1251"), "text/html; charset=windows-1251"),
        ("text/html; charset=gbk", "联通".encode("gbk"), "text/html; charset=gbk"),
        ("text/html; charset=iso-2022-jp", "橋".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp"),
        ("text/html; charset=utf-16le", LONG.decode().encode("utf-16-le"), "text/html; charset=utf-16le"),
        ("text/html; charset", LONG, "text/html; charset"),
        ("; charset=latin-1", LONG, "text/plain; charset=utf-8"),
    ],
)
def test_what_a_page_is_read_as(media_type: str | None, data: bytes, read_as: str | None) -> None:
    assert believable(media_type, data) == read_as
