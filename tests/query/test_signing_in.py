"""Signing in to the pages: with a token that is valid, from our own pages only, and never to anywhere else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from shared.domain.roles import Role
from shared.store.tokens import TokenStore, new_secret
from shared.web.auth import COOKIE
from tests.query.conftest import World

OWN = {"Sec-Fetch-Site": "same-origin"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECRET = new_secret()
FAIR = "/chronologies/test"


@pytest.fixture
def browser(world: World) -> Iterator[httpx.Client]:
    TokenStore(world.database).create("token-1", "Aygün", Role.editor, datetime(2026, 1, 1, tzinfo=UTC), SECRET)
    with httpx.Client(base_url=world.client.base_url, timeout=30.0, headers=BROWSER) as client:
        yield client


def sign_in(browser: httpx.Client, token: str = SECRET, to: str = FAIR, **headers: str) -> httpx.Response:
    return browser.post("/sign-in", data={"token": token, "to": to}, headers={**OWN, **headers})


def test_a_page_leads_to_the_form_and_the_form_back_to_the_page(browser: httpx.Client) -> None:
    page = browser.get(FAIR, params={"q": "fair"})
    link = re.search(r'href="(/sign-in\?to=[^"]+)"', page.text)
    assert link is not None
    asked = browser.get(link[1].replace("&amp;", "&"))
    assert asked.headers["cache-control"] == "no-store"
    kept = re.search(r'name="to" value="([^"]+)"', asked.text)
    assert kept is not None
    opened = sign_in(browser, f"  {SECRET} ", kept[1])
    assert (opened.status_code, opened.headers["location"]) == (303, f"{FAIR}?q=fair")
    again = browser.get(FAIR, params={"q": "fair"}, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 200, "a page with somebody's name on it is another"
    assert "Aygün · editor" in again.text
    assert 'href="/sign-in' not in again.text


def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(browser: httpx.Client) -> None:
    cookie = sign_in(browser).headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
    assert "secure" not in cookie, "there is no TLS here"


def test_behind_tls_the_session_goes_by_tls_only(browser: httpx.Client, world: World) -> None:
    async def behind_tls(scope, receive, send):  # type: ignore[no-untyped-def]  # the shape of ASGI
        await world.app({**scope, "scheme": "https"}, receive, send)

    async def ask() -> str:
        transport = httpx.ASGITransport(behind_tls)
        async with httpx.AsyncClient(transport=transport, base_url="https://salname.example") as client:
            return (await client.post("/sign-in", data={"token": SECRET}, headers=OWN)).headers["set-cookie"].lower()

    import asyncio

    assert "; secure" in asyncio.run(ask())


def test_a_token_that_is_not_valid_signs_nobody_in(browser: httpx.Client) -> None:
    for token, status in ((" ", 401), ("not-a-token", 401), (f"{SECRET}x", 401), ("", 422), ("x" * 501, 422)):
        refused = sign_in(browser, token)
        assert refused.status_code == status, token
        assert "set-cookie" not in refused.headers
        assert refused.headers["content-type"].startswith("text/html")
        if status == 401:
            assert "This token is not valid" in refused.text
            assert f'name="to" value="{FAIR}"' in refused.text
            assert not token.strip() or token not in refused.text


def test_no_other_site_signs_anybody_in_or_out(browser: httpx.Client) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
        for path in ("/sign-in", "/sign-out"):
            refused = browser.post(path, data={"token": SECRET}, headers=headers)
            assert refused.status_code == 403, (path, headers)
            assert "set-cookie" not in refused.headers


def test_nobody_is_led_elsewhere(browser: httpx.Client) -> None:
    for to in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "", "/a b"):
        assert sign_in(browser, to=to).headers["location"] == "/", to
        assert 'name="to" value="/"' in browser.get("/sign-in", params={"to": to}).text, to


def test_signing_out_forgets_the_token_here_and_nowhere_else(browser: httpx.Client) -> None:
    sign_in(browser)
    assert COOKIE in browser.cookies
    out = browser.post("/sign-out", data={"to": FAIR}, headers=OWN)
    assert (out.status_code, out.headers["location"]) == (303, FAIR)
    assert COOKIE not in browser.cookies
    assert "Sign in" in browser.get(FAIR).text
    assert sign_in(browser).status_code == 303


def test_where_reading_needs_a_token_a_browser_can_bring_one(browser: httpx.Client, world: World) -> None:
    world.app.state.settings = world.app.state.settings.model_copy(update={"anonymous_read": False})
    closed = browser.get(FAIR)
    assert closed.status_code == 401
    assert f'href="/sign-in?to={FAIR}"' in closed.text
    assert browser.get("/sign-in").status_code == 200
    sign_in(browser)
    assert browser.get(FAIR).status_code == 200
    assert browser.get("/v1/chronologies").status_code == 200, "programs on our pages read what the page reads"


def test_corrections_are_offered_where_they_can_be_sent(browser: httpx.Client, world: World) -> None:
    sign_in(browser)
    entry = world.entry_with("guests")["url"]
    for one_address in (False, True):
        world.app.state.settings = world.app.state.settings.model_copy(update={"one_address": one_address})
        assert ('data-post="/v1/chronologies/test/corrections"' in browser.get(entry).text) == one_address


def test_an_address_without_anything_is_a_page_for_people_and_a_problem_for_programs(browser: httpx.Client) -> None:
    sign_in(browser)
    for path in ("/nothing", "/static/nothing.css", "/sign-out", "/chronologies/test/nothing"):
        page = browser.get(path)
        assert page.status_code == (405 if path == "/sign-out" else 404), path
        assert "This page cannot be shown" in page.text
        assert "Aygün" in page.text
        said = browser.get(path, headers={"Accept": "*/*"})
        assert said.headers["content-type"] == "application/problem+json"
        under_v1 = browser.get(f"/v1{path}")
        assert (under_v1.status_code, under_v1.headers["content-type"]) == (404, "application/problem+json")


def test_an_error_is_told_in_the_reader_s_language_first(browser: httpx.Client) -> None:
    page = browser.get("/chronologies/nowhere", headers={"Accept-Language": "az"})
    assert "Bu ünvanda heç nə yoxdur." in page.text
    assert 'lang="en">there is no chronology' in page.text
