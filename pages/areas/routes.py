"""Utviklingsområder: what the county branches have adopted, with the term of each (R2)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pages.areas import view
from pages.frame.api import AWAY, Away, Refused, parts, segment
from pages.frame.areas import OF_AREAS
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done

router = APIRouter()

OWN = "registration"
AREAS = "/utviklingsomrader"
AREA = "/utviklingsomrade/{id}"
FIELDS = ("name", "description", "first_day", "last_day")


@router.get(AREAS)
async def show_all(visitor: VisitorOf) -> Response:
    return await _areas(visitor)


@router.post(AREAS)
async def adopt(visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    branch = segment(values.get("party", "").strip()) or "-"
    try:
        path = f"/registration/county-branches/{branch}/development-areas"
        await visitor.api.send("POST", path, body_of(values, *FIELDS))
    except Refused as why:
        return await _areas(visitor, refused("nytt", values, why))
    return done(AREAS, "omrade-vedtatt")


@router.get(AREA)
async def show(id: str, visitor: VisitorOf) -> Response:
    return await _area(visitor, id)


@router.post(AREA)
async def change(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    required = ("name", "first_day", "last_day")
    body = body_of(values, *FIELDS, "county_branch", nulls=("description",), required=required)
    try:
        await visitor.api.send("PATCH", _path(id), body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _area(visitor, id, refused("endre", values, why))
    return done(AREAS, "omrade-endret")


@router.post(AREA + "/trekk")
async def withdraw(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("DELETE", _path(id), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _area(visitor, id, refused("trekk", values, why))
    return done(AREAS, "omrade-trukket")


async def _areas(visitor: Visitor, form: Form | None = None) -> Response:
    found = await parts(
        areas=visitor.api.all(OF_AREAS), parties=visitor.api.all("/registration/parties"), today=visitor.api.today()
    )
    if found["areas"] is AWAY or found["parties"] is AWAY:
        raise Away(OWN)
    return visitor.page(
        "areas/areas.html",
        form=form,
        branches=view.by_branch(found["areas"], found["today"]),
        can_adopt=view.county_branches(found["parties"]),
    )


async def _area(visitor: Visitor, id: str, form: Form | None = None) -> Response:
    area, etag = await visitor.api.look(_path(id))
    branches = [] if area["county_branch"] else view.county_branches(await visitor.api.all("/registration/parties"))
    return visitor.page("areas/area.html", form=form, area=area, etag=etag, branches=branches)


def _path(id: str) -> str:
    return f"{OF_AREAS}/{segment(id)}"
