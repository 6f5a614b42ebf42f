"""E-mail: whose words are whose, headers, forms of one text, and messages made to break readers."""

from email.message import EmailMessage

import pytest

from services.ingest.extraction.reading import reading_view
from services.ingest.parsing.parsed import Parsed
from shared.domain.errors import UnreadableDocument
from shared.domain.ports import ExtractionInput
from tests.ingest.parsing.making import read


def message(text: str = "The fair was held in Quba on 4 May.\n", **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "Nigar Specimen <nigar@example.org>", "Subject": "The fair", **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def own_words(parsed: Parsed) -> str:
    text = parsed.text
    for span in reversed(parsed.skip):
        text = text[: span.start] + text[span.end :]
    return text


def test_a_message_with_its_headers() -> None:
    data = bytes(message(Date="Wed, 06 May 1998 23:30:00 +0400", To="Kamran <k@example.org>", Message_ID="<1@example.org>", X_Other="no"))
    parsed = read(data, "fair.eml")
    assert parsed.text == (
        "From: Nigar Specimen <nigar@example.org>\nTo: Kamran <k@example.org>\nDate: Wed, 06 May 1998 23:30:00 +0400\n"
        "Subject: The fair\nMessage-ID: <1@example.org>\n\nThe fair was held in Quba on 4 May.\n"
    )
    assert own_words(parsed) == "The fair was held in Quba on 4 May.\n"
    assert (parsed.details.title, parsed.details.author, parsed.details.published) == ("The fair", "Nigar Specimen", "1998-05-06")
    assert (parsed.media_type, parsed.notes) == ("message/rfc822", ())


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
def test_headers_that_old_programs_sent_as_bare_bytes_are_read(charset: str) -> None:
    sent = (
        "From: Гость <g@example.org>\nSubject: Ярмарка мёда\nContent-Type: text/plain; charset={}\n\nЯрмарка открылась 4 мая 1998 года.\n"
    )
    parsed = read(sent.format(charset).encode(charset), "fair.eml")
    assert (parsed.details.title, parsed.details.author) == ("Ярмарка мёда", "Гость")
    assert parsed.text.startswith("From: Гость <g@example.org>\nSubject: Ярмарка мёда\n\n")


def test_quoted_replies_are_other_peoples_words() -> None:
    text = (
        "I think so, too.\n\nOn Wed, 6 May 1998 at 10:00, Kamran Specimen\n<k@example.org> wrote:\n> It was held on 5 May.\n"
        ">\n> > Or 6 May?\n\n"
        "> Nobody knows.\n\nIt was the fourth, and I was there:\nin the rain.\n"
    )
    parsed = read(bytes(message(text)), "re.eml")
    assert own_words(parsed) == "I think so, too.\n\n\n\nIt was the fourth, and I was there:\nin the rain.\n"
    assert len(parsed.notes) == 1
    assert "not read as its own words" in parsed.notes[0]
    view = reading_view(ExtractionInput(text=parsed.text, language="en", skip=parsed.skip))
    assert "5 May" not in view.text
    assert "It was the fourth" in view.text


@pytest.mark.parametrize("line", ["-----Original Message-----", "________ Ursprüngliche Nachricht ________", "--- Исходное сообщение ---"])
def test_all_beneath_the_message_that_is_answered_is_skipped(line: str) -> None:
    parsed = read(bytes(message(f"Yes, on the fourth.\n\n{line}\nFrom: Kamran\n\nWas it on the fifth?\n")), "re.eml")
    assert own_words(parsed) == "Yes, on the fourth.\n\n"


def test_a_message_that_is_passed_on_is_read() -> None:
    parsed = read(bytes(message("---------- Forwarded message ---------\nFrom: Kamran\n\nIt was on the fifth.\n")), "fw.eml")
    assert "It was on the fifth." in own_words(parsed)


def test_the_plain_form_of_a_text_is_preferred() -> None:
    made = message("Plain words.\n")
    made.add_alternative("<p>Rich <b>words</b>.</p>", subtype="html")
    made.add_attachment("Attached words.", filename="a.txt")
    assert own_words(read(bytes(made), "a.eml")) == "Plain words.\n"


def test_a_message_in_html_alone() -> None:
    made = EmailMessage()
    made["From"] = "n@example.org"
    quoted = "<blockquote type=cite><p>On the fifth?</p></blockquote>"
    made.set_content(f"<html><body><p>It was on the <b>fourth</b>.</p><div>Wasn't it?</div>{quoted}</body></html>", subtype="html")
    parsed = read(bytes(made), "a.eml")
    assert own_words(parsed).rstrip() == "It was on the fourth.\n\nWasn't it?"
    assert parsed.details.author == "n@example.org"


@pytest.mark.parametrize(
    ("charset", "text"), [("windows-1254", "Panayır 4 Mayıs'ta açıldı.\n"), ("koi8-r", "Ярмарка открылась.\n"), ("utf-8", "Gəncə.\n")]
)
@pytest.mark.parametrize("coding", ["base64", "quoted-printable"])
def test_charsets_and_encoded_words(charset: str, text: str, coding: str) -> None:
    made = EmailMessage()
    made["From"] = "Çağrı Örnek <c@example.org>"
    made["Subject"] = "Xəbər: Ярмарка"
    made.set_content(text, charset=charset, cte=coding)
    parsed = read(bytes(made), "a.eml")
    assert own_words(parsed) == text
    assert (parsed.details.title, parsed.details.author, parsed.encoding) == ("Xəbər: Ярмарка", "Çağrı Örnek", charset)


@pytest.mark.parametrize("subject", ["=?x-none?b?AAA=?=", "=?utf-8?b?!!!?=", "=?utf-8?q?a=00=ED=A0=80b?=", "=?utf-8?b?4?="])
def test_odd_encoded_words_are_no_harm(subject: str) -> None:
    parsed = read(f"From: n@example.org\nSubject: {subject}\n\nWords.\n".encode(), "a.eml")
    assert own_words(parsed) == "Words.\n"
    assert parsed.text.encode("utf-8").decode() == parsed.text
    assert "\x00" not in parsed.text


@pytest.mark.parametrize("date", ["yesterday", "Wed, 99 May 1998 10:00:00 +0400", "6 May 1998 10:00:00 +99999999", ""])
def test_a_day_that_is_none_is_unknown(date: str) -> None:
    assert read(bytes(message(Date=date)) if date else bytes(message()), "a.eml").details.published is None


def nested(depth: int) -> bytes:
    head = b"From: n@example.org\n"
    for number in range(depth):
        head += f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n'.encode()
    return head + b"Content-Type: text/plain\n\nWords.\n"


def test_parts_nest_so_deep_and_no_deeper() -> None:
    assert own_words(read(nested(10), "a.eml")).strip() == "Words."
    for depth in (40, 1000):
        with pytest.raises(UnreadableDocument, match="nest too deeply"):
            read(nested(depth), "a.eml")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Just some words, no headers.\n", "not an e-mail"),
        (b"From: n@example.org\n\n  \n", "no text of its own"),
        (b"From: n@example.org\nContent-Type: image/png\n\nxx\n", "no text of its own"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        read(data, "a.eml")
