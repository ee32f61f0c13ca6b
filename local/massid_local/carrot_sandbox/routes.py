"""The six endpoints and the token endpoint. Each hands its call to the platform and renders the answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.responses import Response

from massid_local.carrot_sandbox import answers, attaching, writing
from massid_local.carrot_sandbox.calls import Call
from massid_local.carrot_sandbox.rendering import json_response
from massid_local.carrot_sandbox.requests import BatchRequest, DocumentRequest, EventRequest, UploadRequest
from massid_local.carrot_sandbox.sandbox import Sandbox
from massid_local.carrot_sandbox.stored import readable_document
from massid_local.carrot_sandbox.tokens import TokenRefused

REFUSALS = (400, 401, 403, 404, 409, 500, 502, 503, 504)
Responses = dict[int | str, dict[str, Any]]


async def call_of(request: Request) -> Call:
    """The call that the gateway has put into the request."""
    call: Call = request.state.call
    return call


ThisCall = Annotated[Call, Depends(call_of)]
DocumentId = Annotated[str, Path(alias="documentId")]
FileName = Annotated[str, Path(alias="fileName")]


def api_router(sandbox: Sandbox) -> APIRouter:
    """The six endpoints."""
    refusals: Responses = {status: {"model": answers.ErrorBody} for status in REFUSALS}
    router = APIRouter(
        prefix=sandbox.settings.path_prefix,
        dependencies=[Depends(HTTPBearer(auto_error=False, description="A token of the token endpoint"))],
        responses={**refusals, 429: {"model": answers.Throttled}},
    )
    _add_writes(router, sandbox)
    _add_reads(router, sandbox)
    _add_attachments(router, sandbox)
    return router


def _add_writes(router: APIRouter, sandbox: Sandbox) -> None:
    status = sandbox.settings.post_status

    @router.post("/documents/events", **_described(status, BatchRequest, answers.AppendedBatch))
    async def append_batch(call: ThisCall) -> Response:
        """Append several events to one document."""
        if sandbox.settings.batch == "missing":
            return json_response(404, {"message": "Not Found"})
        return json_response(status, writing.append_batch(sandbox, call.caller, call.body()))

    @router.post("/documents", **_described(status, DocumentRequest, answers.CreatedDocument))
    async def create_document(call: ThisCall) -> Response:
        """Create a document."""
        return json_response(status, writing.create_document(sandbox, call.caller, call.body()))

    @router.post("/documents/{documentId}/events", **_described(status, EventRequest, answers.AppendedEvent))
    async def append_event(document_id: DocumentId, call: ThisCall) -> Response:
        """Append one event."""
        return json_response(status, writing.append_event(sandbox, call.caller, document_id, call.body()))


def _add_reads(router: APIRouter, sandbox: Sandbox) -> None:
    @router.get("/documents/{id}", **_described(200, None, answers.StoredDocument))
    async def get_document(document_id: Annotated[str, Path(alias="id")], call: ThisCall) -> Response:
        """The document in the shape in which it is stored."""
        return json_response(200, readable_document(sandbox, call.caller.credential, document_id))


def _add_attachments(router: APIRouter, sandbox: Sandbox) -> None:
    path = "/documents/{documentId}/attachments/{fileName}"
    uploading = answers.with_url(answers.Upload, sandbox.settings.upload_url_field)
    downloading = answers.with_url(answers.Download, sandbox.settings.download_url_field)

    @router.put(path, **_described(200, UploadRequest, uploading))
    async def request_upload(
        document_id: DocumentId, file_name: FileName, call: ThisCall, request: Request
    ) -> Response:
        """A presigned URL to upload a file to. Length and type come in the body, or in the query if there is no body."""
        body = call.body() if call.content else _from_query(request)
        base = str(request.base_url)
        return json_response(200, attaching.request_upload(sandbox, call.caller, document_id, file_name, body, base))

    @router.get(path, **_described(200, None, downloading))
    async def request_download(
        document_id: DocumentId, file_name: FileName, call: ThisCall, request: Request
    ) -> Response:
        """A temporary URL to download a file from."""
        base = str(request.base_url)
        return json_response(200, attaching.request_download(sandbox, call.caller, document_id, file_name, base))


def token_router(sandbox: Sandbox) -> APIRouter:
    """The token endpoint."""
    router = APIRouter()
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {"grant_type": {"const": "client_credentials"}, "scope": {"const": sandbox.settings.scope}},
    }
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    responses: Responses = {
        200: {"model": answers.Token},
        400: {"model": answers.OAuthError},
        401: {"model": answers.OAuthError},
    }

    @router.post("/oauth2/token", responses=responses, openapi_extra={"requestBody": body})
    async def issue_token(call: ThisCall) -> Response:
        """An access token for client credentials, sent as HTTP Basic."""
        try:
            token = sandbox.tokens.issue(call.authorization, call.content, sandbox.settings, sandbox.now())
        except TokenRefused as refused:
            return json_response(refused.status, {"error": refused.error})
        return json_response(200, token)

    return router


def _described(status: int, body: type[BaseModel] | None, answer: type[BaseModel]) -> dict[str, Any]:
    """What the description says of a route. Bodies are validated by the routes themselves, so they are named here."""
    responses: Responses = {status: {"model": answer}}
    described: dict[str, Any] = {"status_code": status, "responses": responses}
    if body:
        schema = {"$ref": f"#/components/schemas/{body.__name__}"}
        content = {"application/json": {"schema": schema}}
        described["openapi_extra"] = {"requestBody": {"required": True, "content": content}}
    return described


def _from_query(request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = dict(request.query_params)
    if str(fields.get("contentLength", "")).isdecimal():
        fields["contentLength"] = int(fields["contentLength"])
    return fields
