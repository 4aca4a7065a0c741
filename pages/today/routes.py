"""I dag."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.visitor import VisitorOf

router = APIRouter()


@router.get("/")
async def show(visitor: VisitorOf) -> Response:
    return visitor.page("today/today.html", programmes=await visitor.api.all("/registration/programmes"))
