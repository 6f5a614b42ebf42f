"""Commands and documents that the tests of the log are made of."""

from datetime import UTC, datetime

from shared.domain.claims import Claim, Extractor, Mention, Value
from shared.domain.errors import SalnameError
from shared.domain.events import (
    AnyEvent,
    ChronologyCreated,
    ClaimRecorded,
    Command,
    CorrectionRejected,
    DocumentCaptured,
    DocumentErased,
    ErasedClaim,
)
from shared.domain.ids import sha256
from shared.domain.ports import Append, Appended, Log, StoredDocument

COMMAND = Command(actor="test", time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), correlation_id="c")
TEXT = "Zümrüd counted 417 lanterns in Balakən, says the lamplighter."
WORDS = ("Zümrüd", "counted", "lanterns", "Balakən", "lamplighter")
"""Words of `TEXT`, none of which may be found in what is stored of it."""


def created(chronology_id: str, slug: str) -> ChronologyCreated:
    return ChronologyCreated(chronology_id=chronology_id, slug=slug, title="Test")


def rejected(number: int) -> CorrectionRejected:
    return CorrectionRejected(correction_id=f"correction-{number}", reason="ə" * (number % 50))


def document(document_id: str, text: str = TEXT) -> StoredDocument:
    return StoredDocument(id=document_id, original=text.encode(), text=text)


def captured(document_id: str, text: str = TEXT) -> DocumentCaptured:
    return DocumentCaptured(
        document_id=document_id, source_id="source", filename="lamps.txt", media_type="text/plain", encoding="utf-8", language="en",
        language_detected=False, sha256=sha256(text.encode()), size=len(text.encode()), text_sha256=sha256(text.encode()), length=len(text),
        parser="text",
    )  # fmt: skip


def claim(claim_id: str, document_id: str, text: str = TEXT) -> ClaimRecorded:
    """A claim that quotes the whole of a text beginning like `TEXT`."""
    return ClaimRecorded(
        claim=Claim(
            id=claim_id, document_id=document_id, extractor=Extractor(name="person", version="1"), start=0, end=len(text), quote=text,
            statement=text, language="en",
            values=(Value(start=15, end=18, quote="417", attribute="lanterns", value="417"),),
            actors=(Mention(start=0, end=6, quote="Zümrüd", name="Zümrüd"),),
        )
    )  # fmt: skip


def erased(document_id: str, *claims: str) -> DocumentErased:
    return DocumentErased(document_id=document_id, reason="asked to", claims=tuple(ErasedClaim(claim_id=each) for each in claims))


def command(
    chronology_id: str,
    *events: AnyEvent,
    key: str,
    fingerprint: str = "f",
    expected_revision: int | None = None,
    reserves: tuple[tuple[str, str], ...] = (),
    erases: str | None = None,
) -> Append:
    return Append(
        chronology_id=chronology_id,
        command=COMMAND.model_copy(update={"correlation_id": key}),
        events=events,
        key=key,
        fingerprint=fingerprint,
        result=f"result of {key}",
        expected_revision=expected_revision,
        reserves=reserves,
        erases=erases,
    )


def capture(log: Log, chronology_id: str, document_id: str, *claims: str, text: str = TEXT) -> Appended:
    """Capture a document with claims on it, in one command whose key is the document's id."""
    events: list[AnyEvent] = [captured(document_id, text), *(claim(each, document_id, text) for each in claims)]
    return log.append(command(chronology_id, *events, key=f"capture {document_id}"), [document(document_id, text)])


def erase(log: Log, chronology_id: str, document_id: str, *claims: str, key: str = "erase") -> Appended:
    return log.append(command(chronology_id, erased(document_id, *claims), key=key, erases=document_id))


def outcome_of(log: Log, request: Append) -> Appended | SalnameError:
    """What an append gives or raises."""
    try:
        return log.append(request)
    except SalnameError as error:
        return error
