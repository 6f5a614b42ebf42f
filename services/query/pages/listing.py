"""The page of a chronology: its timeline, or what was searched for, and what that may be narrowed down to."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.query import answers, reader
from services.query.cursors import decode_cursor
from services.query.entries import PAGE, Filters, entry_page
from services.query.facets import facets
from services.query.orders import Sort
from services.query.pages import views
from services.query.pages.rendering import page, refusal
from services.query.pages.routes import PageRoute, page_context
from services.query.pages.wording import Wording, wording_for
from services.query.parameters import At
from services.query.schemas import EntryList
from services.query.search_schemas import FacetsView, FacetValue, StatusCount
from services.query.service import Queries, QueryService
from services.query.snapshot import Snapshot, open_snapshot
from shared.domain.chronology import Status
from shared.domain.dates import Edtf
from shared.domain.errors import Busy, InvalidInput
from shared.web.auth import READERS

SORTS: tuple[Sort, ...] = get_args(Sort)
STATUSES: tuple[Status, ...] = get_args(Status)
FACETS = ("status", "source", "place", "actor", "year")
SHOWN = 8

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)

_Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a reader asks for, as it stands in the address: an empty text where nothing is asked."""

    q: _Text = ""
    date_from: Annotated[str, Query(alias="from", max_length=100)] = ""
    date_to: Annotated[str, Query(alias="to", max_length=100)] = ""
    disputed: bool = False
    certain: bool = False
    status: _Text = ""
    source: _Text = ""
    place: _Text = ""
    actor: _Text = ""
    year: Annotated[str, Query(max_length=7)] = ""
    sort: _Text = ""
    narrow: bool = False
    at: At = None

    def filters(self) -> Filters:
        """Return what is asked for; raise `InvalidInput` for what is no status and no year."""
        status = next((known for known in STATUSES if known == self.status), None)
        if self.status and status is None:
            raise InvalidInput(f"status: {self.status!r} is none; there are {', '.join(STATUSES)}")
        if self.year and not self.year.removeprefix("-").isdecimal():
            raise InvalidInput(f"year: {self.year!r} is none; write it in digits, such as 1918")
        return Filters(
            text=self.q.strip() or None,
            date_from=self.date_from.strip() or None,
            date_to=self.date_to.strip() or None,
            disputed=self.disputed,
            certainty="certain" if self.certain else "possible",
            status=status,
            source=self.source or None,
            place=self.place.strip() or None,
            actor=self.actor.strip() or None,
            year=int(self.year) if self.year else None,
        )

    def wrong(self) -> tuple[str, tuple[str, ...]] | None:
        """Return what is wrong with the dates, as the strings of pages know it, and in which fields; None where nothing is."""
        fields = {"from": self.date_from.strip(), "to": self.date_to.strip()}
        if undated := tuple(name for name, text in fields.items() if text and not _is_date(text)):
            return "wrong_date", undated
        if all(fields.values()) and Edtf.parse(fields["to"]).latest < Edtf.parse(fields["from"]).earliest:
            return "range_falls", tuple(fields)
        return None

    def order(self) -> Sort | None:
        """Return the order that is asked for; by relevance means nothing without words."""
        found = next((known for known in SORTS if known == self.sort), None)
        if self.sort and found is None:
            raise InvalidInput(f"sort: {self.sort!r} is none; there are {', '.join(SORTS)}")
        return None if found == "relevance" and not self.q.strip() else found

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address."""
        every = {
            "q": self.q,
            "from": self.date_from,
            "to": self.date_to,
            "disputed": "true" if self.disputed else "",
            "certain": "true" if self.certain else "",
            **{name: getattr(self, name) for name in FACETS},
            "sort": self.sort,
            "narrow": "true" if self.narrow else "",
            "at": self.at or "",
        }
        return {name: value for name, value in every.items() if value}

    def narrowing(self, *, shown: bool) -> "Asking":
        """Return the same with what it may be narrowed down to, or without."""
        return replace(self, narrow=shown)

    def with_facet(self, facet: str, value: str) -> "Asking":
        """Return the same with another choice of one kind."""
        choice: dict[str, Any] = {facet: value}
        return replace(self, **choice)

    def address(self, cursor: str | None = None) -> str:
        """Return the address that asks for this, from a cursor on where one is given."""
        found = self.parameters() | ({"cursor": cursor} if cursor else {})
        return f"?{urlencode(found)}" if found else "?"


def _is_date(text: str) -> bool:
    try:
        Edtf.parse(text)
    except InvalidInput:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to narrow down to, or to let go of again: its name, how many entries have it, and where that leads."""

    name: str
    count: int | None
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What can be chosen of one kind."""

    facet: str
    choices: tuple[Choice, ...]


@router.get("/chronologies/{slug}")
def chronology(
    request: Request,
    slug: str,
    queries: Queries,
    asking: Annotated[Asking, Depends()],
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Show the entries that are asked for. What they may be narrowed down to is counted where the reader asks for that, too.

    It is counted at the revision that the reader asked for, and not before somebody wants to know: it looks at all that is found.
    """
    at = asking.at or None
    filters, sort = asking.filters(), asking.order()
    place = decode_cursor(cursor) if cursor else None
    wording = wording_for(request.headers.get("accept-language"))
    asked = {"filters": filters, "asking": asking, "sorts": SORTS if filters.text else SORTS[:-1]}
    asked["here"] = f"/chronologies/{slug}{asking.address() if asking.parameters() else ''}"
    with open_snapshot(queries.database, slug, at) as snapshot:
        context, version = page_context(snapshot, "chronology", at) | asked, snapshot.version
        if wrong := asking.wrong():
            return refusal(request, "chronology.html", **context, wrong=wrong)
        narrowings, chosen = _narrowings(snapshot, queries, asking, filters, wording)
    with open_snapshot(queries.database, slug, place.revision if place else at) as snapshot:
        found = entry_page(snapshot, filters, place, PAGE, place.sort if place else sort)
        summaries = EntryList.model_validate(answers.entry_list(snapshot, found, filters.asked if filters.text else None)).entries
    by_date = (place.sort if place else sort or "date").endswith("date")
    return page(
        request,
        "chronology.html",
        version,
        **context,
        wrong=None,
        groups=views.groups(found.entries, summaries, wording) if by_date else views.ungrouped(found.entries, summaries),
        narrowings=narrowings,
        chosen=chosen,
        next=asking.address(found.next) if found.next else None,
        previous=asking.address(found.previous) if found.previous else None,
    )


