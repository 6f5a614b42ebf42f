"""A document that an older version of the rules read: with one claim too few, one too many, and one read otherwise."""

from services.ingest.intake import Intake, take_in
from services.ingest.parsing.limits import ParseLimits
from services.ingest.reextraction import Reextraction
from services.ingest.service import Caller, IngestService
from shared.domain.claims import Claim, ClaimBody, ClaimDate, Extractor
from shared.domain.events import ClaimRecorded, CorrectionProposed
from shared.domain.ports import replay
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role
from tests.support.running import ADMIN, Running

TEXT = """The mill burnt down on 7 June 1931. It had ground for 40 families.

The bridge was opened on 3 March 1999 before 90 guests. The road was paved on 5 May 2004.

The school stands by the river, and its bell is the oldest of the valley.
"""
SOURCE = SourceDetails(title="Valley notes", published="2010-01-01", language="en")
OLD = Extractor(name="rules", version="0")
MACHINES = ("rules", "llm")

EDITOR = Caller(Principal(name="Elçin", role=Role.editor))
REVIEWER = Caller(Principal(name="Rəna", role=Role.reviewer))
CONTRIBUTOR = Caller(Principal(name="Nora", role=Role.contributor))


def old_reading(current: tuple[ClaimBody, ...]) -> tuple[ClaimBody, ...]:
    """What the older version made of it."""
    mill, bridge = (next(body for body in current if body.statement.startswith(word)) for word in ("The mill", "The bridge"))
    assert bridge.date is not None
    misread = bridge.model_copy(update={"date": ClaimDate(**{**bridge.date.model_dump(), "edtf": "1998-03-03"})})
    start = TEXT.index("The school")
    quote = "The school stands by the river"
    school = ClaimBody(start=start, end=start + len(quote), quote=quote, statement=quote, language="en")
    return (mill, misread, school)


def capture_old(service: IngestService, chronology_id: str) -> str:
    """Capture the document as the older version read it; return its id."""
    data = TEXT.encode()
    intake = take_in(data, "valley.txt", None, SOURCE, "rules", ParseLimits())
    fields = {name: getattr(intake, name) for name in ("parsed", "source", "language", "language_detected")}
    old = Intake(**fields, claims=old_reading(intake.claims), extractor=OLD)
    return service.capture_intake(chronology_id, data, old, ADMIN, filename="valley.txt").id


def captured(running: Running) -> str:
    """Capture the document as the older version read it, and project it; return its id."""
    document_id = capture_old(running.service, running.info.id)
    running.projector.project(running.info)
    return document_id


def reextraction(running: Running) -> Reextraction:
    return Reextraction(running.service.log, running.service._new_id, MACHINES)


def claims(running: Running) -> dict[str, Claim]:
    """All recorded claims by id."""
    events = replay(running.service.log, running.info.id)
    return {event.data.claim.id: event.data.claim for event in events if isinstance(event.data, ClaimRecorded)}


def proposals(running: Running) -> list[CorrectionProposed]:
    return [event.data for event in replay(running.service.log, running.info.id) if isinstance(event.data, CorrectionProposed)]
