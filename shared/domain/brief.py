"""The JSON that is sealed of an event: its data, without what its envelope says already.

Every byte of it is encrypted, encoded, hashed, and synced to disk. So a claim does not name itself and its document once more: they are the
`subject` and the `document` of its envelope, which the seal authenticates and the leaf commits to. And what has its default is left out; it
has it again when it is read. So another default is another version, with an upcaster that puts the old one in.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import asdict

from shared.domain.claims import Claim, ClaimDate, Extractor, Mention, Value
from shared.domain.events import AnyEvent, ClaimRecorded
from shared.domain.restored import form, hashable_form, maker

SINCE = {ClaimRecorded.type: 3}
"""From which version on a type's sealed data is brief; before, it was whole."""

SAYS_ITSELF = "this is not a claim that was sealed without its id and its document"
_SAID_OUTSIDE = ("id", "document_id")


def is_brief(event_type: str, version: int) -> bool:
    """Whether the sealed data of such an event was written by `brief`."""
    return version >= SINCE.get(event_type, version + 1)


_EXTRACTOR = hashable_form(Extractor)
_CLAIM = form(Claim, {Extractor: _EXTRACTOR}, apart=_SAID_OUTSIDE)
_claim, _date, _value, _mention = maker(Claim), maker(ClaimDate), maker(Value), maker(Mention)


@lru_cache(maxsize=1000)  # a few extractors found all the claims there are
def _extractor(said: Struct) -> Extractor:
    return Extractor(**asdict(said))


def restorer(latest: type[AnyEvent]) -> Callable[[bytes, str, str], AnyEvent]:
    """Return what makes events of the latest version out of what `brief` wrote of them, once their seal is opened (`restored`).

    From that JSON, the subject and the document's id it makes the event; it raises `msgspec.DecodeError` for JSON of another form, and
    `ValueError` where that says the rest itself.
    """
    read = Decoder(form(latest, {Claim: _CLAIM})).decode
    made = maker(latest)

    def restore(plaintext: bytes, subject: str, document_id: str) -> AnyEvent:
        said = read(plaintext)
        claim = said["claim"]
        if "id" in claim or "document_id" in claim:
            raise ValueError(SAYS_ITSELF)
        claim["id"], claim["document_id"], claim["extractor"] = subject, document_id, _extractor(claim["extractor"])
        if (date := claim.get("date")) is not None:
            claim["date"] = _date(date)
        if values := claim.get("values"):
            claim["values"] = tuple([_value(value) for value in values])
        if actors := claim.get("actors"):
            claim["actors"] = tuple([_mention(actor) for actor in actors])
        if places := claim.get("places"):
            claim["places"] = tuple([_mention(place) for place in places])
        if (attribution := claim.get("attribution")) is not None:
            claim["attribution"] = _mention(attribution)
        said["claim"] = _claim(claim)
        return made(said)

    return restore


def completed(data: Mapping[str, Any], subject: str, document_id: str) -> dict[str, Any]:
    """Return what `brief` wrote, parsed, with the rest put in again; raise `ValueError` where it says that itself."""
    claim = data.get("claim")
    if not isinstance(claim, dict) or not claim.keys().isdisjoint(_SAID_OUTSIDE):
        raise ValueError(SAYS_ITSELF)
    return {**data, "claim": {**claim, "id": subject, "document_id": document_id}}
