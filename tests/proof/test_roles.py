"""Signing, witnessing and proving need no more than each service's role on PostgreSQL may do."""

from pathlib import Path

from services.ingest.checkpoints import Checkpointer
from services.ingest.cosignatures import NewCosignature, Witnesses
from services.query.proofs import checkpoint, citation_proof
from services.query.snapshot import open_snapshot
from shared.crypto.citation import verify_citation
from shared.crypto.signing_key import SigningKeySource
from shared.domain.ids import IdSource
from shared.store.checkpoints import signing_keys
from shared.store.engine import Database
from shared.store.grants import INGEST, QUERY
from shared.store.migrate import migrate
from tests.support.keys import KEK
from tests.support.proofs import signer
from tests.support.roles import as_role, make_roles
from tests.support.running import run
from tests.support.texts import FAIR_EN, SOURCES

WITNESS = signer("witness.example/w1", 8)


def test_each_service_does_its_part_under_its_own_role(postgres_url: str, new_id: IdSource, keys: Path) -> None:
    make_roles(postgres_url)
    owner = Database(postgres_url, kek=KEK)
    migrate(owner)
    running = run(owner)
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    with as_role(owner.url, INGEST) as ingest, as_role(owner.url, QUERY) as query:
        checkpointer = Checkpointer(ingest, SigningKeySource(keys), new_id.now)
        assert checkpointer.sign_all() == 1
        checkpointer.rotate()
        signed = checkpointer.sign(running.info.id)
        line = WITNESS.cosign(signed.note, 1_800_000_000).signatures[-1]
        given = NewCosignature(vkey=str(WITNESS.cosigner_vkey), signature=str(line))
        assert Witnesses(ingest, new_id.now).add(running.info.id, signed.size, given).status == "recorded"
        with open_snapshot(query, "test") as snapshot:
            assert len(checkpoint(snapshot).cosignatures) == 1
            vkeys = [key.vkey(snapshot.id) for key in signing_keys(query.driver(snapshot.session))]
            claim = running.database.driver(snapshot.session).rows("SELECT id FROM claim ORDER BY position")[0][0]
            proof = citation_proof(snapshot, claim).encode()
    assert len(verify_citation(proof, [*vkeys, WITNESS.cosigner_vkey]).witnesses) == 1
    owner.close()
