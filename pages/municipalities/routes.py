"""Kommune: everything about one party in a programme, and every change of it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.api import Missing, Refused, segment
from pages.frame.forms import IF_MATCH, Form, refused
from pages.frame.visitor import DONE, Visitor, VisitorOf, done
from pages.municipalities import asking, view
from pages.municipalities.changes import AGREEMENT_ID, CHANGES, path_of
from pages.municipalities.foreseeing import SEEN, Foreseen, foresee

router = APIRouter()

# Changes after which the page may show invoices from before: billing hears of them within seconds.
HEARD_SOON = (
    "avtale-avsluttet",
    "avtale-gjelder-likevel",
    "avtale-sagt-opp",
    "avtale-viderefort",
    "ettergivelse-angret",
    "rate-ettergitt",
)

MUNICIPALITY = "/program/{code}/kommune/{party}"


@router.get(MUNICIPALITY)
async def show(code: str, party: str, visitor: VisitorOf) -> Response:
    return await _page(visitor, code, party)


@router.get("/avtale/{agreement}.pdf")
async def show_document(agreement: str, visitor: VisitorOf, versjon: str = "") -> Response:
    """An agreement's document; of an earlier version, by its fingerprint."""
    return await visitor.file(f"/registration/agreements/{segment(agreement)}.pdf", fingerprint=versjon)


@router.post(MUNICIPALITY + "/{change}")
async def change(code: str, party: str, change: str, visitor: VisitorOf) -> Response:
    return await _changed(visitor, code, party, change)


@router.post(MUNICIPALITY + "/{change}/{it}")
async def change_one(code: str, party: str, change: str, it: str, visitor: VisitorOf) -> Response:
    """`it` is what of a list the change is about."""
    return await _changed(visitor, code, party, change, it)


async def _changed(visitor: Visitor, code: str, party: str, name: str, it: str = "") -> Response:
    if name not in CHANGES:
        raise Missing
    change, values = CHANGES[name], await visitor.typed()
    foreseen = await foresee(visitor.api, code, change.foresees(values)) if change.foresees else None
    if foreseen is not None and values.get(SEEN) != foreseen.seen:
        return await _page(visitor, code, party, Form(name, values), foreseen)
    path, body = path_of(change, code, party, it, values), change.body({"party": party} | values)
    try:
        await visitor.api.send(change.method, path, body, if_match=values.get(IF_MATCH))
    except Refused as why:
        seen = {field: value for field, value in values.items() if field != AGREEMENT_ID}
        return await _page(visitor, code, party, refused(f"{name}-{it}" if it else name, seen, why))
    goes_to = values["party"] if name == "viderefor" else party
    return done(f"/program/{segment(code)}/kommune/{segment(goes_to)}", change.said)


async def _page(
    visitor: Visitor, code: str, party: str, form: Form | None = None, foreseen: Foreseen | None = None
) -> Response:
    """`foreseen` of the form that was filled in: what its button would send."""
    found = await asking.about(visitor.api, code, party, everything=visitor.may("administrator"))
    gone_through = visitor.request.query_params.get(DONE, "")
    signed = gone_through == "signatur-registrert" and any(it["state"] == "signed" for it in found.agreements)
    return visitor.page(
        "municipalities/municipality.html",
        form=form,
        foreseen=foreseen,
        maybe_unheard=signed or gone_through in HEARD_SOON,
        **view.shown(found),
    )
