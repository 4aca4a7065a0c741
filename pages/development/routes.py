"""Kartlegging and Utviklingsplan of one party, and how far all of a programme have come (R4, R11)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from pages.development import mapping, plan
from pages.frame.api import AWAY, Away, Refused, parts, segment
from pages.frame.areas import OF_AREAS, areas_to_choose
from pages.frame.forms import IF_MATCH, Form, refused
from pages.frame.visitor import Visitor, VisitorOf, done

router = APIRouter()

MUNICIPALITY = "/program/{code}/kommune/{party}"
MAPPING = MUNICIPALITY + "/kartlegging"
PLAN = MUNICIPALITY + "/utviklingsplan"
VERSIONS = PLAN + "/tidligere"
PROGRESS = "/program/{code}/utviklingsplaner"
VERSIONS_A_PAGE = 10
OWN = "registration"
Older = Annotated[str, Query(alias="eldre_enn", max_length=10)]


@router.get(MAPPING)
async def show_mapping(code: str, party: str, visitor: VisitorOf) -> Response:
    return await _mapping(visitor, code, party)


@router.post(MAPPING)
async def record(code: str, party: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    body, fields = mapping.body(values)
    try:
        await visitor.api.send("PUT", f"{_of(code, party)}/mapping", body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _mapping(visitor, code, party, refused("kartlegging", values, why, fields))
    return done(f"{_here(code, party)}/kartlegging", "kartlegging-lagret")


@router.get(PLAN)
async def show_plan(code: str, party: str, visitor: VisitorOf) -> Response:
    return await _plan(visitor, code, party)


@router.post(PLAN)
async def write(code: str, party: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    path = f"{_of(code, party)}/development-plan"
    try:
        await visitor.api.send("PUT", path, plan.body(values), if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _plan(visitor, code, party, refused("plan", values, why))
    return done(f"{_here(code, party)}/utviklingsplan", "utviklingsplan-lagret")


@router.get(VERSIONS)
async def show_versions(code: str, party: str, visitor: VisitorOf, older: Older = "") -> Response:
    """What stood before, the newest first, a few at a time."""
    path = f"{_of(code, party)}/development-plan/versions"
    found = await parts(
        programme=visitor.api.get(_programme(code)),
        party=visitor.api.get(_party(party)),
        versions=visitor.api.get(path, after=older if older.isdecimal() else None, limit=VERSIONS_A_PAGE),
    )
    if AWAY in found.values():
        raise Away(OWN)
    return visitor.page(
        "development/versions.html",
        programme=found["programme"],
        party=found["party"],
        here=_here(code, party),
        versions=found["versions"]["items"],
        next=found["versions"]["next"],
        phases=plan.PHASES,
    )


@router.get(PROGRESS)
async def show_progress(code: str, visitor: VisitorOf) -> Response:
    """Its calls are as many for many municipalities as for few."""
    programme = _programme(code)
    found = await parts(
        programme=visitor.api.get(programme),
        plans=visitor.api.all(f"{programme}/development-plans"),
        mappings=visitor.api.all(f"{programme}/mappings"),
    )
    if AWAY in found.values():
        raise Away(OWN)
    return visitor.page(
        "development/progress.html",
        programme=found["programme"],
        rows=plan.progress(found["plans"], found["mappings"]),
        figures=plan.in_figures(found["plans"]),
        phases=plan.PHASES,
    )


async def _mapping(visitor: Visitor, code: str, party: str, form: Form | None = None) -> Response:
    found = await parts(
        programme=visitor.api.get(_programme(code)),
        mapping=visitor.api.look(f"{_of(code, party)}/mapping"),
    )
    if AWAY in found.values():
        raise Away(OWN)
    it, etag = found["mapping"]
    return visitor.page(
        "development/mapping.html",
        form=form,
        programme=found["programme"],
        it=it,
        etag=etag,
        here=_here(code, party),
        of_field=mapping.by_field(it["actors"] or []),
        rows=mapping.rows(it["actors"], form.values if form else {}),
        fields=mapping.FIELDS,
    )


async def _plan(visitor: Visitor, code: str, party: str, form: Form | None = None) -> Response:
    found = await parts(
        programme=visitor.api.get(_programme(code)),
        party=visitor.api.get(_party(party)),
        plan=visitor.api.look(f"{_of(code, party)}/development-plan"),
        areas=visitor.api.all(OF_AREAS),
    )
    if AWAY in found.values():
        raise Away(OWN)
    it, etag = found["plan"]
    return visitor.page(
        "development/plan.html",
        form=form,
        programme=found["programme"],
        it=it,
        etag=etag,
        here=_here(code, party),
        areas=areas_to_choose(found["areas"], found["party"]["county"], it["development_area"]),
        phases=plan.PHASES,
        states=plan.STATES,
    )


def _programme(code: str) -> str:
    return f"/registration/programmes/{segment(code)}"


def _party(party: str) -> str:
    return f"/registration/parties/{segment(party)}"


def _of(code: str, party: str) -> str:
    return f"{_programme(code)}/groups/{segment(party)}"


def _here(code: str, party: str) -> str:
    return f"/program/{segment(code)}/kommune/{segment(party)}"
