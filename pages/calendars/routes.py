"""The address of a programme's calendar, a municipality's and an advisor's (S6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.api import Refused, segment
from pages.frame.forms import IF_MATCH, Form, body_of, refused
from pages.frame.visitor import Visitor, VisitorOf, done

router = APIRouter()

PROGRAMME = "/program/{code}/kalender"
MUNICIPALITY = "/program/{code}/kommune/{party}/kalender"
ADVISOR = "/person/{id}/kalender"
RENEW = "/forny"


@dataclass(frozen=True, kw_only=True)
class Whose:
    kind: str
    of: str
    back: str  # the page that it belongs to
    name_from: str  # the API's path of what bears the name
    programme_from: str | None = None  # that of the programme, whose menu the page has

    @property
    def feed(self) -> str:
        return f"/scheduling/feeds/{self.kind}/{segment(self.of)}"


def of_programme(code: str) -> Whose:
    path = f"/program/{segment(code)}"
    programme = f"/registration/programmes/{segment(code)}"
    return Whose(kind="programme", of=code, back=path, name_from=programme, programme_from=programme)


def of_municipality(code: str, party: str) -> Whose:
    path = f"/program/{segment(code)}/kommune/{segment(party)}"
    return Whose(
        kind="party",
        of=f"{code}.{party}",
        back=path,
        name_from=f"/registration/parties/{segment(party)}",
        programme_from=f"/registration/programmes/{segment(code)}",
    )


def of_advisor(id: str) -> Whose:
    path = f"/person/{segment(id)}"
    return Whose(kind="advisor", of=id, back=path, name_from=f"/registration/people/{segment(id)}")


@router.get(PROGRAMME)
async def show_programmes(code: str, visitor: VisitorOf) -> Response:
    return await _shown(visitor, of_programme(code))


@router.post(PROGRAMME + RENEW)
async def renew_programmes(code: str, visitor: VisitorOf) -> Response:
    return await _renewed(visitor, of_programme(code))


@router.get(MUNICIPALITY)
async def show_municipalitys(code: str, party: str, visitor: VisitorOf) -> Response:
    return await _shown(visitor, of_municipality(code, party))


@router.post(MUNICIPALITY + RENEW)
async def renew_municipalitys(code: str, party: str, visitor: VisitorOf) -> Response:
    return await _renewed(visitor, of_municipality(code, party))


@router.get(ADVISOR)
async def show_advisors(id: str, visitor: VisitorOf) -> Response:
    return await _shown(visitor, of_advisor(id))


@router.post(ADVISOR + RENEW)
async def renew_advisors(id: str, visitor: VisitorOf) -> Response:
    return await _renewed(visitor, of_advisor(id))


async def _shown(visitor: Visitor, whose: Whose, form: Form | None = None) -> Response:
    feed: dict[str, Any] | None
    try:
        feed, etag = await visitor.api.look(whose.feed)
    except Refused:  # there are none on this installation
        feed, etag = None, ""
    named = await visitor.api.get(whose.name_from)
    programme = await visitor.api.get(whose.programme_from) if whose.programme_from else None
    return visitor.page(
        "calendars/calendar.html", form=form, whose=whose, feed=feed, etag=etag, name=named["name"], programme=programme
    )


async def _renewed(visitor: Visitor, whose: Whose) -> Response:
    values = await visitor.typed()
    try:
        await visitor.api.send(
            "POST", f"{whose.feed}/renewal", body_of(values, "number", ints={"number"}), if_match=values.get(IF_MATCH)
        )
    except Refused as why:
        return await _shown(visitor, whose, refused("forny", values, why))
    return done(f"{whose.back}/kalender", "kalender-fornyet")
