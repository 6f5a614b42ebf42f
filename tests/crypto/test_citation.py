"""The citation proof: our verifier and the one without us accept the same files, and refuse every other."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.crypto.citation import CitationProof, cite, verify_citation
from shared.crypto.notes import Checkpoint, Signature, Vkey, origin
from shared.crypto.sealing import derive
from shared.domain.claims import Claim
from shared.domain.codec import encode
from shared.domain.errors import InvalidProof, SalnameError
from shared.domain.events import ClaimRecorded, DocumentCaptured, Recorded, SourceRegistered
from shared.domain.provenance import SourceDetails
from shared.store.keys import sealer
from tests.support.proofs import CHRONOLOGY, QUOTE, TEXT, Log, claim, sealed_up, signer, small_log
from tests.support.trees import naive_root

PROGRAM = Path(__file__).parents[2] / "examples" / "verify_citation.py"
SOURCE, DOCUMENT, CLAIM, OPEN = 1, 2, 3, 4
SECOND_SOURCE, SECOND_DOCUMENT, SECOND_CLAIM = 5, 6, 7

LOG = small_log()
WITNESS = signer("witness.example/w1", 8)
UNHEARD = signer("witness.example/w2", 9)
LOG_KEY, WITNESS_KEY = LOG.signer.vkey, WITNESS.cosigner_vkey
NOTE = UNHEARD.cosign(WITNESS.cosign(LOG.checkpoint(), 1_767_323_045), 1_767_323_046)
PROOF = LOG.cite(CLAIM, DOCUMENT, SOURCE, NOTE)
FILE = PROOF.encode()


RECORDED = (
    SourceRegistered(source_id="source-1", identity="ab" * 32, details=SourceDetails(title="Bazar", url="https://example.org/bazar")),
    DocumentCaptured(
        document_id="document-1",
        source_id="source-1",
        filename=None,
        media_type="text/plain",
        encoding="utf-8",
        language="az",
        language_detected=True,
        sha256="1d" * 32,
        size=130,
        text_sha256="ef" * 32,
        length=len(TEXT),
        parser="text",
    ),
    ClaimRecorded(claim=Claim.model_validate(claim("claim-1", "document-1")["claim"])),
)


def brief_file(*left_out: str, document: str = "document-1") -> bytes:
    """A proof of a claim of version 3, sealed without some of what says which claim it is."""
    log, data = small_log(), claim("claim-3", "document-1")
    for name in left_out:
        del data["claim"][name]
    at = log.append("claim.recorded", "claim-3", data, seal=document, typeversion=3)
    shown = {**json.loads(FILE)["citation"], "claim_id": "claim-3"}
    return log.file(at, DOCUMENT, SOURCE, shown)


def program() -> Any:
    spec = importlib.util.spec_from_file_location("verify_citation", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OUTSIDE = program()


def ours(file: bytes, *keys: Vkey) -> dict[str, Any] | None:
    """The citation, None when it is refused. Any other error fails the test."""
    try:
        return verify_citation(file, keys or (LOG_KEY,)).citation.model_dump(mode="json")
    except InvalidProof:
        return None


def theirs(file: bytes, *keys: Vkey) -> dict[str, Any] | None:
    """The same by the verifier that knows nothing of us."""
    try:
        citation: dict[str, Any] = OUTSIDE.verify(file, [OUTSIDE.read_key(str(key)) for key in keys or (LOG_KEY,)])[0]
    except OUTSIDE.Refused:
        return None
    return citation


both = pytest.mark.parametrize("verifier", [ours, theirs])
Verifier = Callable[..., dict[str, Any] | None]


def reasons(file: bytes, *keys: Vkey) -> tuple[str, str]:
    """Why each verifier refuses."""
    with pytest.raises(SalnameError) as our:
        verify_citation(file, keys or (LOG_KEY,))
    with pytest.raises(OUTSIDE.Refused) as their:
        OUTSIDE.verify(file, [OUTSIDE.read_key(str(key)) for key in keys or (LOG_KEY,)])
    return our.value.detail, str(their.value)


def refused(file: bytes, *keys: Vkey, saying: str) -> None:
    for reason in reasons(file, *keys):
        assert saying in reason


class TestAccepted:
    @both
    def test_a_sealed_claim(self, verifier: Verifier) -> None:
        found = verifier(FILE)
        assert found is not None
        assert found == json.loads(FILE)["citation"]
        assert found["quote"] == QUOTE
        assert found["claim_id"] == "claim-1"
        assert found["document"]["filename"] == "bazar.txt"
        assert found["document"]["sha256"] == "1d" * 32
        assert found["document"]["source"]["title"] == "Town paper 1"

    @both
    def test_an_open_claim(self, verifier: Verifier) -> None:
        found = verifier(LOG.cite(OPEN, DOCUMENT, SOURCE).encode())
        assert found is not None
        assert (found["claim_id"], found["page"]) == ("open-1", None)

    @both
    def test_events_as_our_own_code_writes_them(self, verifier: Verifier) -> None:
        """The other logs here are made by hand; this one by what makes the stored ones."""
        command = {"actor": "Aygün", "time": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), "correlationid": "c", "causationid": None}
        content_key = bytes(range(32))
        log = Log()
        for position, event in enumerate(RECORDED, start=1):
            recorded = Recorded(id=f"e{position}", chronology=CHRONOLOGY, position=position, commit=3, data=event, **command)
            log.bodies.append(encode(recorded, sealer({"document-1": content_key})))
        log.keys[2] = derive(content_key, "claim-1")
        assert QUOTE[:20].encode() not in log.bodies[2]
        found = verifier(log.cite(2, 1, 0).encode())
        assert found is not None
        assert (found["quote"], found["page"], found["document"]["source"]["url"]) == (QUOTE, 2, "https://example.org/bazar")

    @both
    def test_a_claim_that_leaves_to_its_envelope_which_one_it_is(self, verifier: Verifier) -> None:
        found = verifier(brief_file("id", "document_id"))
        assert found is not None
        assert (found["claim_id"], found["document"]["id"], found["quote"]) == ("claim-3", "document-1", QUOTE)

    @both
    def test_with_witnesses(self, verifier: Verifier) -> None:
        assert verifier(FILE, LOG_KEY, WITNESS_KEY) is not None
        assert verifier(FILE, WITNESS_KEY, LOG_KEY, UNHEARD.cosigner_vkey) is not None

    @both
    def test_after_the_log_has_changed_its_key(self, verifier: Verifier) -> None:
        newer = signer(origin(CHRONOLOGY), 21).vkey
        assert verifier(FILE, newer, LOG_KEY) is not None
        assert verifier(FILE, newer) is None

    @both
    def test_laid_out_otherwise(self, verifier: Verifier) -> None:
        value = json.loads(FILE)
        for text in (json.dumps(value), json.dumps(value, indent=8, sort_keys=True), FILE.decode().replace("\n", "\r\n\t")):
            assert verifier(text.encode()) == value["citation"]

    def test_what_is_known_of_the_log(self) -> None:
        found = verify_citation(FILE, [LOG_KEY, WITNESS_KEY])
        assert (found.position, found.checkpoint.size) == (CLAIM + 1, len(LOG.bodies))
        assert found.recorded == "2026-01-02T03:04:05.678901+00:00"
        assert found.log.vkey == LOG_KEY
        assert [(each.vkey.name, each.timestamp) for each in found.witnesses] == [("witness.example/w1", 1_767_323_045)]

    def test_the_file_is_its_content(self) -> None:
        assert CitationProof.model_validate_json(FILE) == PROOF

    @both
    def test_trees_of_every_size(self, verifier: Verifier) -> None:
        log = small_log()
        for number in range(40):
            log.append("correction.rejected", f"c{number}", {"correction_id": f"c{number}", "reason": ""})
            assert verifier(log.cite(CLAIM, DOCUMENT, SOURCE).encode()) is not None


class TestEveryByte:
    @both
    def test_every_altered_byte_is_refused(self, verifier: Verifier) -> None:
        """What passes may differ in white space only."""
        for place in range(len(FILE)):
            for bit in (0, 5):
                altered = FILE[:place] + bytes([FILE[place] ^ (1 << bit)]) + FILE[place + 1 :]
                self.same_or_refused(verifier, altered)

    @both
    def test_every_byte_left_out_or_doubled_is_refused(self, verifier: Verifier) -> None:
        for place in range(len(FILE)):
            self.same_or_refused(verifier, FILE[:place] + FILE[place + 1 :])
            self.same_or_refused(verifier, FILE[:place] + FILE[place : place + 1] + FILE[place:])

    @both
    def test_every_character_replaced_is_refused(self, verifier: Verifier) -> None:
        text = FILE.decode()
        for place, character in enumerate(text):
            for other in '0"':
                if other != character:
                    self.same_or_refused(verifier, (text[:place] + other + text[place + 1 :]).encode())

    @both
    def test_a_part_of_the_file_is_refused(self, verifier: Verifier) -> None:
        for end in range(len(FILE.rstrip())):
            assert verifier(FILE[:end]) is None

    @staticmethod
    def same_or_refused(verifier: Verifier, altered: bytes) -> None:
        if verifier(altered, LOG_KEY) is not None:
            assert json.loads(altered) == json.loads(FILE)
            assert b"".join(altered.split()) == b"".join(FILE.split())


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all that is not an object or an array."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path


def altered_at(path: tuple[str | int, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The file's content with one value changed."""
    content: dict[str, Any] = json.loads(FILE)
    inner: Any = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = change(inner[path[-1]])
    return content


