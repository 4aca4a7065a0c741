"""Files that are kept, over HTTP: one that was made never changes, so that its ETag is its own SHA-256 (RFC 9110, 8.8.3)."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import kept_files
from shared.kept_files import KeptFile

NOT_MODIFIED = 304
_TAG = re.compile(r'"([^"]*)"')


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What a route that answers such a file says of its answers: `responses=file_of("application/pdf")`."""
    etag = {"ETag": {"description": "the file's SHA-256, in hexadecimal", "schema": {"type": "string"}}}
    called = {"Content-Disposition": {"description": "what it is called: `FK1-35.pdf`", "schema": {"type": "string"}}}
    whole = {"schema": {"type": "string", "format": "binary"}}
    return {
        200: {"description": "The file", "content": {media_type: whole}, "headers": etag | called},
        NOT_MODIFIED: {"description": "What `If-None-Match` names is this file", "headers": etag},
    }


async def answer_with(request: Request, connection: AsyncConnection, file: KeptFile) -> Response:
    """The file; 304 where that is what the caller has."""
    headers = {
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{file.called}"',
    }
    asked = request.headers.get("if-none-match", "")
    if asked.strip() == "*" or file.sha256 in _TAG.findall(asked):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    content = await kept_files.content(connection, file.name)
    return Response(content, headers=headers, media_type=file.media_type)
