"""Fakturaer: a programme's documents, one as its payer sees it, and what waits for somebody."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from pages.frame.api import AWAY, Away, Missing, Refused, if_there, parts, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.templates import TEMPLATES
from pages.frame.visitor import Visitor, VisitorOf, done, unnamed
from pages.frame.words import WORDS
from pages.invoices import explained, view
from pages.invoices.delivered import by_document, delivered, in_short
from pages.invoices.view import Wanted

router = APIRouter()

GO_ON = {"igjen": "retry", "e-post": "by-mail"}  # with a delivery: what the page says, and the API

BILLING = "billing"
FileForm = Literal["pdf", "xml"]
BY_HAND = ("wrong_reference", "wrong_buyer", "mistake")
TEMPLATES.filters.update(called=view.called, account=view.account, nynorsk=view.is_nynorsk)


@router.get("/program/{code}/fakturaer")
async def show_invoices(
    code: str,
    visitor: VisitorOf,
    *,
    party: str = "",
    state: str = "",
    instalment: Annotated[str, Query(alias="rate")] = "",
) -> Response:
    return await _list(visitor, code, Wanted(party=party, instalment=instalment, state=state))


async def _list(visitor: Visitor, code: str, wanted: Wanted, form: Form | None = None) -> HTMLResponse:
    api, at = visitor.api, segment(code)
    found = await parts(
        programme=api.get(f"/registration/programmes/{at}"),
        invoices=_listed(visitor, f"/billing/programmes/{at}/invoices"),
        credit_notes=_listed(visitor, f"/billing/programmes/{at}/credit-notes"),
        unbilled=_listed(visitor, "/billing/unbilled", programme=code),
        approvals=_listed(visitor, f"/billing/programmes/{at}/approvals"),
        releases=_listed(visitor, f"/billing/programmes/{at}/releases"),
        waivers=_listed(visitor, f"/billing/programmes/{at}/waivers"),
        deliveries=_listed(visitor, f"/billing/programmes/{at}/deliveries"),
        sessions=_listed(visitor, f"/scheduling/programmes/{at}/sessions", kind="joint_session"),
        today=api.today(),
    )
    invoices, notes = found["invoices"], found["credit_notes"]
    if AWAY in (invoices, found["today"]):
        raise Away(BILLING)
    chosen = [it for it in invoices if wanted.has(it)]
    return visitor.page(
        "invoices/invoices.html",
        form=form,
        programme=found["programme"] or unnamed(code),
        wanted=wanted,
        parties=view.parties(invoices, found["unbilled"]),
        invoices=chosen,
        credit_notes=[it for it in notes if wanted.has_note(it)],
        note_of={it["invoice"]: it for it in notes},
        invoice_of={it["number"]: it for it in invoices},
        sums=view.sums(chosen),
        unbilled=view.unbilled(found["unbilled"], found["sessions"] or (), found["today"]),
        waiting=view.waiting(found["approvals"]),
        releases=found["releases"],
        by_release=view.by_release(invoices),
        waivers=found["waivers"],
        delivery_of=partial(in_short, by_document(found["deliveries"])),
    )


async def _listed(visitor: Visitor, path: str, **parameters: Any) -> list[Any]:
    """Empty for a programme that billing has not heard of yet: whether it is there, registration knows."""
    return await if_there(visitor.api.all(path, **parameters)) or []


@router.post("/program/{code}/fakturaer/godkjenn")
async def approve(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", f"/billing/approvals/{segment(values.get('id', ''))}")
    except Refused as error:
        return await _list(visitor, code, Wanted(), refused("godkjenn", values, error))
    return done(f"/program/{segment(code)}/fakturaer", "godkjent")


@router.get("/program/{code}/faktura/{number}.{form}")
async def give_invoice(code: str, number: int, form: FileForm, visitor: VisitorOf) -> Response:
    return await visitor.file(f"/billing/programmes/{segment(code)}/invoices/{number}.{form}")


@router.get("/program/{code}/kreditnota/{number}.{form}")
async def give_credit_note(code: str, number: int, form: FileForm, visitor: VisitorOf) -> Response:
    return await visitor.file(f"/billing/programmes/{segment(code)}/credit-notes/{number}.{form}")


@router.get("/program/{code}/faktura/{number}")
async def show_invoice(code: str, number: int, visitor: VisitorOf) -> Response:
    return await _invoice(visitor, code, number)


async def _invoice(visitor: Visitor, code: str, number: int, form: Form | None = None) -> HTMLResponse:
    at = segment(code)
    asked: dict[str, Any] = {"content": _content(visitor, f"/billing/programmes/{at}/invoices/{number}")}
    if visitor.may("administrator"):
        asked["preview"] = _preview(visitor, f"/billing/programmes/{at}/preview", credited=number)
    found, about = await _with_what_led_to_it(visitor, code, lambda it: it["number"] == number, **asked)
    invoice = about["invoice"]
    notes = [it for it in found["credit_notes"] if it["invoice"] == number]
    return visitor.page(
        "invoices/invoice.html",
        form=form,
        delivered=await _delivered(visitor, code, invoice, "invoice"),
        **about,
        number=number,
        content=found["content"],
        note=notes[0] if notes else None,
        others=explained.others(invoice, found["invoices"]),
        preview=found.get("preview") if invoice["credited_by"] is None else None,
        reasons=[(it, WORDS["credit_reason"][it].capitalize()) for it in BY_HAND],
    )


@router.post("/program/{code}/faktura/{number}/krediter")
async def credit(code: str, number: int, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    path = f"/billing/programmes/{segment(code)}/invoices/{number}/credit-note"
    try:
        await visitor.api.send("POST", path, body_of(values, "reason"))
    except Refused as error:
        return await _invoice(visitor, code, number, refused("krediter", values, error))
    return done(f"/program/{segment(code)}/faktura/{number}", "kreditert")


@router.get("/program/{code}/kreditnota/{number}")
async def show_credit_note(code: str, number: int, visitor: VisitorOf) -> Response:
    return await _note(visitor, code, number)


async def _note(visitor: Visitor, code: str, number: int, form: Form | None = None) -> HTMLResponse:
    at = segment(code)
    note = await _of_number(visitor, f"/billing/programmes/{at}/credit-notes", number)
    asked: dict[str, Any] = {"content": _content(visitor, f"/billing/programmes/{at}/credit-notes/{number}")}
    if visitor.may("administrator") and note["because"] is None:
        key = f"{code}/credit-notes/{number}"
        asked["changes"] = visitor.api.all("/billing/operations/changes", entity="credit_note", key=key)
    found, about = await _with_what_led_to_it(visitor, code, lambda it: it["number"] == note["invoice"], **asked)
    return visitor.page(
        "invoices/credit_note.html",
        form=form,
        delivered=await _delivered(visitor, code, note, "credit_note"),
        **about,
        note=note,
        content=found["content"],
        by_hand=note["reason"] in BY_HAND,
        credited_by=[it["by"] for it in found.get("changes") or ()],
        anew=[it for it in explained.others(about["invoice"], found["invoices"]) if it["attempt"] > note["attempt"]],
    )


async def _delivered(visitor: Visitor, code: str, document: Any, kind: str) -> Any:
    path = f"/billing/programmes/{segment(code)}/deliveries"
    found = await parts(deliveries=visitor.api.all(path, party=document["party"]))
    if found["deliveries"] is AWAY:
        return AWAY
    return delivered(found["deliveries"], kind, document["number"], invoice=document.get("invoice"))


@router.post("/program/{code}/levering/{id}/igjen")
async def retry(code: str, id: str, visitor: VisitorOf) -> Response:
    return await _go_on(visitor, code, id, "igjen")


@router.post("/program/{code}/levering/{id}/e-post")
async def by_mail(code: str, id: str, visitor: VisitorOf) -> Response:
    return await _go_on(visitor, code, id, "e-post")


async def _go_on(visitor: Visitor, code: str, id: str, what: str) -> Response:
    values = await visitor.typed()
    number = values.get("number", "")
    if not number.isdecimal():
        raise Missing
    page, path = (_note, "kreditnota") if values.get("kind") == "credit_note" else (_invoice, "faktura")
    try:
        await visitor.api.send("POST", f"/billing/deliveries/{segment(id)}/{GO_ON[what]}")
    except Refused as error:
        return await page(visitor, code, int(number), refused(what, values, error))
    return done(f"/program/{segment(code)}/{path}/{number}", f"levering-{what}")


async def _with_what_led_to_it(
    visitor: Visitor, code: str, is_it: Any, **asked: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was asked, with a programme's documents; and an invoice among them, with what led to it.

    Raises Missing where there is no such invoice.
    """
    api, at = visitor.api, segment(code)
    found = await parts(
        programme=api.get(f"/registration/programmes/{at}"),
        invoices=api.all(f"/billing/programmes/{at}/invoices"),
        credit_notes=api.all(f"/billing/programmes/{at}/credit-notes"),
        releases=api.all(f"/billing/programmes/{at}/releases"),
        sessions=if_there(api.all(f"/scheduling/programmes/{at}/sessions", kind="joint_session")),
        **asked,
    )
    if found["invoices"] is AWAY:
        raise Away(BILLING)
    invoice = next((it for it in found["invoices"] if is_it(it)), None)
    if invoice is None:
        raise Missing
    delivery = explained.delivery(invoice, found["sessions"] or (), found["releases"])
    led: dict[str, Any] = {"agreement": None, "of_delivery": (), "of_agreement": ()}
    if visitor.may("administrator"):
        service = "scheduling" if invoice["session"] else "billing"
        led |= await parts(
            agreement=if_there(api.get(f"/registration/agreements/{segment(invoice['agreement'])}")),
            of_delivery=api.all(f"/{service}/operations/changes", key=invoice["session"] or invoice["release"]),
            of_agreement=api.all("/registration/operations/changes", key=invoice["agreement"]),
        )
    told = explained.OF_SESSIONS if invoice["session"] else explained.OF_RELEASES
    about = {
        "programme": found["programme"] or unnamed(code),
        "invoice": invoice,
        "delivery": delivery,
        "session_stands": bool(delivery and invoice["session"] and explained.stands(invoice, delivery)),
        "agreement": led["agreement"],
        "shares": explained.shares(led["agreement"]["fee_ore"]) if led["agreement"] else (),
        "events": [
            *explained.events(led["of_agreement"], explained.OF_AGREEMENTS),
            *explained.events(led["of_delivery"], told),
        ],
    }
    return found, about


