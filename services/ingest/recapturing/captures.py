"""Capturing addresses, and capturing them again: fetch, read, compare with the capture before, record in one command."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.ingest import decide
from services.ingest.commands import Commands, receipt_of
from services.ingest.fetching.fetch import Fetcher
from services.ingest.fetching.fetched import Fetched, Validators
from services.ingest.fetching.urls import checked_url
from services.ingest.fetching.warc import validators_in
from services.ingest.intake import Intake
from services.ingest.parsing.details import combine
from services.ingest.plugins import installed, load_extractor
from services.ingest.recapturing.comparison import Comparison, compare
from services.ingest.recapturing.history import Capture, History, KnownSource
from services.ingest.recapturing.receipts import CaptureReceipt, Compared, compared
from services.ingest.receipts import Caller, Receipt
from services.ingest.service import IngestService
from shared.domain.claims import Claim
from shared.domain.errors import Gone, IdempotencyConflict, InvalidInput, NotFound
from shared.domain.events import AnyEvent, CarriedClaim, ClaimRecorded, DocumentCaptured, SourceRecaptured, SourceScheduled
from shared.domain.ids import IdSource, content_hash
from shared.domain.ports import StoredDocument
from shared.domain.provenance import Retrieval, SourceDetails
from shared.domain.roles import Role

RULES = "rules"

SHORTEST = 60
"""Seconds between two captures of a source at least."""

Open = Callable[[], str]
"""Opens a chronology and returns its id."""

Read = Callable[[Fetched, SourceDetails, SourceDetails, str], Intake]
"""Reads a page: what was fetched, what is declared of its source, what holds where nothing else is known of it, the extractor."""


@dataclass(slots=True)
class Place:
    """Where captures go: a chronology by its id, or one that is opened when there is something to record in it, and not before."""

    id: str | None
    open: Open

    def opened(self) -> str:
        """Return the id of the chronology, which is there from now on."""
        if self.id is None:
            self.id = self.open()
        return self.id


def place_of(chronology: str | Place) -> Place:
    """Return a chronology that is known by its id as a place."""
    return chronology if isinstance(chronology, Place) else Place(chronology, lambda: chronology)


class Captures:
    """Captures what addresses say. Safe in any thread."""

    def __init__(self, service: IngestService, history: History, fetcher: Fetcher, new_id: IdSource, read: Read) -> None:
        self.service = service
        self.history = history
        self.fetcher = fetcher
        self._new_id = new_id
        self._read = read
        self._commands = Commands(service.log, new_id)

    def capture(
        self,
        chronology: str | Place,
        url: str,
        caller: Caller,
        declared: SourceDetails | None = None,
        extractor: str | None = None,
        fallback: SourceDetails | None = None,
    ) -> CaptureReceipt:
        """Capture what an address says. One that was captured before is captured again, and compared.

        `declared` outranks what the page says of its source, `fallback` is taken where neither says anything. Without an `extractor`, the
        one of the capture before reads it, or `rules`. `chronology` is its id, or a place that is opened once the page was read.

        Raises `AddressRefused`, `FetchFailed` or `TooLarge` when nothing can be fetched, `UnreadableDocument` when it cannot be read, and
        `Gone` when the capture before was erased.
        """
        caller.principal.require(Role.contributor)
        load_extractor(extractor or RULES)  # before anything is fetched
        asked = str(checked_url(url))
        place = place_of(chronology)
        if place.id is not None and (earlier := self._earlier(place.id, asked, caller)):
            return earlier
        source = self._known(place.id, asked)
        fetched = self.fetcher.fetch(asked)
        assert isinstance(fetched, Fetched)  # nothing was asked by validators
        source = source or self._known(place.id, fetched.url)
        if source is not None and source.fetched is not None:
            return self._again(place.opened(), source, source.fetched, fetched, caller, extractor)
        details = combine(SourceDetails(url=source.details.url if source else fetched.url), declared or SourceDetails())
        intake = self._read(fetched, details, fallback or SourceDetails(), extractor or RULES)
        chronology_id = place.opened()
        receipt = self.service.capture_intake(
            chronology_id, fetched.data, intake, caller, filename=fetched.filename, retrieved=fetched.retrieval, warc=fetched.warc
        )
        return self._receipt(chronology_id, receipt, source.id if source else None, details.url or fetched.url, fetched.retrieval)

    def recapture(self, chronology_id: str, source_id: str, caller: Caller, extractor: str | None = None) -> CaptureReceipt:
        """Capture a source again, with the extractor of the capture before if none is named.

        Raises `NotFound` for a source that there is not, `InvalidInput` for one without an address, and what `capture` raises.
        """
        caller.principal.require(Role.contributor)
        load_extractor(extractor or RULES)
        self.history.catch_up(chronology_id, self.service.log.head(chronology_id))
        source = self.history.source(chronology_id, source_id)
        if source is None:
            raise NotFound(f"there is no source {source_id} in this chronology")
        if source.details.url is None:
            raise InvalidInput("this source has no address, so it cannot be fetched: ingest what it says now as a file")
        if earlier := self._earlier(chronology_id, source.details.url, caller):
            return earlier
        latest = source.fetched
        if latest is None:
            return self.capture(chronology_id, source.details.url, caller, source.details, extractor)
        fetched = self.fetcher.fetch(source.details.url, self._validators(chronology_id, latest))
        if not isinstance(fetched, Fetched):
            return self._unchanged(chronology_id, source, latest, fetched.retrieval)
        return self._again(chronology_id, source, latest, fetched, caller, extractor)

    def schedule(self, chronology_id: str, source_id: str, every: int | None, caller: Caller) -> Receipt:
        """Have a source captured again every so many seconds from now on; None: no longer."""
        caller.principal.require(Role.contributor)
        self.history.catch_up(chronology_id, self.service.log.head(chronology_id))
        source = self.history.source(chronology_id, source_id)
        if source is None:
            raise NotFound(f"there is no source {source_id} in this chronology")
        if every is not None and source.details.url is None:
            raise InvalidInput("this source has no address, so it cannot be fetched")
        if every is not None and every < SHORTEST:
            raise InvalidInput(f"a source is captured again after {SHORTEST} seconds at the soonest")
        if source.every == every:
            return Receipt(status="unchanged", revision=self.service.log.head(chronology_id), id=source_id)
        done = self._commands.append(
            chronology_id,
            caller,
            (SourceScheduled(source_id=source_id, every=every),),
            key=f"schedule:{self._new_id()}",
            fingerprint=content_hash({"schedule": source_id, "every": every}),
            result=Receipt(status="recorded", revision=0, id=source_id),
        )
        return Receipt(status="unchanged" if done.repeated else "recorded", revision=done.last, id=source_id)

    def _earlier(self, chronology_id: str, url: str, caller: Caller) -> CaptureReceipt | None:
        """The outcome of a keyed command that came before: nothing is fetched again for it."""
        known = self.service.log.recall(chronology_id, caller.key) if caller.key else None
        if known is None:
            return None
        receipt = receipt_of(known[1])
        self.history.catch_up(chronology_id, known[1].last)
        capture = self.history.capture(chronology_id, receipt.id)
        if capture is None or capture.retrieved is None or url not in (capture.retrieved.url, capture.retrieved.final_url):
            raise IdempotencyConflict
        return self._receipt(chronology_id, receipt, None, url, capture.retrieved)

    def _known(self, chronology_id: str | None, url: str) -> KnownSource | None:
        """The source of an address, if it is known."""
        if chronology_id is None:
            return None
        held = self.service.log.reserved(chronology_id, f"source:{decide.source_identity(SourceDetails(url=url), '')}")
        if held is None:
            return None
        self.history.catch_up(chronology_id, self.service.log.head(chronology_id))
        return self.history.source(chronology_id, held.subject)

    def _validators(self, chronology_id: str, latest: Capture) -> Validators:
        stored = self._stored(chronology_id, latest)
        return validators_in(stored.warc) if stored.warc else Validators()

    def _stored(self, chronology_id: str, latest: Capture) -> StoredDocument:
        stored = self.service.log.document(chronology_id, latest.document_id)
        if stored is None:
            raise Gone(
                f"the last capture of this source, {latest.document_id}, was erased: the source is not captured again, "
                "because that might bring back what had to go. To begin anew, save the page and ingest the file",
                document=latest.document_id,
            )
        return stored

    def _again(
        self, chronology_id: str, source: KnownSource, latest: Capture, fetched: Fetched, caller: Caller, extractor: str | None
    ) -> CaptureReceipt:
        stored = self._stored(chronology_id, latest)
        if fetched.data == stored.original:
            return self._unchanged(chronology_id, source, latest, fetched.retrieval)
        extractor = extractor or _usual(self.history.claims(chronology_id, latest.document_id))
        intake = self._read(fetched, source.details, SourceDetails(), extractor)
        if intake.parsed.text == stored.text:  # other bytes around the same words: a page's frame changes every day
            return self._unchanged(chronology_id, source, latest, fetched.retrieval)
        self.history.catch_up(chronology_id, self.service.log.head(chronology_id))
        earlier = self.history.claims(chronology_id, latest.document_id)
        deciding = _Recapture(latest.document_id, stored.text, earlier, intake, self._new_id)
        receipt = self.service.capture_intake(
            chronology_id,
            fetched.data,
            intake,
            caller,
            filename=fetched.filename,
            retrieved=fetched.retrieval,
            warc=fetched.warc,
            previous=latest.document_id,
            further=deciding,
        )
        shown = deciding.shown if receipt.status == "recorded" else None
        return self._receipt(chronology_id, receipt, source.id, source.details.url or fetched.url, fetched.retrieval, shown)

    def _unchanged(self, chronology_id: str, source: KnownSource, latest: Capture, retrieval: Retrieval) -> CaptureReceipt:
        receipt = Receipt(status="unchanged", revision=self.service.log.head(chronology_id), id=latest.document_id)
        return self._receipt(chronology_id, receipt, source.id, source.details.url or retrieval.url, retrieval)

    def _receipt(
        self,
        chronology_id: str,
        receipt: Receipt,
        source_id: str | None,
        url: str,
        retrieval: Retrieval,
        comparison: Compared | None = None,
    ) -> CaptureReceipt:
        if source_id is None:
            held = self.service.log.reserved(chronology_id, f"source:{decide.source_identity(SourceDetails(url=url), '')}")
            source_id = held.subject if held else ""
        return CaptureReceipt(
            **receipt.model_dump(),
            source_id=source_id,
            url=url,
            final_url=retrieval.final_url,
            comparison=comparison,
        )


def _usual(claims: Sequence[Claim]) -> str:
    """The extractor that most of the claims are from, people aside."""
    names = Counter(claim.extractor.name for claim in claims if claim.extractor.name in installed())
    return max(names, key=lambda name: (names[name], name), default=RULES)


@dataclass(slots=True)
class _Recapture:
    """Decides what is recorded besides a document that was captured again: the claims that move there, and the comparison."""

    previous: str
    text: str
    earlier: Sequence[Claim]
    intake: Intake
    new_id: Callable[[], str]
    shown: Compared | None = None

    def __call__(self, events: Sequence[AnyEvent]) -> Sequence[AnyEvent]:
        captured = next(event for event in events if isinstance(event, DocumentCaptured))
        later = [event.claim for event in events if isinstance(event, ClaimRecorded)]
        found = compare(self.text, self.earlier, self.intake.parsed.text, later, self.intake.extractor.name)
        moved = self._moved(found, captured)
        self.shown = compared(self.previous, found, list(self.earlier), later)
        recaptured = SourceRecaptured(
            source_id=captured.source_id,
            document_id=captured.document_id,
            previous=self.previous,
            carried=tuple(
                CarriedClaim(earlier=pair[0], later=pair[1])
                for pair in (*found.carried, *zip([claim.id for claim in found.moved], [claim.id for claim in moved], strict=True))
            ),
            changed=tuple(CarriedClaim(earlier=pair.earlier, later=pair.later) for pair in found.changed),
            vanished=tuple(found.vanished),
            doubt=tuple(found.doubt),
        )
        return (*(ClaimRecorded(claim=claim) for claim in moved), recaptured)

    def _moved(self, found: Comparison, captured: DocumentCaptured) -> list[Claim]:
        """The claims that move, as claims of the later document."""
        names = {claim.id: self.new_id() for claim in found.moved}
        became = {pair.earlier: pair.later for pair in found.carried} | names
        moved = [
            claim.model_copy(
                update={
                    "id": names[claim.id],
                    "document_id": captured.document_id,
                    "continues": became.get(claim.continues) if claim.continues else None,
                    "page": bisect_right(captured.pages, claim.start) or None,
                }
            )
            for claim in found.moved
        ]
        for claim in moved:
            claim.check(self.intake.parsed.text)
        return moved
