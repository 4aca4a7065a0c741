"""The OpenAPI document of a service and a page that shows it, for whoever has a key. The page loads from nowhere else."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

from shared.web.api import any_reader
from shared.web.openapi import document

FILES = Path(str(resources.files("fastapi_swagger.resources")))
File = Literal["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"]
# The page shows what the API answers, and so text that people wrote: it may load and run nothing from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


def routes(api: FastAPI, prefix: str) -> APIRouter:
    router = APIRouter(dependencies=[Depends(any_reader)], include_in_schema=False)

    @router.get("/openapi.json")
    async def openapi() -> dict[str, Any]:
        return document(api)

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=f"{prefix}/openapi.json",
            title=api.title,
            swagger_js_url=f"{prefix}/docs/swagger-ui-bundle.js",
            swagger_css_url=f"{prefix}/docs/swagger-ui.css",
            swagger_favicon_url=f"{prefix}/docs/favicon-32x32.png",
        )
        page.headers["Content-Security-Policy"] = POLICY
        return page

    @router.get("/docs/{file}")
    async def file(file: File) -> FileResponse:
        return FileResponse(FILES / file, headers={"Cache-Control": "private, max-age=86400"})

    return router
