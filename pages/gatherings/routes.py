"""Samling: one session, and every change that may be made to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import RedirectResponse, Response

from pages.frame import heeding
from pages.frame.api import Away, Missing, Refused
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.needs import is_past
from pages.frame.refusals import in_norwegian
from pages.frame.visitor import Visitor, VisitorOf, done
from pages.frame.words import WORDS, name_of
from pages.gatherings import dates, view
from pages.gatherings.asking import ask
from pages.gatherings.planning import router

Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
Number = Annotated[int, Query(ge=0, le=999_999)]
EXPECTED = ("expect.invoices", "expect.credit_notes", "expect.total_ore")
DESCRIBED = ("title", "number", "venue", "city", "meeting_link")
# Forms that only say yes, by the end of their path: what the API calls it, and what the page says then.
YES = {
    "avlys": ("cancellation", "samling-avlyst"),
    "avlys-angre": ("cancellation-revoked", "samling-avlyst-angret"),
    "gjennomfort": ("completion", "samling-gjennomfort"),
    "gjennomfort-angre": ("completion-revoked", "samling-gjennomfort-angret"),
}
OTHER_FIGURES = (
    "Tallene er ikke lenger de som sto her, så ingenting er sendt. Under står de nye: se over dem, og prøv igjen."
)
NO_ANSWER = "Det kom ikke noe svar i tide. Se under hva samlingen er nå, og prøv igjen hvis den er som før."


@router.get("/samling/{id}")
async def show(visitor: VisitorOf, id: Id, fakturaer: Number | None = None) -> Response:
    """`fakturaer` is how many of it are to stand, since it was completed just now, or that was taken back."""
    return await _page(visitor, id, expected=fakturaer)


@router.get("/samling/{id}/{form}")
async def show_again(id: Id, form: str) -> Response:
    """To who asks anew for the address that a form was sent to."""
    return RedirectResponse(f"/samling/{id}", 303)


@router.post("/samling/{id}/flytt")
async def move(visitor: VisitorOf, id: Id) -> Response:
    return await _new_date(visitor, id, "flytt", path="move", what="samling-flyttet")


@router.post("/samling/{id}/presiser")
async def sharpen(visitor: VisitorOf, id: Id) -> Response:
    return await _new_date(visitor, id, "presiser", path="sharpening", what="samling-presisert")


@router.post("/samling/{id}/format")
async def decide_format(visitor: VisitorOf, id: Id) -> Response:
    values = await visitor.typed()
    body = body_of(values, "format", "reason")
    return await _change(visitor, id, "format", values, path="format", body=body, what="samling-format")


@router.post("/samling/{id}/rate")
async def give_instalment(visitor: VisitorOf, id: Id) -> Response:
    values = await visitor.typed()
    body = body_of(values, "instalment", ints=["instalment"], nulls=["instalment"])
    return await _change(visitor, id, "rate", values, path="instalment", body=body, what="samling-rate")


@router.post("/samling/{id}/endre")
async def describe(visitor: VisitorOf, id: Id) -> Response:
    values = await visitor.typed()
    named = [it for it in DESCRIBED if it in values]
    body = body_of(values, *named, ints=["number"], nulls=named)
    if "title" in body:
        body["title"] = body["title"] or ""  # it has one always, and the API says so
    if "place" in values and not (body.get("venue") or body.get("city")):  # else it is the text of these
        body |= body_of(values, "place", nulls=["place"])
    return await _change(visitor, id, "endre", values, path="", body=body, what="samling-endret")


@router.post("/samling/{id}/referat")
async def write_minutes(visitor: VisitorOf, id: Id) -> Response:
    values = await visitor.typed()
    body = body_of(values, "text", nulls=["text"])
    try:
        await visitor.api.send("PUT", f"/scheduling/sessions/{id}/minutes", body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _page(visitor, id, refused("referat", values, why))
    return done(f"/samling/{id}", "samling-referat")


@router.post("/samling/{id}/{form}")
async def say_yes(visitor: VisitorOf, id: Id, form: str) -> Response:
    """Cancel, complete, or take either back. What billing is expected to send is what the page showed."""
    if form not in YES:
        raise Missing
    values = await visitor.typed()
    path, what = YES[form]
    body = body_of(values, "reason", *(it for it in EXPECTED if it in values), ints=EXPECTED)
    if form == "avlys-angre":  # it comes back to its days
        body |= heeding.accepted_in(values)
    invoices, credit_notes = (values.get(it, "0") for it in EXPECTED[:2])
    sent = {}
    if form == "gjennomfort" and invoices != "0":
        sent = {"fakturaer": invoices}
    elif form == "gjennomfort-angre" and credit_notes != "0":
        sent = {"fakturaer": "0"}
    return await _change(visitor, id, form, values, path=path, body=body, what=what, **sent)


async def _new_date(visitor: Visitor, id: str, form: str, *, path: str, what: str) -> Response:
    values = await visitor.typed()
    when, faults = dates.when_of(values)
    if faults:
        return await _page(visitor, id, Form(form, values, faults, status=422))
    return await _change(
        visitor,
        id,
        form,
        values,
        path=path,
        body={"when": when} | body_of(values, "reason") | heeding.accepted_in(values),
        what=what,
    )


async def _change(
    visitor: Visitor, id: str, form: str, values: Mapping[str, str], *, path: str, body: Any, what: str, **shown: str
) -> Response:
    """Have scheduling change a session; what it refuses is shown at its field, on the page as it stands by then."""
    method, to = ("POST", f"/scheduling/sessions/{id}/{path}") if path else ("PATCH", f"/scheduling/sessions/{id}")
    try:
        await visitor.api.send(method, to, body, if_match=values.get(IF_MATCH))
    except Refused as why:
        return await _page(visitor, id, _not_taken(form, values, why))
    except Away as why:
        code = str(why.answer.get("code") or "")
        said = in_norwegian(code, why.answer.get("values") or {}) if code else NO_ANSWER
        return await _page(visitor, id, Form(form, values, wrong=(said,), status=503))
    return done(f"/samling/{id}", what, **shown)


def _not_taken(form: str, values: Mapping[str, str], why: Refused) -> Form:
    if why.problem.get("preview"):
        return Form(form, values, wrong=(OTHER_FIGURES,), status=why.status)
    return heeding.warned(form, values, why) or refused(form, values, why, dates.fields_in(why))


async def _page(visitor: Visitor, id: str, form: Form | None = None, *, expected: int | None = None) -> Response:
    found = await ask(visitor, id, expected=expected)
    session = found.session
    offered = view.offers(found) if visitor.may("administrator") else frozenset[str]()
    return visitor.page(
        "gatherings/gathering.html",
        form=form,
        programme=found.programme,
        found=found,
        it=session,
        name=name_of(session),
        offers=offered,
        not_yet=view.not_yet_completed_because(session, found.today) if session["state"] == "planned" else [],
        is_late=found.today is not None and is_past(session, found.today),
        when=dates.fields_of(session["when"]),
        sent=view.sent_of(session["id"], found.invoices or ()),
        expected=expected or 0,
        formats=[it for it in WORDS["format"].items() if it[0] != "undecided" or session["kind"] != view.JOINT],
        button=view.button(session["state"], found.preview if found.has_preview else None),
        sum_of=view.sum_of,
        warnings=found.warnings,
        reasons=[(it, text.capitalize()) for it, text in WORDS["revision"].items()],
    )
