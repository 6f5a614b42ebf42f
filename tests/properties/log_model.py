"""What a log should do, in plain lists: slow, in memory, and written without a look at any store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.domain.errors import AlreadyExists, Gone, IdempotencyConflict, NotFound, RevisionConflict, SalnameError
from shared.domain.events import AnyEvent, Erased
from shared.domain.ports import Append, Appended, StoredDocument


@dataclass
class Command:
    """A command that is in the log."""

    request: Append
    documents: Sequence[StoredDocument]
    first: int

    @property
    def last(self) -> int:
        return self.first + len(self.request.events) - 1

    @property
    def outcome(self) -> Appended:
        return Appended(first=self.first, last=self.last, result=self.request.result, repeated=True)


@dataclass
class LogModel:
    """One chronology's log: its commands in their order."""

    commands: list[Command] = field(default_factory=list)

    @property
    def head(self) -> int:
        return sum(len(command.request.events) for command in self.commands)

    def command(self, key: str) -> Command | None:
        return next((command for command in self.commands if command.request.key == key), None)

    def reserved(self) -> dict[str, tuple[str, int]]:
        return {name: (subject, command.first) for command in self.commands for name, subject in command.request.reserves}

    def documents(self) -> dict[str, StoredDocument | None]:
        """Every document that was captured; None for those that are erased."""
        found: dict[str, StoredDocument | None] = {document.id: document for command in self.commands for document in command.documents}
        return found | {command.request.erases: None for command in self.commands if command.request.erases is not None}

    def events(self) -> list[tuple[int, int, str, AnyEvent | Erased]]:
        """Position, commit, key and data of every event, as they can still be read."""
        documents = self.documents()
        return [
            (command.first + n, command.last, command.request.key, self._left(event, documents))
            for command in self.commands
            for n, event in enumerate(command.request.events)
        ]

    @staticmethod
    def _left(event: AnyEvent, documents: dict[str, StoredDocument | None]) -> AnyEvent | Erased:
        sealed_under = event.sealed_under
        if sealed_under is None or documents[sealed_under] is not None:
            return event
        return Erased(type=event.type, version=event.version, subject=event.subject, document_id=sealed_under)

    def read(self, after: int, limit: int) -> list[tuple[int, int, str, AnyEvent | Erased]]:
        """Whole commits after a position: as many events as the limit says, and what belongs to the last one's commit."""
        events = self.events()[after:]
        if not events[:limit]:
            return []
        return [event for event in events if event[0] <= events[:limit][-1][1]]

    def refusals(self, request: Append, documents: Sequence[StoredDocument]) -> set[type[SalnameError]]:
        """Every reason to refuse a command; where there are several, a log may give any of them."""
        reasons: set[type[SalnameError]] = set()
        known = self.documents()
        fresh = {document.id for document in documents}
        if request.expected_revision not in (None, self.head):
            reasons.add(RevisionConflict)
        if self.reserved().keys() & {name for name, _ in request.reserves} or fresh & known.keys():
            reasons.add(AlreadyExists)
        wanted = {event.sealed_under for event in request.events if event.sealed_under} - fresh | ({request.erases} - {None})
        if wanted - known.keys():
            reasons.add(NotFound)
        if any(each in known and known[each] is None for each in wanted):
            reasons.add(Gone)
        return reasons

    def append(self, request: Append, documents: Sequence[StoredDocument]) -> Appended | set[type[SalnameError]]:
        """Carry out a command; return its outcome, or the reasons to refuse it."""
        if earlier := self.command(request.key):
            return earlier.outcome if earlier.request.fingerprint == request.fingerprint else {IdempotencyConflict}
        if reasons := self.refusals(request, documents):
            return reasons
        done = Command(request, documents, self.head + 1)
        self.commands.append(done)
        return replace(done.outcome, repeated=False)
