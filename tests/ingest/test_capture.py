"""Capturing documents: what is recorded, what repetition does, and what is refused without a trace."""

import pytest

from services.ingest.parsing.limits import ParseLimits
from services.ingest.readers import Readers
from services.ingest.service import Caller
from shared.domain.claims import Claim
from shared.domain.errors import InvalidInput, NotAllowed, UnreadableDocument
from shared.domain.events import ClaimRecorded, DocumentCaptured, SourceRegistered
from shared.domain.ports import replay
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from tests.support.running import ADMIN, Running, run
from tests.support.texts import FAIR_EN, SOURCES


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


def events(running: Running) -> list[object]:
    return [event.data for event in replay(running.service.log, running.info.id)]


def test_a_capture_is_one_commit_of_source_document_and_claims(running: Running) -> None:
    receipt = running.capture(FAIR_EN, SOURCES[FAIR_EN])
    recorded = list(replay(running.service.log, running.info.id, after=1))
    kinds = [type(event.data) for event in recorded]
    assert kinds[:2] == [SourceRegistered, DocumentCaptured]
    assert set(kinds[2:]) == {ClaimRecorded}
    assert len(kinds) - 2 == receipt.claims > 2
    assert {event.commit for event in recorded} == {receipt.revision}
    assert {event.actor for event in recorded} == {"Aygün"}


def test_every_part_of_every_claim_stands_where_it_says(running: Running) -> None:
    receipt = running.capture(FAIR_EN, SOURCES[FAIR_EN])
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert stored.text == FAIR_EN
    claims: list[Claim] = [data.claim for data in events(running) if isinstance(data, ClaimRecorded)]
    for claim in claims:
        claim.check(stored.text)
    dated = {(claim.date.edtf, claim.quote.split("\n")[0][:20]) for claim in claims if claim.date}
    assert {date for date, _ in dated} == {"1998-05-04/1998-05-05", "1999-03-03"}


def test_the_same_file_again_changes_nothing_and_says_so(running: Running) -> None:
    first = running.capture(FAIR_EN, SOURCES[FAIR_EN])
    again = running.capture(FAIR_EN, SOURCES[FAIR_EN], filename="renamed.txt")
    assert again == first.model_copy(update={"status": "unchanged"})
    assert running.info.head == first.revision


def test_new_content_of_a_known_source_is_a_new_document_of_that_source(running: Running) -> None:
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    running.capture(FAIR_EN.replace("212", "213"), SOURCES[FAIR_EN])
    captured = [data for data in events(running) if isinstance(data, DocumentCaptured)]
    assert len(captured) == 2
    assert len({data.source_id for data in captured}) == 1
    assert sum(isinstance(data, SourceRegistered) for data in events(running)) == 1


def test_front_matter_describes_the_source_and_is_not_read_for_claims(running: Running) -> None:
    head = "---\ntitle: The fair\npublished: 2003-11-10\nlang: en\n---\n"
    receipt = running.capture(head + FAIR_EN, filename="fair.md")
    source = next(data for data in events(running) if isinstance(data, SourceRegistered))
    assert source.details == SourceDetails(title="The fair", published="2003-11-10", language="en")
    assert receipt.claims > 2
    claims = [data.claim for data in events(running) if isinstance(data, ClaimRecorded)]
    assert min(claim.start for claim in claims) >= len(head)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t ", "white space"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"plain\x00text with zero bytes", "zero bytes"),
        (b"\xff\xfe\x00\xd8", "UTF-8|utf-16"),
        (bytes(range(1, 32)) * 40, "control characters"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_no_trace(running: Running, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableDocument, match=says):
        running.service.capture(running.info.id, data, ADMIN, filename="x.txt")
    assert running.info.head == 1


def test_a_file_over_the_limit_is_refused(database: Database) -> None:
    running = run(database)
    running.service.readers = Readers(ParseLimits(bytes=100))
    with pytest.raises(UnreadableDocument, match="more than the 100 allowed"):
        running.capture(FAIR_EN)
    assert running.info.head == 1


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Gəncə şəhərində yarmarka 4 may 1998-ci ildə keçirildi.\n"),
        ("utf-8-sig", "Gəncə şəhərində yarmarka 4 may 1998-ci ildə keçirildi.\n"),
        ("utf-16", "Gəncə şəhərində yarmarka 4 may 1998-ci ildə keçirildi.\n"),
        ("windows-1251", "Ярмарка открылась в Гяндже 4 мая 1998 года, и в ней участвовали земледельцы из четырнадцати стран.\n"),
        ("windows-1254", "Gence'deki panayır 4 Mayıs 1998'de açıldı; on dört ülkeden gelen çiftçiler şehrin dışında çadır kurdu.\n"),
    ],
)
def test_texts_in_other_encodings_are_read(running: Running, encoding: str, text: str) -> None:
    receipt = running.service.capture(running.info.id, text.encode(encoding) * 3, ADMIN, filename="x.txt")
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert stored.text.replace("\ufeff", "") == text * 3


