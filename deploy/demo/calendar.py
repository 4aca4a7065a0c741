"""Volda's calendar feed, fetched as a program of calendars fetches it, and read back: the plan's exact days (S6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from deploy.client import Client
from deploy.demo.cast import municipalities

WHOSE = "Volda"
OF_ONE_PARTY = ("guidance_visit", "contract_meeting")  # without a party these stand in the plan alone
Day = tuple[str, date, date]  # a session's id, its first and its last day


async def compared(client: Client, programme: str) -> dict[str, Any]:
    """How many entries the feed has, and how many of all days stand in one of feed and plan only."""
    (party,) = [one.organisation_number for one in municipalities() if one.name == WHOSE]
    feed = await client.get(f"/scheduling/feeds/party/{programme}.{party}")
    entries = in_feed(await client.without_key(feed["address"]))
    sessions = (await client.get(f"/scheduling/programmes/{programme}/sessions", limit=200))["items"]
    return {"entries": len(entries), "differing": len(entries ^ in_plan(sessions, party))}


def in_feed(content: bytes) -> set[Day]:
    """What a calendar shows."""
    return {_day(it) for it in Calendar.from_ical(content).walk("VEVENT")}


def _day(event: Any) -> Day:
    begin, end = event.decoded("dtstart"), event.decoded("dtend", None)
    id = str(event["uid"]).partition("@")[0]
    if isinstance(begin, datetime):
        return id, begin.date(), (end or begin).date()
    return id, begin, end - timedelta(days=1)  # whole days end before this one


def in_plan(sessions: list[dict[str, Any]], party: str) -> set[Day]:
    """The exact days of what is held with everyone or with this party, as the plan has them."""
    return {
        (it["id"], date.fromisoformat(days["first"]), date.fromisoformat(days["last"]))
        for it in sessions
        if it["state"] != "cancelled"
        and (it["party"] == party or (it["party"] is None and it["kind"] not in OF_ONE_PARTY))
        for days in [it["when"]["days"]]
        if days
    }