def _narrowings(
    snapshot: Snapshot, queries: QueryService, asking: Asking, filters: Filters, wording: Wording
) -> tuple[list[Narrowing], list[Choice]]:
    """What the entries asked for may be narrowed down to, and what is chosen already."""
    source = reader.source_names(snapshot, [asking.source]).get(asking.source, "") if asking.source else ""
    names = {"status": wording(f"status_{asking.status}") if asking.status else "", "source": source}
    chosen = [
        Choice(
            f"{wording(f'facet_{facet}')}: {names.get(facet) or getattr(asking, facet)}",
            None,
            asking.with_facet(facet, "").address(),
            chosen=True,
        )
        for facet in FACETS
        if getattr(asking, facet)
    ]
    if snapshot.erasing or not asking.narrow:
        return [], chosen  # nothing is counted until what was erased is gone
    try:
        counted = facets(snapshot, queries.shelves, filters, SHOWN)
    except Busy:
        return [], chosen  # the rows of an older release, which cannot be counted, are being replaced
    return [Narrowing(facet, choices) for facet in FACETS if (choices := _choices(counted, facet, asking, wording))], chosen


def _choices(counted: FacetsView, facet: str, asking: Asking, wording: Wording) -> tuple[Choice, ...]:
    if getattr(asking, facet):
        return ()
    values = getattr(counted, facet)
    if facet == "year":
        values = sorted(values, key=lambda value: int(value.value))
    return tuple(
        Choice(
            _choice_name(facet, value, wording),
            value.count,
            asking.with_facet(facet, value.value).address(),
            chosen=False,
        )
        for value in values
        if value.count < counted.total  # what all of them have narrows nothing down
    )


def _choice_name(facet: str, value: FacetValue | StatusCount, wording: Wording) -> str:
    if facet == "year":
        return wording.date(views.edtf_year(int(value.value)))
    return value.name if isinstance(value, FacetValue) else wording(f"status_{value.value}")
