"""The served OpenAPI description: the very models that validate requests, the answers, and the settings in force."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from massid_local.carrot_sandbox.requests import BatchRequest, DocumentRequest, EventRequest, UploadRequest
from massid_local.carrot_sandbox.sandbox import Sandbox

BODIES: Sequence[type[BaseModel]] = (BatchRequest, DocumentRequest, EventRequest, UploadRequest)
OWN_VALIDATION = ("HTTPValidationError", "ValidationError")
"""FastAPI describes its own 422; the sandbox answers 400 in the vendor's body instead."""

Schemas = dict[str, Any]


def description_of(app: FastAPI, sandbox: Sandbox) -> Callable[[], dict[str, Any]]:
    """A function that describes the app as it is now: switches change what is required and what is unknown."""

    def describe() -> dict[str, Any]:
        described = get_openapi(
            title="Carrot sandbox",
            version="1",
            description="A stand-in for the integrator API of the Carrot Network.",
            routes=app.routes,
        )
        for path in described["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        schemas: Schemas = described["components"]["schemas"]
        for name in OWN_VALIDATION:
            schemas.pop(name, None)
        schemas.update(_bodies(sandbox))
        if sandbox.settings.batch == "missing":
            del described["paths"][f"{sandbox.settings.path_prefix}/documents/events"]
        return described

    return describe


def _bodies(sandbox: Sandbox) -> Schemas:
    settings = sandbox.settings
    wanted = [(model, "validation") for model in BODIES]
    _, definitions = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas: Schemas = definitions["$defs"]
    _rename(schemas["BatchRequest"], "documentId", settings.batch_document_field)
    if settings.measurement_unit_required:
        schemas["DocumentRequest"]["required"].append("measurementUnit")
    if settings.event_parties_required:
        rules = schemas["EventRequest"]["allOf"]
        rules += [
            {"anyOf": [{"required": [party]}, {"required": [f"{party}Id"]}]} for party in ("participant", "address")
        ]
    if settings.unknown_fields == "drop":
        for schema in schemas.values():
            schema.pop("additionalProperties", None)
    return schemas


def _rename(schema: Schemas, old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"] = [new if name == old else name for name in schema["required"]]
