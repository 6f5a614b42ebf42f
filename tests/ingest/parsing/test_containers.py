"""Archives and messages: what is in them, each with an outcome of its own, and how the hostile ones are refused."""

import io
import stat
import struct
import zipfile
from collections.abc import Iterable
from email.message import EmailMessage

import pytest

from services.ingest.parsing.containers import documents, documents_in, is_archive, unpack
from services.ingest.parsing.formats import A_TABLE
from services.ingest.parsing.limits import ParseLimits
from services.ingest.parsing.members import Member
from shared.domain.errors import TooLarge, UnreadableDocument

LIMITS = ParseLimits(bytes=2_000_000, members=50, unpacked_bytes=5_000_000, depth=3)
NOTE = b"The fair opened on 4 May 1998 with 212 guests."


def zipped(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data, method)
    return target.getvalue()


def opened(data: bytes, name: str = "a.zip", limits: ParseLimits = LIMITS) -> tuple[Member, ...]:
    found = unpack(data, name, None, limits)
    assert found is not None
    assert tuple(documents(io.BytesIO(data), name, limits)) == tuple(documents_in(data, name, None, limits)) == found
    return found


def outcomes(members: Iterable[Member]) -> dict[str, str | None]:
    return {member.name: member.outcome for member in members}


def test_members_come_in_order_under_the_name_of_the_archive() -> None:
    found = opened(zipped([("b/two.txt", b"two"), ("one.md", b"one")]), "letters.zip")
    assert [(member.name, member.data) for member in found] == [("letters.zip/b/two.txt", b"two"), ("letters.zip/one.md", b"one")]


def test_what_is_no_document_is_passed_over_and_what_desktops_leave_is_not_mentioned() -> None:
    names = ["a.txt", "logo.png", "__MACOSX/a.txt", "x/__MACOSX/._a.txt", ".hidden.txt", "x/.DS_Store", "x/Thumbs.db", "empty/", "README"]
    found = opened(zipped([(name, NOTE) for name in names]))
    assert outcomes(found) == {"a.zip/a.txt": None, "a.zip/logo.png": "passed over", "a.zip/README": "passed over"}


def test_a_link_is_no_file_of_the_archive() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    plain = zipfile.ZipInfo("plain.txt")
    plain.external_attr = (stat.S_IFREG | 0o644) << 16
    found = opened(zipped([(link, b"/etc/passwd"), (plain, NOTE)]))
    assert outcomes(found) == {"a.zip/link.txt": "refused", "a.zip/plain.txt": None}
    assert found[0].reason == "it is a link or a device and no file: pack the file that it leads to"


def test_a_table_is_passed_over_and_told_what_reads_it() -> None:
    (found, _) = opened(zipped([("fairs.csv", b"Date,Event"), ("a.txt", NOTE)]))
    assert (found.outcome, found.reason) == ("passed over", A_TABLE)


def test_the_name_of_an_attachment_may_be_sent_as_bare_bytes() -> None:
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("words")
    message.add_attachment(NOTE, maintype="text", subtype="plain", filename="NAME.txt")
    data = bytes(message).replace(b"NAME", "Məktub".encode())
    assert [member.name for member in documents_in(data, "a.eml", None, LIMITS)] == ["a.eml", "a.eml/Məktub.txt"]


def test_a_sidecar_belongs_to_its_document() -> None:
    (found,) = opened(zipped([("a.txt.source.json", b'{"title": "T"}'), ("a.txt", NOTE)]))
    assert found.sidecar == b'{"title": "T"}'


def test_archives_in_archives() -> None:
    inner = zipped([("deep.txt", NOTE)])
    assert outcomes(opened(zipped([("in/inner.zip", inner), ("a.txt", NOTE)]))) == {
        "a.zip/in/inner.zip/deep.txt": None,
        "a.zip/a.txt": None,
    }


