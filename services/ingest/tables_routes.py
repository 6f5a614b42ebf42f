"""Tables over HTTP: a CSV or XLSX file, how it is to be read, and what was made of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from services.ingest.calling import PROBLEMS, Calling, Service
from services.ingest.parsing.details import details_from
from services.ingest.receipts import Receipt
from services.ingest.tables.capturing import capture_table
from services.ingest.tables.intake import take_in_table
from services.ingest.tables.limits import TIMES
from services.ingest.tables.options import TableOptions
from services.ingest.tables.report import TableReport
from shared.domain.errors import InvalidInput, WrongMediaType
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role

router = APIRouter(responses=PROBLEMS)

DRY = "dry_run"


class TableReceipt(Receipt):
    """What capturing a table did, and how it was read."""

    report: TableReport


@router.post(
    "/chronologies/{slug}/tables",
    status_code=201,
    response_model=TableReceipt,
    responses={
        200: {
            "model": TableReceipt | TableReport,
            "description": "With `dry_run`, how the table would be read; else the table was there already, and nothing changed",
        }
    },
    tags=["documents"],
    summary="Capture a table, each row of it a claim",
    description="As a multipart form: `file` is a CSV or XLSX file, `mapping` (JSON) says what is not to be guessed of its columns, sheets "
    "and dates, the other fields describe its source. With `dry_run=true`, in the query or as a field, nothing is recorded: the answer "
    "shows the mapping, the first rows as they would be read, and the rows that cannot be read. The table is the document: sending it "
    "again changes nothing, and where it would be read otherwise than it was recorded, it is refused (409).",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "mapping": TableOptions.model_json_schema(),
                            DRY: {"type": "boolean"},
                            **{name: {"type": "string"} for name in SourceDetails.model_fields},
                        },
                    },
                    "encoding": {"mapping": {"contentType": "application/json"}},
                }
            },
        }
    },
)
async def capture_a_table(
    slug: str,
    request: Request,
    service: Service,
    caller: Calling,
    dry_run: Annotated[bool, Query(description="only show how the table would be read")] = False,
) -> Response:
    """Capture a table, or only show how it would be read."""
    caller.principal.require(Role.contributor)
    chronology_id = await run_in_threadpool(service.chronology_id, slug)
    data, filename, fields = await _form(request)
    dry = dry_run or _truth(fields.pop(DRY, "false"))
    options = _options(fields.pop("mapping", "{}"))
    if unknown := [name for name in fields if name not in SourceDetails.model_fields]:
        known = ", ".join(["file", "mapping", DRY, *SourceDetails.model_fields])
        raise InvalidInput(f"the form has unknown fields: {', '.join(unknown)}; known are {known}")
    readers = service.readers
    declared = details_from(fields, "the form")
    taken = await run_in_threadpool(lambda: readers.run(take_in_table, data, options, declared, readers.limits, times=TIMES))
    if dry:
        return Response(taken.report.model_dump_json(), media_type="application/json")
    receipt = await run_in_threadpool(capture_table, service, chronology_id, data, taken, caller, filename)
    answer = TableReceipt(**receipt.model_dump(), report=taken.report)
    headers = {"ETag": f'"{receipt.revision}"', "Location": f"/v1/chronologies/{slug}/documents/{receipt.id}"}
    return Response(answer.model_dump_json(), 200 if receipt.status == "unchanged" else 201, headers, media_type="application/json")


async def _form(request: Request) -> tuple[bytes, str | None, dict[str, str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise WrongMediaType("send the table as multipart/form-data with a field 'file'")
    async with request.form(max_files=1, max_fields=20) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("the form has no file: send the table as the field 'file'")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await file.read(), file.filename, fields


def _options(raw: str) -> TableOptions:
    try:
        return TableOptions.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{'.'.join(['mapping', *map(str, first['loc'])])}: {first['msg']}") from error


def _truth(raw: str) -> bool:
    if raw.lower() not in ("true", "false", "1", "0", ""):
        raise InvalidInput(f"{DRY} is true or false, not {raw!r}")
    return raw.lower() in ("true", "1")
