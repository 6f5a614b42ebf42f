"""From an answer to a page: templates, the headers every page carries, and the filters that templates use."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib import metadata, resources
from pathlib import Path
from zlib import crc32

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.query.citing.citations import remark
from services.query.pages.corrected import correction_words
from services.query.pages.derived import derivation_words
from services.query.pages.views import by_document, figure
from services.query.pages.wording import wording_for
from shared.domain.roles import Principal
from shared.web.conditional import conditional

STATIC = Path(str(resources.files(__package__).joinpath("static")))

SIGN_IN = "/sign-in"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}


def shorten(text: str, length: int) -> str:
    """Return a text in one line, cut at a word where it is longer than `length`."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[:length].rsplit(" ", 1)[0] + " …"


_BREAK = re.compile(r"\n[^\w\n]*\n")
"""Between paragraphs: a line without a letter or a digit, such as the end of front matter."""


def before(prefix: str) -> str:
    """Return the context before a quote as shown: whole words of the same paragraph, with an ellipsis in front."""
    paragraph = _BREAK.split(prefix)[-1]
    cut = paragraph == prefix and " " in paragraph
    return "… " + paragraph.split(" ", 1)[1] if cut else paragraph.lstrip()


def after(suffix: str) -> str:
    """Return the context after a quote as shown: whole words of the same paragraph, with an ellipsis behind."""
    paragraph = _BREAK.split(suffix)[0]
    cut = paragraph == suffix and " " in paragraph
    return paragraph.rsplit(" ", 1)[0] + " …" if cut else paragraph.rstrip()


@jinja2.pass_context
def pinned(context: jinja2.runtime.Context, url: str) -> str:
    """Return an address on these pages that stays at the revision that the page looks back at, where it does."""
    as_of = context.get("as_of")
    if not as_of:
        return url
    path, anchor, fragment = url.partition("#")
    return f"{path}{'&' if '?' in path else '?'}at={as_of['revision']}{anchor}{fragment}"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("services.query.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"shorten": shorten, "before": before, "after": after, "by_document": by_document, "figure": figure}
    environment.filters["pinned"] = pinned
    environment.globals |= {"correction_words": correction_words, "derivation_words": derivation_words, "citation_remark": remark}
    environment.globals |= {
        "version": metadata.version("salname"),
        "chronology": None,
        "section": None,
        "api": None,
        "as_of": None,
        "signing_in": False,
    }
    return environment


ENVIRONMENT = _environment()


def render(request: Request, template: str, **context: object) -> str:
    """Render a page in the language that the reader's browser asks for."""
    wording = wording_for(request.headers.get("accept-language"))
    return ENVIRONMENT.get_template(template).render(t=wording, visitor=visitor(request), this_page=_this_page(request), **context)


def visitor(request: Request) -> Principal | None:
    """Who reads a page; None for somebody who has not signed in."""
    caller: Principal | None = getattr(request.state, "caller", None)
    return caller


def _this_page(request: Request) -> str:
    """The address to come back to after signing in: of this page, or of the one that form was asked for from."""
    if request.url.path == SIGN_IN:
        return own_address(request.query_params.get("to", ""))
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def own_address(address: str) -> str:
    """Return an address if it leads to a page of ours, and else the first page: a link may not lead elsewhere by way of us."""
    return address if re.fullmatch(r"/(?![/\\])[^\s\\]*", address) else "/"


def page(request: Request, template: str, version: str, **context: object) -> Response:
    """Answer with a page that speaks of a version of the read model, or with 304 when the reader has it already.

    Pages differ by language and by who reads them, so both are in the ETag.
    """
    language = wording_for(request.headers.get("accept-language")).language
    reader = visitor(request)
    who = "" if reader is None else f"-{crc32(f'{reader.role.name} {reader.name}'.encode()):x}"
    etag = f'W/"{version}-{language}{who}-{ENVIRONMENT.globals["version"]}"'
    return conditional(request, etag, render(request, template, **context), "text/html", HEADERS)


def refusal(request: Request, template: str, **context: object) -> Response:
    """Answer with a form again that something is wrong in, as it was filled in: the template says where."""
    return HTMLResponse(render(request, template, **context), HTTPStatus.UNPROCESSABLE_ENTITY, headers=HEADERS)


def error_page(request: Request, status: int, title: str, detail: str, erasure: Mapping[str, object] | None = None) -> Response:
    """Answer with a page that says what is wrong. `erasure` has what the problem of an erased document has."""
    body = render(request, "error.html", status=status, title=title, detail=detail, erasure=erasure)
    return HTMLResponse(body, status, headers=HEADERS)
