"""Claims by the hundred thousand: a stream recorded part by part, in as many transactions as it has parts.

What is durable of a stream is kept with its idempotency key: each part has a key of its own, made of the caller's and its number, and a
result that tells how far the stream had got with it. So a stream that is sent again is recognised part by part, by a hash, and what is
known of a key's stream is found without reading it all.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from services.ingest.claim_lines import ClaimLines
from services.ingest.claims_stream import Part
from services.ingest.commands import Commands
from services.ingest.receipts import Caller, ClaimsReceipt, Refused, StreamState
from shared.domain.errors import Gone, IdempotencyConflict, InvalidInput, NotFound, SalnameError
from shared.domain.events import ClaimRecorded
from shared.domain.ports import Appended, LogReader

LISTED = 1_000
"""How many ids of recorded claims, and how many refused lines, the answer to a stream lists."""


def part_key(key: str, number: int) -> str:
    """The idempotency key of a part: the first has the caller's own, the others keys that no caller can send."""
    return key if number == 1 else f"part:{number}:{key}"


@dataclass
class _Reached:
    """How far a stream has got. The lists hold `LISTED` items at most."""

    lines: int = 0
    claims: int = 0
    refusals: int = 0
    revision: int = 0
    complete: bool = False
    recorded: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass
class ReadPart:
    """A part with what was read out of it: the outcome it had when it came earlier, or its claims and the lines that hold none."""

    part: Part
    earlier: Appended | None
    events: list[ClaimRecorded] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class ClaimsStream:
    """One stream of claims on its way into a chronology, part by part."""

    def __init__(self, commands: Commands, lines: ClaimLines, chronology_id: str, caller: Caller) -> None:
        self._commands = commands
        self._lines = lines
        self._chronology_id = chronology_id
        self._caller = caller
        self._reached = _Reached()
        self._known = caller.key is not None  # as long as every part so far was recorded before
        self._new = False

    def record(self, part: Part) -> None:
        """Record a part."""
        self.write(self.read(part))

    def read(self, part: Part) -> ReadPart:
        """Read the claims of a part. One that was recorded before is recognised, and not looked into.

        Parts are read in order, and written in order; while one is written the next may be read.
        """
        try:
            earlier = self._earlier(part)
        except IdempotencyConflict as error:
            raise self._told_apart(error, part) from None
        return ReadPart(part, earlier) if earlier else self._claims(part)

    def _earlier(self, part: Part) -> Appended | None:
        if not self._known:
            return None
        earlier = self._commands.earlier(self._chronology_id, self._caller_of(part), part.fingerprint)
        self._known = earlier is not None  # parts are recorded in order: after the first that is new, all are
        return earlier

    def _claims(self, part: Part) -> ReadPart:
        events: list[ClaimRecorded] = []
        refused: list[Refused] = []
        read, here = self._lines.read, self._chronology_id
        for number, (claim_id, line) in enumerate(zip(self._lines.ids(len(part.lines)), part.lines, strict=True), start=part.first_line):
            try:
                if line and not line.isspace():
                    events.append(read(claim_id, here, line))
            except (InvalidInput, NotFound, Gone) as error:
                refused.append(Refused(line=number, detail=error.detail))
        return ReadPart(part, None, events, refused)

    def write(self, read: ReadPart) -> None:
        """Record the claims of a part at once."""
        if read.earlier is not None:
            self._take(read.earlier)
            return
        try:
            done = self._append(read)
        except IdempotencyConflict as error:
            raise self._told_apart(error, read.part) from None
        except (Gone, NotFound):
            # A document may have been erased while its text was at hand. Read anew, its claims are refused one by one.
            self._lines.texts.forget_all(self._chronology_id)
            done = self._append(self._claims(read.part))
        if done is not None:
            self._take(done)

    def _append(self, read: ReadPart) -> Appended | None:
        """Append the claims of a part; None where there is neither a claim nor anything to remember or to check."""
        caller = self._caller_of(read.part)
        result = self._result(read)
        if not read.events and caller.key is None and caller.expected_revision is None:
            self._count(result)
            return None
        return self._commands.append(
            self._chronology_id,
            caller,
            read.events,
            key=f"claims:{self._commands.new_id()}",
            fingerprint=read.part.fingerprint,
            result=json.dumps(result, ensure_ascii=False, separators=(",", ":")),
        )

    def _caller_of(self, part: Part) -> Caller:
        """The caller with the key of a part. A precondition holds for the beginning: our own parts move the revision on."""
        key = self._caller.key and part_key(self._caller.key, part.number)
        return replace(self._caller, key=key, expected_revision=self._caller.expected_revision if part.number == 1 else None)

    def _result(self, read: ReadPart) -> dict[str, Any]:
        """What is kept of a part: the totals of the stream up to it, and of its lists what still has room in the answer."""
        reached = self._reached
        return {
            "part": read.part.number,
            "lines": reached.lines + len(read.part.lines),
            "claims": reached.claims + len(read.events),
            "refusals": reached.refusals + len(read.refused),
            "complete": read.part.final,
            "recorded": [event.subject for event in read.events[: LISTED - len(reached.recorded)]],
            "refused": [[item.line, item.detail] for item in read.refused[: LISTED - len(reached.refused)]],
        }

    def _take(self, done: Appended) -> None:
        result = json.loads(done.result)
        self._new = self._new or (not done.repeated and result["claims"] > self._reached.claims)
        self._count(result)
        self._reached.revision = done.last

    def _count(self, result: dict[str, Any]) -> None:
        reached = self._reached
        reached.lines, reached.claims, reached.refusals = result["lines"], result["claims"], result["refusals"]
        reached.complete = result["complete"]
        reached.recorded += result["recorded"]
        reached.refused += [Refused(line=line, detail=detail) for line, detail in result["refused"]]

    @property
    def state(self) -> StreamState:
        """What is durable of the stream by now."""
        reached = self._reached
        return StreamState(
            lines=reached.lines,
            claims=reached.claims,
            refusals=reached.refusals,
            revision=reached.revision,
            complete=reached.complete,
        )

    def receipt(self) -> ClaimsReceipt:
        """What became of the stream, once its final part is recorded."""
        reached = self._reached
        return ClaimsReceipt(
            status="recorded" if self._new else "unchanged",
            revision=reached.revision or self._commands.log.head(self._chronology_id),
            lines=reached.lines,
            claims=reached.claims,
            refusals=reached.refusals,
            recorded=tuple(reached.recorded),
            refused=tuple(reached.refused),
            shortened=reached.claims > len(reached.recorded) or reached.refusals > len(reached.refused),
        )

    def _told_apart(self, error: IdempotencyConflict, part: Part) -> IdempotencyConflict:
        """Say where another stream under the same key differs, and what the earlier one holds."""
        where = f"lines {part.first_line}–{part.last_line}" if part.lines else f"its end, after line {part.last_line}"
        error.detail = f"what came under this idempotency key before differs from this stream somewhere in {where}"
        try:
            earlier = stream_state(self._commands.log, self._chronology_id, self._caller.key or "")
        except NotFound:  # it was no stream of claims
            error.detail += "; send these lines under a new key"
            return error
        counted = f"{earlier.lines} lines, {earlier.claims} claims recorded, {earlier.refusals} lines refused"
        held = f"{counted}, up to revision {earlier.revision}"
        error.extra = {**error.extra, "earlier": earlier.model_dump()}
        if earlier.complete:
            error.detail += f"; the earlier stream is complete ({held}) and takes no more: send what is new under a new key"
        else:
            error.detail += f"; the earlier stream is not complete ({held}): send the same lines again, or these under a new key"
        return error

    def interrupted(self, error: SalnameError) -> SalnameError:
        """Add to what stopped the stream how far it had got, and what to do about it."""
        reached = self._reached
        error.extra = {**error.extra, **self.state.model_dump(exclude={"complete"})}
        if reached.lines == 0:
            error.detail = f"{error.detail}; nothing of the stream was recorded"
            return error
        if self._caller.key is None:
            remedy = f"send what comes after line {reached.lines}, or it is recorded twice"
        else:
            remedy = "send the whole stream again under the same Idempotency-Key: what was recorded is recognised, and not recorded twice"
        error.detail = (
            f"{error.detail}; the lines up to {reached.lines} were dealt with before and stay so: {reached.claims} claims recorded,"
            f" {reached.refusals} lines refused, up to revision {reached.revision}; {remedy}"
        )
        return error


def stream_state(log: LogReader, chronology_id: str, key: str) -> StreamState:
    """Find out how far the stream of a key got; raise `NotFound` where none came. Looks at about 2 log2(parts) parts."""

    def part(number: int) -> tuple[Appended, dict[str, Any]] | None:
        known = log.recall(chronology_id, part_key(key, number))
        return known and (known[1], json.loads(known[1].result))

    last = part(1)
    if last is None or "part" not in last[1]:
        raise NotFound("no stream of claims came to this chronology under this Idempotency-Key, or nothing of it was recorded yet")
    low, step = 1, 1  # part `low` is there, and is `last`
    while (further := part(low + step)) is not None:
        low, last, step = low + step, further, step * 2
    while step > 1:
        step //= 2
        if (further := part(low + step)) is not None:
            low, last = low + step, further
    done, result = last
    return StreamState(
        lines=result["lines"],
        claims=result["claims"],
        refusals=result["refusals"],
        revision=done.last,
        complete=result["complete"],
    )
