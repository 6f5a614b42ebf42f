"""What the command line does on a database without a server: ingest in order, project, and tell what came of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from getpass import getuser
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.ingest.checkpoints import Checkpointer
from services.ingest.service import Caller, Receipt
from services.ingest.wiring import build_service
from services.projection.runner import Projector
from services.query.errors import NotSignedYet
from services.query.proofs import chronology_of, citation_proof
from services.query.snapshot import open_snapshot
from shared.crypto.entropy import system_ids
from shared.crypto.notes import Checkpoint, Note, Vkey, origin
from shared.domain.errors import Damaged, InvalidProof, NotFound
from shared.domain.ports import ChronologyInfo
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.store.checkpoints import log_state, signing_keys
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.tables import DocumentKeyRow
from shared.store.tree import read_root
from shared.store.verify import VerifiedLog, verify_log


class Workspace:
    """A database with the services on it, opened for one command and closed after it.

    It has to be there, unless the command may begin a `new` one: raises `NotFound`.
    """

    def __init__(self, settings: Settings, *, new: bool = False) -> None:
        if not new:
            settings.require_database()
        self.settings = settings
        with ExitStack() as opened:
            self.database = opened.enter_context(closing(settings.open_database()))
            migrate(self.database)
            opened.pop_all()
        self.new_id = system_ids()
        self.service = build_service(self.database, settings, self.new_id)
        self.projector = Projector(self.database, DatabaseReader(self.database))
        self.checkpointer = Checkpointer(self.database, settings.signing_key_source(), self.new_id.now)
        self.caller = Caller(Principal(name=f"local:{getuser()}", role=Role.admin))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.database.close()


@contextmanager
def progress(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar that is moved by calling `(done, total)`; nothing is shown where the console is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def prove(workspace: Workspace, claim_id: str, size: int | None = None) -> bytes:
    """Return the file that proves the citation of a claim; a checkpoint is signed first where none covers it."""
    slug = chronology_of(workspace.database, claim_id)
    try:
        with open_snapshot(workspace.database, slug) as snapshot:
            return citation_proof(snapshot, claim_id, size).encode()
    except NotSignedYet:
        workspace.checkpointer.sign(workspace.service.chronology_id(slug))
    with open_snapshot(workspace.database, slug) as snapshot:
        return citation_proof(snapshot, claim_id, size).encode()


def announce(workspace: Workspace, info: ChronologyInfo) -> None:
    """Let subscribers hear of a switch of generations, though no server may be running that would see to it."""
    while workspace.service.announce_switches():
        workspace.projector.bring_up(info)


def erase(workspace: Workspace, document_id: str, reason: str, advance: Callable[[int, int], None]) -> tuple[str, Receipt]:
    """Erase a document and everything that its words are shown in; return the slug of its chronology, and what came of it."""
    info = _chronology_of_document(workspace, document_id)
    workspace.projector.bring_up(info, advance)  # what is erased with it is looked up in the read model
    receipt = workspace.service.erase(info.id, document_id, reason, workspace.caller)
    workspace.projector.bring_up(workspace.service.chronology(info.slug), advance)
    return info.slug, receipt


def _chronology_of_document(workspace: Workspace, document_id: str) -> ChronologyInfo:
    with workspace.database.read() as session:
        for info in workspace.service.log.chronologies():
            if session.get(DocumentKeyRow, (info.id, document_id)):
                return info
    raise NotFound(f"there is no document {document_id} in any chronology of this database")


def verify(
    workspace: Workspace, slug: str, since: bytes | None, vkeys: Sequence[Vkey], advance: Callable[[int, int], None]
) -> tuple[VerifiedLog, Checkpoint | None]:
    """Verify a log from its events, and that it continues an old checkpoint.

    `since` is that checkpoint's note. It has to be signed by one of the keys given; without any, by one that the database knows.
    """
    info = workspace.service.chronology(slug)
    found = verify_log(workspace.database, info.id, advance)
    return found, None if since is None else _continued(workspace.database, info, since, vkeys)


def _continued(database: Database, info: ChronologyInfo, since: bytes, given: Sequence[Vkey]) -> Checkpoint:
    note = Note.decode(since)
    old = Checkpoint.parse(note.text)
    if old.origin != origin(info.id):
        raise InvalidProof(f"the checkpoint is of {old.origin[:200]}, and the log of {info.slug} is {origin(info.id)}")
    with database.read() as session:
        driver = database.driver(session)
        vkeys = given or [key.vkey(info.id) for key in signing_keys(driver)]
        signer = next((vkey for vkey in vkeys if any(map(vkey.signed, note.signatures))), None)
        if signer is None:
            raise InvalidProof("the checkpoint is not signed by " + ("any of the keys given" if given else "any key of this database"))
        note.verify(signer)
        head = log_state(driver, info.id).size
        if old.size > head:
            raise Damaged(f"the log has {head} events, and a checkpoint over {old.size} was signed: events were cut off")
        if read_root(driver, info.id, old.size, head) != old.root:
            raise Damaged(
                f"over its first {old.size} events the log has another root than the one that it signed: its past was rewritten. "
                "Keep the old checkpoint: it is the evidence"
            )
    return old