LEAVES = [path for path in leaves(json.loads(FILE)) if path != ("checksum",)]


class TestForgers:
    """They alter the file and make the checksum fit."""

    @both
    @pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
    def test_no_value_can_be_another(self, verifier: Verifier, path: tuple[str | int, ...]) -> None:
        for change in (
            lambda value: value + 1 if isinstance(value, int) else f"{value} ",
            lambda value: value[:-1] if isinstance(value, str) and value else "x",
            lambda value: str(value) if not isinstance(value, str) else None,
            lambda value: [value],
            lambda value: {"": value},
            lambda value: True,
            lambda value: 1.5,
        ):
            content = altered_at(path, change)
            try:
                forged = sealed_up(content)
            except ValueError:  # rfc8785 does not write it either
                forged = json.dumps(content).encode()
            assert verifier(forged) is None

    @both
    def test_no_byte_of_an_event_or_of_the_log_s_signature_can_be_another(self, verifier: Verifier) -> None:
        vouched = NOTE.text + "\n" + str(NOTE.signatures[0])
        for path in (("claim", "event"), ("document", "event"), ("source", "event"), ("claim", "key"), ("checkpoint",)):
            content = json.loads(FILE)
            holder = content if len(path) == 1 else content[path[0]]
            original = holder[path[-1]]
            for place in range(len(vouched) if path == ("checkpoint",) else len(original)):
                holder[path[-1]] = original[:place] + chr(ord(original[place]) ^ 1) + original[place + 1 :]
                assert verifier(sealed_up(content)) is None

    def test_a_line_of_an_unknown_witness_is_all_they_can_change(self) -> None:
        """The specification passes such lines over; nothing that is shown comes from them, and the witness's key brings it to light."""
        lines = (NOTE.signatures[0], NOTE.signatures[1], Signature(UNHEARD.name, UNHEARD.cosigner_vkey.key_id, bytes(72)))
        forged = sealed_up({**json.loads(FILE), "checkpoint": "\n".join((NOTE.text, *map(str, lines), ""))})
        assert ours(forged, LOG_KEY, WITNESS_KEY) == theirs(forged, LOG_KEY, WITNESS_KEY) == json.loads(FILE)["citation"]
        refused(forged, LOG_KEY, UNHEARD.cosigner_vkey, saying="does not hold")

    def test_what_they_leave_of_the_checksum_finds_damage_in_such_a_line(self) -> None:
        line = str(NOTE.signatures[2])
        refused(FILE.replace(line.encode(), (line[:-3] + "AA" + line[-1]).encode()), saying="checksum")

    @both
    def test_no_part_can_be_missing_or_added(self, verifier: Verifier) -> None:
        content = json.loads(FILE)
        for name in content:
            rest = {other: value for other, value in content.items() if other != name}
            if name != "checksum":
                assert verifier(sealed_up(rest)) is None
            assert verifier(json.dumps(rest).encode()) is None
        assert verifier(sealed_up({**content, "more": 1})) is None
        for part in ("claim", "citation"):
            assert verifier(sealed_up({**content, part: {**content[part], "more": 1}})) is None

    @both
    def test_proofs_swapped(self, verifier: Verifier) -> None:
        content = json.loads(FILE)
        for one, other in (("claim", "document"), ("claim", "source"), ("document", "source")):
            assert verifier(sealed_up({**content, one: content[other], other: content[one]})) is None
            for name in ("event", "index", "proof", "key"):
                mixed = {**content[one], name: content[other][name]}, {**content[other], name: content[one][name]}
                swapped = {**content, one: mixed[0], other: mixed[1]}
                if swapped != content:
                    assert verifier(sealed_up(swapped)) is None

    @both
    def test_events_that_do_not_belong_together(self, verifier: Verifier) -> None:
        content = json.loads(FILE)
        for part, index in (("claim", SECOND_CLAIM), ("document", SECOND_DOCUMENT), ("source", SECOND_SOURCE)):
            assert verifier(sealed_up({**content, part: LOG.proven(index).model_dump(mode="json")})) is None

    @both
    def test_a_claim_that_says_which_one_it_is_and_leaves_it_to_its_envelope_too(self, verifier: Verifier) -> None:
        for left_out in (("id",), ("document_id",), ()):
            assert verifier(brief_file(*left_out)) is None
        assert verifier(brief_file("id", "document_id", document="document-2")) is None

    @both
    def test_a_name_that_stands_twice(self, verifier: Verifier) -> None:
        assert verifier(FILE.replace(b'"format"', b'"citation":{},"format"', 1)) is None
        assert verifier(FILE.replace(b'"format"', b'"format":"salname-citation-proof/v1","format"', 1)) is None


