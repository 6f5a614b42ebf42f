"""Proofs over HTTP, checked by whoever asks: with our verifier, with the one without us, and with nothing but the RFC."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.ingest.cosignatures import NewCosignature, Witnesses
from shared.crypto.citation import verify_citation
from shared.crypto.notes import Checkpoint, Note, Signer, Vkey, origin
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.merkle import HASH_SIZE, TILE_WIDTH, leaf_hash, tile_root, verify_consistency, verify_inclusion
from shared.settings import Settings
from shared.store.read import DatabaseReader
from shared.store.wakeup import Wakeup
from tests.crypto.test_citation import OUTSIDE
from tests.proof.conftest import Signed
from tests.query.serving import query_app, serving
from tests.support.proofs import signer
from tests.support.running import ADMIN
from tests.support.trees import naive_root

WITNESS = signer("witness.example/w1", 8)


@dataclass
class Site:
    """The reading API before a log."""

    signed: Signed
    client: httpx.Client

    def get(self, path: str, status: int = 200, **params: Any) -> httpx.Response:
        answer = self.client.get(f"/v1/chronologies/test{path}", params=params or None)
        assert answer.status_code == status, answer.text
        return answer

    def key(self) -> Vkey:
        return Vkey.parse(self.get("/keys").json()["keys"][0]["vkey"])

    def events(self) -> list[bytes]:
        return DatabaseReader(self.signed.database).read_raw(self.signed.id, limit=10_000)

    def cosign(self, size: int, by: Signer = WITNESS, time: int = 1_800_000_000) -> str:
        note = Note.decode(self.get("/checkpoint", size=size).content)
        line = by.cosign(note, time).signatures[-1]
        given = NewCosignature(vkey=str(by.cosigner_vkey), signature=str(line))
        return Witnesses(self.signed.database, self.signed.new_id.now).add(self.signed.id, size, given).status


@pytest.fixture
def site(signed: Signed) -> Iterator[Site]:
    app = query_app(signed.database, Settings(database_url=signed.database.url), Wakeup())
    with serving(app) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield Site(signed, client)


def unbase64(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in texts]


def test_before_the_first_checkpoint_it_is_said_when_to_come_back(site: Site) -> None:
    claim = site.signed.claims()[0]
    for path in ("/checkpoint", f"/claims/{claim}/proof", "/proofs/inclusion?position=1", "/proofs/consistency?from=1"):
        answer = site.get(path, 503)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert "within a second" in answer.json()["detail"]
    assert site.get("/checkpoints").json()["checkpoints"] == []
    assert site.get("/keys").json() == {"origin": origin(site.signed.id), "keys": []}


def test_the_checkpoint_is_the_log_s_own_note(site: Site) -> None:
    first = site.signed.checkpointer.sign(site.signed.id)
    site.signed.fill(1)
    second = site.signed.checkpointer.sign(site.signed.id)
    answer = site.get("/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    note = Note.decode(answer.content)
    note.verify(site.key())
    assert Checkpoint.parse(note.text) == Checkpoint(origin(site.signed.id), second.size, naive_root(site.events()))
    assert site.get("/checkpoint", size=first.size).text == str(first.note)
    assert "checkpoints lists" in site.get("/checkpoint", 404, size=first.size - 1).json()["detail"]
    site.get("/checkpoint", 422, size=0)
    again = site.client.get("/v1/chronologies/test/checkpoint", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_history_is_listed_in_pages_the_newest_first(site: Site) -> None:
    signed = site.signed
    for _ in range(5):
        signed.checkpointer.sign(signed.id)
        signed.fill(1)
    signed.checkpointer.rotate()
    signed.checkpointer.sign(signed.id)
    listed, before = [], 2**53
    while before:
        page = site.get("/checkpoints", limit=2, before=before).json()
        assert len(page["checkpoints"]) <= 2
        listed += page["checkpoints"]
        before = page["next"]
    head = signed.running.info.head
    assert [shown["size"] for shown in listed] == list(range(head, head - 6, -1))
    events = site.events()
    keys = [key["vkey"] for key in site.get("/keys").json()["keys"]]
    for shown in listed:
        assert base64.b64decode(shown["root"]) == naive_root(events[: shown["size"]])
        assert shown["signer"] == (keys[0] if shown["size"] == head else keys[1])
        assert shown["witnesses"] == []


@pytest.mark.parametrize("events", [0, 3, 2 * TILE_WIDTH])
def test_every_event_is_shown_to_stand_in_the_log(site: Site, events: int) -> None:
    site.signed.fill(events)
    checkpoint = site.signed.checkpointer.sign(site.signed.id)
    stored = site.events()
    for position in {1, 2, 5, checkpoint.size // 2, checkpoint.size - 1, checkpoint.size}:
        shown = site.get("/proofs/inclusion", position=position).json()
        assert (shown["position"], shown["size"]) == (position, checkpoint.size)
        leaf, root = unbase64([shown["leaf"], shown["root"]])
        assert (leaf, root) == (leaf_hash(stored[position - 1]), checkpoint.root)
        verify_inclusion(leaf, position - 1, checkpoint.size, unbase64(shown["hashes"]), root)
        earlier = site.get("/proofs/inclusion", position=position, size=position).json()
        assert base64.b64decode(earlier["root"]) == naive_root(stored[:position])


def test_consistency_leads_from_any_checkpoint_to_the_newest(site: Site) -> None:
    found = []
    for step in (1, TILE_WIDTH, 7):
        found.append(site.signed.checkpointer.sign(site.signed.id))
        site.signed.fill(step)
    newest = site.signed.checkpointer.sign(site.signed.id)
    for old in found:
        shown = site.get("/proofs/consistency", **{"from": old.size}).json()
        assert (shown["from"], shown["to"]) == (old.size, newest.size)
        verify_consistency(old.size, newest.size, old.root, newest.root, unbase64(shown["hashes"]))
        assert site.get("/proofs/consistency", **{"from": old.size, "to": newest.size}).json() == shown
    assert site.get("/proofs/consistency", **{"from": 0}).json()["hashes"] == []


def test_what_cannot_be_proven_is_told_why(site: Site) -> None:
    size = site.signed.checkpointer.sign(site.signed.id).size
    for path, said in {
        f"/proofs/inclusion?position={size + 1}": f"a log of {size} events has no position {size + 1}",
        f"/proofs/inclusion?position=1&size={size + 1}": f"the log has {size} events, not {size + 1}",
        f"/proofs/consistency?from={size + 1}": f"a log of {size} events cannot continue one of {size + 1}",
        f"/proofs/consistency?from=1&to={size + 1}": f"the log has {size} events, not {size + 1}",
    }.items():
        assert said in site.get(path, 422).json()["detail"], path
    for path in ("/proofs/inclusion?position=0", "/proofs/inclusion?position=x", "/proofs/consistency?from=-1", "/proofs/inclusion"):
        assert site.get(path, 422).json()["title"] == "The request is not valid"
    site.get(f"/claims/{site.signed.id}/proof", 404)


def test_what_names_its_size_may_be_kept_for_ever(site: Site) -> None:
    site.signed.fill(TILE_WIDTH)
    size = site.signed.checkpointer.sign(site.signed.id).size
    for path in (f"/proofs/inclusion?position=1&size={size}", f"/proofs/consistency?from=1&to={size}", "/tile/0/000", "/tile/0/000.p/3"):
        assert "immutable" in site.get(path).headers["cache-control"], path
    for path in ("/proofs/inclusion?position=1", "/proofs/consistency?from=1", "/checkpoint", "/checkpoints", "/keys"):
        assert site.get(path).headers["cache-control"] == "no-cache", path


def test_tiles_are_those_of_the_tree(site: Site) -> None:
    site.signed.fill(2 * TILE_WIDTH)
    stored = site.events()
    leaves = [leaf_hash(event) for event in stored]
    tiles = [site.get(f"/tile/0/{index:03}").content for index in range(2)]
    assert tiles == [b"".join(leaves[at * TILE_WIDTH : (at + 1) * TILE_WIDTH]) for at in range(2)]
    over = len(leaves) - 2 * TILE_WIDTH
    assert site.get(f"/tile/0/002.p/{over}").content == b"".join(leaves[2 * TILE_WIDTH :])
    assert site.get("/tile/0/001.p/7").content == tiles[1][: 7 * HASH_SIZE]
    assert site.get("/tile/1/000.p/2").content == b"".join(map(tile_root, tiles))
    unknown = ("002", "x000/001", "1", "0001", "000.p/0", "000.p/257", "000.p/x", "", f"002.p/{over + 1}")
    for path in (*(f"0/{index}" for index in unknown), "1/000", "1/000.p/3", "8/000.p/1"):
        assert site.get(f"/tile/{path}", 404).json()["status"] == 404, path


def test_a_claim_s_proof_is_verified_by_both_verifiers(site: Site) -> None:
    site.signed.checkpointer.sign(site.signed.id)
    for claim in site.signed.claims():
        answer = site.get(f"/claims/{claim}/proof")
        assert 'filename="citation.proof.json"' in answer.headers["content-disposition"]
        verified = verify_citation(answer.content, [site.key()])
        shown = site.get(f"/claims/{claim}").json()
        assert (verified.citation.quote, verified.citation.start) == (shown["quote"], shown["start"])
        assert verified.citation.document.source.model_dump() == shown["document"]["source"]
        citation, _, size, _ = OUTSIDE.verify(answer.content, [OUTSIDE.read_key(str(site.key()))])
        assert citation == verified.citation.model_dump(mode="json")
        assert size == verified.checkpoint.size == site.signed.running.info.head


def test_a_claim_that_came_after_the_checkpoint_is_to_be_asked_for_again(site: Site) -> None:
    first = site.signed.checkpointer.sign(site.signed.id)
    before = site.signed.claims()
    site.signed.running.capture("The library opened in Sheki on 5 June 1999 with 300 books.")
    (new,) = set(site.signed.claims()) - set(before)
    problem = site.get(f"/claims/{new}/proof", 503)
    assert problem.headers["retry-after"] == "1"
    assert "try again" in problem.json()["detail"]
    assert "after the checkpoint" in site.get(f"/claims/{new}/proof", 422, size=first.size).json()["detail"]
    site.get(f"/claims/{before[0]}/proof")
    site.signed.checkpointer.sign(site.signed.id)
    verify_citation(site.get(f"/claims/{new}/proof").content, [site.key()])


def test_an_erased_claim_is_gone_and_its_old_proof_stays_valid(site: Site) -> None:
    signed = site.signed
    signed.checkpointer.sign(signed.id)
    claim = signed.claims()[0]
    old, key = site.get(f"/claims/{claim}/proof").content, site.key()
    document = json.loads(old)["citation"]["document"]["id"]
    others = [each for each in signed.claims() if site.get(f"/claims/{each}").json()["document"]["id"] != document]
    assert others
    signed.running.service.erase(signed.id, document, "asked for", ADMIN)
    assert "eras" in site.get(f"/claims/{claim}/proof", 410).json()["detail"], "before the read model knows of it"
    signed.running.projector.project(signed.running.info)
    assert "asked for" in site.get(f"/claims/{claim}/proof", 410).json()["detail"]
    signed.checkpointer.sign(signed.id)
    assert verify_citation(old, [key]).citation.claim_id == claim
    for other in others:
        verify_citation(site.get(f"/claims/{other}/proof").content, [key])


def test_cosignatures_are_checked_kept_once_and_shown_everywhere(site: Site) -> None:
    signed = site.signed
    first = signed.checkpointer.sign(signed.id).size
    assert site.cosign(first) == "recorded"
    assert site.cosign(first, time=1_900_000_000) == "unchanged"
    another = signer("witness.example/w2", 9)
    assert site.cosign(first, another) == "recorded"
    note = Note.decode(site.get("/checkpoint").content)
    assert [note.verify(each.cosigner_vkey).timestamp for each in (WITNESS, another)] == [1_800_000_000, 1_800_000_000]
    (shown,) = site.get("/checkpoints").json()["checkpoints"]
    assert [witness["name"] for witness in shown["witnesses"]] == ["witness.example/w1", "witness.example/w2"]
    assert shown["witnesses"][0]["stated"] == "2027-01-15T08:00:00Z"
    claim = signed.claims()[0]
    signed.fill(1)
    signed.checkpointer.sign(signed.id)
    proof = site.get(f"/claims/{claim}/proof").content  # what a witness has seen is worth more than what is new
    verified = verify_citation(proof, [site.key(), WITNESS.cosigner_vkey, another.cosigner_vkey])
    assert (verified.checkpoint.size, len(verified.witnesses)) == (first, 2)
    newest = site.get(f"/claims/{claim}/proof", size=first + 1).content
    assert verify_citation(newest, [site.key()]).checkpoint.size == first + 1


def test_cosignatures_that_do_not_hold_are_refused(site: Site) -> None:
    signed = site.signed
    size = signed.checkpointer.sign(signed.id).size
    signed.fill(1)
    later = signed.checkpointer.sign(signed.id)
    witnesses = Witnesses(signed.database, signed.new_id.now)
    own = Signer(origin(signed.id), signed.checkpointer.key())
    good = WITNESS.cosign(later.note, 1).signatures[-1]
    for vkey, line, said in [
        (str(WITNESS.cosigner_vkey), str(good), "does not hold"),  # of another checkpoint
        (str(WITNESS.vkey), str(WITNESS.sign(later.note.text).signatures[0]), "does not cosign"),
        (str(signer("witness.example/w2", 9).cosigner_vkey), str(good), "name the key"),
        (str(own.cosigner_vkey), str(own.cosign(later.note, 1).signatures[-1]), "the log's own"),
        (str(WITNESS.cosigner_vkey)[:-4], str(good), "key"),
        (str(WITNESS.cosigner_vkey), "what?", "not a signature line"),
        (str(WITNESS.cosigner_vkey), "", "0 name the key"),
    ]:
        with pytest.raises(InvalidInput, match=said):
            witnesses.add(signed.id, size, NewCosignature(vkey=vkey, signature=line))
    with pytest.raises(NotFound):
        witnesses.add(signed.id, 2, NewCosignature(vkey=str(WITNESS.cosigner_vkey), signature=str(good)))
    assert [shown["witnesses"] for shown in site.get("/checkpoints").json()["checkpoints"]] == [[], []]


def test_a_checkpoint_takes_a_limited_number_of_witnesses(site: Site) -> None:
    size = site.signed.checkpointer.sign(site.signed.id).size
    for number in range(50):
        site.cosign(size, signer(f"witness.example/{number}", number + 10))
    with pytest.raises(InvalidInput, match="no more are taken"):
        site.cosign(size)
    Note.decode(site.get("/checkpoint").content).verify(site.key())
