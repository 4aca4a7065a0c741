"""E-post: the mails of a programme, and one as it was sent."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from pages.frame.api import AWAY, Missing, Refused, if_there, parts, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done, unnamed
from pages.frame.words import WORDS
from pages.mails import view

router = APIRouter()

PAGE = 50  # mails
MOST_FAILED = 100  # shown at once, the newest
STATES = ("sent", "queued", "failed")
OF_PERSONS = {"merge": "merge"}  # which stands in the form only once it is asked for
ALL = dict.fromkeys(("state", "kind", "party", "person", "address"), "")  # no filter
AN_ID = re.compile(r"[0-9A-Za-z-]{1,40}")

# A mail may carry links and pictures of ours alone, and runs nothing.
OF_A_MAIL = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)


@router.get("/program/{code}/e-post")
async def show_mails(
    code: str,
    visitor: VisitorOf,
    *,
    state: str = "",
    kind: str = "",
    party: str = "",
    person: str = "",
    address: str = "",
    after: str = "",
) -> Response:
    wanted = {
        "state": state if state in STATES else "",
        "kind": kind if kind in WORDS["mail_kind"] else "",
        "party": party if AN_ID.fullmatch(party) else "",
        "person": person if AN_ID.fullmatch(person) else "",
        "address": address.strip().lower(),
    }
    return await _list(visitor, code, wanted, after if AN_ID.fullmatch(after) else "")


async def _list(
    visitor: Visitor, code: str, wanted: dict[str, str], after: str = "", form: Form | None = None
) -> HTMLResponse:
    api, at = visitor.api, segment(code)
    asked: dict[str, Any] = {
        "programme": api.get(f"/registration/programmes/{at}"),
        "summary": if_there(api.get("/notifications/summary", programme=code)),
        "waiting": api.all("/notifications/waiting"),
    }
    if visitor.may("administrator"):
        of_programme = {"programme": code, "with_addresses": True, "newest_first": True}
        asked |= {
            "failed": _mails(visitor, limit=MOST_FAILED, state="failed", **of_programme),
            "mails": _mails(visitor, limit=PAGE, after=after, **of_programme, **wanted),
            "applications": api.all(f"/registration/programmes/{at}/applications"),
            "sessions": if_there(api.all(f"/scheduling/programmes/{at}/sessions")),
        }
    found = {"mails": None, "failed": None, "applications": (), "sessions": ()} | await parts(**asked)
    if found["programme"] is AWAY:
        found["programme"] = unnamed(code)
    mails, failed = found["mails"], found["failed"]
    return visitor.page(
        "mails/mails.html",
        form=form,
        **found
        | {
            "failed": view.failures(failed["items"]) if failed else failed,
            "waiting": found["waiting"] if found["waiting"] is AWAY else view.waiting(found["waiting"], code),
            "parties": sorted({(it["party"], it["party_name"]) for it in found["applications"]}, key=lambda it: it[1]),
        },
        titles={it["id"]: it["title"] for it in found["sessions"] or () if it["title"]},
        wanted=wanted,
        kinds=sorted(WORDS["mail_kind"].items(), key=lambda it: it[1]),
        states=[(it, WORDS["mail"][it]) for it in STATES],
        is_filtered=any(wanted.values()),
        is_first=not after,
        older=urlencode({n: v for n, v in wanted.items() if v} | {"after": mails["next"]})
        if mails and mails["next"]
        else "",
    )


async def _mails(visitor: Visitor, **wanted: Any) -> Any:
    """None for what no list can be of."""
    try:
        return await visitor.api.get("/notifications/mails", **wanted)
    except (Missing, Refused):
        return {"items": [], "next": None}


@router.post("/program/{code}/e-post/prov-alle")
async def retry_all(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    body = {"programme": code} | body_of(values, "reply", "kind", ints=("reply",))
    try:
        answer = await visitor.api.send("POST", "/notifications/mails/retry", body)
    except Refused as error:
        return await _list(visitor, code, ALL, form=refused("prov-alle", values, error))
    return done(f"/program/{segment(code)}/e-post", "e-poster-proves" if answer["queued"] else "e-poster-proves-ikke")


@router.post("/program/{code}/e-post/gi-opp")
async def give_up(code: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", f"/notifications/waiting/{segment(values.get('id', ''))}/give-up")
    except Refused as error:
        return await _list(visitor, code, ALL, form=refused("gi-opp", values, error))
    return done(f"/program/{segment(code)}/e-post", "e-post-gitt-opp")


@router.get("/e-post/{id}")
async def show_mail(id: str, visitor: VisitorOf) -> Response:
    return await _mail(visitor, id)


async def _mail(visitor: Visitor, id: str, form: Form | None = None) -> HTMLResponse:
    api = visitor.api
    mail, tag = await api.look(f"/notifications/mails/{segment(id)}")
    asked: dict[str, Any] = {"programme": api.get(f"/registration/programmes/{segment(mail['programme'])}")}
    if person := mail["recipient"]["person"]:
        asked["person"] = if_there(api.look(f"/registration/people/{segment(person)}"))
    found = {"person": None} | await parts(**asked)
    if found["programme"] is AWAY:
        found["programme"] = {"code": mail["programme"], "name": mail["programme"]}
    return visitor.page(
        "mails/mail.html",
        form=form,
        **found,
        mail=mail,
        tag=tag,
        why=view.why_it_failed(mail["reply"]),
        entry=view.entry(mail["calendar"]) if mail["calendar"] else None,
    )


@router.get("/e-post/{id}/innhold")
async def show_content(id: str, visitor: VisitorOf) -> Response:
    """The part that is HTML, as a page of its own that can do nothing: it is shown in a frame."""
    mail = await visitor.api.get(f"/notifications/mails/{segment(id)}")
    if mail["html"] is None:
        raise Missing
    return HTMLResponse(mail["html"], headers={"Content-Security-Policy": OF_A_MAIL})


@router.post("/e-post/{id}/prov")
async def retry(id: str, visitor: VisitorOf) -> Response:
    return await _to_the_address(visitor, id, "prov", "retry", "e-post-proves")


@router.post("/e-post/{id}/send")
async def resend(id: str, visitor: VisitorOf) -> Response:
    return await _to_the_address(visitor, id, "send", "resend", "e-post-sendes")


async def _to_the_address(visitor: Visitor, id: str, name: str, what: str, said: str) -> Response:
    """Have a mail sent to the address that was typed; another than the person had is the person's from then on."""
    values = await visitor.typed()
    path, if_match = f"/notifications/mails/{segment(id)}/{what}", values.get(IF_MATCH)
    try:
        mail = await visitor.api.send(
            "POST", path, body_of(values, "address", required=("address",)), if_match=if_match
        )
    except Refused as error:
        return await _mail(visitor, id, refused(name, values, error))
    person, address = values.get("person", ""), values.get("address", "").strip().lower()
    if person and address and address != values.get("was", "").lower():
        # Only then, so that what follows from the person's new address does not send it a second time.
        try:
            await visitor.api.send("PATCH", f"/registration/people/{segment(person)}", {"email": address})
        except Refused as error:
            form = refused("adresse", {"person": person, "email": address}, error, OF_PERSONS)
            return await _mail(visitor, mail["id"], form)
    return done(f"/e-post/{segment(mail['id'])}", said)


@router.post("/e-post/{id}/adresse")
async def correct_address(id: str, visitor: VisitorOf) -> Response:
    values = await visitor.typed()
    path, if_match = f"/registration/people/{segment(values.get('person', ''))}", values.get(IF_MATCH)
    body = body_of(values, "email", "merge", ticks=("merge",), required=("email",))
    if not body["merge"]:
        del body["merge"]
    try:
        await visitor.api.send("PATCH", path, body, if_match=if_match)
    except Refused as error:
        return await _mail(visitor, id, refused("adresse", values, error, OF_PERSONS))
    return done(f"/e-post/{segment(id)}", "adresse-rettet")
