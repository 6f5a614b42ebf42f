"""The API of exports: a whole chronology in one of the formats, and the sources of an entry ready to be cited."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import metadata
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from services.query.citing.citations import CSL_JSON, as_csl_json, as_html, as_text, source_citations
from services.query.citing.rendering import LANGUAGES, Style
from services.query.citing.schemas import SourceCitations
from services.query.entries import find_entry
from services.query.erasures import holder_of
from services.query.exports.formats import BY_NAME, FORMATS, Format
from services.query.exports.report import POLICY
from services.query.exports.walking import export_of
from services.query.exports.words import Words, languages, preferred
from services.query.parameters import GONE, READING, At, Slug
from services.query.service import Queries
from services.query.snapshot import open_snapshot
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional, has_already

GUARD = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": POLICY}
"""What documents say must not run as a page of ours, whatever it is taken for."""

CHUNK = 64 * 1024
"""Code points that are sent at a time."""


class Written(StrEnum):
    """How citations can be had."""

    json = "json"
    text = "text"
    html = "html"
    csl_json = "csl-json"


router = APIRouter(
    prefix="/v1/chronologies/{slug}",
    tags=["exports"],
    responses=READING,
)


def _one_of(names: Sequence[str], description: str, alias: str | None = None) -> Any:
    return Query(alias=alias, pattern=f"^({'|'.join(names)})$", description=description, json_schema_extra={"enum": list(names)})


def _language(known: tuple[str, ...]) -> Any:
    return _one_of(known, "the language of what the export itself says; without it, the first of Accept-Language that there is")


@router.get(
    "/export",
    response_class=Response,
    summary="Export the whole chronology",
    responses={
        200: {
            "content": {known.media_type.partition(";")[0]: {} for known in FORMATS},
            "description": "The chronology at one revision, which the header X-Revision names",
        }
    },
)
def export(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    export_format: Annotated[str, _one_of([known.name for known in FORMATS], "how it is written out", alias="format")] = "jsonl",
    at: At = None,
    language: Annotated[str | None, _language(languages())] = None,
) -> Response:
    """Every format is streamed, entry by entry. What is withdrawn is marked as such, what was erased is told of as erased."""
    known = BY_NAME[export_format]
    words = Words.wanted(language or request.headers.get("accept-language"))
    with open_snapshot(queries.database, slug, at) as snapshot:
        exported = export_of(snapshot, queries.texts, words, str(request.base_url).rstrip("/"))
        etag = _etag(snapshot.version, known.name, words.language if known.worded else "")
    headers = {**_headers(known, words), "ETag": etag, "X-Revision": str(exported.revision)}
    headers["Content-Disposition"] = f'{"inline" if known.name == "report" else "attachment"}; filename="{slug}.{known.ending}"'
    if has_already(request, etag):
        return Response(status_code=304, headers=headers)
    return StreamingResponse(_chunks(known.write(exported)), media_type=known.media_type, headers=headers)


def _etag(*parts: str) -> str:
    return f'"{"-".join(filter(None, (*parts, metadata.version("salname"))))}"'


def _headers(known: Format, words: Words) -> dict[str, str]:
    headers = {**GUARD, "Cache-Control": "no-cache"}
    return {**headers, "Vary": "Accept-Language", "Content-Language": words.language} if known.worded else headers


def _chunks(pieces: Iterator[str]) -> Iterator[str]:
    """Put pieces together to what is worth sending. The first is made before the answer begins, so that a problem is told as one."""
    gathered = [next(pieces, "")]

    def chunks() -> Iterator[str]:
        size = len(gathered[0])
        for piece in pieces:
            if size >= CHUNK:
                yield "".join(gathered)
                gathered.clear()
                size = 0
            gathered.append(piece)
            size += len(piece)
        yield "".join(gathered)

    return chunks()


@router.get(
    "/entries/{entry_id}/citations",
    response_model=SourceCitations,
    summary="Cite the sources of an entry in the style of a manual",
    responses={
        200: {"content": {"text/plain": {}, "text/html": {}, CSL_JSON: {}}, "description": "A citation of each document behind the entry"},
        308: {"description": "The id is that of a claim, or of an entry that was merged: Location is the entry that holds it"},
        410: GONE,
    },
)
def citations(
    request: Request,
    slug: Slug,
    entry_id: str,
    queries: Queries,
    _: Reader,
    style: Annotated[Style, Query(description="APA 7; Chicago 18, notes and bibliography; MLA 9")] = Style.apa,
    written: Annotated[Written, Query(alias="format", description="`csl-json` is for programs that manage references")] = Written.json,
    at: At = None,
    language: Annotated[str | None, _language(LANGUAGES)] = None,
) -> Response:
    """One citation a document, with the day of its capture as the day of access, and the pages that the entry's claims stand on."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        found = find_entry(snapshot, entry_id)
        if found is None:
            holder = holder_of(snapshot, entry_id)
            asked = f"?{request.url.query}" if request.url.query else ""
            address = f"/v1/chronologies/{slug}/entries/{quote(holder)}/citations{asked}"
            return RedirectResponse(address, 308, headers={"Cache-Control": "no-cache"})
        spoken = language or preferred(request.headers.get("accept-language"), LANGUAGES)
        cited = source_citations(snapshot, found, style, spoken)
    bodies: dict[Written, tuple[str | bytes, str]] = {
        Written.json: (cited.model_dump_json(), JSON),
        Written.text: (as_text(cited), "text/plain; charset=utf-8"),
        Written.html: (as_html(cited), "text/html; charset=utf-8"),
        Written.csl_json: (as_csl_json(cited), CSL_JSON),
    }
    body, media_type = bodies[written]
    headers = {**GUARD, "Vary": "Accept-Language", "Content-Language": spoken}
    return conditional(request, _etag(snapshot.version, style, written, spoken), body, media_type, headers)
