"""I dag: what needs someone now, of all programmes that are not over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from pages.frame.api import AWAY, SERVICES, Api, Away, if_there, parts, segment
from pages.frame.errors import SERVICES as NAMES
from pages.frame.needs import Answer
from pages.frame.visitor import Visitor, VisitorOf
from pages.today.view import Known, is_looked_at, sections

router = APIRouter()

FAILING, PENDING = "/notifications/failing-addresses", "/registration/people/pending-erasures"
UNDELIVERED = "/billing/undelivered"
Lists = tuple[tuple[str, str, dict[str, str]], ...]
# Of a programme: what `Known` calls the list, the list, and its filters.
FOR_READERS: Lists = (
    ("sessions", "/scheduling/programmes/{programme}/sessions", {}),
    ("approvals", "/billing/programmes/{programme}/approvals", {}),
    ("unbilled", "/billing/unbilled", {"programme": "{programme}"}),
    ("visits", "/scheduling/programmes/{programme}/visits", {"late": "true"}),
)
FOR_ADMINISTRATORS: Lists = (
    ("applications", "/registration/programmes/{programme}/applications", {"state": "received"}),
    ("agreements", "/registration/programmes/{programme}/agreements", {}),
    ("groups", "/registration/programmes/{programme}/groups", {}),
    ("concerns", "/registration/programmes/{programme}/concerns", {"state": "raised"}),
    ("findings", "/registration/programmes/{programme}/findings", {}),
    ("mails", "/notifications/mails", {"state": "failed", "programme": "{programme}"}),
)


@router.get("/")
async def show(visitor: VisitorOf) -> Response:
    """Its calls are as many as the programmes that are not over make them, whoever takes part in these."""
    first = await parts(programmes=visitor.api.all("/registration/programmes"), today=visitor.api.today())
    if AWAY in first.values():
        raise Away(SERVICES[0])
    today = first["today"]
    programmes = [it for it in first["programmes"] if is_looked_at(it, today)]
    asked = FOR_READERS + (FOR_ADMINISTRATORS if visitor.may("administrator") else ())
    lists = {
        (it["code"], name): _list(visitor.api, it, path, filters) for it in programmes for name, path, filters in asked
    }
    if visitor.may("administrator"):
        for it in programmes:
            lists[it["code"], "places"] = _one(visitor.api, it, "/registration/programmes/{programme}/waiting-list")
    states = {service: visitor.api.get(f"/{service}/operations/state") for service in _operated(visitor)}
    of_all = {UNDELIVERED: visitor.api.get(UNDELIVERED)}
    of_all |= {path: visitor.api.get(path) for path in (FAILING, PENDING) if visitor.may("administrator")}
    found = await parts(**{"/".join(key): it for key, it in lists.items()}, **states, **of_all)
    known = [_known(it, [name for code, name in lists if code == it["code"]], found) for it in programmes]
    away = {path.split("/")[1] for name, path, _ in asked for it in programmes if found[f"{it['code']}/{name}"] is AWAY}
    away |= {it.split("/")[1] for it in of_all if found[it] is AWAY}
    away |= {service for service in states if found[service] is AWAY}
    there = {path: found[path] for path in of_all if found[path] is not AWAY}
    return visitor.page(
        "today/today.html",
        today=today,
        sections=sections(
            today,
            known,
            [found[it] for it in states if found[it] is not AWAY],
            undelivered=there[UNDELIVERED]["items"] if UNDELIVERED in there else (),
            refused=there[FAILING]["mails"] if FAILING in there else (),
            erasures=there[PENDING]["pending"] if PENDING in there else (),
        ),
        several=len(programmes) > 1,
        programmes=programmes,
        away=[NAMES[it] for it in SERVICES if it in away],
    )


def _operated(visitor: Visitor) -> Sequence[str]:
    """The services whose parked messages the visitor can see to."""
    return SERVICES if visitor.may("operator") else ()


async def _list(api: Api, programme: Answer, path: str, filters: dict[str, str]) -> list[Any]:
    """Empty where a service has not heard of the programme yet."""
    code = programme["code"]
    given = {name: value.format(programme=code) for name, value in filters.items()}
    return await if_there(api.all(path.format(programme=segment(code)), **given)) or []


async def _one(api: Api, programme: Answer, path: str) -> list[Any]:
    """What is no list, as one of one."""
    found = await if_there(api.get(path.format(programme=segment(programme["code"]))))
    return [found] if found else []


def _known(programme: Answer, names: Sequence[str], found: dict[str, Any]) -> Known:
    code = programme["code"]
    return Known(code=code, name=programme["name"], **{name: found[f"{code}/{name}"] for name in names})
