"""What whoever captures an address is told."""

from services.ingest.recapturing.comparison import Comparison
from services.ingest.receipts import Receipt
from shared.domain.claims import Claim
from shared.domain.model import Frozen


class Words(Frozen):
    """A claim by its id and its words."""

    claim_id: str
    quote: str


class Changed(Frozen):
    """What a source said, and what stands in its place now."""

    earlier: Words
    later: Words


class Compared(Frozen):
    """A capture compared with the one before it, `previous`.

    `carried` claims stand in both in the same words with the same meaning, those included that people brought. `changed` say something
    else now, or in other words. `vanished` are no longer there. Of those in `doubt` it cannot be told. `new` were not there before.
    """

    previous: str
    carried: int
    changed: tuple[Changed, ...]
    vanished: tuple[Words, ...]
    doubt: tuple[Words, ...]
    new: tuple[Words, ...]


class CaptureReceipt(Receipt):
    """What capturing an address did. `id` is the document that holds what the address says now, of the source `source_id`.

    `url` is the address of the source, `final_url` the one that answered. `comparison` is there when the source had been captured before
    and says something else now.
    """

    source_id: str
    url: str
    final_url: str
    comparison: Compared | None = None


def compared(previous: str, found: Comparison, earlier: list[Claim], later: list[Claim]) -> Compared:
    """Show a comparison in the words of its claims."""
    words = {claim.id: Words(claim_id=claim.id, quote=claim.quote) for claim in (*earlier, *later)}
    return Compared(
        previous=previous,
        carried=len(found.carried) + len(found.moved),
        changed=tuple(Changed(earlier=words[pair.earlier], later=words[pair.later]) for pair in found.changed),
        vanished=tuple(words[claim_id] for claim_id in found.vanished),
        doubt=tuple(words[claim_id] for claim_id in found.doubt),
        new=tuple(words[claim_id] for claim_id in found.new),
    )
