"""Histories of one chronology as Hypothesis makes them up: documents captured and erased, corrections proposed and accepted."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from sqlmodel import select

from services.ingest.requests import NewCorrection, NewDecision
from shared.domain.errors import Gone, InvalidInput, NotFound
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read_model import ClaimRow
from tests.query.conftest import EDITOR, REVIEWER
from tests.support.keys import KEK
from tests.support.running import ADMIN, Running, run

TEXTS = tuple(
    f"Note {number}\n\n{when} the first {what} was held in {where}. {guests} guests took part in the {what}.\n"
    for number, (when, what, where, guests) in enumerate(
        [
            ("On 4 May 1998", "Seed Fair", "Ganja", 212),
            ("In May 1998", "Seed Fair", "Ganja", 215),
            ("On 4-5 May 1998", "Seed Fair", "Ganja", 215),
            ("On 7 June 2001", "Seed Fair", "Ganja", 90),
            ("On 4 May 1998", "Kite Festival", "Ganja", 12),
            ("In 1998", "Kite Festival", "Ganja", 48),
        ]
    )
)

number = st.integers(min_value=0, max_value=len(TEXTS) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("capture"), number),
        st.tuples(st.just("capture"), number),
        st.tuples(st.just("erase"), number),
        st.tuples(st.sampled_from(["merge", "split", "withdraw", "retitle"]), number, number),
        st.tuples(st.sampled_from(["propose merge", "propose split", "propose withdraw", "propose retitle"]), number, number),
        st.tuples(st.just("revert"), number),
        st.tuples(st.just("project")),
    ),
    min_size=4,
    max_size=14,
)


@contextmanager
def fresh(template: Path) -> Iterator[Running]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "salname.db"
        copyfile(template, path)
        database = Database(f"sqlite:///{path}", kek=KEK)
        yield run(database)
        database.close()


REVERT = NewDecision(decision="revert")


class History:
    """A chronology that steps are taken in; what is not possible is passed over."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.documents: dict[int, str] = {}
        self.accepted: list[str] = []

    def take(self, step: tuple[Any, ...]) -> None:
        service, info = self.running.service, self.running.info
        kind, *at = step
        if kind == "project":
            self.running.projector.project(info)
        elif kind == "capture":
            with suppress(Gone):
                self.documents[at[0]] = service.capture(info.id, TEXTS[at[0]].encode(), ADMIN, filename=f"{at[0]}.txt").id
        elif kind == "erase":
            if at[0] in self.documents:
                self.running.projector.project(info)
                service.erase(info.id, self.documents.pop(at[0]), "Why.", ADMIN)
        elif kind == "revert":
            if self.accepted:
                service.decide_correction(info.id, self.accepted.pop(at[0] % len(self.accepted)), REVERT, REVIEWER)
        else:
            self.running.projector.project(info)
            self.correct(kind.removeprefix("propose "), [claim for index in at for claim in self.claims(index)], decide=" " not in kind)

    def claims(self, index: int) -> list[tuple[str, str]]:
        """The claims of a document, each with its entry."""
        with self.running.database.read() as session:
            here = live_rows(session, self.running.info.id).of(ClaimRow)
            found = select(ClaimRow.id, ClaimRow.entry_id).where(here, ClaimRow.document_id == self.documents.get(index, ""))
            return list(session.exec(found.order_by(ClaimRow.id)))

    def correct(self, kind: str, claims: list[tuple[str, str]], *, decide: bool) -> None:
        if not claims:
            return
        (first, entry), (last, _) = claims[0], claims[-1]
        change: dict[str, object] = {
            "merge": {"kind": "merge-entries", "entry_ids": [first, last]},
            "split": {"kind": "split-entry", "entry_id": entry, "claim_ids": [first]},
            "withdraw": {"kind": "withdraw-claim", "claim_id": first},
            "retitle": {"kind": "retitle-entry", "entry_id": first, "title": "The fair"},
        }[kind]
        service, info = self.running.service, self.running.info
        try:
            proposed = service.propose(info.id, NewCorrection.model_validate({"change": change, "reason": "Seen."}), EDITOR)
        except (InvalidInput, NotFound):
            return  # two claims are one, or readers see rows that do not have these claims yet
        if decide:
            service.decide_correction(info.id, proposed.id, NewDecision.model_validate({"decision": "accept"}), REVIEWER)
            self.accepted.append(proposed.id)
