"""Frammøte: who was at a session on which day, one sheet for all municipalities, saved as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from pages.attendance import view
from pages.frame.api import AWAY, Away, Refused, if_there, parts, segment
from pages.frame.forms import Form, refused
from pages.frame.visitor import Visitor, VisitorOf, done, unnamed
from pages.frame.words import name_of

router = APIRouter()

OWN = "registration"  # the service that knows who was there
SHEET = "/samling/{id}/frammote"
NONE: Mapping[str, Form] = MappingProxyType({})
Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@router.get(SHEET)
async def show(visitor: VisitorOf, id: Id) -> Response:
    return await _page(visitor, id)


@router.post(SHEET)
async def record(visitor: VisitorOf, id: Id) -> Response:
    """One municipality after the other: what one of them is refused for keeps none of the others from being recorded."""
    values = await visitor.typed()
    path = f"/{OWN}/sessions/{id}/attendance"
    sheets = await visitor.api.get(path)
    named = [it for it in sheets["parties"] if view.version(it["party"]) in values]
    refusals = {
        it["party"]: Form(it["party"], values, wrong=(why,), status=422)
        for it in named
        if (why := view.contradiction(it, values))
    }
    for party, body in view.said_anew([it for it in named if it["party"] not in refusals], values).items():
        try:
            await visitor.api.send("PUT", f"{path}/{segment(party)}", body, if_match=view.version_seen(values, party))
        except Refused as why:
            refusals[party] = refused(party, values, why)
    if refusals:
        return await _page(visitor, id, refusals)
    return done(f"/samling/{id}/frammote", "frammote-registrert")


async def _page(visitor: Visitor, id: str, refusals: Mapping[str, Form] = NONE) -> Response:
    """Its calls are as many for many municipalities as for few. Without scheduling it says neither when nor where."""
    found = await parts(
        sheets=visitor.api.get(f"/{OWN}/sessions/{id}/attendance"),
        today=visitor.api.today(),
        session=if_there(visitor.api.get(f"/scheduling/sessions/{id}")),
    )
    if AWAY in (found["sheets"], found["today"]):
        raise Away(OWN)
    sheets, today = found["sheets"], found["today"]
    code = sheets["programme"]
    named = await parts(programme=visitor.api.get(f"/{OWN}/programmes/{segment(code)}"))
    return visitor.page(
        "attendance/sheet.html",
        status=max((it.status for it in refusals.values()), default=200),
        refusals={party: refusals.get(party, Form(party)) for party in (it["party"] for it in sheets["parties"])},
        programme=named["programme"] or unnamed(code),
        it=sheets,
        name=name_of(sheets),
        session_there=None
        if found["session"] is AWAY
        else found["session"],  # when and where: for who prints the sheet
        days=[day for day in sheets["days"] if day <= today.isoformat()],
        is_to_come=not sheets["days"] or sheets["days"][0] > today.isoformat(),
        parties=view.in_order(sheets["parties"]),
        box=view.box,
        nobody=view.nobody,
        is_nobody=view.is_nobody,
        version=view.version,
        summed=view.summed,
    )
