"""The sources of an entry over HTTP: one citation a document, whatever became of it."""

import html
from typing import Any

import pytest
from lxml import html as lxml_html

from shared.domain.provenance import SourceDetails
from tests.ingest.parsing.making import pdf_of
from tests.query.conftest import World
from tests.support.running import ADMIN
from tests.support.texts import FAIR_EN

JSON = "application/json"


def citations(world: World, entry_id: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(f"/entries/{entry_id}/citations", **params)["citations"]
    return found


def test_each_document_is_cited_once_in_the_order_of_a_list(world: World) -> None:
    entry = world.entry_with("guests")
    found = citations(world, entry["id"])
    assert [citation["bibliography"] for citation in found] == [
        "Looking back. (2008, May 4). Hill Post (example).",
        "The seed fair. (1999, March 5). Valley Gazette (example).",
        "Yarmarka. (2001, June 1). Vadi qəzeti (nümunə).",
    ]
    assert {claim_id for citation in found for claim_id in citation["claims"]} == {claim["claim_id"] for claim in entry["claims"]}
    assert {citation["document_id"] for citation in found} == {document["id"] for document in entry["documents"]}
    assert all(citation["standing"] and citation["erased"] is None for citation in found)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("apa", "The seed fair. (1999, March 5). Valley Gazette (example)."),
        ("chicago", "Valley Gazette (example). The Seed Fair. March 5, 1999."),
        ("mla", "The Seed Fair. Valley Gazette (example), 5 Mar. 1999."),
    ],
)
def test_styles(world: World, style: str, expected: str) -> None:
    found = citations(world, world.entry_with("guests")["id"], style=style)
    assert expected in [citation["bibliography"] for citation in found]


