"""Ingesting a batch: read in parallel, append in the order in which the files were named.

A batch can be broken off at any moment and run again. What was captured is known by its bytes, its name and what was declared of its
source, as an idempotency key of the log, and is skipped before it is parsed.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from services.batch.files import FAILED, Document, Found, find, read
from services.batch.stopping import Stop, stopping
from services.batch.telling import Outcome, Report, Ticker, count, reporting, say, tell, ticking
from services.ingest.commands import receipt_of
from services.ingest.intake import Intake
from services.ingest.parsing.details import combine, details_from
from services.ingest.readers import RULES, Readers
from services.ingest.receipts import Caller, Receipt
from services.ingest.texts import erasure
from services.ingest.wiring import parse_limits
from services.ingest.workers import WorkersUnavailable, available_cores
from services.local import Workspace, progress
from services.query.entries import count_entries
from services.query.reader import count_claims, count_documents
from services.query.snapshot import open_snapshot
from shared.domain.errors import SalnameError
from shared.domain.ids import content_hash, sha256
from shared.domain.ports import ChronologyInfo
from shared.domain.provenance import SourceDetails
from shared.settings import Settings
from shared.store.engine import Database

TICK_SECONDS = 0.2
BYTES_WORTH_A_WORKER = 200_000
FILES_WORTH_A_WORKER = 20
IN_FLIGHT = 2
"""Documents for each reader that are being read or wait to be appended: one that is slow must not idle the others, nor all be in memory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a batch: the chronology, what is declared of all its sources, the extractor, and where to report.

    `workers` is how many files to read at a time, by default as many as there are processors.
    """

    slug: str
    declared: Mapping[str, str]
    extractor: str = "rules"
    workers: int | None = None
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a batch ended: how many documents failed, and whether it was stopped before its end."""

    failed: int
    stopped: bool


def ingest(settings: Settings, paths: Sequence[Path], wanted: Wanted, out: Console, err: Console) -> Ended:
    """Ingest files into a chronology and project them; print what was found.

    Ctrl-C ends the batch when what is being appended is appended: what was captured stays, and the chronology shows it.
    """
    declared = details_from(wanted.declared, "the command line")
    files = find(paths)
    with Readers(parse_limits(settings), _workers(wanted, files)) as readers:
        readers.warm()  # while the database opens
        with Workspace(settings, new=True) as workspace:
            with reporting(wanted.report) as report, stopping(readers.close) as stop, ticking(err) as tick:
                batch = _Batch(workspace, readers, wanted, declared, report, tick, stop)
                batch.run(files)
            return _told(workspace, wanted.slug, batch, out, err)


def _workers(wanted: Wanted, files: Sequence[Found]) -> int:
    """How many workers to use. Starting one takes longer than the rules take for a few small files."""
    if wanted.workers is None and wanted.extractor == RULES:
        worth = 1 + sum(found.size for found in files) // BYTES_WORTH_A_WORKER + len(files) // FILES_WORTH_A_WORKER
        return min(available_cores(), len(files), worth)
    return min(wanted.workers or available_cores(), len(files))


def _told(workspace: Workspace, slug: str, batch: "_Batch", out: Console, err: Console) -> Ended:
    """Project what was captured, and print what became of all documents."""
    if batch.captured and not workspace.projector.is_current(info := workspace.service.chronology(slug)):
        with progress(err, "Consolidating") as advance:
            workspace.projector.project(info, advance)
    tell(batch.outcomes, out, err)
    if batch.captured:
        say(out, _summary(workspace.database, slug))
    if batch.stopped:
        say(err, f"Stopped after {len(batch.outcomes):,} of {batch.total:,} documents; run the same command again to go on.")
    return Ended(batch.failed, batch.stopped)


def _summary(database: Database, slug: str) -> str:
    with open_snapshot(database, slug) as snapshot:
        return (
            f"{slug}: {count(count_documents(snapshot), 'document')}, {count(sum(count_claims(snapshot).values()), 'claim')}, "
            f"{count(count_entries(snapshot), 'entry', 'entries')}, {count_entries(snapshot, disputed=True)} of them disputed, "
            f"at revision {snapshot.revision}."
        )


@dataclass(frozen=True, slots=True)
class _NotRead:
    """Why a document was not read. An exception would keep its bytes in memory, by way of the frames that it came through.

    `unavailable` says that it is not the document's fault: no worker would have read it.
    """

    reason: str
    unavailable: bool


def _take_in(readers: Readers, document: Document, details: SourceDetails, extractor: str) -> Intake | _NotRead:
    try:
        return readers.take_in(document.data, document.filename, document.media_type, details, extractor)
    except SalnameError as error:
        return _NotRead(error.detail, isinstance(error, WorkersUnavailable))


