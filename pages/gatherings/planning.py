"""A session that is not in the plan yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from pages.frame import heeding
from pages.frame.api import AWAY, Away, Forbidden, Refused, parts
from pages.frame.forms import Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done, unnamed
from pages.frame.words import WORDS
from pages.gatherings import dates

router = APIRouter()

Code = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
FORM = "planlegg"
FIELDS = ("kind", "number", "format", "title", "party", "instalment", "venue", "city", "place", "meeting_link")
NO_ANSWER = "Det kom ikke noe svar i tide. Send det samme en gang til: samlingen blir ikke stående to ganger."


@router.get("/program/{code}/ny-samling")
async def show(visitor: VisitorOf, request: Request, code: Code) -> Response:
    """What the address says stands in the form: `?kind=guidance_visit&number=3&party=942110464`."""
    return await _page(visitor, code, request.query_params)


@router.post("/program/{code}/ny-samling")
async def plan(visitor: VisitorOf, code: Code) -> Response:
    values = await visitor.typed()
    when, faults = dates.when_of(values)
    if faults:
        return await _page(visitor, code, {}, Form(FORM, values, faults, status=422))
    body = body_of(values, *FIELDS, ints=("number", "instalment")) | {"when": when} | heeding.accepted_in(values)
    try:
        planned = await visitor.api.send("POST", f"/scheduling/programmes/{code}/sessions", body)
    except Refused as why:
        form = heeding.warned(FORM, values, why) or refused(FORM, values, why, dates.fields_in(why))
        return await _page(visitor, code, {}, form)
    except Away:
        return await _page(visitor, code, {}, Form(FORM, values, wrong=(NO_ANSWER,), status=503))
    return done(f"/samling/{planned['id']}", "samling-planlagt")


async def _page(visitor: Visitor, code: str, said: Mapping[str, str], form: Form | None = None) -> Response:
    if not visitor.may("administrator"):
        raise Forbidden
    found = await parts(
        programme=visitor.api.get(f"/registration/programmes/{code}"),
        groups=visitor.api.all(f"/registration/programmes/{code}/groups"),
    )
    return visitor.page(
        "gatherings/new.html",
        form=form,
        programme=found["programme"] or unnamed(code),
        parties=AWAY if found["groups"] is AWAY else [(it["party"], it["party_name"]) for it in found["groups"]],
        given=said,
        kinds=WORDS["session_kind"].items(),
        formats=WORDS["format"].items(),
        when=dates.fields_of(None),
    )
