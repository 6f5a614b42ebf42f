"""The JSON that is sealed of an event: its data, without what its envelope says already.

Every byte of it is encrypted, encoded, hashed, and synced to disk. So a claim does not name itself and its document once more: they are the
`subject` and the `document` of its envelope, which the seal authenticates and the leaf commits to. And what has its default is left out; it
has it again when it is read. So another default is another version, with an upcaster that puts the old one in.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

from shared.domain.events import ClaimRecorded

SINCE = {ClaimRecorded.type: 3}
"""From which version on a type's sealed data is brief; before, it was whole."""

_BEGINNING = b'{"claim":{'


def is_brief(event_type: str, version: int) -> bool:
    """Whether the sealed data of such an event was written by `brief`."""
    return version >= SINCE.get(event_type, version + 1)


def completed_json(plaintext: bytes, subject: str, document_id: str) -> bytes:
    """Return what `brief` wrote with the rest put in again, still as JSON."""
    if not plaintext.startswith(_BEGINNING):
        raise ValueError("this is not the JSON of a claim that was sealed")
    said = f'{{"claim":{{"id":{quoted(subject)},"document_id":{quoted(document_id)},'
    return said.encode() + plaintext[len(_BEGINNING) :]


def completed(data: Mapping[str, Any], subject: str, document_id: str) -> dict[str, Any]:
    """Return what `brief` wrote, parsed, with the rest put in again; raise `ValueError` where it says that itself."""
    claim = data.get("claim")
    if not isinstance(claim, dict) or not claim.keys().isdisjoint(("id", "document_id")):
        raise ValueError("this is not a claim that was sealed without its id and its document")
    return {**data, "claim": {**claim, "id": subject, "document_id": document_id}}