def test_html_is_read_without_its_menus(running: Running) -> None:
    page = f"""<!doctype html><html lang="en"><head><title>The fair</title>
    <meta name="author" content="Nora Orchard"><meta property="og:site_name" content="Valley Gazette"></head>
    <body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
    <article><h1>The fair</h1>{"".join(f"<p>{p}</p>" for p in FAIR_EN.split(chr(10)) if p)}
    <p>{"The guests came by train and by cart, and stayed for two nights in the school. " * 4}</p></article>
    <footer>Copyright 2024 Valley Gazette</footer></body></html>"""
    receipt = running.service.capture(running.info.id, page.encode(), ADMIN, filename="fair.html")
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert "212 guests from 14 countries" in stored.text
    assert "Sport" not in stored.text
    assert stored.original == page.encode()
    source = next(data for data in events(running) if isinstance(data, SourceRegistered))
    assert source.details.language == "en"
    assert source.details.author == "Nora Orchard"


def test_a_reader_may_not_capture(running: Running) -> None:
    with pytest.raises(NotAllowed, match="contributor"):
        running.service.capture(running.info.id, b"text", Caller(Principal(name="r", role=Role.reader)))


def test_prose_between_rules_is_not_front_matter(running: Running) -> None:
    text = "---\nOn 4 May 1998: the fair opened in Ganja with 212 guests.\n---\nIt closed in the evening.\n"
    receipt = running.capture(text, filename="x.md")
    assert receipt.claims == 1
    captured = next(data for data in events(running) if isinstance(data, DocumentCaptured))
    assert captured.skip == ()


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("title: &a [x, x]\nauthor: *a", "alias"),
        ("title: " + "[" * 5000, "20 deep"),
        ("title: [x", "not valid YAML"),
        ("title: {a: b}", "not a text"),
    ],
)
def test_front_matter_cannot_exhaust_the_reader(running: Running, head: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        running.capture(f"---\n{head}\n---\nThe fair opened in 1998.", filename="x.md")


def test_a_page_s_own_odd_metadata_is_left_out(running: Running) -> None:
    page = (
        f"<html lang='en'><head><title>{'long ' * 400}</title></head><body><article>{'<p>' + FAIR_EN * 3 + '</p>'}</article></body></html>"
    )
    running.service.capture(running.info.id, page.encode(), ADMIN, filename="x.html")
    source = next(data for data in events(running) if isinstance(data, SourceRegistered))
    assert source.details.title is None


def test_a_name_that_is_no_text_is_kept_as_far_as_it_is(running: Running) -> None:
    running.capture(FAIR_EN, SOURCES[FAIR_EN], filename="b\udcff\x00.txt")
    captured = next(data for data in events(running) if isinstance(data, DocumentCaptured))
    assert captured.filename == "b??.txt"


def test_a_byte_order_mark_counts_as_the_file_s_readers_count_it(running: Running) -> None:
    data = b"\xef\xbb\xbf" + FAIR_EN.encode()
    receipt = running.service.capture(running.info.id, data, ADMIN, filename="x.txt")
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert stored.text == data.decode("utf-8")
    for recorded in events(running):
        if isinstance(recorded, ClaimRecorded):
            recorded.claim.check(stored.text)


def test_bad_source_details_are_told_apart_by_field(running: Running) -> None:
    with pytest.raises(InvalidInput, match="published"):
        running.capture("---\npublished: soon\n---\nText of 4 May 1998.", filename="x.md")
    assert running.info.head == 1