def test_nesting_ends_where_it_is_told_to() -> None:
    data = zipped([("leaf.txt", NOTE)])
    for level in range(5):
        data = zipped([(f"{level}.zip", data), (f"{level}.txt", NOTE)])
    assert outcomes(opened(data)) == {
        "a.zip/4.zip/3.zip/2.zip": "refused",
        "a.zip/4.zip/3.zip/2.txt": None,
        "a.zip/4.zip/3.txt": None,
        "a.zip/4.txt": None,
    }


def test_a_broken_archive_within_does_not_stop_the_rest() -> None:
    found = opened(zipped([("bad.zip", b"PK\3\4 and no more"), ("a.txt", NOTE)]))
    assert outcomes(found) == {"a.zip/bad.zip": "refused", "a.zip/a.txt": None}


@pytest.mark.parametrize("name", ["/etc/passwd.txt", "../up.txt", "a/../../up.txt", "C:/windows.txt", "..\\up.txt", "\\root.txt"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    found = opened(zipped([(name, NOTE), ("a.txt", NOTE)]))
    assert [member.outcome for member in found] == ["refused", None]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_the_first_is_read() -> None:
    found = opened(zipped([("a.txt", b"first"), ("a.txt", b"second")]))
    assert [(member.data, member.outcome) for member in found] == [(b"first", None), (b"", "refused")]


def test_names_in_utf8_and_in_the_old_code_page() -> None:
    utf8 = zipped([("Xəbər.txt", NOTE)])
    unsaid = utf8.replace("Xəbər.txt".encode(), "Xəbər.txt".encode())
    flags = unsaid.replace(b"PK\3\4\x14\0\0\x08", b"PK\3\4\x14\0\0\0").replace(b"PK\1\2\x14\3\x14\0\0\x08", b"PK\1\2\x14\3\x14\0\0\0")
    assert flags != utf8
    assert outcomes(opened(utf8)) == outcomes(opened(flags)) == {"a.zip/Xəbər.txt": None}
    old = zipped([("Fee.txt", NOTE)]).replace(b"Fee.txt", b"F\x88e.txt")
    assert outcomes(opened(old)) == {"a.zip/Fêe.txt": None}


def test_encrypted_files_are_told() -> None:
    data = zipped([("secret.txt", NOTE), ("a.txt", NOTE)])
    local, central = data.find(b"PK\3\4"), data.find(b"PK\1\2")
    locked = bytearray(data)
    locked[local + 6] |= 1
    locked[central + 8] |= 1
    found = opened(bytes(locked))
    assert outcomes(found) == {"a.zip/secret.txt": "refused", "a.zip/a.txt": None}
    assert "password" in (found[0].reason or "")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_whose_bombs_cannot_be_bounded_is_refused(method: int) -> None:
    (found,) = opened(zipped([("a.txt", bytes(100_000))], method))
    assert (found.outcome, found.data) == ("refused", b"")


def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused() -> None:
    found = opened(zipped([("bomb.txt", bytes(1_900_000)), ("a.txt", NOTE)]))
    assert outcomes(found) == {"a.zip/bomb.txt": "refused", "a.zip/a.txt": None}
    assert "250 times" in (found[0].reason or "")


def test_a_size_that_the_header_makes_small_is_not_believed() -> None:
    data = zipped([("a.txt", b"abc " * 700_000)])
    size = struct.pack("<L", 2_800_000)
    assert data.count(size) == 2
    (found,) = opened(data.replace(size, struct.pack("<L", 100)))
    assert found.outcome == "refused"


def test_a_document_that_is_too_large_is_refused_alone() -> None:
    noise = bytes(range(256)) * 10_000
    found = opened(zipped([("large.txt", noise), ("a.txt", NOTE)], zipfile.ZIP_STORED))
    assert outcomes(found) == {"a.zip/large.txt": "refused", "a.zip/a.txt": None}
    assert "2,000,000 bytes" in (found[0].reason or "")


def refused(data: bytes, error: type[UnreadableDocument], said: str, limits: ParseLimits = LIMITS) -> None:
    """The archive is refused as a whole, before anything of it is given out."""
    with pytest.raises(error, match=said):
        unpack(data, "a.zip", None, limits)
    with pytest.raises(error, match=said):
        documents_in(data, "a.zip", None, limits)
    with pytest.raises(error, match=said):
        next(documents(io.BytesIO(data), "a.zip", limits))


def test_an_archive_that_unpacks_to_too_much_is_refused_as_a_whole() -> None:
    part = bytes(range(256)) * 4000
    refused(zipped([(f"{index}.txt", part) for index in range(6)]), TooLarge, "5,000,000 bytes.*SALNAME_MAX_UNPACKED_BYTES")


def test_what_archives_within_unpack_to_counts_as_well() -> None:
    inner = zipped([(f"{index}.txt", bytes(range(256)) * 4000) for index in range(3)])
    refused(zipped([("one.zip", inner), ("two.zip", inner)]), TooLarge, "SALNAME_MAX_UNPACKED_BYTES")


def test_too_many_files_are_refused_as_a_whole() -> None:
    refused(zipped([(f"{index}.txt", b"x") for index in range(51)]), TooLarge, "50 files.*SALNAME_MAX_MEMBERS")


def test_a_directory_of_a_million_entries_is_refused_before_it_is_read() -> None:
    data = zipped([(f"{index}.txt", b"") for index in range(40_000)])
    refused(data, TooLarge, "lists more than the 50 files")


def test_files_that_lie_over_one_another_are_refused() -> None:
    data = zipped([("a.txt", NOTE * 100), ("b.txt", NOTE * 100)])
    second = data.rfind(b"PK\1\2")
    refused(data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :], UnreadableDocument, "lie over one another")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a whole ZIP"),
        (b"PK\3\4", "not a whole ZIP"),
        (b"no archive at all", "not a whole ZIP"),
        (zipped([("a.txt", NOTE)])[:-30], "not a whole ZIP"),
        (zipped([]), "no documents"),
        (zipped([(".hidden.txt", NOTE), ("folder/", b"")]), "no documents"),
    ],
)
def test_what_is_no_whole_archive_is_refused(data: bytes, said: str) -> None:
    refused(data, UnreadableDocument, said)


