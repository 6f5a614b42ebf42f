"""A chronology in which everything that an export has to tell of happens once."""

import json
from dataclasses import dataclass, field
from typing import Any

from services.ingest.recapturing.wiring import build_captures
from services.ingest.requests import NewCorrection, NewDecision
from services.ingest.service import Caller
from services.query.exports.formats import BY_NAME
from services.query.exports.walking import Export, open_export
from services.query.exports.words import Words
from shared.crypto.entropy import system_ids
from shared.domain.chronology import Entry
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.store.engine import Database
from tests.ingest.fetching.serving import answer, serving
from tests.ingest.parsing.making import pdf_of
from tests.support.running import ADMIN, Running, run

BASE = "https://annals.example"
EDITOR = Caller(Principal(name="Elçin <b>", role=Role.editor))
REVIEWER = Caller(Principal(name="Rəna", role=Role.reviewer))
REASON = "A court <i>said</i> so."

HOSTILE = (
    '=HYPERLINK("http://evil.example","x") </script><script>alert(1)</script> [link](javascript:alert(1)) `code` **bold** | cell | ![i](x) '
    "http://bare.example www.bare.example a@bare.example &amp; ]]> {{ 7*7 }} \\N; 1. # [^1] ~~gone~~ $x$ END:VEVENT"
)
LINES = {
    "bce": "The first dam was built in the days of the old kings.",
    "hostile": HOSTILE,
    "year": "The ferry line was begun in the year of the comet.",
    "undated": "The old gate was moved to the square.",
    "planned": "A new lock shall be opened over three days of the coming winter.",
    "about": "Near midsummer the tower clock was first heard.",
    "denied": "Nobody was hurt when the granary burned, the mayor said.",
    "fewer": "Seventy boats came to the regatta.",
    "counted": "The harbour counted 51 sails.",
    "dropped": "The lighthouse was lit on a Sunday.",
    "open": "From that thaw on the canal carried coal.",
    "well": "The town well was dug in the cold.",
    "far": "The time capsule is to be unearthed.",
}
OTHER = {
    "more": "The regatta saw ninety boats.",
    "deep": "The well was dug when the snow had gone.",
    "later": "It was a year later that the granary burned.",
}
GONE = {"beside": "Another paper heard the clock as well.", "alone": "The secret vault was sealed."}


@dataclass
class Story:
    """The chronology, with the ids of its documents and claims by the names they have here."""

    running: Running
    documents: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    before: int = 0
    """The revision before anything was corrected or erased."""

    def export(self, name: str, language: str = "en", revision: int | None = None) -> str:
        """Export in a format."""
        return "".join(BY_NAME[name].write(self.opened(language, revision)))

    def opened(self, language: str = "en", revision: int | None = None) -> Export:
        """Prepare an export."""
        return open_export(self.running.database, self.running.info, at=revision, words=Words(language), base=BASE)

    def entries(self) -> dict[str, Entry]:
        """The entries, by the name of each of their claims."""
        names = {claim_id: name for name, claim_id in self.claims.items()}
        found = list(self.opened().entries())
        return {names[claim_id]: entry for entry in found for claim_id in (*entry.claims, *entry.withdrawn) if claim_id in names}

    def capture(self, name: str, data: bytes, source: SourceDetails, filename: str) -> None:
        """Capture a document."""
        receipt = self.running.service.capture(self.running.info.id, data, ADMIN, filename=filename, declared=source)
        self.documents[name] = str(receipt.id)

    def claim(self, name: str, document: str, quote: str, **parts: Any) -> None:
        """Bring a claim about a document."""
        line = {"document_id": self.documents[document], "quote": quote, "language": "en", **parts}
        receipt = self.running.service.record_claims(self.running.info.id, [(1, json.dumps(line).encode())], ADMIN)
        assert not receipt.refused, receipt.refused
        self.claims[name] = receipt.recorded[0]
        self.project()

    def correct(self, **change: Any) -> str:
        """Have a correction accepted."""
        body = NewCorrection.model_validate({"change": change, "reason": "The register <b>says</b> otherwise."})
        proposed = self.running.service.propose(self.running.info.id, body, EDITOR)
        decided = NewDecision.model_validate({"decision": "accept", "reason": "Seen."})
        self.running.service.decide_correction(self.running.info.id, proposed.id, decided, REVIEWER)
        self.project()
        return str(proposed.id)

    def erase(self, document: str) -> None:
        """Erase a document."""
        self.running.service.erase(self.running.info.id, self.documents[document], REASON, ADMIN)
        self.project()

    def project(self) -> None:
        """Bring the read model up to date."""
        self.running.projector.project(self.running.info)


def dated(quote: str, edtf: str) -> dict[str, str]:
    """A date read from some words."""
    return {"quote": quote, "edtf": edtf}


