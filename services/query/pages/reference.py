"""The API's description as a page of our own: the usual viewers load their scripts from other hosts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from services.query.pages.rendering import page
from shared.web.auth import READERS

OPENAPI = "/openapi.json"
_REF = "#/components/schemas/"
_METHODS = ("get", "post", "put", "patch", "delete")
_DEPTH = 4
"""How deep the fields of a body are shown."""

router = APIRouter(dependencies=READERS, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body. `depth` counts from 0."""

    name: str
    type: str
    required: bool
    description: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, as the page shows it. `example` is JSON text."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    responses: tuple[tuple[str, str], ...]
    example: str | None


def operations(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Return the operations of an OpenAPI document by their first tag, in its order."""
    found: dict[str, list[Operation]] = {}
    schemas = document.get("components", {}).get("schemas", {})
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                found.setdefault((operation.get("tags") or ["api"])[0], []).append(_operation(path, method, operation, schemas))
    return found


def _operation(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    answers = operation.get("responses", {})
    return Operation(
        id=operation.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=tuple(
            Field(parameter["name"], _type(parameter.get("schema", {})), parameter.get("required", False), parameter.get("description", ""))
            for parameter in operation.get("parameters", ())
        ),
        body=tuple(field for media in content.values() for field in _fields(media.get("schema", {}), schemas, 0)),
        responses=tuple((status, answer.get("description", "")) for status, answer in answers.items()),
        example=_example(answers, schemas),
    )


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Iterator[Field]:
    if depth == _DEPTH:
        return
    schema = _resolved(schema, schemas)
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from _fields(choice, schemas, depth)
    if "items" in schema:
        yield from _fields(schema["items"], schemas, depth)
    for name, property_ in schema.get("properties", {}).items():
        yield Field(name, _type(property_), name in schema.get("required", ()), property_.get("description", ""), depth)
        yield from _fields(property_, schemas, depth + 1)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    resolved: Mapping[str, Any] = schemas[reference.removeprefix(_REF)] if reference.startswith(_REF) else schema
    return resolved


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if choices:
        return " | ".join(dict.fromkeys(_type(choice) for choice in choices))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _example(answers: Mapping[str, Any], schemas: Mapping[str, Any]) -> str | None:
    for status, answer in answers.items():
        for media in answer.get("content", {}).values() if status.startswith("2") else ():
            schema = _resolved(media.get("schema", {}), schemas)
            example = media.get("example") or schema.get("example") or next(iter(schema.get("examples", ())), None)
            if example is not None:
                return json.dumps(example, indent=2, ensure_ascii=False)
    return None


@router.get(OPENAPI)
def description(request: Request) -> JSONResponse:
    """Describe the app that this page belongs to, to those who may read."""
    return JSONResponse(request.app.openapi())


def install_reference(app: FastAPI) -> None:
    """Put the description and its page on an app, in the place of FastAPI's own description, which everyone may read."""
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != OPENAPI]
    app.include_router(router)


@router.get("/docs")
def reference(request: Request) -> Response:
    """Show every operation of the app that this page belongs to."""
    document = request.app.openapi()
    return page(request, "reference.html", "0", groups=operations(document), document=document)
