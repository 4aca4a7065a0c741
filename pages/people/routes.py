"""One person, with what points to them (N1, N2), and the council's advisors (R8)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.api import Refused, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done

router = APIRouter()

PERSON = "/person/{id}"
ADVISORS = "/veiledere"
CONTACT = ("name", "email", "phone")
MERGE = "merge"


@router.get(PERSON)
async def show(id: str, visitor: VisitorOf) -> Response:
    return await _person(visitor, id)


@router.post(PERSON)
async def correct(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    body = body_of(values, *CONTACT, MERGE, ticks=(MERGE,), nulls=("email", "phone"), required=("name",))
    try:
        corrected = await visitor.api.send("PATCH", _path(id), body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _person(visitor, id, refused("rett", values, why))
    return done(f"/person/{corrected['id']}", "person-rettet")


@router.post(PERSON + "/slett")
async def delete(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("DELETE", _path(id), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _person(visitor, id, refused("slett", values, why))
    return done(ADVISORS, "person-slettet")


@router.get(ADVISORS)
async def show_advisors(visitor: VisitorOf) -> Response:
    return await _advisors(visitor)


@router.post(ADVISORS)
async def register_advisor(visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", "/registration/advisors", body_of(values, *CONTACT))
    except Refused as why:
        return await _advisors(visitor, refused("ny", values, why))
    return done(ADVISORS, "veileder-registrert")


async def _person(visitor: Visitor, id: str, form: Form | None = None) -> Response:
    person, etag = await visitor.api.look(_path(id))
    return visitor.page("people/person.html", form=form, person=person, etag=etag)


async def _advisors(visitor: Visitor, form: Form | None = None) -> Response:
    advisors = await visitor.api.all("/registration/advisors")
    by_name = sorted(advisors, key=lambda it: (it["name"] or "").casefold())
    return visitor.page("people/advisors.html", form=form, advisors=by_name)


def _path(id: str) -> str:
    return f"/registration/people/{segment(id)}"
