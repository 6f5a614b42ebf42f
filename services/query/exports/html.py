"""HTML for exports: templates in which everything that is filled in is escaped."""

from urllib.parse import urlsplit

import jinja2


def web(url: str | None) -> str | None:
    """Return an address that a link may lead to, None for any other: a `javascript:` address is none."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None


def environment() -> jinja2.Environment:
    """Return the templates of exports."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("services.query.exports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["web"] = web
    return found


ENVIRONMENT = environment()
