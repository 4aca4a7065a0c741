"""What the sheet shows of each municipality, and what is said anew of which when it is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.forms import IF_MATCH
from pages.frame.words import count, in_norwegian_order

THERE = "der"  # a box's name begins with it

Row = Mapping[str, Any]


def box(party: str, participant: str, day: str) -> str:
    """The name of the box that says that somebody of a municipality was there on a day."""
    return f"{THERE}.{party}.{participant}.{day}"


def nobody(party: str) -> str:
    """The name of the box that says that nobody of a municipality came, which no box at all does not say."""
    return f"ingen.{party}"


def version(party: str) -> str:
    """The name of the field with the version of the sheet that the form was shown with."""
    return f"{IF_MATCH}.{party}"


def version_seen(values: Mapping[str, str], party: str) -> str | None:
    return values.get(version(party))


EMPTIED = "Ingen er krysset av lenger. Kom ingen, så kryss av for det. Var noen der, så kryss av for dem."
BOTH = "Det er krysset av både for at ingen møtte, og for noen som møtte."


def contradiction(sheet: Row, values: Mapping[str, str]) -> str | None:
    """Why a municipality's part of the form says nothing, or two things at once. None: it does not."""
    party = sheet["party"]
    ticked, says_nobody = _ticked(values, party), bool(values.get(nobody(party)))
    if ticked and says_nobody:
        return BOTH
    return EMPTIED if _recorded(sheet) and not ticked and not says_nobody else None


def _recorded(sheet: Row) -> dict[str, list[str]]:
    """The days of each who was there, as it is recorded."""
    return {it["participant"]: sorted(it["present_on"]) for it in sheet["attendees"] if it["present_on"]}


def is_nobody(sheet: Row) -> bool:
    """Whether it is recorded that nobody came."""
    return bool(sheet["version"]) and not sheet["is_lost"] and not _recorded(sheet)


def said_anew(sheets: Iterable[Row], values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The API's request for each municipality of which something else is said than is recorded, by its number.

    Of one that has nothing recorded, no tick at all says nothing yet.
    """
    found: dict[str, dict[str, Any]] = {}
    for sheet in sheets:
        party = sheet["party"]
        ticked, recorded = _ticked(values, party), _recorded(sheet)
        is_known = bool(sheet["version"]) and not sheet["is_lost"]
        says_something = bool(ticked or values.get(nobody(party)))
        if (ticked != recorded) if is_known else says_something:
            found[party] = {"present": [{"participant": who, "days": days} for who, days in sorted(ticked.items())]}
    return found


def _ticked(values: Mapping[str, str], party: str) -> dict[str, list[str]]:
    """The days of each participant, in their order."""
    there: dict[str, list[str]] = defaultdict(list)
    for name, value in values.items():
        match name.split("."):
            case [kind, of, participant, day] if kind == THERE and of == party and value:
                there[participant].append(day)
    return {who: sorted(days) for who, days in there.items()}


def in_order(parties: Iterable[Row]) -> list[Row]:
    """By name, those without anybody to expect left out: their group is not formed."""
    found = [it for it in parties if it["attendees"] or it["version"]]
    return sorted(found, key=lambda it: in_norwegian_order(it["party_name"]))


def summed(sheet: Row) -> str:
    """`4 av 5 den 24. september, 3 av 5 den 25.`: shown after each day as figures; empty before anything is recorded."""
    if not sheet["days"]:
        return ""
    most = max(it["present"] for it in sheet["days"])
    if most == 0:
        return "ingen kom"
    least = min(it["present"] for it in sheet["days"])
    expected = max(it["expected"] for it in sheet["days"])
    figures = str(most) if least == most else f"{least}–{most}"
    owner = "" if all(it["school_owner_present"] for it in sheet["days"]) else ", skoleeier ikke alle dager"
    if not any(it["school_owner_present"] for it in sheet["days"]):
        owner = ", uten skoleeier"
    return f"{figures} av {count(expected, 'deltaker', 'deltakere')}{owner}"
