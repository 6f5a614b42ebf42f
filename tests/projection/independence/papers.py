"""Documents of a few words that tell of one happening, and the entry that consolidation makes of them."""

from typing import Any

from services.projection.consolidation.consolidate import consolidate
from services.projection.independence.documents import ReadText, read_text
from shared.domain.chronology import Decision, DocumentFacts, Entry
from shared.domain.chronology import Testimony as Told  # pytest would collect a class called Test…
from shared.domain.claims import Claim, ClaimDate, Extractor, Mention, Value
from shared.domain.ids import sha256

FIRST = "The second congress of beekeepers was held in Ganja on 4 May 1987, and 310 hives were shown by 31 guests from the hills."
EDITED = "The second congress of beekeepers was held in Ganja on 4 May 1987, and 330 hives were shown by 31 guests from the hills."
OTHER = "On 4 May 1987 Ganja received the beekeepers for their second congress: 31 guests came with what they had, 310 hives in all."
THIRD = "Old people in Ganja recall the second congress of beekeepers, held on 4 May 1987, for its 310 hives and for the rain."


class Paper:
    """A document made of a lead, the sentence that tells of the happening, and a tail."""

    def __init__(self, name: str, said: str = FIRST, lead: str = "", tail: str = "", attributed: str | None = None, **facts: Any) -> None:
        self.text = f"{lead}\n\n{said}\n\n{tail}\n"
        self.facts = DocumentFacts(
            id=name,
            sha256=sha256(self.text.encode() + name.encode()),
            source_id=facts.pop("source", f"source {name}"),
            language="en",
            **facts,
        )
        start = self.text.index(said)
        hives = "330" if "330" in said else "310"
        self.told = Told(
            claim=Claim(
                id=f"claim {name}",
                document_id=name,
                extractor=Extractor(name="test", version="1"),
                start=start,
                end=start + len(said),
                quote=said,
                statement=said,
                language="en",
                date=ClaimDate(start=start, end=start + 4, quote="when", edtf="1987-05-04"),
                values=(self._count("hives", hives, start, said),),
                places=(Mention(start=start, end=start + 5, quote="Ganja", name="Ganja"),),
                attribution=Mention(start=0, end=4, quote="said", name=attributed) if attributed else None,
            ),
            document=self.facts,
            position=int(sha256(name.encode())[:8], 16),
        )

    def _count(self, attribute: str, number: str, start: int, said: str) -> Value:
        at = start + said.index(number)
        return Value(start=at, end=at + len(number), quote=number, attribute=attribute, value=number)

    @property
    def read(self) -> tuple[DocumentFacts, ReadText]:
        return self.facts, read_text(self.text, "en")


def entry_of(*papers: Paper, decisions: tuple[Decision, ...] = ()) -> Entry:
    entry, *others = consolidate([paper.told for paper in papers], decisions, [paper.read for paper in papers])
    assert not others
    return entry


def groups(entry: Entry) -> set[frozenset[str]]:
    return {frozenset(document.document_id for document in origin.documents) for origin in entry.origins}
