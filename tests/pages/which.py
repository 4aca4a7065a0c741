"""Which application, session, mail … of the half-way state stands for all of its kind, where each is to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.demonstration import PROGRAMME

MUNICIPALITY = "921221967"  # Molde
PARKED_BY, PARKED = "billing", "unreadable"  # a service, and the key of a message that it is given


def _first(api: httpx.Client, path: str, **wanted: Any) -> Any:
    """The first of a list that is so."""
    found = api.get(path, params={"limit": 200}).raise_for_status().json()["items"]
    return next(it for it in found if all(it[name] == value for name, value in wanted.items()))


def application(api: httpx.Client) -> str:
    path = f"/registration/programmes/{PROGRAMME}/applications"
    return str(_first(api, path, party=MUNICIPALITY)["id"])


def session(api: httpx.Client) -> str:
    path = f"/scheduling/programmes/{PROGRAMME}/sessions"
    return str(_first(api, path, kind="joint_session", number=3)["id"])


def person(api: httpx.Client) -> str:
    group = api.get(f"/registration/programmes/{PROGRAMME}/groups/{MUNICIPALITY}").raise_for_status().json()
    return str(group["participants"][0]["person"])


def advisor(api: httpx.Client) -> str:
    group = api.get(f"/registration/programmes/{PROGRAMME}/groups/{MUNICIPALITY}").raise_for_status().json()
    return str(group["advisor"]["id"])


def area(api: httpx.Client) -> str:
    """One that is adopted for it, where the state has none."""
    path = "/registration/development-areas"
    return str(api.get(path).raise_for_status().json()["items"][0]["id"])


def mail(api: httpx.Client) -> str:
    path = f"/notifications/mails?programme={PROGRAMME}&party={MUNICIPALITY}&kind=invoice_copy"
    return str(api.get(path).raise_for_status().json()["items"][0]["id"])


# By the address of a page, with {} where it says which: which one is looked at.
WHICH: dict[str, Callable[[httpx.Client], list[str]]] = {
    "/program/{}": lambda _: [PROGRAMME],
    "/program/{}/soknader": lambda _: [PROGRAMME],
    "/soknad/{}": lambda api: [application(api)],
    "/program/{}/kommune/{}": lambda _: [PROGRAMME, MUNICIPALITY],
    "/program/{}/kommune/{}/kartlegging": lambda _: [PROGRAMME, MUNICIPALITY],
    "/program/{}/kommune/{}/utviklingsplan": lambda _: [PROGRAMME, MUNICIPALITY],
    "/program/{}/kommune/{}/utviklingsplan/tidligere": lambda _: [PROGRAMME, MUNICIPALITY],
    "/program/{}/utviklingsplaner": lambda _: [PROGRAMME],
    "/utviklingsomrade/{}": lambda api: [area(api)],
    "/person/{}": lambda api: [person(api)],
    "/person/{}/alt": lambda api: [person(api)],
    "/program/{}/kalender": lambda _: [PROGRAMME],
    "/program/{}/kommune/{}/kalender": lambda _: [PROGRAMME, MUNICIPALITY],
    "/person/{}/kalender": lambda api: [advisor(api)],
    "/samling/{}": lambda api: [session(api)],
    "/samling/{}/frammote": lambda api: [session(api)],
    "/program/{}/ny-samling": lambda _: [PROGRAMME],
    "/program/{}/e-post": lambda _: [PROGRAMME],
    "/e-post/{}": lambda api: [mail(api)],
    "/program/{}/fakturaer": lambda _: [PROGRAMME],
    "/program/{}/fakturaer/frigi": lambda _: [PROGRAMME],
    "/program/{}/faktura/{}": lambda _: [PROGRAMME, "2"],
    "/program/{}/kreditnota/{}": lambda _: [PROGRAMME, "1"],
    "/drift/{}/melding/{}": lambda _: [PARKED_BY, PARKED],
}
