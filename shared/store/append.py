"""Appending to the log of a database, under a dense counter.

The counter is the chronology's `head`: whoever appends locks its row (PostgreSQL) or the database (BEGIN IMMEDIATE on SQLite) first. That
orders the writers of one chronology, so positions have no gaps, become visible in order, and a rollback leaves nothing.

Concurrent appends to one chronology share a transaction (`group`). Each is admitted or refused by itself, before anything is written, so
that none fails for what its neighbours want.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from shared.domain.errors import AlreadyExists, Busy, Gone, IdempotencyConflict, InvalidInput, NotFound, SalnameError
from shared.domain.ids import IdSource
from shared.domain.merkle import TILE_WIDTH, CompactRange, leaf_hash
from shared.domain.ports import Append, Appended, StoredDocument
from shared.store.driver import Driver, DriverError, Duplicate, Row
from shared.store.engine import Database
from shared.store.group import GroupCommit
from shared.store.keys import OPEN, count_erasures, gone
from shared.store.log_rows import write_log
from shared.store.prepared import Prepared, check_revision, creation, prepare_append, quoted_documents
from shared.store.read import DatabaseReader
from shared.store.tree import Growth, grow, leaves_between, stored_roots

CAPTURED = "the document {}"
"""How a captured document stands among the names that are taken."""


@dataclass(slots=True)
class _State:
    """A log as the transaction finds it and moves it on.

    `known` are the idempotency keys, `taken` the reserved names and documents that are there already, of those that the group wants.
    """

    head: int
    peaks: bytes
    erasures: int
    known: dict[str, tuple[str, Appended]]
    taken: set[str]


@dataclass(slots=True)
class _Rows:
    """What a group writes."""

    events: list[Row] = field(default_factory=list)
    keys: list[Row] = field(default_factory=list)
    reservations: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    document_keys: list[Row] = field(default_factory=list)


class DatabaseLog(DatabaseReader):
    """`shared.domain.ports.Log` on SQLite or PostgreSQL. `new_id` makes the event ids; `on_append` is called after every append."""

    def __init__(self, database: Database, new_id: IdSource, on_append: Callable[[], None] = lambda: None) -> None:
        super().__init__(database)
        self._new_id = new_id
        self._on_append = on_append
        self._group: GroupCommit[Prepared, Appended] = GroupCommit(self._commit, database.limits.lock + database.limits.statement)
        self._pending: dict[str, tuple[CompactRange, tuple[bytes, ...]]] = {}

    def append(self, request: Append, documents: Sequence[StoredDocument] = ()) -> Appended:
        try:
            with self._group.coming(request.chronology_id):
                prepared = self._prepare(request, documents)
        except (Gone, NotFound):
            # What was done once stays done, also when the document that it quotes is erased since.
            if earlier := self._earlier(request):
                return earlier
            raise
        appended = self._open(prepared) if creation(request) else self._group.submit(request.chronology_id, prepared, prepared.weight)
        if request.erases is not None:
            self.database.forget()
        self._on_append()
        return appended

    def append_together(self, requests: Sequence[Append]) -> list[Appended | SalnameError]:
        """Append what came to one chronology at about the same time in one transaction, from one thread; each has its own outcome."""
        outcomes: dict[int, Appended | Exception] = {}
        prepared: dict[int, Prepared] = {}
        for at, request in enumerate(requests):
            try:
                prepared[at] = self._prepare(request, ())
            except SalnameError as error:
                outcomes[at] = error
        if prepared:
            outcomes.update(zip(prepared, self._commit(list(prepared.values())), strict=True))
            self._on_append()
        return [_expected(outcomes[at]) for at in range(len(requests))]

    def _prepare(self, request: Append, documents: Sequence[StoredDocument]) -> Prepared:
        here, quoted = request.chronology_id, quoted_documents(request, documents)
        erasures, keys = self.keyring.at_hand(here, quoted)
        if len(keys) < len(quoted):
            with self.database.read() as session:
                erasures = count_erasures(session, here)
                keys = self.keyring.keys(session, here, erasures, quoted)
        return prepare_append(request, documents, keys, erasures, self._new_id, partial(self.keyring.wrap, here))

    def _open(self, prepared: Prepared) -> Appended:
        """Append the command that opens a chronology; its row does not exist yet, so there is no group to wait in."""
        created = creation(prepared.request)
        assert created is not None
        if earlier := self._earlier(prepared.request):
            return earlier
        try:
            with self.database.drive() as driver:
                row = (created.chronology_id, created.slug, created.title, created.description, 0, b"", 0)
                columns = ("id", "slug", "title", "description", "head", "peaks", "erasures")
                driver.insert("chronology", columns, [row])
                (outcome,), growth = self._write(driver, prepared.request.chronology_id, [prepared])
                if isinstance(outcome, Exception):
                    raise outcome  # here, so that the row of the chronology goes with it
        except Duplicate as error:
            # Somebody took the slug between our look and our lock; the transaction is rolled back whole.
            if earlier := self._earlier(prepared.request):
                return earlier
            raise AlreadyExists(
                f"there is already a chronology called {created.slug!r}, or one with this id; use it, or choose another slug"
            ) from error
        self._keep(prepared.request.chronology_id, growth)
        return outcome

    def _earlier(self, request: Append) -> Appended | None:
        known = self.recall(request.chronology_id, request.key)
        if known is None:
            return None
        return _repeated(known, request)

    def _commit(self, group: Sequence[Prepared]) -> Sequence[Appended | Exception]:
        """Carry out a group in one transaction; one that the database itself refuses is tried again without its neighbours."""
        here = group[0].request.chronology_id
        try:
            with self.database.drive() as driver:
                outcomes, growth = self._write(driver, here, group)
        except DriverError:
            if len(group) == 1:
                raise
            return self._one_by_one(group)
        self._keep(here, growth)
        return outcomes

    def _one_by_one(self, group: Sequence[Prepared]) -> list[Appended | Exception]:
        """Carry out each append in a transaction of its own. Once the database does not answer, it is not asked for the others."""
        outcomes: list[Appended | Exception] = []
        for prepared in group:
            try:
                outcomes += self._commit([prepared])
            except Busy as error:
                return outcomes + [error] * (len(group) - len(outcomes))
            except (SalnameError, *DriverError) as error:
                outcomes.append(error)
        return outcomes

    def _write(self, driver: Driver, here: str, group: Sequence[Prepared]) -> tuple[list[Appended | Exception], Growth | None]:
        state = _lock(driver, here, group)
        before = CompactRange.decode(state.head, state.peaks)
        rows = _Rows()
        outcomes: list[Appended | Exception] = []
        for prepared in group:
            try:
                outcomes.append(self._admit(driver, state, prepared, rows))
            except SalnameError as error:
                outcomes.append(error)
        growth = self._insert(driver, here, before, rows)
        if rows.keys:
            tree = growth.tree if growth else before
            write_log(driver, here, rows.events, rows.keys, (state.head, tree.encode(), state.erasures))
        return outcomes, growth

    @staticmethod
    def _admit(driver: Driver, state: _State, prepared: Prepared, rows: _Rows) -> Appended:
        """Check one append against the log as it is now, its neighbours before it included, and give it its place.

        Nothing may be added to `rows`, and nothing destroyed, before the last check is passed.
        """
        request = prepared.request
        if known := state.known.get(request.key):
            return _repeated(known, request)
        check_revision(request, state.head)
        captured = [CAPTURED.format(document.id) for document in prepared.documents]
        if taken := sorted(state.taken.intersection([*captured, *(name for name, _ in request.reserves)])):
            raise AlreadyExists(f"{', '.join(taken)} is taken already in this chronology")
        _check_quoted(driver, state, prepared)
        if request.erases is not None:
            _destroy(driver, state, request.chronology_id, request.erases)
        here, first = request.chronology_id, state.head + 1
        last = state.head + len(request.events)
        time_us = prepared.time_us
        rows.events += [(here, position, last, kind, time_us, body) for position, kind, body in prepared.framed(first)]
        rows.keys.append((here, request.key, request.fingerprint, first, last, request.result))
        rows.reservations += [(here, name, subject, first) for name, subject in request.reserves]
        rows.documents += [(here, document.id, document.original, document.text, document.warc) for document in prepared.documents]
        rows.document_keys += [(here, document.id, document.kek_id, document.wrapped) for document in prepared.documents]
        appended = Appended(first=first, last=last, result=request.result, repeated=False)
        state.known[request.key] = (request.fingerprint, appended)
        state.taken.update([*captured, *(name for name, _ in request.reserves)])
        state.head = last
        return appended

    def _insert(self, driver: Driver, here: str, before: CompactRange, rows: _Rows) -> Growth | None:
        driver.insert("reservation", ("chronology_id", "name", "subject", "position"), rows.reservations)
        driver.insert("document_key", ("chronology_id", "document_id", "kek_id", "wrapped"), rows.document_keys)
        driver.insert("document", ("chronology_id", "id", "original", "text", "warc"), rows.documents)
        if not rows.events:
            return None
        new = [leaf_hash(row[5].encode()) for row in rows.events]
        growth = grow(before, self._pending_leaves(driver, here, before), new, stored_roots(driver, here))
        tiles = [(here, tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
        driver.insert("tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        return growth

    def _pending_leaves(self, driver: Driver, here: str, tree: CompactRange) -> Sequence[bytes]:
        kept = self._pending.get(here)
        # The same size and the same peaks are the same log: what is at hand was committed by us, and nobody has appended since.
        if kept is not None and kept[0] == tree:
            return kept[1]
        return leaves_between(driver, here, tree.size - tree.size % TILE_WIDTH, tree.size)

    def _keep(self, here: str, growth: Growth | None) -> None:
        if growth is not None:
            self._pending[here] = (growth.tree, growth.pending)


def _expected(outcome: Appended | Exception) -> Appended | SalnameError:
    """The outcome of one among others; what nobody expects is nobody's outcome."""
    if isinstance(outcome, Exception) and not isinstance(outcome, SalnameError):
        raise outcome
    return outcome