def test_forms(world: World) -> None:
    address = f"/v1/chronologies/test/entries/{world.entry_with('guests')['id']}/citations"
    listed = world.client.get(address).json()["citations"]
    text = world.client.get(address, params={"format": "text"})
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.splitlines() == [citation["bibliography"] for citation in listed]
    page = world.client.get(address, params={"format": "html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    items = lxml_html.fragment_fromstring(page.text).findall("li")
    assert [item.text_content() for item in items] == text.text.splitlines()
    csl = world.client.get(address, params={"format": "csl-json"})
    assert csl.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    item = next(item for item in csl.json() if item["title"] == "The seed fair")
    assert (item["type"], item["publisher"], item["issued"]) == ("document", "Valley Gazette (example)", {"date-parts": [[1999, 3, 5]]})


def test_a_page_of_the_web_has_the_day_of_its_capture_as_the_day_of_access(empty: World) -> None:
    details = SourceDetails(title="The fair", author="Nora Hill", publisher="The Lantern", url="https://lantern.example/fair?a=1&b=2")
    empty.running.capture(FAIR_EN, details)
    (cited,) = citations(empty, empty.entry_with("guests")["id"])
    captured = empty.get("/documents")["documents"][0]["captured"]
    year, month, day = (int(part) for part in captured[:10].split("-"))
    assert cited["item"]["accessed"] == {"date-parts": [[year, month, day]]}
    assert cited["item"]["type"] == "webpage"
    assert cited["bibliography"].startswith("Hill, N. (n.d.). The fair. The Lantern. Retrieved ")
    assert cited["bibliography"].endswith(f" {day}, {year}, from https://lantern.example/fair?a=1&b=2")
    assert f'<a href="{html.escape("https://lantern.example/fair?a=1&b=2")}">' in cited["html"]


def test_the_page_of_a_paged_document_stands_in_the_text(empty: World) -> None:
    details = SourceDetails(title="On piers", author="Ministry of Quays", published="1936~", language="en")
    pdf = pdf_of([["An empty page."], ["On 7 June 1936 the new pier was opened in Ganja. 40 guests came."]])
    empty.running.service.capture(empty.running.info.id, pdf, ADMIN, filename="piers.pdf", declared=details)
    empty.running.projector.project(empty.running.info)
    entry_id = empty.get("/entries")["entries"][0]["id"]
    (cited,) = citations(empty, entry_id)
    assert cited["pages"] == [2]
    assert cited["in_text"] == "(Ministry of Quays, ca. 1936, p. 2)"
    (noted,) = citations(empty, entry_id, style="chicago")
    assert noted["in_text"] == "Ministry of Quays, On Piers, ca. 1936, 2."


def test_nothing_known_of_a_source(empty: World) -> None:
    empty.running.capture(FAIR_EN, SourceDetails(), "scan.txt")
    (cited,) = citations(empty, empty.entry_with("guests")["id"])
    title = cited["item"].get("title")
    assert cited["bibliography"] in (f"{title}. (n.d.).", "[Untitled document scan.txt]. (n.d.).")


def test_language_of_the_reader(world: World) -> None:
    address = f"/v1/chronologies/test/entries/{world.entry_with('guests')['id']}/citations"
    asked = world.client.get(address, headers={"Accept-Language": "az, en;q=0.5"})
    assert asked.headers["content-language"] == "az"
    assert "Looking back. (2008, 4 may). Hill Post (example)." in [citation["bibliography"] for citation in asked.json()["citations"]]
    chosen = world.client.get(address, params={"language": "de"}, headers={"Accept-Language": "az"})
    assert "Looking back. (2008, 4. Mai). Hill Post (example)." in [citation["bibliography"] for citation in chosen.json()["citations"]]
    assert asked.headers["etag"] != chosen.headers["etag"]
    assert world.client.get(address, params={"language": "xx"}).status_code == 422


def test_a_withdrawn_claim_does_not_hide_its_source(world: World) -> None:
    entry = world.entry_with("guests")
    document = next(claim["document"]["id"] for claim in entry["claims"])
    for claim in entry["claims"]:
        if claim["document"]["id"] == document:
            world.correct({"kind": "withdraw-claim", "claim_id": claim["claim_id"]})
    entry_id = world.entry_with("guests")["id"]
    found = {citation["document_id"]: citation for citation in citations(world, entry_id)}
    assert [document_id for document_id, citation in found.items() if not citation["standing"]] == [document]
    text = world.client.get(f"/v1/chronologies/test/entries/{entry_id}/citations", params={"format": "text"}).text
    assert text.count("[withdrawn; supports nothing]") == 1
    assert len(citations(world, entry_id, at=entry["revision"])) == 3
    assert all(citation["standing"] for citation in citations(world, entry_id, at=entry["revision"]))


def test_an_erased_document_is_cited_as_erased(world: World) -> None:
    entry = world.entry_with("guests")
    gone = entry["claims"][-1]["document"]["id"]
    world.running.service.erase(world.running.info.id, gone, "A court <i>said</i> so.", ADMIN)
    world.running.projector.project(world.running.info)
    entry_id = world.entry_with("guests")["id"]
    (cited,) = (citation for citation in citations(world, entry_id) if citation["document_id"] == gone)
    assert cited["erased"]["reason"] == "A court <i>said</i> so."
    assert not cited["standing"]
    page = world.client.get(f"/v1/chronologies/test/entries/{entry_id}/citations", params={"format": "html"}).text
    assert "A court &lt;i&gt;said&lt;/i&gt; so.]" in page


def test_it_is_conditional_and_leads_to_what_an_id_became(world: World) -> None:
    first, second = (entry["id"] for entry in world.get("/entries")["entries"])
    address = f"/v1/chronologies/test/entries/{first}/citations"
    answer = world.client.get(address)
    assert world.client.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    world.correct({"kind": "merge-entries", "entry_ids": [first, second]})
    kept = world.get("/entries")["entries"][0]["id"]
    gone = second if kept == first else first
    moved = world.client.get(f"/v1/chronologies/test/entries/{gone}/citations?style=mla", follow_redirects=False)
    assert moved.status_code == 308
    assert moved.headers["location"] == f"/v1/chronologies/test/entries/{kept}/citations?style=mla"
    assert world.client.get("/v1/chronologies/test/entries/none-such/citations").status_code == 404
    assert world.client.get(address, params={"style": "vancouver"}).status_code == 422