class TestKeys:
    def test_another_key_of_the_same_name(self) -> None:
        refused(FILE, signer(origin(CHRONOLOGY), 21).vkey, saying="by the key")

    def test_the_key_of_another_log(self) -> None:
        refused(FILE, signer(origin("other"), 7).vkey, saying="of the log")
        refused(FILE, LOG_KEY, signer(origin("other"), 7).vkey, saying="of")

    def test_only_a_witness(self) -> None:
        refused(FILE, WITNESS_KEY, saying="key")

    def test_a_witness_that_did_not_cosign(self) -> None:
        refused(FILE, LOG_KEY, signer("witness.example/w3", 10).cosigner_vkey, saying="by the key witness.example/w3")

    @both
    def test_a_checkpoint_of_another_log(self, verifier: Verifier) -> None:
        other = small_log("0190a000-0000-7000-8000-00000000000f")
        content = json.loads(FILE)
        assert verifier(sealed_up({**content, "checkpoint": str(other.checkpoint())}), other.signer.vkey) is None
        root = Checkpoint(origin(CHRONOLOGY), len(LOG.bodies), naive_root(other.bodies)).text
        assert verifier(sealed_up({**content, "checkpoint": str(LOG.signer.sign(root))})) is None

    def test_events_under_the_checkpoint_of_another_chronology(self) -> None:
        """Even a log that signs the root of another one under its own name is found out: each event names its chronology."""
        elsewhere = signer(origin("other"), 7)
        note = elsewhere.sign(Checkpoint(origin("other"), len(LOG.bodies), naive_root(LOG.bodies)).text)
        refused(sealed_up({**json.loads(FILE), "checkpoint": str(note)}), elsewhere.vkey, saying="of another chronology")

    @both
    def test_an_older_and_a_newer_checkpoint(self, verifier: Verifier) -> None:
        log = small_log()
        log.append("correction.rejected", "c", {"correction_id": "c", "reason": ""})
        assert verifier(sealed_up({**json.loads(FILE), "checkpoint": str(log.checkpoint())})) is None
        assert verifier(log.cite(CLAIM, DOCUMENT, SOURCE).encode()) is not None


