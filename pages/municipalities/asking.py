"""What the services are asked for about one party: a number of questions that does not grow with the programme."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pages.frame.api import AWAY, Api, Away, Missing, parts, segment

T = TypeVar("T")
Row = dict[str, Any]
REGISTRATION = "registration"
OF_REGISTRATION = (
    "programme",
    "today",
    "party",
    "applications",
    "group",
    "agreements",
    "concerns",
    "contact_lists",
    "advisors",
    "parties",
    "attendance",
    "findings",
)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """AWAY in place of what cannot be had now. What readers may not see is empty for them."""

    programme: Row
    today: date  # in Norway, as the system has it
    party: Row
    party_etag: str
    applications: list[Row]
    group: Row | None
    group_etag: str
    agreements: list[Row]  # the last sent last
    agreement_etag: str  # of the last
    concerns: list[Row]
    contact_list: Row | None
    advisors: list[Row]
    parties: list[Row]
    attendance: list[Row]  # a row, where the party is accepted
    findings: list[Row]
    sessions: Any  # of this party
    invoices: Any
    credit_notes: Any
    unbilled: Any
    waivers: Any
    mails: Any


async def about(api: Api, programme: str, party: str, *, everything: bool) -> Answers:
    """`everything`: what administrators see, with what their forms need. Raises Missing, or Away without registration."""
    code, number = segment(programme), segment(party)
    of_programme = f"/registration/programmes/{code}"
    billed = f"/billing/programmes/{code}"
    asked: dict[str, Awaitable[Any]] = {
        "programme": api.get(of_programme),
        "today": api.today(),
        "party": api.look(f"/registration/parties/{number}"),
        "attendance": api.all(f"{of_programme}/attendance", party=party),
        "sessions": _or([], api.all(f"/scheduling/programmes/{code}/sessions", party=party)),
        "invoices": _or([], api.all(f"{billed}/invoices", party=party)),
        "credit_notes": _or([], api.all(f"{billed}/credit-notes", party=party)),
        "unbilled": _or([], api.all("/billing/unbilled", programme=programme, party=party)),
        "waivers": _or([], api.all(f"{billed}/waivers", party=party)),
    }
    if everything:
        asked |= {
            "applications": api.all(f"{of_programme}/applications", party=party),
            "group": _or((None, ""), api.look(f"{of_programme}/groups/{number}")),
            "agreements": _agreements(api, of_programme, party),
            "concerns": api.all(f"{of_programme}/concerns", party=party),
            "contact_lists": api.all(f"{of_programme}/contact-lists", party=party),
            "advisors": api.all("/registration/advisors", programme=programme),
            "parties": api.all("/registration/parties"),
            "findings": api.all(f"{of_programme}/findings", party=party),
            "mails": api.all("/notifications/mails", programme=programme, party=party, with_addresses=True),
        }
    found = await parts(**asked)
    if any(found.get(name) is AWAY for name in OF_REGISTRATION):
        raise Away(REGISTRATION)
    agreements, agreement_etag = found.get("agreements", ([], ""))
    group, group_etag = found.get("group", (None, ""))
    return Answers(
        programme=found["programme"],
        today=found["today"],
        party=found["party"][0],
        party_etag=found["party"][1],
        applications=found.get("applications", []),
        group=group,
        group_etag=group_etag,
        agreements=agreements,
        agreement_etag=agreement_etag,
        concerns=found.get("concerns", []),
        contact_list=next(iter(found.get("contact_lists", [])), None),
        advisors=found.get("advisors", []),
        parties=found.get("parties", []),
        attendance=found["attendance"],
        findings=found.get("findings", []),
        sessions=found["sessions"],
        invoices=found["invoices"],
        credit_notes=found["credit_notes"],
        unbilled=found["unbilled"],
        waivers=found["waivers"],
        mails=found.get("mails", []),
    )


async def _agreements(api: Api, of_programme: str, party: str) -> tuple[list[Row], str]:
    """All of the party, the last one as it stands with its ETag."""
    found = await api.all(f"{of_programme}/agreements", party=party)
    if not found:
        return [], ""
    last, etag = await api.look(f"/registration/agreements/{found[-1]['id']}")
    return [*found[:-1], last], etag


async def _or(otherwise: T, asked: Awaitable[T]) -> T:
    """A programme that a service has not heard of yet has nothing there."""
    try:
        return await asked
    except Missing:
        return otherwise
