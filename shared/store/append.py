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
from shared.domain.merkle import TILE_WIDTH, CompactRange, leaf_hashes
from shared.domain.ports import Append, Appended, StoredDocument
from shared.store.driver import Driver, DriverError, Duplicate, Row
from shared.store.engine import Database
from shared.store.group import GroupCommit
from shared.store.keys import OPEN, count_erasures, gone
from shared.store.log_rows import FEW, EventColumns, write_at_once, write_log
from shared.store.prepared import BYTES_AN_EVENT, Prepared, check_revision, creation, prepare_append, prepare_together, quoted_documents
from shared.store.read import DatabaseReader
from shared.store.tree import Growth, grow, leaves_between, stored_roots

SMALL = 16
"""Up to so many events of an append are sealed and serialised by whoever leads its group."""

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


@dataclass(frozen=True, slots=True)
class _Left:
    """How our last append left a log: its tree, the leaves after its last full tile, and its count of erasures.

    `alone`: that append had found the log as the one before it had left it, so nobody else seems to write to it.
    """

    tree: CompactRange
    pending: tuple[bytes, ...]
    erasures: int
    alone: bool


@dataclass(slots=True)
class _Rows:
    """What a group writes."""

    events: EventColumns = field(default_factory=EventColumns)
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
        self._group: GroupCommit[Append | Prepared, Appended] = GroupCommit(
            self._carry_out, database.limits.lock + database.limits.statement
        )
        self._left: dict[str, _Left] = {}

    def append(self, request: Append, documents: Sequence[StoredDocument] = ()) -> Appended:
        try:
            appended = self._submit(request, documents)
        except (Gone, NotFound):
            # What was done once stays done, also when the document that it quotes is erased since.
            if earlier := self._earlier(request):
                return earlier
            raise
        if request.erases is not None:
            self.database.forget()
        self._on_append()
        return appended

    def _submit(self, request: Append, documents: Sequence[StoredDocument]) -> Appended:
        here = request.chronology_id
        if not documents and len(request.events) <= SMALL and creation(request) is None:
            # Threads run by turns, and every turn is paid for: one that wakes up to seal a single event costs more than its sealing.
            return self._group.submit(here, request, 1 + len(request.events))
        with self._group.coming(here):
            prepared = self._prepare(request, documents)
        return self._open(prepared) if creation(request) else self._group.submit(here, prepared, prepared.weight)

    def append_together(self, requests: Sequence[Append]) -> list[Appended | SalnameError]:
        """Append what came to one chronology at about the same time in one transaction, from one thread; each has its own outcome."""
        outcomes = self._carry_out(requests) if requests else []
        if any(isinstance(outcome, Appended) for outcome in outcomes):
            self._on_append()
        return [_expected(outcome) for outcome in outcomes]

    def _carry_out(self, group: Sequence[Append | Prepared]) -> list[Appended | Exception]:
        """Make a group ready as far as that is not done yet, and commit it."""
        made = iter(self._prepare_all([request for request in group if isinstance(request, Append)]))
        prepared = [next(made) if isinstance(request, Append) else request for request in group]
        ready = [each for each in prepared if isinstance(each, Prepared)]
        committed = iter(self._commit(ready) if ready else ())
        return [next(committed) if isinstance(each, Prepared) else each for each in prepared]

    def _prepare_all(self, requests: Sequence[Append]) -> Sequence[Prepared | Exception]:
        """Seal and serialise appends; what is wrong with one, expected or not, is its own outcome."""
        if not requests:
            return ()
        try:
            return self._prepare_together(requests)
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001 - nobody knows yet whose it is
            return [error] if len(requests) == 1 else [made for request in requests for made in self._prepare_all([request])]

    def _prepare(self, request: Append, documents: Sequence[StoredDocument]) -> Prepared:
        here, quoted = request.chronology_id, quoted_documents(request, documents)
        erasures, keys = self._content_keys(here, quoted)
        return prepare_append(request, documents, keys, erasures, self._new_id, partial(self.keyring.wrap, here))

    def _prepare_together(self, requests: Sequence[Append]) -> list[Prepared | SalnameError]:
        quoted = [quoted_documents(request) for request in requests]
        erasures, keys = self._content_keys(requests[0].chronology_id, frozenset().union(*quoted))
        return prepare_together(requests, quoted, keys, erasures, self._new_id)

    def _content_keys(self, here: str, quoted: frozenset[str]) -> tuple[int, dict[str, bytes | None]]:
        """Return the content keys of documents, as far as there are any, and the count of erasures at which they were read."""
        erasures, keys = self.keyring.at_hand(here, quoted)
        if len(keys) < len(quoted):
            with self.database.read() as session:
                erasures = count_erasures(session, here)
                keys = self.keyring.keys(session, here, erasures, quoted)
        return erasures, keys

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
                (outcome,), left = self._write(driver, prepared.request.chronology_id, [prepared])
                if isinstance(outcome, Exception):
                    raise outcome  # here, so that the row of the chronology goes with it
        except Duplicate as error:
            # Somebody took the slug between our look and our lock; the transaction is rolled back whole.
            if earlier := self._earlier(prepared.request):
                return earlier
            raise AlreadyExists(
                f"there is already a chronology called {created.slug!r}, or one with this id; use it, or choose another slug"
            ) from error
        self._keep(prepared.request.chronology_id, left)
        return outcome

    def _earlier(self, request: Append) -> Appended | None:
        known = self.recall(request.chronology_id, request.key)
        if known is None:
            return None
        return _repeated(known, request)

    def _commit(self, group: Sequence[Prepared]) -> Sequence[Appended | Exception]:
        """Carry out a group in one transaction; one that the database itself refuses is tried again without its neighbours."""
        here = group[0].request.chronology_id
        if (done := self._commit_at_once(here, group)) is not None:
            return done
        try:
            with self.database.drive() as driver:
                outcomes, left = self._write(driver, here, group)
        except DriverError:
            if len(group) == 1:
                raise
            return self._one_by_one(group)
        self._keep(here, left)
        self.database.wrote(BYTES_AN_EVENT * sum([prepared.weight for prepared in group]))
        return outcomes

    def _commit_at_once(self, here: str, group: Sequence[Prepared]) -> list[Appended | Exception] | None:
        """Carry out a small group on PostgreSQL in one statement that looks at nothing, trusting that the log is as we left it.

        The statement writes only if it is. None where this is no case for it, or the log has moved on, or a key is there already, or the
        answer was lost: whoever carries the group out then, looks.
        """
        left = self._left.get(here)
        if self.database.dialect != "postgresql" or left is None or not left.alone:
            return None
        if not all(_is_plain(prepared, left.erasures) for prepared in group) or sum([len(prepared.contents) for prepared in group]) > FEW:
            return None
        rows, before = _Rows(), left.tree
        state = _State(head=before.size, peaks=before.encode(), erasures=left.erasures, known={}, taken=set())
        outcomes: list[Appended | Exception] = []
        try:
            with self.database.drive(alone=True) as driver:
                outcomes += [self._admit(driver, state, prepared, rows) for prepared in group]
                growth = grow(before, left.pending, leaf_hashes(rows.events.bodies), stored_roots(driver, here))
                tiles = [(tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
                was, now = (before.size, state.peaks, state.erasures), (state.head, growth.tree.encode(), state.erasures)
                if not write_at_once(driver, here, rows.events, rows.keys, tiles, was, now):
                    return None
        except Busy:
            raise
        except (SalnameError, *DriverError):
            return None
        self._keep(here, _Left(growth.tree, growth.pending, state.erasures, alone=True))
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

    def _write(self, driver: Driver, here: str, group: Sequence[Prepared]) -> tuple[list[Appended | Exception], _Left | None]:
        state, left = _lock(driver, here, group), self._left.get(here)
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
        if growth is None:
            return outcomes, None
        alone = before.size == 0 or (left is not None and left.tree == before)
        return outcomes, _Left(growth.tree, growth.pending, state.erasures, alone)

    @staticmethod
    def _admit(driver: Driver, state: _State, prepared: Prepared, rows: _Rows) -> Appended:
        """Check one append against the log as it is now, its neighbours before it included, and give it its place.

        Nothing may be added to `rows`, and nothing destroyed, before the last check is passed.
        """
        request = prepared.request
        if known := state.known.get(request.key):
            return _repeated(known, request)
        check_revision(request, state.head)
        names = _names(prepared) if prepared.documents or request.reserves else []
        if names and (taken := sorted(state.taken.intersection(names))):
            raise AlreadyExists(f"{', '.join(taken)} is taken already in this chronology")
        _check_quoted(driver, state, prepared)
        if request.erases is not None:
            _destroy(driver, state, request.chronology_id, request.erases)
        here, first, last = request.chronology_id, state.head + 1, state.head + len(request.events)
        rows.events.add(first, [event.type for event in request.events], prepared.time_us, prepared.framed(first))
        rows.keys.append((request.key, request.fingerprint, first, last, request.result))
        if names:
            rows.reservations += [(here, name, subject, first) for name, subject in request.reserves]
            rows.documents += [(here, document.id, document.original, document.text, document.warc) for document in prepared.documents]
            rows.document_keys += [(here, document.id, document.kek_id, document.wrapped) for document in prepared.documents]
            state.taken.update(names)
        appended = Appended(first=first, last=last, result=request.result, repeated=False)
        state.known[request.key] = (request.fingerprint, appended)
        state.head = last
        return appended

    def _insert(self, driver: Driver, here: str, before: CompactRange, rows: _Rows) -> Growth | None:
        driver.insert("reservation", ("chronology_id", "name", "subject", "position"), rows.reservations)
        driver.insert("document_key", ("chronology_id", "document_id", "kek_id", "wrapped"), rows.document_keys)
        driver.insert("document", ("chronology_id", "id", "original", "text", "warc"), rows.documents)
        if not rows.events.bodies:
            return None
        new = leaf_hashes(rows.events.bodies)
        growth = grow(before, self._pending_leaves(driver, here, before), new, stored_roots(driver, here))
        tiles = [(here, tile.level, tile.index, tile.hashes, tile.root) for tile in growth.tiles]
        driver.insert("tile", ("chronology_id", "level", "index", "hashes", "root"), tiles)
        return growth

    def _pending_leaves(self, driver: Driver, here: str, tree: CompactRange) -> Sequence[bytes]:
        left = self._left.get(here)
        # The same size and the same peaks are the same log: what is at hand was committed by us, and nobody has appended since.
        if left is not None and left.tree == tree:
            return left.pending
        return leaves_between(driver, here, tree.size - tree.size % TILE_WIDTH, tree.size)

    def _keep(self, here: str, left: _Left | None) -> None:
        if left is not None:
            self._left[here] = left


def _is_plain(prepared: Prepared, erasures: int) -> bool:
    """Whether an append writes nothing but events and its key, and was sealed at this count of erasures, if at all."""
    request = prepared.request
    plain = not prepared.documents and not request.reserves and request.erases is None
    return plain and bool(prepared.contents) and (prepared.erasures == erasures or not prepared.quoted)


def _names(prepared: Prepared) -> list[str]:
    """The names that an append takes: those that it reserves, and those of its documents."""
    return [*(CAPTURED.format(document.id) for document in prepared.documents), *(name for name, _ in prepared.request.reserves)]


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
