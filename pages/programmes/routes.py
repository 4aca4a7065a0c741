"""Programmer: the list, one programme with its milestones and its plan, and what can be changed of it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame import heeding
from pages.frame.api import AWAY, Away, Refused, if_there, parts, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done
from pages.frame.words import WORDS
from pages.programmes import facts, lacking
from pages.programmes.closing import unsettled
from pages.programmes.findings import by_party
from pages.programmes.milestones import Found, Table
from pages.programmes.plan import lines

router = APIRouter()

OWN = "registration"  # the service without which there is nothing to show
LIST = f"/{OWN}/programmes"
OF_REGISTRATION = ("programme", "today", "applications", "groups", "agreements", "unmet")
LISTS = {"unmet": "findings"}  # what the API calls one, where scheduling has another of that name
MEANWHILE = "Noen andre endret programmet imens. Her er det som står nå."
PLAN_MEANWHILE = "Noen andre endret planen imens. Her er det som står nå."
STALE = 412


@router.get("/program")
async def show_all(visitor: VisitorOf) -> Response:
    return await _all(visitor)


@router.post("/program")
async def open_one(visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        programme = await visitor.api.send("POST", LIST, facts.opened(values))
    except Refused as why:
        return await _all(visitor, facts.refused_form("apne", values, why))
    return done(f"/program/{programme['code']}", "program-apnet")


@router.get("/program/{code}")
async def show_one(visitor: VisitorOf, code: str) -> Response:
    return await _one(visitor, code)


@router.post("/program/{code}/endre")
async def change(visitor: VisitorOf, code: str) -> Response:
    values = await visitor.typed()
    body = facts.changes(values)
    is_emptied = facts.CONTACT[0] in values and "contact_person" not in body
    if is_emptied and (await visitor.api.get(_path(code)))["contact_person"]:
        body["contact_person"] = {}  # nobody can be left out again, and the API says so at each field
    try:
        await visitor.api.send("PATCH", _path(code), body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, _again("endre", values, why))
    return done(f"/program/{code}", "program-endret")


@router.post("/program/{code}/slett")
async def delete(visitor: VisitorOf, code: str) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("DELETE", _path(code), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, _again("slett", values, why))
    return done("/program", "program-slettet")


@router.post("/program/{code}/avslutt")
async def close(visitor: VisitorOf, code: str) -> Response:
    return await _become(visitor, code, "avslutt", "closing", "program-avsluttet")


@router.post("/program/{code}/gjenapne")
async def reopen(visitor: VisitorOf, code: str) -> Response:
    return await _become(visitor, code, "gjenapne", "reopening", "program-gjenapnet")


async def _become(visitor: Visitor, code: str, name: str, end: str, note: str) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", f"{_path(code)}/{end}", if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, _again(name, values, why))
    return done(f"/program/{code}", note)


@router.post("/program/{code}/godta")
async def accept(visitor: VisitorOf, code: str) -> Response:
    """Accept what the plan lacks, with a reason."""
    values = await visitor.typed()
    body = body_of(values, "code", "because", required=["because"]) | {"sessions": values.get("sessions", "").split()}
    try:
        await visitor.api.send("POST", f"/scheduling/programmes/{segment(code)}/plan/findings/acceptance", body)
    except Refused as why:
        return await _one(visitor, code, refused(lacking.form_of(values), values, why))
    return done(f"/program/{code}", "plan-godtatt")


@router.post("/program/{code}/unnga")
async def avoid(visitor: VisitorOf, code: str) -> Response:
    """Say which days the programme keeps clear of: a line each, as they stand in the form."""
    values = await visitor.typed()
    days, fault = lacking.days_of(values.get("days", ""))
    if fault:
        return await _one(visitor, code, Form("unnga", values, {"days": fault}, status=422))
    path = f"/scheduling/programmes/{segment(code)}/days-to-avoid"
    try:
        await visitor.api.send("PUT", path, {"days": days}, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, refused("unnga", values, why, lacking.fields_in(why)))
    return done(f"/program/{code}", "dager-unngas")


@router.post("/program/{code}/plan/publiser")
async def publish(visitor: VisitorOf, code: str) -> Response:
    values = await visitor.typed()
    try:
        body = heeding.accepted_in(values)
        await visitor.api.send("POST", f"{_plan(code)}/publication", body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, _plan_again("publiser", values, why))
    return done(f"/program/{code}", "plan-publisert")


@router.post("/program/{code}/plan/utsett")
async def postpone(visitor: VisitorOf, code: str) -> Response:
    values = await visitor.typed()
    body = body_of(values, "postpone_weeks", "revision", "reason", ints=["postpone_weeks", "revision"])
    body |= heeding.accepted_in(values)
    try:
        await visitor.api.send("POST", f"{_plan(code)}/revisions", body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _one(visitor, code, _plan_again("utsett", values, why))
    return done(f"/program/{code}", "plan-utsatt")


def _plan(code: str) -> str:
    return f"/scheduling/programmes/{segment(code)}/plan"


def _path(code: str) -> str:
    return f"{LIST}/{segment(code)}"


def _again(name: str, values: dict[str, str], why: Refused, meanwhile: str = MEANWHILE) -> Form:
    """What was typed stays, but over what somebody else has changed meanwhile."""
    form = facts.refused_form(name, values, why)
    return replace(form, values={}, faults={}, wrong=(meanwhile,)) if why.status == STALE else form


def _plan_again(name: str, values: dict[str, str], why: Refused) -> Form:
    """With what speaks against the plan's days, and a tick for that, where it is refused for nothing else."""
    return heeding.warned(name, values, why) or _again(name, values, why, PLAN_MEANWHILE)


