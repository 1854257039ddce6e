"""The FastAPI app: routes, what goes wrong in one sentence, and headers that keep everything on this machine."""

from __future__ import annotations

import logging
from typing import Any

import pyarrow as pa
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from assay.errors import (
    ArtifactMissing,
    ArtifactTooNew,
    AssayError,
    AssetUnknown,
    PartitionError,
    StorageUnreachable,
    UnknownPlatform,
    shorten,
)
from assay_page import api, pages

logger = logging.getLogger(__name__)
_DESCRIPTION = ("What data assets there are, what state they are in, and what each is worth. The same login and permissions as "
                "Airflow's own API: a platform is open to those who may read the runs of its DAG.")
_STATUS = {UnknownPlatform: 404, ArtifactMissing: 404, AssetUnknown: 404, ArtifactTooNew: 409, PartitionError: 422,
           StorageUnreachable: 503}
_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
           "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'")
_HEADERS = {
    "content-security-policy": _POLICY, "x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()", "cache-control": "no-store",
}


def create_app() -> FastAPI:
    """The app; none of its routes answers without a login."""
    # Arrow's own allocator keeps what reading took, 30 MB with 5,000 assets
    pa.set_memory_pool(pa.system_memory_pool())
    app = FastAPI(title="assay", version="1", description=_DESCRIPTION, openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.add_exception_handler(AssayError, _known)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(Exception, _unknown)
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """Adds to every answer what browsers need to know, unless the route has said something else."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((name.encode(), value.encode()) for name, value in _HEADERS.items()
                                                             if name.encode() not in said)]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def _tell(request: Request, status: int, sentence: str) -> Response:
    """The sentence as a page or as JSON, depending on who asks."""
    if "/api/" in request.url.path:
        return JSONResponse({"detail": sentence}, status)
    return pages.problem(request, status, sentence)


async def _known(request: Request, error: Exception) -> Response:
    return _tell(request, _STATUS.get(type(error), 500), str(error))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException | HTTPException)
    return _tell(request, error.status_code, str(error.detail))


async def _unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return _tell(request, 422, f"{where}: {shorten(first['msg'])}; got {shorten(repr(first.get('input')), 80)}")


async def _unknown(request: Request, error: Exception) -> Response:
    logger.error("%s failed", request.url.path, exc_info=error)
    return _tell(request, 500, f"something unforeseen went wrong ({type(error).__name__}); the API server's log has more")
