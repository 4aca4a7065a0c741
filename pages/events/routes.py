"""The catalogue of events: as a page, as an AsyncAPI document, and the schemas whose addresses events name."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pages.events import view
from pages.frame.api import Missing
from pages.frame.visitor import render

router = APIRouter()

PAGE, DOCUMENT, SCHEMAS = "/events", "/events/catalogue.json", "/events/schemas/"
# Nobody needs a key: who follows the address in an event has none, and all of it stands in the sources.
OPEN = (PAGE, DOCUMENT, *(f"{SCHEMAS}{it}.json" for it in view.schema_files()))
KEPT = {"Cache-Control": "max-age=3600"}


@router.get(PAGE)
async def show(request: Request) -> Response:
    return render(request, "events/events.html", body=view.body())


@router.get(DOCUMENT)
async def document() -> Response:
    return Response(view.document(), media_type="application/json", headers=KEPT)


@router.get(SCHEMAS + "{type}.json")
async def schema(type: str) -> Response:
    found = view.schema_files().get(type)
    if found is None:
        raise Missing
    return Response(found, media_type="application/schema+json", headers=KEPT)
