"""The page that shows what proves a citation: where it stands, under which root, who signed, and how to check all that elsewhere."""

from dataclasses import dataclass
from shlex import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.query import answers
from services.query.pages.rendering import page
from services.query.pages.routes import PageRoute
from services.query.proof_routes import checkpoint_view
from services.query.proof_schemas import CheckpointView
from services.query.proofs import checkpoint, citation_proof
from services.query.service import Queries
from services.query.snapshot import Snapshot, open_snapshot
from shared.crypto.citation import VerifiedCitation, verify_citation
from shared.crypto.notes import Checkpoint, Note
from shared.domain.ids import sha256
from shared.store.checkpoints import signing_keys
from shared.web.auth import READERS

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ProofView:
    """What a proof shows, the checkpoint that it leads to, and a hash of the file, by which the page is known to be the same."""

    verified: VerifiedCitation
    checkpoint: CheckpointView
    digest: str

    @property
    def command(self) -> str:
        """What a reader types to check the downloaded file."""
        keys = [f"--key {quote(str(self.verified.log.vkey))}"]
        keys += [f"--witness {quote(witness.vkey)}" for witness in self.checkpoint.witnesses]
        return " \\\n  ".join(["salname verify citation.proof.json", *keys])


def proof_view(snapshot: Snapshot, claim_id: str) -> ProofView:
    """Make the proof of a claim's citation, and verify it as a reader would before it is shown."""
    proof = citation_proof(snapshot, claim_id)
    signed = checkpoint(snapshot, Checkpoint.parse(Note.decode(proof.checkpoint.encode()).text).size)
    vkeys = [key.vkey(snapshot.id) for key in signing_keys(snapshot.database.driver(snapshot.session))]
    file = proof.encode()
    verified = verify_citation(file, [*vkeys, *(cosignature.vkey for cosignature in signed.cosignatures)])
    return ProofView(verified, checkpoint_view(signed, vkeys), sha256(file)[:16])


@router.get("/chronologies/{slug}/claims/{claim_id}/proof")
def proof_page(request: Request, slug: str, claim_id: str, queries: Queries) -> Response:
    """Show what proves a citation."""
    with open_snapshot(queries.database, slug) as snapshot:
        shown = proof_view(snapshot, claim_id)
        claim = answers.claim(snapshot, queries.texts, claim_id)
        chronology = answers.chronology(snapshot)
    return page(
        request,
        "proof.html",
        f"{snapshot.version}-{shown.digest}",
        chronology=chronology,
        base=chronology.url,
        section="chronology",
        api=f"{chronology.url}/claims/{claim_id}/proof",
        proof=shown,
        claim=claim,
    )
