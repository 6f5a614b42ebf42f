"""The page of a source: who agrees with it, and which of its sentences stand elsewhere."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.query import origins, reader
from services.query.pages.rendering import page
from services.query.pages.routes import PageRoute, page_context
from services.query.parameters import At
from services.query.service import Queries
from services.query.snapshot import open_snapshot
from shared.web.auth import READERS

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


@router.get("/chronologies/{slug}/sources/{source_id}")
def source(request: Request, slug: str, source_id: str, queries: Queries, at: At = None) -> Response:
    """Show a source as it stands to the others."""
    address = f"/chronologies/{slug}/sources/{source_id}"
    with open_snapshot(queries.database, slug, at) as snapshot:
        relations = origins.relations(snapshot, source_id)
        documents = [
            captured.id
            for captured in reader.documents_of(snapshot, [source_id]).values()
            if captured.erasure is None and captured.id not in snapshot.erasing
        ]
        names = reader.source_names(snapshot, [source_id, *(one.source.id for one in relations.related)])
        shared = [origins.shared(snapshot, queries.texts, document_id) for document_id in documents]
        context = page_context(snapshot, "sources", at, address)
    context |= {"api": f"{address}/relations", "relations": relations, "names": names, "shared": shared}
    return page(request, "source.html", snapshot.version, **context)
