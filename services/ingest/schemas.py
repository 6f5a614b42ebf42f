"""What ingest's HTTP surface takes and gives beside the requests themselves."""

from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role
from shared.store.tokens import TokenInfo


class DocumentJson(BaseModel):
    """A document as JSON: its `text`, or its bytes as `content` in base64."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "filename": "harvest.txt",
                "text": "The fair opened on 4 May 1998 with 120 stalls from 14 villages.",
                "source": {
                    "title": "The harvest fair",
                    "publisher": "Valley Gazette (example)",
                    "published": "1998-05-06",
                    "language": "en",
                },
            }
        },
    )

    text: str | None = None
    content: Base64Bytes | None = None
    filename: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    media_type: str | None = None
    source: SourceDetails = Field(default_factory=SourceDetails)
    extractor: str = "rules"


class NewToken(BaseModel):
    """A token to be given: its name is written into every event that its holder causes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    role: Annotated[str, Field(description="one of " + ", ".join(role.name for role in Role))]


class GivenToken(BaseModel):
    """A token with its secret, which is shown once: null in answers to a repeated request (`status` is `unchanged`)."""

    status: str
    token: TokenInfo
    secret: str | None