class TestLogsThatLie:
    """What they sign is in the tree, and still it is no citation."""

    @staticmethod
    def reasons(seal: str | None = None, **changed: Any) -> tuple[str, str]:
        log = small_log()
        index = log.append("claim.recorded", "claim-x", claim("claim-x", "document-1"), seal=seal, **changed)
        return reasons(log.file(index, DOCUMENT, SOURCE, {**json.loads(FILE)["citation"], "claim_id": "claim-x"}))

    @pytest.mark.parametrize(
        ("changed", "saying"),
        [
            ({"position": 7}, "position"),
            ({"position": "12"}, "position"),
            ({"position": True}, "position"),
            ({"chronology": "other"}, "chronology"),
            ({"chronology": 5}, "chronology"),
            ({"type": "claim.withdrawn"}, "place"),
            ({"typeversion": 4}, "version"),
            ({"typeversion": "1"}, "version"),
            ({"subject": "claim-1"}, "belong together"),
            ({"document": "document-2"}, "document"),
            ({"data": []}, "data"),
            ({"data": {}}, "claim"),
            ({"data": {"claim": 5}}, "claim"),
            ({"data": {"claim": ["id"]}}, "claim"),
            ({"data": claim("claim-x", "document-2")}, "belong together"),
            ({"data": claim("claim-x", "document-1", quote="Something else")}, "span"),
            ({"data": claim("claim-x", "document-1", start=-1, end=len(QUOTE) - 1)}, "claim"),
            ({"data": claim("claim-x", "document-1", start="1")}, "start"),
            ({"data": claim("claim-x", "document-1", page=True)}, "page"),
            ({"data_base64": "AAAA"}, "neither open nor sealed"),
        ],
    )
    def test_open(self, changed: dict[str, Any], saying: str) -> None:
        for reason in self.reasons(**changed):
            assert saying in reason

    @pytest.mark.parametrize(
        ("changed", "saying"),
        [
            ({"keyhash": "00" * 32}, "not the one that the event names"),
            ({"keyhash": None}, "not the one that the event names"),
            ({"data_base64": "AAAA"}, "does not open"),
            ({"data_base64": "AAAB="}, "base64"),
            ({"subject": "claim-y"}, "does not open"),
            ({"document": "document-2"}, "document"),
        ],
    )
    def test_sealed(self, changed: dict[str, Any], saying: str) -> None:
        for reason in self.reasons(seal="document-1", **changed):
            assert saying in reason

    @pytest.mark.parametrize("claimed", ["an honest quote", "half \ud800"])
    def test_the_citation_must_be_the_events(self, claimed: str) -> None:
        log = small_log()
        index = log.append("claim.recorded", "claim-x", claim("claim-x", "document-1"))
        file = log.file(index, DOCUMENT, SOURCE, {**json.loads(FILE)["citation"], "claim_id": "claim-x"})
        assert ours(file) == theirs(file) is not None
        content = json.loads(file)
        content["citation"]["quote"] = claimed
        assert ours(json.dumps(content).encode()) is theirs(json.dumps(content).encode()) is None

    @pytest.mark.parametrize(
        "body", [b'{ "a":1}', b"[]", b"nonsense", b'{"a":1.5}', b'{"b":1,"a":2}', b"", "\ufeff{}".encode(), b'{"a":1,"a":1}']
    )
    def test_leaves_that_are_no_events(self, body: bytes) -> None:
        log = small_log()
        log.bodies.append(body)
        reasons(log.file(len(log.bodies) - 1, DOCUMENT, SOURCE, json.loads(FILE)["citation"]))

    def test_an_event_in_another_form(self) -> None:
        log = small_log()
        log.bodies[OPEN] = json.dumps(json.loads(log.bodies[OPEN])).encode()
        refused(log.file(OPEN, DOCUMENT, SOURCE, json.loads(FILE)["citation"]), saying="canonical form")

    def test_a_key_to_what_is_not_sealed(self) -> None:
        content = json.loads(LOG.cite(OPEN, DOCUMENT, SOURCE).encode())
        content["claim"]["key"] = json.loads(FILE)["claim"]["key"]
        refused(sealed_up(content), saying="sealed")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["format", "claim", "citation", "event", "proof"]), inner),
    max_leaves=12,
)