async def _all(visitor: Visitor, form: Form | None = None) -> Response:
    found = await parts(programmes=visitor.api.all(LIST), today=visitor.api.today())
    if found["programmes"] is AWAY:
        raise Away(OWN)
    programmes = sorted(found["programmes"], key=lambda it: (it["period_start"], it["code"]), reverse=True)
    return visitor.page("programmes/programmes.html", form=form, programmes=programmes, new=facts.NEW)


async def _one(visitor: Visitor, code: str, form: Form | None = None) -> Response:
    """Its calls are as many for many municipalities as for few."""
    api, of = visitor.api, f"programmes/{segment(code)}"
    asked: dict[str, Any] = {
        "programme": api.look(_path(code)),
        "today": api.today(),
        "sessions": _known(api.all(f"/scheduling/{of}/sessions")),
        "findings": if_there(api.get(f"/scheduling/{of}/plan/findings")),
        "visits": _known(api.all(f"/scheduling/{of}/visits", late="true")),
        "avoided": if_there(api.look(f"/scheduling/{of}/days-to-avoid")),
        "published": if_there(api.look(f"/scheduling/{of}/plan")),
        "invoices": _known(api.all(f"/billing/{of}/invoices")),
        "unbilled": _known(api.all("/billing/unbilled", programme=code)),
    }
    if visitor.may("administrator"):
        asked["undelivered"] = api.all("/billing/undelivered")
        for name in OF_REGISTRATION[2:]:
            asked[name] = api.all(f"/registration/{of}/{LISTS.get(name, name)}")
    found = await parts(**asked)
    if any(found.get(name) is AWAY for name in OF_REGISTRATION):
        raise Away(OWN)
    programme, etag = found.pop("programme")
    shape = lacking.Shape(found.pop("findings"), found.pop("visits"), found.pop("avoided"), found["sessions"])
    unmet, undelivered = found.pop("unmet", []), found.pop("undelivered", AWAY)
    stands = found.pop("published")
    published, etag_of_plan = (None, "") if stands in (None, AWAY) else stands
    lists: dict[str, Any] = {name: None if it is AWAY else it for name, it in found.items()}
    return visitor.page(
        "programmes/programme.html",
        form=form,
        programme=programme,
        etag=etag,
        table=Table(Found(code=code, **lists)),
        published=published,
        etag_of_plan=etag_of_plan,
        reasons=[(it, text.capitalize()) for it, text in WORDS["revision"].items()],
        plan=None if lists["sessions"] is None else lines(lists["sessions"], lists["today"]),
        billing_is_away=lists["invoices"] is None or lists["unbilled"] is None,
        stand=facts.shown(programme),
        shape=shape,
        unsettled=None if AWAY in (found["unbilled"], undelivered) else unsettled(code, found["unbilled"], undelivered),
        unmet=by_party(unmet),
        **_pointing(lists),
    )


async def _known(asked: Awaitable[list[Any]]) -> list[Any]:
    """Nothing where a service has not heard of the programme yet."""
    return await if_there(asked) or []


def _pointing(lists: dict[str, Any]) -> dict[str, Any]:
    """What keeps a programme from being deleted, and who stands beside the table."""
    applications = lists.get("applications") or []
    states = [it["state"] for it in applications]
    return {
        "is_unused": lists.get("applications") == [] and lists["sessions"] == [],
        "waiting": states.count("waiting_list"),
        "declined": states.count("declined"),
        "withdrawn": states.count("withdrawn"),
    }
