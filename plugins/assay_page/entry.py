"""What Airflow mounts. The app itself is made on the first request: schedulers and tasks load plugins, too, and never serve."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

PREFIX = "/assay"


@lru_cache(maxsize=1)
def made() -> FastAPI:
    """The app."""
    from assay_page.app import create_app

    return create_app()


class Page:
    """The ASGI app of the page."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        app = await asyncio.to_thread(made)
        await app(scope, receive, send)