def _repeated(known: tuple[str, Appended], request: Append) -> Appended:
    fingerprint, outcome = known
    if fingerprint != request.fingerprint:
        raise IdempotencyConflict
    return replace(outcome, repeated=True)


def _lock(driver: Driver, here: str, group: Sequence[Prepared]) -> _State:
    """Lock the log and look up what the appends of a group depend on."""
    # On SQLite the transaction itself is the lock: it began as IMMEDIATE.
    tail = " FOR UPDATE" if driver.dialect == "postgresql" else ""
    found = driver.rows(f"SELECT head, peaks, erasures FROM chronology WHERE id = ?{tail}", here)  # noqa: S608 - nothing but our own words
    if not found:
        raise NotFound(f"there is no chronology with id {here}")
    head, peaks, erasures = found[0]
    select = 'SELECT "key", fingerprint, "first", "last", result FROM idempotency'
    known = {
        key: (fingerprint, Appended(first=first, last=last, result=result, repeated=True))
        for key, fingerprint, first, last, result in driver.among(select, here, "key", list({prepared.request.key for prepared in group}))
    }
    names = list({name for prepared in group for name, _ in prepared.request.reserves})
    taken = {name for (name,) in driver.among("SELECT name FROM reservation", here, "name", names)}
    documents = list({document.id for prepared in group for document in prepared.documents})
    taken |= {CAPTURED.format(found) for (found,) in driver.among("SELECT document_id FROM document_key", here, "document_id", documents)}
    return _State(head=head, peaks=bytes(peaks), erasures=erasures, known=known, taken=taken)


