"""One person, with what points to them, all that is known, erasure and receipt (N1, N2), and the council's advisors (R8)."""

from __future__ import annotations

import json

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.api import Refused, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done
from pages.frame.words import WORDS
from pages.people.view import attended, session_of, text_of

router = APIRouter()

PERSON = "/person/{id}"
ADVISORS = "/veiledere"
CONTACT = ("name", "email", "phone")
MERGE = "merge"
RETENTION, API_RETENTION = "/personer/tid-ute", "/registration/people/retention"
REASONS = [(it, WORDS["erased_because"][it]) for it in ("asked_for", "not_needed")]
# Of what is known of a person: what a part is called.
PARTS = {
    "points_to_them": "Oppdrag",
    "participations": "Grupper",
    "tenures": "Hvem var hva når",
    "signatures": "Signaturer",
    "documents": "Avtaledokumenter som nevner personen",
    "attendance": "Frammøte",
    "texts": "Tekster som nevner personen",
    "invitations": "Oppføringer som invitert",
    "mails": "E-poster",
    "sessions": "Samlinger som nevner personen",
}


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


@router.post(PERSON + "/glem")
async def erase(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", f"{_path(id)}/erasure", body_of(values, "reason"), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _person(visitor, id, refused("glem", values, why))
    return done(f"/person/{id}", "opplysninger-slettet")


@router.get(PERSON + "/alt")
async def show_all_that_is_known(id: str, visitor: VisitorOf) -> Response:
    known = await visitor.api.get(f"{_path(id)}/export")
    as_json = json.dumps(known, ensure_ascii=False, indent=2)
    sections = [(name, known[part]) for part, name in PARTS.items()]
    written = [text_of(it) for it in known["texts"]] + [session_of(it) for it in known["sessions"]]
    present = [attended(it) for it in known["attendance"]]
    return visitor.page(
        "people/known.html", known=known, as_json=as_json, sections=sections, written=written, present=present
    )


@router.get(RETENTION)
async def show_retention(visitor: VisitorOf) -> Response:
    return await _retention(visitor)


@router.post(RETENTION)
async def keep_no_longer(visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", API_RETENTION, body_of(values, "count", ints=("count",)))
    except Refused as why:
        return await _retention(visitor, refused("slett", values, why))
    return done(RETENTION, "lagret-tid-ute")


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
    receipt = await visitor.api.get(f"{_path(id)}/erasure") if person["erased"] else None
    return visitor.page("people/person.html", form=form, person=person, etag=etag, receipt=receipt, reasons=REASONS)


async def _retention(visitor: Visitor, form: Form | None = None) -> Response:
    return visitor.page("people/retention.html", form=form, retention=await visitor.api.get(API_RETENTION))


async def _advisors(visitor: Visitor, form: Form | None = None) -> Response:
    advisors = await visitor.api.all("/registration/advisors")
    by_name = sorted(advisors, key=lambda it: (it["name"] or "").casefold())
    return visitor.page("people/advisors.html", form=form, advisors=by_name)


def _path(id: str) -> str:
    return f"/registration/people/{segment(id)}"
