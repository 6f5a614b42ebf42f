"""Signed notes against what others published, and against every byte altered."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.notes import COSIGNATURE, ED25519, MAX_NOTE_BYTES, Checkpoint, Note, Signature, Signer, Verified, Vkey, origin
from shared.domain.errors import InvalidProof
from shared.domain.merkle import EMPTY_ROOT

# golang.org/x/mod/sumdb/note: the example of its documentation, and a second key of its tests.
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
GO_NOTE = f"{GO_TEXT}\n{PETER_LINE}{ENOCH_LINE}"

# The example of c2sp.org/signed-note.
C2SP = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

# A checkpoint of a public Certificate Transparency log, cosigned by public witnesses. Its first line is of a type that we do not know.
LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
WITNESSES = (
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
)
CT_TEXT = "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
CT_NOTE = (
    f"{CT_TEXT}\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIg"
    "IpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden "
    "2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 "
    "pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu "
    "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
)
CT_TIME = 0x6A122120

# The note of c2sp.org/tlog-checkpoint and tlog-cosignature. Their keys are not published.
SOFA_NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)

CHRONOLOGY = "0190a000-0000-7000-8000-000000000001"
CHECKPOINT = Checkpoint(origin(CHRONOLOGY), 3, bytes(range(32)))


def signer(name: str, seed: int = 7) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG_SIGNER, WITNESS = signer(CHECKPOINT.origin), signer("witness.example/w", 8)
COSIGNED = WITNESS.cosign(LOG_SIGNER.sign(CHECKPOINT.text), 1_700_000_000)


def refused(read: Callable[..., object], *arguments: object, saying: str | None = None) -> None:
    with pytest.raises(InvalidProof, match=saying):
        read(*arguments)


class TestPublishedNotes:
    def test_signing_gives_the_published_signature(self) -> None:
        peter = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(PETER_SEED))
        assert str(peter.vkey) == PETER
        assert peter.sign(GO_TEXT).encode().decode() == f"{GO_TEXT}\n{PETER_LINE}"

    @pytest.mark.parametrize(
        ("vkey", "note", "text"),
        [(PETER, GO_NOTE, GO_TEXT), (ENOCH, GO_NOTE, GO_TEXT), (C2SP, C2SP_NOTE, "This is an example message.\n"), (LOG, CT_NOTE, CT_TEXT)],
    )
    def test_signatures_hold(self, vkey: str, note: str, text: str) -> None:
        read = Note.decode(note.encode())
        assert read.text == text
        assert read.verify(Vkey.parse(vkey)) == Verified(Vkey.parse(vkey))
        assert read.encode() == note.encode()

    @pytest.mark.parametrize("witness", WITNESSES)
    def test_cosignatures_hold(self, witness: str) -> None:
        vkey = Vkey.parse(witness)
        assert vkey.algorithm == COSIGNATURE
        assert Note.decode(CT_NOTE.encode()).verify(vkey) == Verified(vkey, CT_TIME)
        refused(Note.decode(CT_NOTE.replace("1432088532", "1432088533").encode()).verify, vkey, saying="does not hold")

    def test_checkpoints_are_read(self) -> None:
        note = Note.decode(SOFA_NOTE.encode())
        checkpoint = Checkpoint.parse(note.text)
        assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
        assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
        assert checkpoint.text == note.text
        assert [signature.name for signature in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
        assert int.from_bytes(note.signatures[1].data[:8], "big") == 1679315147  # the time that tlog-cosignature shows beside it

    @pytest.mark.parametrize("vkey", [PETER, ENOCH, C2SP, LOG, *WITNESSES])
    def test_keys_are_written_as_they_were_read(self, vkey: str) -> None:
        assert str(Vkey.parse(vkey)) == vkey

    def test_a_key_with_a_plus_in_its_base64(self) -> None:
        assert Vkey.parse("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6").name == "TEST"  # transparency-dev/formats


class TestKeys:
    def test_no_part_of_a_key_is_a_key(self) -> None:
        for start in range(len(PETER) + 1):
            for end in range(start, len(PETER) + 1):
                if (start, end) != (0, len(PETER)):
                    refused(Vkey.parse, PETER[start:end])

    @pytest.mark.parametrize("vkey", [PETER, WITNESSES[0]])
    def test_no_altered_key_is_a_key(self, vkey: str) -> None:
        for place, character in enumerate(vkey):
            for other in {chr(ord(character) ^ (1 << bit)) for bit in range(8)} | {"+", " ", "\n", "=", "A", "\udc80"}:
                if other != character:
                    refused(Vkey.parse, vkey[:place] + other + vkey[place + 1 :])

    @pytest.mark.parametrize(
        "vkey",
        [
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, with a hash to match
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # of an unknown type, with a hash to match
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3",
            "rekor.sigstore.dev+12345678+AwEB",
            "",
            "++",
        ],
    )
    def test_malformed_keys(self, vkey: str) -> None:
        refused(Vkey.parse, vkey)

    @pytest.mark.parametrize("name", ["", "a b", "a\u00a0b", "a\u3000", "a+b", "a\nb", "a\tb", "a\x00", "a\udc80"])
    def test_names_that_keys_cannot_have(self, name: str) -> None:
        refused(Vkey, name, ED25519, bytes(32), saying="cannot name a key")
        refused(Signature, name, bytes(4), b"x", saying="cannot name a key")

    def test_one_key_signs_as_two(self) -> None:
        assert LOG_SIGNER.vkey.key_id != LOG_SIGNER.cosigner_vkey.key_id
        assert LOG_SIGNER.vkey.public_key == LOG_SIGNER.cosigner_vkey.public_key


class TestNotes:
    @pytest.mark.parametrize("vkey", [LOG_SIGNER.vkey, WITNESS.cosigner_vkey])
    def test_every_altered_byte_is_noticed(self, vkey: Vkey) -> None:
        whole = COSIGNED.encode()
        others = next(str(each).encode() for each in COSIGNED.signatures if not vkey.signed(each))
        passed_over = range(whole.index(others), whole.index(others) + len(others))
        for place in range(len(whole)):
            for bit in range(8):
                altered = whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :]
                if place not in passed_over:
                    with pytest.raises(InvalidProof):
                        Note.decode(altered).verify(vkey)

    def test_others_lines_are_passed_over(self) -> None:
        spoilt = COSIGNED.add(Signature(WITNESS.name, WITNESS.cosigner_vkey.key_id, bytes(72)))
        assert spoilt.verify(LOG_SIGNER.vkey) == Verified(LOG_SIGNER.vkey)
        refused(spoilt.verify, WITNESS.cosigner_vkey, saying="does not hold")

    def test_a_line_that_names_the_key_and_does_not_hold_spoils_the_note(self) -> None:
        line = COSIGNED.signatures[0]
        doubled = Note(COSIGNED.text, (*COSIGNED.signatures, Signature(line.name, line.key_id, bytes(64))))
        refused(doubled.verify, LOG_SIGNER.vkey, saying="does not hold")

    def test_unknown_keys(self) -> None:
        refused(COSIGNED.verify, signer(CHECKPOINT.origin, 9).vkey, saying="no signature is by the key")
        refused(COSIGNED.verify, signer("elsewhere").vkey, saying="no signature is by the key")
        refused(COSIGNED.verify, LOG_SIGNER.cosigner_vkey, saying="no signature is by the key")

    def test_a_cosignature_is_no_signature(self) -> None:
        """What a witness signed cannot be passed off as the log's: the types differ in the id and in what is signed."""
        stamped = COSIGNED.signatures[1]
        passed_off = Note(COSIGNED.text, (Signature(WITNESS.name, WITNESS.vkey.key_id, stamped.data[8:]),))
        refused(passed_off.verify, WITNESS.vkey, saying="does not hold")

    @pytest.mark.parametrize(
        "data",
        [
            GO_TEXT,
            f"{GO_TEXT}\n",
            f"{GO_TEXT}\n{PETER_LINE[:-1]}",
            f"\x01{GO_TEXT}\n{PETER_LINE}",
            f"{GO_TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
            f"{GO_TEXT}\n{PETER_LINE}Unexpected line.\n",
            f"{GO_TEXT}\n{PETER_LINE}\n",
            f"{GO_TEXT}\n{PETER_LINE * 101}",
            f"{GO_TEXT}\r\n{PETER_LINE}",
            f"{GO_TEXT}\n— PeterNeumann x08g\n",
            f"{GO_TEXT}\n— PeterNeumann\n",
            f"{GO_TEXT}\n- PeterNeumann x08go/ZJ\n",
            "",
            "\n\n",
        ],
    )
    def test_malformed_notes(self, data: str) -> None:
        refused(Note.decode, data.encode())

    def test_bytes_that_are_no_text(self) -> None:
        refused(Note.decode, b"\xff" + GO_NOTE.encode(), saying="UTF-8")
        refused(Note.decode, bytes(MAX_NOTE_BYTES + 1), saying="larger")

    @given(data=st.binary(max_size=300) | st.text(alphabet="— a+\n=AB", max_size=60).map(str.encode))
    def test_reads_or_refuses(self, data: bytes) -> None:
        try:
            read = Note.decode(data)
        except InvalidProof:
            return
        assert read.encode() == data

    def test_as_many_signatures_as_the_specification_wants(self) -> None:
        note = LOG_SIGNER.sign(CHECKPOINT.text)
        for number in range(16):
            note = signer(f"witness.example/{number}", number).cosign(note, number)
        assert len(Note.decode(note.encode()).signatures) == 17
        assert note.verify(signer("witness.example/9", 9).cosigner_vkey).timestamp == 9

    def test_a_text_with_empty_lines(self) -> None:
        note = LOG_SIGNER.sign("one\n\ntwo\n\n")
        assert Note.decode(note.encode()) == note
        note.verify(LOG_SIGNER.vkey)

    def test_texts_that_cannot_be_notes(self) -> None:
        for text in ("", "no line break", "tab\there\n", "half \ud800 character\n"):
            refused(Note, text)
        refused(Note("unsigned\n").encode)
        refused(Note, "text\n", COSIGNED.signatures * 51, saying="at most 100")


