"""From decided events to the log: who asked, under which key, and what they are told, now and whenever they ask again."""

import json
from collections.abc import Sequence
from uuid import UUID, uuid5

from services.ingest.receipts import Caller, Receipt
from shared.domain.errors import IdempotencyConflict
from shared.domain.events import AnyEvent, Command
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Appended, Log, StoredDocument

_OF_KEYS = UUID("6c2f4c0e-56c2-5c46-9c3f-7a54d3b1f1d4")
"""The namespace of ids that are made of idempotency keys (RFC 9562, 5.5)."""


def id_of_key(what: str, key: str) -> str:
    """The id of a thing that a keyed command makes: the same key cannot make two."""
    return str(uuid5(_OF_KEYS, f"{what}\n{key}"))


def receipt_of(done: Appended) -> Receipt:
    """Return the receipt that was kept with a command's outcome."""
    raw = json.loads(done.result)
    return Receipt.model_validate({**raw, "revision": done.last, "status": "unchanged" if done.repeated else raw["status"]})


class Commands:
    """Carries commands out on a log."""

    def __init__(self, log: Log, new_id: IdSource) -> None:
        self.log = log
        self.new_id = new_id

    def append(
        self,
        chronology_id: str,
        caller: Caller,
        events: Sequence[AnyEvent],
        *,
        key: str,
        fingerprint: str,
        result: Receipt | str,
        reserves: Sequence[tuple[str, str]] = (),
        documents: Sequence[StoredDocument] = (),
        causation: str | None = None,
        erases: str | None = None,
    ) -> Appended:
        """Append what a command came to. `key` is used where the caller gave none; `result` is what a repetition is told."""
        request = self.request(
            chronology_id,
            caller,
            events,
            key=key,
            fingerprint=fingerprint,
            result=result,
            reserves=reserves,
            causation=causation,
            erases=erases,
        )
        return self.log.append(request, documents)

    def request(
        self,
        chronology_id: str,
        caller: Caller,
        events: Sequence[AnyEvent],
        *,
        key: str,
        fingerprint: str,
        result: Receipt | str,
        reserves: Sequence[tuple[str, str]] = (),
        causation: str | None = None,
        erases: str | None = None,
    ) -> Append:
        """Make what the log is asked for."""
        command = Command(actor=caller.principal.name, time=self.new_id.now(), correlation_id=self.new_id(), causation_id=causation)
        return Append(
            chronology_id=chronology_id,
            command=command,
            events=tuple(events),
            key=caller.key or key,
            fingerprint=fingerprint,
            result=result if isinstance(result, str) else result.model_dump_json(exclude={"revision"}),
            expected_revision=caller.expected_revision,
            reserves=tuple(reserves),
            erases=erases,
        )

    def earlier(self, chronology_id: str, caller: Caller, fingerprint: str) -> Appended | None:
        """Return the first outcome of a keyed command that came before; refuse its key with another body.

        What was done once stays done, however the chronology has moved on: this comes before a precondition is looked at.
        """
        known = self.log.recall(chronology_id, caller.key) if caller.key else None
        if known is None:
            return None
        if known[0] != fingerprint:
            raise IdempotencyConflict
        return known[1]
