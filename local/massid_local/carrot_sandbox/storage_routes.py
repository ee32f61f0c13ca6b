"""The storage behind presigned URLs: another host for the real platform, the same one here. It knows no bearer token."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from massid_local.carrot_sandbox.attaching import SignedRequest, StorageRefused, fetch, store
from massid_local.carrot_sandbox.rendering import storage_refusal
from massid_local.carrot_sandbox.routes import ThisCall
from massid_local.carrot_sandbox.sandbox import Sandbox


def storage_router(sandbox: Sandbox) -> APIRouter:
    """PUT and GET of one object."""
    router = APIRouter(include_in_schema=False)

    @router.put("/storage/{key:path}")
    async def put_object(key: str, call: ThisCall, request: Request) -> Response:
        try:
            sha256 = store(sandbox, _signed(key, call.authorization, request), call.content)
        except StorageRefused as refused:
            return storage_refusal(refused)
        return Response(status_code=200, headers={"ETag": f'"{sha256}"'})

    @router.get("/storage/{key:path}")
    async def get_object(key: str, call: ThisCall, request: Request) -> Response:
        try:
            content, content_type = fetch(sandbox, _signed(key, call.authorization, request))
        except StorageRefused as refused:
            return storage_refusal(refused)
        return Response(content, media_type=content_type)

    return router


def _signed(key: str, authorization: str | None, request: Request) -> SignedRequest:
    return SignedRequest(
        key=key,
        query=dict(request.query_params),
        authorization=authorization,
        content_type=request.headers.get("content-type", ""),
        content_length=request.headers.get("content-length"),
    )