class TestCosignatures:
    def test_the_time_is_signed(self) -> None:
        line = COSIGNED.signatures[1]
        later = Signature(line.name, line.key_id, (1_700_000_001).to_bytes(8, "big") + line.data[8:])
        refused(COSIGNED.add(later).verify, WITNESS.cosigner_vkey, saying="does not hold")

    def test_a_later_one_takes_the_place_of_an_earlier_one(self) -> None:
        again = WITNESS.cosign(COSIGNED, 1_800_000_000)
        assert len(again.signatures) == 2
        assert again.verify(WITNESS.cosigner_vkey).timestamp == 1_800_000_000

    def test_of_two_the_latest_counts(self) -> None:
        again = WITNESS.cosign(COSIGNED, 1_800_000_000)
        both = Note(COSIGNED.text, (again.signatures[1], *COSIGNED.signatures))
        assert both.verify(WITNESS.cosigner_vkey).timestamp == 1_800_000_000

    def test_the_range_of_times(self) -> None:
        refused(WITNESS.cosign, COSIGNED, 2**63, saying="out of range")
        refused(WITNESS.cosign, COSIGNED, -1, saying="out of range")
        line = Signature(WITNESS.name, WITNESS.cosigner_vkey.key_id, b"\xff" * 72)
        refused(Note(CHECKPOINT.text, (line,)).verify, WITNESS.cosigner_vkey, saying="out of range")

    def test_only_checkpoints_are_cosigned(self) -> None:
        refused(WITNESS.cosign, LOG_SIGNER.sign("not a checkpoint\n"), 1, saying="checkpoint")

    def test_a_line_alone(self) -> None:
        line = COSIGNED.signatures[1]
        assert Signature.parse(str(line)) == line
        assert LOG_SIGNER.sign(CHECKPOINT.text).add(Signature.parse(str(line))) == COSIGNED


class TestCheckpoints:
    @given(size=st.integers(1, 2**63 - 1), root=st.binary(min_size=32, max_size=32), extensions=st.lists(st.just("more"), max_size=2))
    def test_is_written_as_it_was_read(self, size: int, root: bytes, extensions: list[str]) -> None:
        checkpoint = Checkpoint(origin(CHRONOLOGY), size, root, tuple(extensions))
        assert Checkpoint.parse(checkpoint.text) == checkpoint

    def test_the_empty_tree(self) -> None:
        assert Checkpoint.parse(Checkpoint("o", 0, EMPTY_ROOT).text).size == 0
        refused(Checkpoint, "o", 0, bytes(32), saying="empty tree")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n",
            "o\n3\n",
            "o\n3\nAAAA\n",
            "o\n03\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n-3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n+3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n٣\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n9999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
            "o\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
            "o\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "o\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nextension\n",
        ],
    )
    def test_malformed_checkpoints(self, text: str) -> None:
        refused(Checkpoint.parse, text)