class TestGarbage:
    @given(data=st.binary(max_size=200))
    @example(b"")
    @example(b"\xff\xfe")
    @example(b"\xef\xbb\xbf{}")
    @example(b"[" * 100_000)
    @example(b'{"a":' * 100_000)
    @example(b"1" * 10_000)
    @example(b'{"format": NaN}')
    @example(b'{"format": 1e999}')
    @example(b'{"format": "\\ud800"}')
    @example(b"null")
    @example(b"[]")
    def test_bytes(self, data: bytes) -> None:
        assert ours(data) is theirs(data) is None

    @given(
        path=st.sampled_from([*LEAVES, ("claim",), ("document",), ("citation",), ("claim", "proof"), ("citation", "document")]),
        value=anything,
    )
    def test_values_of_any_kind_in_any_place(self, path: tuple[str | int, ...], value: Any) -> None:
        file = json.dumps(altered_at(path, lambda original: value)).encode()
        if json.loads(file) != json.loads(FILE):
            assert ours(file) is theirs(file) is None

    @given(checkpoint=st.text(max_size=100) | st.text(alphabet="— ab\n=", max_size=60).map(lambda lines: NOTE.text + lines))
    def test_notes(self, checkpoint: str) -> None:
        file = sealed_up({**json.loads(FILE), "checkpoint": checkpoint})
        assert ours(file) is theirs(file) is None

    def test_a_very_large_file(self) -> None:
        with pytest.raises(InvalidProof, match="larger"):
            verify_citation(b" " * 10_000_001, [LOG_KEY])

    @given(text=st.text(max_size=60))
    @example(str(LOG_KEY)[:-1])
    @example("a+b\udc80+AAAA")
    def test_keys(self, text: str) -> None:
        with pytest.raises(InvalidProof):
            Vkey.parse(text)
        with pytest.raises(OUTSIDE.Refused):
            OUTSIDE.read_key(text)