async def _of_number(visitor: Visitor, path: str, number: int) -> Any:
    """One of a list by number. Raises Missing."""
    if number < 1:
        raise Missing
    page = await visitor.api.get(path, after=number - 1, limit=1)
    if not page["items"] or page["items"][0]["number"] != number:
        raise Missing
    return page["items"][0]


async def _content(visitor: Visitor, path: str) -> Any:
    """Why it cannot be shown, as a sentence, where it is lost or cannot be read."""
    try:
        return await visitor.api.get(path)
    except Refused as error:
        return " ".join(refused("", {}, error).wrong)


async def _preview(visitor: Visitor, path: str, **parameters: Any) -> Any:
    """None where what is asked about cannot be done."""
    try:
        return await visitor.api.get(path, **parameters)
    except (Missing, Refused):
        return None


@router.get("/program/{code}/fakturaer/frigi")
async def show_release(
    code: str,
    visitor: VisitorOf,
    *,
    instalment: str = "",
    effective_on: str = "",
    venue: str = "",
    city: str = "",
    reason: str = "",
) -> Response:
    given = {
        "instalment": instalment,
        "effective_on": effective_on,
        "venue": venue,
        "city": city,
        "reason": reason,
    }
    return await _release(visitor, code, given)


async def _release(visitor: Visitor, code: str, given: dict[str, str], form: Form | None = None) -> HTMLResponse:
    """First the form; once it is filled in, what would be issued, with the button that does so."""
    path = f"/billing/programmes/{segment(code)}/preview"
    is_filled = all(given.get(it, "").strip() for it in ("instalment", "effective_on", "venue", "city", "reason"))
    asked: dict[str, Any] = {"programme": visitor.api.get(f"/registration/programmes/{segment(code)}")}
    if is_filled and form is None:
        asked["preview"] = visitor.api.get(path, released=given["instalment"], effective_on=given["effective_on"])
    try:
        found = {"preview": None} | await parts(**asked)
    except Refused as error:
        fields = {"released": "instalment"}
        return await _release(visitor, code, given, refused("frigi", given, error, fields))
    if form is None and any(given.values()):
        form = Form("frigi", given)
    return visitor.page(
        "invoices/release.html",
        form=form,
        programme=found["programme"] or unnamed(code),
        preview=found["preview"],
        given=given,
        reasons=[(it, text.capitalize()) for it, text in WORDS["release_reason"].items()],
        lacks_some=any(given.values()) and not is_filled,
    )


@router.post("/program/{code}/fakturaer/frigi")
async def release(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    body = body_of(values, "instalment", "effective_on", "venue", "city", "reason", ints=("instalment",))
    try:
        await visitor.api.send("POST", f"/billing/programmes/{segment(code)}/releases", body)
    except Refused as error:
        return await _release(visitor, code, values, refused("frigi", values, error))
    return done(f"/program/{segment(code)}/fakturaer", "rate-frigitt")


@router.post("/program/{code}/fakturaer/frigivelse/{id}/trekk")
async def withdraw_release(code: str, id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    path = f"/billing/releases/{segment(id)}/withdrawal"
    try:
        await visitor.api.send("POST", path, if_match=values.get(IF_MATCH))
    except Refused as error:
        return await _list(visitor, code, Wanted(), refused(f"trekk-{id}", values, error))
    return done(f"/program/{segment(code)}/fakturaer", "frigivelse-trukket")