def test_damage_anywhere_is_an_outcome_and_never_a_crash() -> None:
    whole = zipped([("a.txt", NOTE), ("b/ç.txt", NOTE * 30), ("c.zip", zipped([("d.txt", NOTE)]))])
    for at in range(len(whole)):
        for value in (0, 0xFF, whole[at] ^ 0x10):
            data = whole[:at] + bytes([value]) + whole[at + 1 :]
            try:
                assert all(member.outcome or member.data for member in documents_in(data, "a.zip", None, LIMITS))
            except UnreadableDocument:
                continue


@pytest.mark.parametrize(
    ("name", "kind", "data", "archive"),
    [
        ("a.zip", None, b"", True),
        ("A.ZIP", "application/octet-stream", b"", True),
        (None, "application/zip", b"", True),
        ("a.txt", "application/zip", b"", False),
        (None, None, zipped([("a.txt", NOTE)]), True),
        (None, None, zipped([("[Content_Types].xml", b""), ("word/document.xml", b"")]), False),
        (None, None, zipped([("mimetype", b"application/epub+zip")], zipfile.ZIP_STORED), False),
        ("a.eml", None, b"", False),
    ],
)
def test_what_is_an_archive(name: str | None, kind: str | None, data: bytes, archive: bool) -> None:
    assert is_archive(name, kind, data) is archive


def test_a_plain_document_is_itself() -> None:
    assert unpack(NOTE, "a.txt", None, LIMITS) is None
    assert documents_in(NOTE, "a.txt", "text/plain", LIMITS) == [Member("a.txt", NOTE, "text/plain")]


def letter(subject: str = "The fair") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content("See the report.\n")
    return message


