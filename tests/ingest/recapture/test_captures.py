"""Capturing addresses and capturing them again, from a real server into a real database."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from warcio.archiveiterator import ArchiveIterator

from services.ingest.fetching.errors import FetchFailed
from services.ingest.fetching.fetched import Fetched
from services.ingest.intake import Intake
from services.ingest.plugins import load_extractor
from services.ingest.recapturing.receipts import CaptureReceipt
from services.ingest.receipts import Caller
from shared.domain.errors import AlreadyExists, Gone, IdempotencyConflict, InvalidInput, NotAllowed, NotFound, SalnameError
from shared.domain.events import ClaimRecorded, DocumentCaptured, SourceRecaptured, SourceScheduled
from shared.domain.ports import replay
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role
from tests.ingest.fetching.serving import answer
from tests.ingest.recapture.conftest import World
from tests.ingest.recapture.pages import BRIDGE, page
from tests.support.running import ADMIN

STORM = BRIDGE[2]
CHANGED = STORM.replace("45 families", "48 families")


def events(world: World, kind: type) -> list:  # type: ignore[type-arg]
    return [event.data for event in replay(world.running.service.log, world.here) if isinstance(event.data, kind)]


def test_a_page_is_captured_with_its_response(world: World) -> None:
    world.site.pages["/bridge.html"] = page(*BRIDGE)
    receipt = world.capture("/bridge.html#top", SourceDetails(publisher="Alder Gazette (example)"))
    assert receipt.status == "recorded"
    assert receipt.claims >= 3
    assert receipt.comparison is None
    (captured,) = events(world, DocumentCaptured)
    assert captured.document_id == receipt.id
    assert captured.source_id == receipt.source_id
    assert captured.filename == "bridge.html"
    assert captured.previous is None
    assert captured.retrieved.url == captured.retrieved.final_url == f"{world.site.url}/bridge.html"
    assert captured.retrieved.warc
    stored = world.running.service.log.document(world.here, receipt.id)
    assert stored is not None
    assert stored.warc is not None
    assert "1200 people" in stored.text
    assert "Home" not in stored.text
    kept = [record.content_stream().read() for record in ArchiveIterator(BytesIO(stored.warc)) if record.rec_type == "response"]
    assert kept == [stored.original]
    source = world.captures.history.source(world.here, receipt.source_id)
    assert source is not None
    assert (source.details.title, source.details.author) == ("The bridge at Alder Quay", "Lale Sample")
    assert source.details.publisher == "Alder Gazette (example)"
    assert source.details.url == f"{world.site.url}/bridge.html"


TURKISH = "Kasabanın köprüsü 4 Mayıs 1998'de açıldı; açılışa 1200 kişi katıldı, sonra şenlik yapıldı."
RUSSIAN = "Мост был открыт 4 мая 1998 года, и 1200 человек пришли на него посмотреть."


@pytest.mark.parametrize(
    ("text", "charset", "said"),
    [
        (RUSSIAN, "windows-1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (TURKISH, "iso-8859-9", "iso-8859-9"),
        (TURKISH, "utf-8", None),
        (RUSSIAN, "utf-8", "windows-1251"),
        (TURKISH, "utf-8", "iso-8859-1"),
        (RUSSIAN, "windows-1251", "utf-8"),
        (RUSSIAN, "utf-8", "none-such"),
    ],
)
def test_the_charset_of_a_server_is_believed_unless_the_bytes_say_otherwise(
    world: World, text: str, charset: str, said: str | None
) -> None:
    body = page(text, title="Köprü" if text is TURKISH else "Мост").split(b"\r\n\r\n", 1)[1].decode().encode(charset)
    world.site.pages["/b"] = answer(body, content_type=f"text/html; charset={said}" if said else "text/html")
    receipt = world.capture("/b")
    stored = world.running.service.log.document(world.here, receipt.id)
    assert stored is not None
    assert text in stored.text
    (captured,) = events(world, DocumentCaptured)
    assert captured.retrieved.media_type == (f"text/html; charset={said}" if said else "text/html")


def test_the_same_page_again_changes_nothing_and_records_nothing(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    head = world.running.info.head
    for again in (world.capture("/b"), world.recapture(first.source_id)):
        assert (again.status, again.id, again.source_id, again.comparison) == ("unchanged", first.id, first.source_id, None)
    world.site.pages["/b"] = page(*BRIDGE, footer="All rights reserved, and 17 visitors today")
    assert world.recapture(first.source_id).status == "unchanged"
    assert world.running.info.head == head


def test_a_server_that_can_is_asked_whether_the_page_has_changed(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE, etag='"first"')
    first = world.capture("/b")
    world.site.pages["/b"] = answer("", "304 Not Modified")
    assert world.recapture(first.source_id).status == "unchanged"
    assert b'\r\nIf-None-Match: "first"\r\n' in world.site.requests[-1]


def test_a_page_that_changed_is_a_new_document_and_its_claims_are_compared(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.site.pages["/b"] = page("In 2010 the bridge was painted green for 90000 euros.", BRIDGE[0], CHANGED)
    second = world.recapture(first.source_id)
    assert second.status == "recorded"
    assert second.id != first.id
    assert second.source_id == first.source_id
    found = second.comparison
    assert found is not None
    assert found.previous == first.id
    assert found.carried >= 1
    (families,) = [each for each in found.changed if "families" in each.earlier.quote]
    assert families.later.quote == families.earlier.quote.replace("45", "48")
    assert any("March 1995" in each.quote for each in found.vanished)
    assert any("painted green" in each.quote for each in found.new)
    assert not found.doubt
    (recaptured,) = events(world, SourceRecaptured)
    captured = events(world, DocumentCaptured)[-1]
    assert (captured.previous, recaptured.previous, recaptured.document_id) == (first.id, first.id, second.id)
    of_first = {each.claim.id for each in events(world, ClaimRecorded) if each.claim.document_id == first.id}
    fates = [pair.earlier for pair in recaptured.carried + recaptured.changed] + list(recaptured.vanished + recaptured.doubt)
    assert sorted(fates) == sorted(of_first)
    later = {each.claim.id for each in events(world, ClaimRecorded) if each.claim.document_id == second.id}
    assert {pair.later for pair in recaptured.carried + recaptured.changed} <= later


def test_what_a_person_brought_moves_to_the_new_capture(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    line = b'{"document_id": "%b", "quote": "longer than the council had hoped"}' % first.id.encode()
    brought = world.running.service.record_claim(world.here, line, Caller(Principal(name="Nigar", role=Role.contributor))).recorded[0]
    gone = b'{"document_id": "%b", "quote": "by the mayor of the town"}' % first.id.encode()
    lost = world.running.service.record_claim(world.here, gone, ADMIN).recorded[0]
    world.project()
    world.site.pages["/b"] = page("A new first paragraph stands above everything else.", BRIDGE[1], CHANGED)
    second = world.recapture(first.source_id)
    (recaptured,) = events(world, SourceRecaptured)
    (moved_id,) = [pair.later for pair in recaptured.carried if pair.earlier == brought]
    (moved,) = [each.claim for each in events(world, ClaimRecorded) if each.claim.id == moved_id]
    stored = world.running.service.log.document(world.here, second.id)
    assert stored is not None
    moved.check(stored.text)
    assert (moved.extractor.name, moved.document_id, moved.quote) == ("person", second.id, "longer than the council had hoped")
    assert lost in (*recaptured.vanished, *(pair.earlier for pair in recaptured.changed))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The extractor `llm` can be chosen; where it would ask, nobody listens."""
    monkeypatch.setenv("SALNAME_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SALNAME_LLM_MODEL", "none")
    load_extractor.cache_clear()
    yield
    load_extractor.cache_clear()


