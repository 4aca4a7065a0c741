"""Søknader: the queue, the waiting list, and one application with its assessment (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from pages.applications import view
from pages.frame.api import AWAY, Away, Refused, parts, segment
from pages.frame.areas import OF_AREAS, areas_to_choose
from pages.frame.forms import IF_MATCH, Form, refused
from pages.frame.visitor import Visitor, VisitorOf, done

router = APIRouter()

APPLICATIONS = "/program/{code}/soknader"
APPLICATION = "/soknad/{id}"
REGISTRATION = "registration"


@router.get(APPLICATIONS)
async def show_all(code: str, visitor: VisitorOf) -> Response:
    return await _applications(visitor, code)


@router.post(APPLICATIONS)
async def receive(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        path = f"/registration/programmes/{segment(code)}/applications"
        received = await visitor.api.send("POST", path, view.received(values))
    except Refused as why:
        return await _applications(visitor, code, refused("soknad", values, why))
    return done(f"/soknad/{received['id']}", "soknad-mottatt")


@router.post(APPLICATIONS + "/part")
async def register_party(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", "/registration/parties", view.party(values))
    except Refused as why:
        return await _applications(visitor, code, refused("part", values, why))
    return done(f"/program/{segment(code)}/soknader", "part-registrert")


@router.post(APPLICATIONS + "/rekkefolge")
async def put_in_order(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    path = f"/registration/programmes/{segment(code)}/waiting-list"
    order = view.in_order((await visitor.api.get(path))["waiting"], values)
    try:
        await visitor.api.send("PUT", path, {"applications": order}, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _applications(visitor, code, refused("rekkefolge", values, why))
    return done(f"/program/{segment(code)}/soknader", "rekkefolge-endret")


@router.get(APPLICATION)
async def show_one(id: str, visitor: VisitorOf) -> Response:
    return await _application(visitor, id)


@router.post(APPLICATION + "/vurdering")
async def assess(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    return await _change(visitor, id, "vurdering", values, view.assessed(values))


@router.post(APPLICATION + "/endring")
async def change(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    return await _change(visitor, id, "endring", values, view.changed(values))


@router.post(APPLICATION + "/trekk")
async def withdraw(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    reason = {"reason": values.get("reason", "").strip() or None}
    return await _change(visitor, id, "trekk", values, reason)


@router.post(APPLICATION + "/tilbud")
async def offer(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    return await _change(visitor, id, "tilbud", values, view.offered(values))


@router.post(APPLICATION + "/tilbud/ja")
async def accept(id: str, visitor: VisitorOf) -> Response:
    return await _change(visitor, id, "tilbud-ja", await visitor.typed(), {})


@router.post(APPLICATION + "/tilbud/nei")
async def refuse(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    reason = {"reason": values.get("reason", "").strip() or None}
    return await _change(visitor, id, "tilbud-nei", values, reason)


CHANGES = {  # by form: the method, what follows the application in the API's path, what is said when it is done
    "vurdering": ("POST", "/assessment", "soknad-vurdert"),
    "endring": ("PATCH", "", "soknad-endret"),
    "trekk": ("POST", "/withdrawal", "soknad-trukket"),
    "tilbud": ("POST", "/offer", "tilbud-gitt"),
    "tilbud-ja": ("POST", "/offer/acceptance", "tilbud-ja"),
    "tilbud-nei": ("POST", "/offer/refusal", "tilbud-nei"),
}


async def _change(visitor: Visitor, id: str, form: str, values: Mapping[str, str], body: Mapping[str, Any]) -> Response:
    method, rest, said = CHANGES[form]
    path = f"/registration/applications/{segment(id)}{rest}"
    try:
        await visitor.api.send(method, path, body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _application(visitor, id, refused(form, values, why))
    return done(f"/soknad/{segment(id)}", said)


async def _applications(visitor: Visitor, code: str, form: Form | None = None) -> Response:
    registration, api = f"/registration/programmes/{segment(code)}", visitor.api
    found = await parts(
        programme=api.get(registration),
        applications=api.all(f"{registration}/applications"),
        parties=api.all("/registration/parties"),
        standing=api.look(f"{registration}/waiting-list"),
        areas=api.all(OF_AREAS),
    )
    if AWAY in found.values():
        raise Away(REGISTRATION)
    standing, etag = found["standing"]
    return visitor.page(
        "applications/applications.html",
        form=form,
        programme=found["programme"],
        of_state=view.by_state(found["applications"]),
        can_apply=view.who_can_apply(found["parties"], found["applications"]),
        not_met=view.not_met,
        list=standing,
        list_etag=etag,
        is_anyone_in_the_queue=any(it["place"] for it in standing["waiting"]),
        areas=areas_to_choose(found["areas"], None),
    )


async def _application(visitor: Visitor, id: str, form: Form | None = None) -> Response:
    api = visitor.api
    application, etag = await api.look(f"/registration/applications/{segment(id)}")
    registration, party = f"/registration/programmes/{application['programme']}", application["party"]
    waits = application["state"] in ("waiting_list", "offered")
    asked = {"standing": api.get(f"{registration}/waiting-list")} if waits else {}
    found = await parts(
        **asked,
        programme=api.get(registration),
        party=api.get(f"/registration/parties/{party}"),
        agreements=api.all(f"{registration}/agreements", party=party),
        areas=api.all(OF_AREAS),
    )
    if AWAY in found.values():
        raise Away(REGISTRATION)
    standing = found.get("standing")
    of_list = view.of_list(application, standing) if standing else {}
    return visitor.page(
        "applications/application.html",
        form=form,
        it=application,
        etag=etag,
        not_met=view.not_met(application),
        questions=view.QUESTIONS,
        assessable=view.can_be_assessed(application, found["agreements"]),
        withdrawable=view.can_be_withdrawn(application, found["agreements"]),
        programme=found["programme"],
        party=found["party"],
        list=standing,
        place=of_list.get("place"),
        why=of_list.get("why_no_offer", ()),
        offers=of_list.get("offers", ()),
        areas=areas_to_choose(found["areas"], found["party"]["county"], application["development_area"]),
    )