def test_attachments_of_a_message() -> None:
    message = letter()
    message.add_alternative("<p>See the report.</p>", subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo>")  # type: ignore[union-attr,index]
    message.add_attachment(NOTE, maintype="text", subtype="plain", filename="Hesabat ə.txt")
    message.add_attachment(NOTE, maintype="text", subtype="plain", filename="../Hesabat ə.txt")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="scan")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    message.add_attachment(b"BEGIN", maintype="text", subtype="calendar")
    data = bytes(message)
    found = documents_in(data, "mail.eml", None, LIMITS)
    assert found[0] == Member("mail.eml", data, "message/rfc822")
    assert outcomes(found) == {
        "mail.eml": None,
        "mail.eml/attachment-1.png": "passed over",
        "mail.eml/Hesabat ə.txt": None,
        "mail.eml/Hesabat ə (2).txt": None,
        "mail.eml/scan": "passed over" if not _reads_pdf() else None,
        "mail.eml/photo.png": "passed over",
        "mail.eml/attachment-6.ics": "passed over",
    }
    assert found[1].reason == "it is a picture that belongs to the text of the message"
    assert found[2].data.strip() == NOTE
    assert unpack(data, "mail.eml", None, LIMITS) == tuple(found[1:])


def _reads_pdf() -> bool:
    from services.ingest.parsing.formats import SUFFIXES

    return ".pdf" in SUFFIXES


def test_messages_that_were_passed_on_and_archives_that_were_sent() -> None:
    inner = letter("Old: the fair / 1998")
    inner.add_attachment(zipped([("notes/a.txt", NOTE)]), maintype="application", subtype="zip", filename="notes.zip")
    outer = letter()
    outer.add_attachment(inner)
    found = opened_message(bytes(outer))
    assert outcomes(found) == {
        "mail.eml": None,
        "mail.eml/Old: the fair 1998.eml": None,
        "mail.eml/Old: the fair 1998.eml/notes.zip/notes/a.txt": None,
    }
    assert found[2].data == NOTE


def opened_message(data: bytes, limits: ParseLimits = LIMITS) -> list[Member]:
    return documents_in(data, "mail.eml", None, limits)


def test_messages_in_messages_end_where_they_are_told_to() -> None:
    message = letter("0")
    for level in range(1, 6):
        outer = letter(str(level))
        outer.add_attachment(message)
        message = outer
    found = opened_message(bytes(message))
    assert list(outcomes(found).values()) == [None, None, None, "refused"]


def test_parts_that_nest_without_end_are_refused_and_the_message_is_kept() -> None:
    depth = 5000
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth))
    found = opened_message(b"Subject: deep\nMIME-Version: 1.0\n" + opening + b"\ntext\n")
    assert [member.outcome for member in found] == [None, "refused"]
    assert "nest too deeply" in (found[1].reason or "")


def test_too_many_attachments_are_refused() -> None:
    parts = b"".join(b"--b\nContent-Disposition: attachment; filename=%d.txt\n\nx\n" % index for index in range(60))
    found = opened_message(b"Subject: many\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n")
    assert [member.outcome for member in found] == [None, "refused"]
    assert "SALNAME_MAX_MEMBERS" in (found[1].reason or "")


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Disposition: attachment; filename="=?utf-8?b?////?="',
        b"Content-Disposition: attachment; filename*=nocharset''%ff%00.txt",
        b"Content-Disposition: attachment; filename*0*=x; filename*1=\xff\xfe",
        b'Content-Disposition: attachment; filename="\xff\x00\x1b[2J.txt"',
        b"Content-Type: text/plain; charset=no-such-charset; name=a.txt\nContent-Transfer-Encoding: base64",
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
        b"Content-Type: //; name=" + b"a" * 100_000 + b".txt",
    ],
)
def test_headers_that_break_the_rules_are_read_somehow(header: bytes) -> None:
    data = b"Subject: odd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + header + b"\n\nTm90ZQ==\n--b--\n"
    message, part = opened_message(data)
    assert message.outcome is None
    assert part.name.startswith("mail.eml/")
    part.name.encode()
    assert len(part.name) < 200
    assert not {"\x00", "\x1b"} & set(part.name)