@dataclass(frozen=True, slots=True)
class _InFlight:
    """A document whose outcome is known, or is being worked out. `caller` carries the key that it is captured under."""

    document: Document
    caller: Caller
    coming: Future[Intake | _NotRead] | Outcome


class _Batch:
    """The state of a batch: what became of the documents so far, in order."""

    def __init__(
        self, workspace: Workspace, readers: Readers, wanted: Wanted, declared: SourceDetails, report: Report, tick: Ticker, stop: Stop
    ) -> None:
        self._workspace = workspace
        self._readers = readers
        self._wanted = wanted
        self._declared = declared
        self._report = report
        self._tick = tick
        self._stop = stop
        self._info: ChronologyInfo | None = workspace.service.log.chronology(wanted.slug)
        self.outcomes: list[Outcome] = []
        self.failed = 0
        self.captured = False
        self.total = 0
        self.stopped = False

    def run(self, files: Sequence[Found]) -> None:
        """Read all files, and append what they hold in their order."""
        self.total = len(files)
        pending: deque[_InFlight] = deque()
        threads = ThreadPoolExecutor(self._readers.size, "batch")
        try:
            for document in self._documents(files):
                pending.append(self._begin(document, threads))
                while len(pending) > IN_FLIGHT * self._readers.size and not self.stopped:
                    self._finish(pending.popleft())
                if self.stopped:
                    break
            while pending and not self.stopped:
                self._finish(pending.popleft())
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            self._readers.close()  # else the threads would wait for what nobody wants any more

    def _documents(self, files: Sequence[Found]) -> Iterator[Document]:
        for found in files:
            for number, document in enumerate(read(found, self._readers)):
                self.total += min(number, 1)  # of what stands in a file, the first was counted as the file
                if self._stop.wanted:
                    self.stopped = True
                    return
                yield document

    def _begin(self, document: Document, threads: ThreadPoolExecutor) -> _InFlight:
        caller = self._workspace.caller
        if document.outcome:
            outcome = Outcome(document.path, document.label, document.outcome, reason=document.reason)
            return _InFlight(document, caller, outcome)
        details = combine(self._declared, document.details)
        key = _key(document, details)
        known = self._known(key)
        if known and not self._erased(known.id):
            return _InFlight(document, caller, _outcome(document, known))
        coming = threads.submit(_take_in, self._readers, document, details, self._wanted.extractor)
        # A key would only have the first answer repeated; without it, the log says where the document was erased, and why.
        return _InFlight(document, caller if known else replace(caller, key=key), coming)

    def _known(self, key: str) -> Receipt | None:
        """What is known under a key, so that nothing has to be read."""
        recalled = self._info and self._workspace.service.log.recall(self._info.id, key)
        return receipt_of(replace(recalled[1], repeated=True)) if recalled else None

    def _erased(self, document_id: str) -> bool:
        return self._info is not None and self._workspace.service.log.reserved(self._info.id, erasure(document_id)) is not None

    def _finish(self, item: _InFlight) -> None:
        document, coming = item.document, item.coming
        if isinstance(coming, Outcome):
            self._add(coming)
            return
        while not wait([coming], TICK_SECONDS).done:
            self._show(document.label)
        intake = coming.result()
        if isinstance(intake, _NotRead):
            if not intake.unavailable:
                self._add(Outcome(document.path, document.label, FAILED, reason=intake.reason))
            elif self._stop.wanted:
                self.stopped = True
            else:
                raise WorkersUnavailable(intake.reason)
            return
        service = self._workspace.service
        if self._info is None:  # only now: a file that cannot be read does not leave an empty chronology behind
            self._info = service.ensure_chronology(self._wanted.slug, self._workspace.caller)
        try:
            receipt = service.capture_intake(self._info.id, document.data, intake, item.caller, filename=document.filename)
        except SalnameError as error:
            self._add(Outcome(document.path, document.label, FAILED, reason=error.detail))
        else:
            self._add(_outcome(document, receipt))

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.failed += outcome.status == FAILED
        self.captured |= outcome.id is not None
        self._report.add(outcome)
        self._show(outcome.label)

    def _show(self, label: str) -> None:
        self._tick(len(self.outcomes), self.total, self.failed, label)


def _outcome(document: Document, receipt: Receipt) -> Outcome:
    return Outcome(document.path, document.label, receipt.status, receipt.id, receipt.claims, notes=receipt.notes)


def _key(document: Document, details: SourceDetails) -> str:
    """The idempotency key of a document: everything that decides what its capture is the capture of."""
    return "file:" + content_hash(
        {
            "content": sha256(document.data),
            "filename": document.filename.encode("utf-8", "replace").decode(),
            "media_type": document.media_type,
            "source": details.model_dump(mode="json"),
        }
    )
