"""What the query routes work with: one object on the app's state."""

from typing import Annotated

from fastapi import Depends, Request

from services.query.shelf import Shelves
from services.query.streams import Streams
from services.query.texts import Texts
from shared.settings import Settings
from shared.store.engine import Database


class QueryService:
    """The database that answers come from, the texts and the listings at hand, and the streams of this process."""

    def __init__(self, database: Database, settings: Settings, streams: Streams) -> None:
        self.database = database
        self.settings = settings
        self.streams = streams
        self.texts = Texts(database)
        self.shelves = Shelves()


def query_service(request: Request) -> QueryService:
    """A dependency: the query service of the app."""
    service: QueryService = request.app.state.query
    return service


Queries = Annotated[QueryService, Depends(query_service)]