class TestCommand:
    @staticmethod
    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(PROGRAM), *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=60, env={"PYTHONUTF8": "1"})

    def test_shows_the_citation(self, tmp_path: Path) -> None:
        (tmp_path / "citation.proof.json").write_bytes(FILE)
        done = self.run(tmp_path, "citation.proof.json", "--key", str(LOG_KEY), "--key", str(WITNESS_KEY))
        assert (done.returncode, done.stderr) == (0, "")
        for shown in ("The citation stands in the log", QUOTE, "bazar.txt", "1d" * 32, "Town paper 1", "position 4 of 10"):
            assert shown in done.stdout
        assert "witness witness.example/w1: saw this log at 2026-01-02 03:04:05+00:00" in done.stdout

    @pytest.mark.parametrize("file", [b"", b"\x00\xff", b"[" * 200_000, b"{}", FILE.replace(b"42 stalls", b"43 stalls", 1), FILE[:-40]])
    def test_says_what_is_wrong(self, tmp_path: Path, file: bytes) -> None:
        (tmp_path / "citation.proof.json").write_bytes(file)
        self.says(self.run(tmp_path, "citation.proof.json", "--key", str(LOG_KEY)))

    def test_no_file_and_no_key(self, tmp_path: Path) -> None:
        self.says(self.run(tmp_path, "missing.json", "--key", str(LOG_KEY)))
        self.says(self.run(tmp_path, str(tmp_path), "--key", str(LOG_KEY)))
        (tmp_path / "citation.proof.json").write_bytes(FILE)
        self.says(self.run(tmp_path, "citation.proof.json", "--key", "nonsense"))

    @staticmethod
    def says(done: subprocess.CompletedProcess[str]) -> None:
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("REFUSED: ")
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_a_quote_cannot_move_the_cursor(self, tmp_path: Path) -> None:
        log = small_log()
        quote = "42 stalls\x1b[2J\u202e\nThe citation stands"
        index = log.append("claim.recorded", "c", claim("c", "document-1", quote=quote, start=0, end=len(quote)), seal="document-1")
        (tmp_path / "p.json").write_bytes(log.cite(index, DOCUMENT, SOURCE).encode())
        done = self.run(tmp_path, "p.json", "--key", str(log.signer.vkey))
        assert done.returncode == 0
        assert "quote: 42 stalls\\x1b[2J\\u202e\\nThe citation stands\n" in done.stdout

    def test_knows_nothing_of_us(self) -> None:
        imported = set()
        for node in ast.walk(ast.parse(PROGRAM.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(str(node.module).partition(".")[0])
        assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_nothing_is_put_together_that_would_not_verify() -> None:
    document, source = LOG.proven(DOCUMENT), LOG.proven(SOURCE)
    wrong = LOG.proven(CLAIM).model_copy(update={"proof": document.proof})
    for claimed in (wrong, LOG.proven(SECOND_CLAIM), document):
        with pytest.raises(InvalidProof):
            cite(claimed, document, source, NOTE)
    assert cite(LOG.proven(CLAIM), document, source, NOTE) == PROOF