def boats(quote: str, value: str) -> list[dict[str, str]]:
    """A number of boats read from some words."""
    return [{"attribute": "boats", "value": value, "quote": quote}]


def tell_story(database: Database) -> Story:
    """Make the chronology."""
    story = Story(run(database))
    quiet = {"language": "mi"}  # which no rules read: every claim here is one that the story brings
    text = "\n".join(LINES.values())
    details = SourceDetails(title="The harbour <book>", author="Jane Mary Smith", publisher="Quay Press", published="1988-03-05", **quiet)
    story.capture("book", text.encode(), details, "book.txt")
    story.capture("pages", pdf_of([["An empty page."], list(OTHER.values())]), SourceDetails(title="Minutes", **quiet), "minutes.pdf")
    report = SourceDetails(title="On piers", author="Ministry of Quays", publisher="Ministry of Quays", published="1936~", language="en")
    story.capture("report", pdf_of([["An empty page."], ["On 7 June 1936 the new pier was opened in Ganja."]]), report, "piers.pdf")
    story.capture("gone", "\n".join(GONE.values()).encode(), SourceDetails(title="Gone Gazette", **quiet), "gone.txt")
    story.claim("bce", "book", LINES["bce"], date=dated("in the days of the old kings", "-0043"))
    story.claim("hostile", "book", HOSTILE, date=dated("1.", "1901-05-03"), statement=HOSTILE)
    story.claim("year", "book", LINES["year"], date=dated("in the year of the comet", "1899"))
    story.claim("undated", "book", LINES["undated"])
    winter = dated("over three days of the coming winter", "2030-01-01/2030-01-03")
    story.claim("planned", "book", LINES["planned"], date=winter, modality="planned")
    story.claim("about", "book", LINES["about"], date=dated("Near midsummer", "1910-06-24~"))
    mayor = {"name": "the mayor", "quote": "the mayor"}
    story.claim("denied", "book", LINES["denied"], date=dated("when", "1950-01-01"), modality="denied", attribution=mayor)
    story.claim("fewer", "book", LINES["fewer"], date=dated("regatta", "1922-07-02"), values=boats("Seventy", "70"))
    sails = [{"attribute": "sails", "value": "51", "quote": "51 sails"}]
    story.claim("counted", "book", LINES["counted"], date=dated("counted", "1930-02-03"), values=sails)
    story.claim("dropped", "book", LINES["dropped"], date=dated("on a Sunday", "1871-03-05"))
    story.claim("open", "book", LINES["open"], date=dated("From that thaw on", "1860-04-01/.."))
    story.claim("far", "book", LINES["far"], date=dated("unearthed", "Y12000-01-01"), modality="planned")
    story.claim("more", "pages", OTHER["more"], date=dated("regatta", "1922-07-02"), values=boats("ninety", "90"))
    story.claim("later", "pages", OTHER["later"], date=dated("a year later", "1951-01-01"))
    story.claim("well", "book", LINES["well"], date=dated("in the cold", "1940-01-05"))
    story.claim("deep", "pages", OTHER["deep"], date=dated("when the snow had gone", "1940-03-06"))
    story.claim("beside", "gone", GONE["beside"], date=dated("clock", "1910-06-24"))
    story.claim("alone", "gone", GONE["alone"], date=dated("sealed", "1911-01-02"))
    story.before = story.running.info.head
    for pair in (("fewer", "more"), ("denied", "later"), ("well", "deep"), ("about", "beside")):
        held = {story.entries()[name].id for name in pair}
        if len(held) > 1:
            story.correct(kind="merge-entries", entry_ids=sorted(held))
    story.correct(kind="amend-value", claim_id=story.claims["counted"], attribute="sails", value="52")
    story.correct(kind="withdraw-claim", claim_id=story.claims["dropped"])
    _recapture(story)
    story.erase("gone")
    return story


def _recapture(story: Story) -> None:
    """Capture a page of the web, and again when it says something else."""
    service = story.running.service
    with serving() as site:
        settings = Settings(database_url=story.running.database.url, fetch_allow_private=frozenset({site.place}))
        captures = build_captures(story.running.database, settings, service, system_ids())
        for name, guests in (("web", 40), ("web again", 45)):
            said = f"The annual dinner of the pilots was held in Ganja on 9 May 1933. {guests} guests came to the dinner."
            page = f"<html><head><title>Dinner</title></head><body><article><h1>Dinner</h1><p>{said}</p></article></body></html>"
            site.pages["/dinner"] = answer(page)
            receipt = captures.capture(story.running.info.id, f"{site.url}/dinner", ADMIN)
            story.documents[name] = str(receipt.id)
            story.project()
