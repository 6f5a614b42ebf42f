"""Headers of messages as long as their sender likes: what is too long is shown as it came, and the message is read."""

import pytest

from services.ingest.parsing.attachments import attachments
from services.ingest.parsing.eml import parse_eml
from services.ingest.parsing.headers import MAX_LENGTH, decoded
from services.ingest.parsing.limits import ParseLimits

WORD = "=?utf-8?q?tide_?="
BODY = "\n\nThe mill closed on 4 June 1999.\n"


@pytest.mark.parametrize("joint", [" ", "\n ", ""])
@pytest.mark.parametrize("name", ["Subject", "From", "To", "Date"])
def test_encoded_words_without_end_are_shown_as_they_came(name: str, joint: str) -> None:
    parsed = parse_eml(f"Message-ID: <1@mill.example>\n{name}: {joint.join([WORD] * 5000)}{BODY}".encode())
    assert f"{name}: {WORD}" in parsed.text
    assert parsed.text.endswith("The mill closed on 4 June 1999.\n")


def test_a_header_of_usual_length_is_decoded() -> None:
    assert decoded(" ".join([WORD] * 3)) == "tide tide tide "
    longest = WORD + "a" * (MAX_LENGTH - len(WORD))
    assert decoded(f"{WORD} {'a' * (MAX_LENGTH - len(WORD) - 1)}").startswith("tide ")
    assert decoded(longest + "a") == longest + "a"


def test_comments_within_comments_name_nobody() -> None:
    parsed = parse_eml(f"Subject: Tides\nFrom: {'(' * 20_000}{BODY}".encode())
    assert (parsed.details.title, parsed.details.author) == ("Tides", None)


def test_an_attachment_whose_name_has_no_end_keeps_some_of_it() -> None:
    message = (
        'Subject: Tides\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nHello.\n'
        f'--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="{" ".join([WORD] * 3000)}"\n\nTides.\n--b--\n'
    )
    (member,) = attachments(message.encode(), ParseLimits())
    assert member.data is not None
    assert 0 < len(member.name) <= 150