def _check_quoted(driver: Driver, state: _State, prepared: Prepared) -> None:
    """Refuse what quotes a document that was erased after its key was read."""
    if not prepared.quoted or prepared.erasures == state.erasures:
        return
    select = "SELECT document_id, wrapped FROM document_key"
    for document_id, wrapped in driver.among(select, prepared.request.chronology_id, "document_id", list(prepared.quoted)):
        if wrapped is None:
            raise gone(document_id)


def _destroy(driver: Driver, state: _State, here: str, document_id: str) -> None:
    """Destroy the key of a document and remove its sealed forms."""
    if driver.rows("SELECT 1 FROM reservation WHERE chronology_id = ? AND name = ?", here, OPEN.format(document_id)):
        raise InvalidInput(
            f"document {document_id} was captured by a release that did not seal claims: the permanent log holds its words in the open. "
            "Ingest the other documents into a new chronology, and remove this database"
        )
    found = driver.rows("SELECT wrapped FROM document_key WHERE chronology_id = ? AND document_id = ?", here, document_id)
    if not found:
        raise NotFound(f"there is no document {document_id} in this chronology")
    if found[0][0] is None:
        raise gone(document_id)
    driver.run("UPDATE document_key SET wrapped = NULL WHERE chronology_id = ? AND document_id = ?", here, document_id)
    driver.run("DELETE FROM document WHERE chronology_id = ? AND id = ?", here, document_id)
    state.erasures += 1