def test_a_page_is_read_by_the_extractor_that_read_it_before(world: World, model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reader = world.captures._read

    def reading(fetched: Fetched, declared: SourceDetails, fallback: SourceDetails, extractor: str) -> Intake:
        read.append(extractor)
        intake = reader(fetched, declared, fallback, "rules")
        return replace(intake, extractor=intake.extractor.model_copy(update={"name": extractor}))

    monkeypatch.setattr(world.captures, "_read", reading)
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.captures.capture(world.here, f"{world.site.url}/b", ADMIN, extractor="llm")
    world.project()
    world.site.pages["/b"] = page(*BRIDGE[:2], CHANGED)
    world.recapture(first.source_id)
    world.site.pages["/b"] = page(*BRIDGE[:2])
    world.captures.recapture(world.here, first.source_id, ADMIN, "rules")
    assert read == ["llm", "llm", "rules"]


def test_a_page_that_goes_back_to_what_it_said_is_a_third_document(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.site.pages["/b"] = page(*BRIDGE[:2], CHANGED)
    second = world.recapture(first.source_id)
    world.site.pages["/b"] = page(*BRIDGE)
    third = world.recapture(first.source_id)
    assert third.status == "recorded"
    assert len({first.id, second.id, third.id}) == 3
    assert third.comparison is not None
    assert third.comparison.previous == second.id
    assert [each.previous for each in events(world, DocumentCaptured)] == [None, first.id, second.id]


def test_an_address_that_was_captured_before_is_captured_again_by_its_name_too(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.site.pages["/b"] = page(*BRIDGE[:2], CHANGED)
    second = world.capture("/b")
    assert second.source_id == first.source_id
    assert second.comparison is not None
    assert second.comparison.previous == first.id


def test_permanent_redirects_lead_to_one_source_and_temporary_ones_do_not(world: World) -> None:
    world.site.pages |= {"/new": page(*BRIDGE), "/old": answer("", "301 Moved Permanently", location="/new")}
    first = world.capture("/new")
    again = world.capture("/old")
    assert (again.status, again.source_id) == ("unchanged", first.source_id)
    world.site.pages |= {"/today": answer("", "302 Found", location="/new")}
    other = world.capture("/today")
    assert (other.status, other.url, other.final_url) == ("recorded", f"{world.site.url}/today", f"{world.site.url}/new")
    assert other.source_id != first.source_id


def test_a_source_whose_address_was_redirected_stays_the_source_that_it_is(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.site.pages |= {"/b": answer("", "301 Moved Permanently", location="/c"), "/c": page(*BRIDGE[:2], CHANGED)}
    second = world.recapture(first.source_id)
    assert second.source_id == first.source_id
    assert (second.url, second.final_url) == (f"{world.site.url}/b", f"{world.site.url}/c")


def test_a_file_that_only_says_where_it_is_from_is_compared_with_nothing(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    file = world.running.capture("A note: on 4 May 1998 the bridge was opened.", SourceDetails(url=f"{world.site.url}/b"))
    (source,) = world.captures.history.sources(world.here)
    fetched = world.recapture(source.id)
    assert fetched.status == "recorded"
    assert fetched.source_id == source.id
    assert fetched.id != file.id
    assert not events(world, SourceRecaptured)


def test_an_erased_capture_is_not_brought_back(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.running.service.erase(world.here, first.id, "asked by a person", ADMIN)
    world.project()
    head = world.running.info.head
    for change in (BRIDGE, (*BRIDGE[:2], CHANGED)):
        world.site.pages["/b"] = page(*change)
        with pytest.raises(Gone):
            world.recapture(first.source_id)
        with pytest.raises(Gone):
            world.capture("/b")
    assert world.running.info.head == head


def test_what_cannot_be_captured_again(world: World) -> None:
    world.running.capture("On 4 May 1998 the bridge was opened.", SourceDetails(title="A note"))
    (source,) = world.captures.history.sources(world.here)
    with pytest.raises(InvalidInput, match="no address"):
        world.recapture(source.id)
    with pytest.raises(InvalidInput, match="no address"):
        world.captures.schedule(world.here, source.id, 3600, ADMIN)
    with pytest.raises(NotFound):
        world.recapture("nothing")
    reader = Caller(Principal(name="Ali", role=Role.reader))
    for refused in (
        lambda: world.captures.capture(world.here, world.site.url, reader),
        lambda: world.captures.recapture(world.here, source.id, reader),
        lambda: world.captures.schedule(world.here, source.id, 3600, reader),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert not world.site.requests


def test_a_page_that_is_gone_leaves_everything_as_it_was(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    head = world.running.info.head
    world.site.pages["/b"] = answer("gone", "410 Gone")
    with pytest.raises(FetchFailed, match="no page at this address"):
        world.recapture(first.source_id)
    assert world.running.info.head == head


def test_a_key_does_a_thing_once_and_fetches_it_once(world: World) -> None:
    world.site.pages |= {"/b": page(*BRIDGE), "/c": page(CHANGED)}
    keyed = Caller(ADMIN.principal, key="key:mine")
    first = world.captures.capture(world.here, f"{world.site.url}/b", keyed)
    world.project()
    world.site.pages["/b"] = page(*BRIDGE[:2], CHANGED)
    again = world.captures.capture(world.here, f"{world.site.url}/b", keyed)
    assert again == first.model_copy(update={"status": "unchanged"})
    assert len(world.site.requests) == 1
    with pytest.raises(IdempotencyConflict):
        world.captures.capture(world.here, f"{world.site.url}/c", keyed)


def test_two_who_capture_a_change_at_once_record_it_once(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    first = world.capture("/b")
    world.site.pages["/b"] = page(*BRIDGE[:2], CHANGED)
    together = threading.Barrier(2)
    outcomes: list[CaptureReceipt | SalnameError] = []

    def recapture() -> None:
        together.wait(10)
        try:
            outcomes.append(world.captures.recapture(world.here, first.source_id, ADMIN))
        except SalnameError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=recapture) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    world.project()
    assert len(events(world, SourceRecaptured)) == 1
    assert len(events(world, DocumentCaptured)) == 2
    receipts = [each for each in outcomes if isinstance(each, CaptureReceipt)]
    assert [each.status for each in receipts].count("recorded") == 1
    assert all(isinstance(each, CaptureReceipt | AlreadyExists) or type(each).__name__ == "Busy" for each in outcomes)


def test_a_schedule_is_a_fact_of_the_log(world: World) -> None:
    world.site.pages["/b"] = page(*BRIDGE)
    source_id = world.capture("/b").source_id
    first = world.captures.schedule(world.here, source_id, 3600, ADMIN)
    world.project()
    assert first.status == "recorded"
    assert world.captures.schedule(world.here, source_id, 3600, ADMIN).status == "unchanged"
    assert world.captures.history.scheduled() == [(world.here, source_id, 3600)]
    assert world.captures.schedule(world.here, source_id, None, ADMIN).status == "recorded"
    world.project()
    assert world.captures.history.scheduled() == []
    assert [event.every for event in events(world, SourceScheduled)] == [3600, None]
    with pytest.raises(InvalidInput, match="60 seconds"):
        world.captures.schedule(world.here, source_id, 59, ADMIN)
