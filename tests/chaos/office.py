"""What the office says anew after registration was recovered: who is who, what was applied for, and who was there.

No event carries it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploy.client import Client
from tests.chaos.programme import (
    CONTACT_PERSON,
    agreement,
    all_of,
    all_were_there,
    application,
    of_programme,
    person,
)

# Of what is listed as missing, what no route takes, and what the office has no need to say.
STAYS = {"agreement", "application", "concern"}


async def missing(client: Client, service: str) -> list[dict[str, Any]]:
    return await all_of(client, f"/{service}/operations/missing")


async def say_anew(client: Client, advisors: dict[tuple[str, str], dict[str, Any]]) -> None:
    """`advisors` has who advises, by programme and party. Raises AssertionError where somebody is missing afterwards."""
    found = await missing(client, "registration")
    for it in found:
        if it["entity"] == "programme":
            await client.patch(f"/registration/programmes/{it['id']}", {"contact_person": CONTACT_PERSON})
    concerned = sorted({(it["programme"], it["party"]) for it in found if it["party"]})
    for programme, party in concerned:
        await _name_group(client, programme, party, advisors)
        for it in (await client.get(of_programme("agreements", programme), limit=100))["items"]:
            if it["party"] == party:
                await _name(client, _signatories(it, party))
        for it in await missing(client, "registration"):
            if (it["programme"], it["party"], it["entity"]) == (programme, party, "contact_person"):
                await _name(client, [(it["id"], person(party, "leder"))])
        await client.post(of_programme("applications", programme), application(party))
    await say_who_was_there(client, [it["id"] for it in found if it["entity"] == "attendance"])
    assert {it["entity"] for it in await missing(client, "registration")} <= STAYS


async def say_who_was_there(client: Client, sheets: Iterable[str]) -> None:
    """All were, at those sheets: each by the id of its session and its party's number."""
    for it in sheets:
        path = "/registration/sessions/{}/attendance/{}".format(*it.split("/"))
        await client.put(path, all_were_there(await client.get(path)))


async def _name_group(
    client: Client, programme: str, party: str, advisors: dict[tuple[str, str], dict[str, Any]]
) -> None:
    group = await client.get(of_programme(f"groups/{party}", programme))
    others = iter(("rektor", "laerer"))
    for it in group["participants"]:
        if it["name"] is None:
            is_coordinator, is_owner = it["id"] == group["coordinator"], it["represents_school_owner"]
            who = "leder" if is_coordinator else "eier" if is_owner else next(others)
            await _name(client, [(it["person"], person(party, who))])
    if group["advisor"] and group["advisor"]["name"] is None:
        await _name(client, [(group["advisor"]["id"], advisors[programme, party])])


def _signatories(it: dict[str, Any], party: str) -> Iterable[tuple[str, dict[str, Any]]]:
    said = agreement(party)["signatories"]
    return [(one["person"], said[one["signatory"]]) for one in it["signatories"] if one["name"] is None]


async def _name(client: Client, people: Iterable[tuple[str, dict[str, Any]]]) -> None:
    for id, contact in people:
        await client.patch(f"/registration/people/{id}", contact)
