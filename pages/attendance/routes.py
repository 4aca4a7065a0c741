"""Frammøte: who was at a session on which day, one sheet for all municipalities, and recorded municipality by municipality."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response

from pages.attendance import view
from pages.frame.api import AWAY, Away, Refused, parts, segment
from pages.frame.forms import IF_MATCH, Form, refused
from pages.frame.visitor import Visitor, VisitorOf, done, unnamed
from pages.frame.words import name_of

router = APIRouter()

OWN = "registration"  # the service that knows who was there
SHEET = "/samling/{id}/frammote"
Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get(SHEET)
async def show(visitor: VisitorOf, id: Id) -> Response:
    return await _page(visitor, id)


@router.get(SHEET + "/{party}")
async def show_again(id: Id, party: str) -> Response:
    """To who asks anew for the address that a form was sent to."""
    return RedirectResponse(f"/samling/{id}/frammote", 303)


@router.post(SHEET + "/{party}")
async def record(visitor: VisitorOf, id: Id, party: str) -> Response:
    values = await visitor.typed()
    path = f"/{OWN}/sessions/{id}/attendance/{segment(party)}"
    try:
        await visitor.api.send("PUT", path, view.body_of(values), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _page(visitor, id, refused(party, values, why))
    return done(f"/samling/{id}/frammote", "frammote-registrert")


async def _page(visitor: Visitor, id: str, form: Form | None = None) -> Response:
    """Its calls are as many for many municipalities as for few."""
    found = await parts(sheets=visitor.api.get(f"/{OWN}/sessions/{id}/attendance"), today=visitor.api.today())
    if AWAY in found.values():
        raise Away(OWN)
    sheets, today = found["sheets"], found["today"]
    code = sheets["programme"]
    named = await parts(programme=visitor.api.get(f"/{OWN}/programmes/{segment(code)}"))
    return visitor.page(
        "attendance/sheet.html",
        form=form,
        programme=named["programme"] or unnamed(code),
        it=sheets,
        name=name_of(sheets),
        days=[day for day in sheets["days"] if day <= today.isoformat()],
        is_to_come=not sheets["days"] or sheets["days"][0] > today.isoformat(),
        parties=view.in_order(sheets["parties"]),
        box=view.box,
        summed=view.summed,
    )
