"""One claim as JSON, read and decided on. The innermost loop of bulk ingest: what need not be done for every line is not."""

import re

from pydantic import ValidationError

from services.ingest import decide
from services.ingest.lookups import PROJECTION_SECONDS, Lookups
from services.ingest.plugins import installed
from services.ingest.requests import NewClaim, refuse_unstorable
from services.ingest.texts import DocumentTexts
from shared.domain.errors import InvalidInput
from shared.domain.events import ClaimRecorded
from shared.domain.ids import IdSource
from shared.domain.ports import LogReader

_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""Escapes that may stand for what no database stores: zero characters and lone surrogates. Unescaped, neither is JSON."""


class ClaimLines:
    """Makes events of lines that each hold a claim."""

    def __init__(self, texts: DocumentTexts, log: LogReader, lookups: Lookups, new_id: IdSource) -> None:
        self.texts = texts
        self._log = log
        self._lookups = lookups
        self._new_id = new_id

    def read(self, claim_id: str, chronology_id: str, line: bytes) -> ClaimRecorded:
        """Read one claim, which is to have this id.

        Raises `InvalidInput` or `NotFound` that says what is wrong where, but repeats no words of the line.
        """
        request = parse(line)
        if request.continues is not None:
            self._check_earlier(chronology_id, request.continues)
        known = self.texts.get(chronology_id, request.document_id)
        return decide.record_claim(request, known.text, known.language, claim_id)

    def _check_earlier(self, chronology_id: str, claim_id: str) -> None:
        """Refuse a claim that is to continue one which is not there. One that was recorded a moment ago may be yet to be projected."""
        if self._lookups.claim(chronology_id, claim_id) is not None:
            return
        self._lookups.wait_until(chronology_id, self._log.head(chronology_id), PROJECTION_SECONDS)
        if self._lookups.claim(chronology_id, claim_id) is None:
            raise InvalidInput("continues: there is no such claim in this chronology")

    def ids(self, count: int) -> list[str]:
        """Return so many ids for claims. Made at once, they cost a fraction of what they cost one by one."""
        return self._new_id.several(count)


def parse(line: bytes) -> NewClaim:
    """Parse the JSON of a claim and check all of it that can be checked without the document."""
    try:
        request = NewClaim.model_validate_json(line)
        if b"\\u" in line and _SUSPICIOUS.search(line):
            refuse_unstorable(request.model_dump())
    except ValidationError as error:
        raise InvalidInput(_wrong(error)) from error
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    if request.extractor and request.extractor.name in installed():
        raise InvalidInput("extractor.name: there is an extractor of this server called so; give yours another name")
    return request


def _wrong(error: ValidationError) -> str:
    """Say where a claim is wrong and how. An unknown field is not named: it may be anything, words of the document included."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    loc = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    where = ".".join(map(str, loc)) or "the claim"
    return f"{where}: it has a field that is not known here" if first["type"] == "extra_forbidden" else f"{where}: {first['msg']}"
