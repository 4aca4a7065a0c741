"""A programme with all its turns, for as many parties as one likes, through the public APIs; and the books it ends in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
from stdnum.no import orgnr

from deploy.at_rest import until_at_rest
from deploy.client import Client, Refused
from shared.clock import OSLO
from shared.contracts.catalogue import PUBLISHERS
from shared.contracts.registration import ATTENDANCE_MISSING

PROGRAMME = "chaos-2024"
WHERE = {"venue": "Plassen", "city": "Molde"}  # of all of them
AT_ONCE = 24  # requests under way
DAYS = {1: date(2024, 9, 25), 2: date(2025, 2, 20), 3: date(2025, 9, 12)}  # of the physical joint sessions
ASKED_FOR_AFTER = (3, 10)  # days without attendance
AMOUNTS = {1: 666_667, 2: 666_667, 3: 666_666}  # øre, by instalment
# One in so many signs after the first session, is terminated after the second, turns out to have left before the third.
LATE, TERMINATED, LEFT = 10, 20, 25
ADVISES = 25  # so many parties an advisor
ROLES = ("council_director", "municipal_director", "head_of_culture_school")


def parties(count: int) -> list[str]:
    """Organisation numbers that check, the same for every run."""
    found: list[str] = []
    number = 910_000_000
    while len(found) < count:
        number += 1
        if orgnr.is_valid(str(number)):
            found.append(str(number))
    return found


def is_late(n: int) -> bool:
    return n % LATE == 1


def is_terminated(n: int) -> bool:
    return n % TERMINATED == 2


def has_left(n: int) -> bool:
    return n % LEFT == 3 and not is_terminated(n)


def undisturbed_books(count: int) -> dict[str, Any]:
    """What a run ends in: the second session's completion is revoked once, and who has left is credited."""
    books: dict[str, Any] = {}
    for n, party in enumerate(parties(count)):
        owes = {1, 2} if is_terminated(n) or has_left(n) else {1, 2, 3}
        credited = {1: 0, 2: 1, 3: int(has_left(n))}
        books[party] = {
            str(k): {"credited_attempts": credited[k], "net_ore": amount if k in owes else 0}
            for k, amount in AMOUNTS.items()
        }
    instalments = [it for by_instalment in books.values() for it in by_instalment.values()]
    standing = sum(it["net_ore"] > 0 for it in instalments)
    credited_in_all = sum(it["credited_attempts"] for it in instalments)
    return {
        "credit_notes_name_their_event": True,
        "credit_notes_pair_with_invoices": True,
        "parties": dict(sorted(books.items())),
        "series": {
            "credit_notes": {"count": credited_in_all, "unbroken": True},
            "invoices": {"count": standing + credited_in_all, "unbroken": True},
        },
    }


class Run:
    """One programme as it is played. `after` is awaited after each part, with its name.

    `whole_year`: with what 0.2.0 has no routes for. One more party is offered a place, and its offer lapses; attendance is
    taken at the first session, and asked for where it was forgotten.
    """

    def __init__(
        self,
        client: Client,
        count: int,
        *,
        within: float = 900,
        after: Callable[[str], Awaitable[None]] | None = None,
        whole_year: bool = True,
    ) -> None:
        self._whole_year = whole_year
        self._client = client
        self._parties = parties(count)
        self._within = within
        self._after = after
        self._agreements: dict[str, str] = {}
        self._sessions: dict[int, str] = {}
        self._waiting: str | None = None
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def play(self) -> None:
        for part in (
            self.open,
            self.apply,
            *([self.wait_in_vain] if self._whole_year else []),
            self.form_groups,
            self.send_agreements,
            self.first_session,
            self.second_session,
            self.third_session,
        ):
            await part()
            if self._after is not None:
                await self._after(part.__name__)
        await self.rest()

    async def open(self) -> None:
        await self.on(date(2024, 2, 1))
        programme = {
            "code": PROGRAMME,
            "name": "Program",
            "period_start": "2024-08-01",
            "period_end": "2025-12-31",
            "fee_ore": 2_000_000,
        }
        await self._post("/registration/programmes", programme)
        advisors = await self._all(
            self._post("/registration/advisors", {"name": "Tuva Lie", "email": f"tuva{n}@raadet.example"})
            for n in range(0, len(self._parties), ADVISES)
        )
        self._advisors = {party: advisors[n // ADVISES]["id"] for n, party in enumerate(self._parties)}
        await self._all(self._post("/registration/parties", _party(it)) for it in self._parties)
        await self.rest()
        for n, day in DAYS.items():
            planned = date(2025, 2, 13) if n == 2 else day
            session = await self._post(f"/scheduling/programmes/{PROGRAMME}/sessions", _session(n, planned))
            self._sessions[n] = session["id"]
            await self._say_where(n)
        await publish_plan(self._client)

    async def apply(self) -> None:
        await self.on(date(2024, 4, 15))
        views = await self._all(self._post(of_programme("applications"), application(it)) for it in self._parties)
        await self._all(self._post(f"/registration/applications/{it['id']}/assessment", ASSESSMENT) for it in views)

    async def wait_in_vain(self) -> None:
        """One more party than there are places waits, is offered the one that is added, and does not answer (R2)."""
        (party,) = parties(len(self._parties) + 1)[len(self._parties) :]
        of = f"/registration/programmes/{PROGRAMME}"
        await self._post("/registration/parties", _party(party))
        path = (
            f"/registration/applications/{(await self._post(of_programme('applications'), application(party)))['id']}"
        )
        await self._client.patch(of, {"places": len(self._parties)})
        await self._post(f"{path}/assessment", ASSESSMENT | {"outcome": "waiting_list"})
        await self._client.patch(of, {"places": len(self._parties) + 1})
        await self._post(f"{path}/offer", {"answer_by": "2024-05-02"})
        self._waiting = path

    async def has_lapsed(self) -> bool:
        """Whether the offer has lapsed, and once: it was told once more than what came before it."""
        assert self._waiting is not None
        found = await self._client.get(self._waiting)
        shown = await self._client.get(of_programme("waiting-list"))
        (it,) = shown["waiting"]
        return (found["version"], found["state"], it["place"], [one["outcome"] for one in it["offers"]]) == (
            *(4, "waiting_list"),
            *(None, ["lapsed"]),
        )

    async def form_groups(self) -> None:
        await self.on(date(2024, 6, 10))
        await self._all(self._form_group(it) for it in self._parties)

    async def send_agreements(self) -> None:
        await self.on(date(2024, 8, 15))
        await self._all(self._send(it) for it in self._parties)
        await self._all(self._sign(party, date(2024, 8, 15)) for n, party in enumerate(self._parties) if not is_late(n))

    async def first_session(self) -> None:
        await self.on(DAYS[1])
        await self._say_where(1)
        await self.change(1, "completion")
        if self._whole_year:
            await self._take_attendance()
        await self.on(date(2024, 10, 15))
        await self._all(self._sign(party, date(2024, 10, 15)) for n, party in enumerate(self._parties) if is_late(n))

    async def second_session(self) -> None:
        await self.on(date(2025, 1, 27))
        await self.change(2, "move", when=_day(DAYS[2]))
        await self._say_where(2)
        await self.on(DAYS[2])
        for what in ("completion", "completion-revoked", "completion"):
            await self.change(2, what)
            await self.rest()
            await self._approve()
        await self.on(date(2025, 3, 3))
        await self._all(self._terminate(party) for n, party in enumerate(self._parties) if is_terminated(n))

    async def third_session(self) -> None:
        await self.on(DAYS[3])
        await self._say_where(3)
        await self.change(3, "completion")
        await self.on(date(2025, 9, 15))
        end = {"ends_on": "2025-09-01", "reason": "Lagt ned."}
        await self._all(
            self._post(f"/registration/agreements/{self._agreements[party]}/end", end)
            for n, party in enumerate(self._parties)
            if has_left(n)
        )

    async def _take_attendance(self) -> None:
        """All were there (S5). Of the first party it is forgotten, until it was asked for and asked for again (N1)."""
        await self.rest()  # registration has heard of the session by then
        forgotten, *others = self._parties
        await self._record(others)
        for days in ASKED_FOR_AFTER:
            await self.on(DAYS[1] + timedelta(days=days))
        await self.rest()  # the mail that asks has left by then; what is recorded before is not asked for
        await self._record([forgotten])

    async def _record(self, those: Sequence[str]) -> None:
        path = f"/registration/sessions/{self._sessions[1]}/attendance"
        sheets = {it["party"]: it for it in (await self._client.get(path))["parties"]}
        await self._all(self._put(f"{path}/{party}", all_were_there(sheets[party])) for party in those)

    async def check_the_year(self) -> None:
        """Raises AssertionError where the offer has not lapsed, attendance is not as recorded, or something was told twice."""
        assert await self.has_lapsed()
        path = of_programme("attendance")
        for party in self._parties:
            (it,) = (await self._client.get(path, party=party))["items"]
            assert (it["expected"], it["present"]) == (4, 4), it
        told = await all_of(self._client, "/registration/operations/told", programme=PROGRAMME)
        asked = [it["event"]["data"] for it in told if it["event"]["type"] == ATTENDANCE_MISSING.type]
        of_first = [(it["party"], it["stage"]) for it in asked if it["session"] == self._sessions[1]]
        assert of_first == [(self._parties[0], stage) for stage in (1, 2)], of_first
        times = Counter((it["session"], it["party"], it["stage"]) for it in asked)
        assert times.total() == len(times), "something was asked for twice"

    async def rest(self) -> None:
        """What waits for an access point that is away holds up nothing else."""
        await until_at_rest(self._client, within=self._within, despite=("access_point",))

    async def on(self, day: date) -> None:
        """Move the clocks to four in the afternoon of a day in Norway, once all is at rest."""
        await self.rest()
        now = datetime.combine(day, time(16), tzinfo=OSLO).isoformat()
        for service in PUBLISHERS:
            await self._post(f"/{service}/operations/clock", {"now": now})

    async def _form_group(self, party: str, programme: str = PROGRAMME) -> None:
        group = of_programme(f"groups/{party}", programme)
        for n in range(4):
            view = await self._post(f"{group}/participants", participant(party, n))
        first = next(it["id"] for it in view["participants"] if it["email"].startswith("leder@"))
        await self._post(f"{group}/coordinator", {"participant": first})
        await self._post(f"{group}/advisor", {"advisor": self._advisors[party]})

    async def _send(self, party: str) -> None:
        try:
            view = await self._post(of_programme("agreements"), agreement(party))
        except Refused:  # 0.2.0, which may have opened the programme, took no contact person
            await self._client.patch(f"/registration/programmes/{PROGRAMME}", {"contact_person": CONTACT_PERSON})
            view = await self._post(of_programme("agreements"), agreement(party))
        self._agreements[party] = view["id"]

    async def _sign(self, party: str, day: date) -> None:
        for role in ROLES:
            body = {"signatory": role, "place": "Molde", "signed_on": day.isoformat()}
            await self._post(f"/registration/agreements/{self._agreements[party]}/signatures", body)

    async def _approve(self) -> None:
        """Where they are many, the credit notes of a revocation wait for it; in 0.2.0 nothing does."""
        try:
            found = await self._client.get(f"/billing/programmes/{PROGRAMME}/approvals")
        except Refused as refused:
            if refused.status == httpx.codes.NOT_FOUND:
                return
            raise
        for it in found["items"]:
            if it["state"] == "waiting":
                await self._post(f"/billing/approvals/{it['id']}", {})
        await self.rest()

    async def _terminate(self, party: str) -> None:
        path = f"/registration/agreements/{self._agreements[party]}"
        concern = await self._post(f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."})
        await self._post(f"{path}/termination", {"concern": concern["id"], "ends_on": "2025-03-03"})

    async def _say_where(self, n: int) -> None:
        """A session has venue and city before it is completed (S3); a version before this one knows neither."""
        path = f"/scheduling/sessions/{self._sessions[n]}"
        view = await self._client.get(path)
        if "venue" in view and view["venue"] is None:
            await self._client.patch(path, WHERE)

    async def change(self, n: int, what: str, **body: Any) -> None:
        path = f"/scheduling/sessions/{self._sessions[n]}/{what}"
        try:
            await self._post(path, body)
        except Refused as refused:
            if what != "completion" or refused.status != httpx.codes.UNPROCESSABLE_ENTITY:
                raise
            await self._say_where(n)  # it may have been asked of a version that knows neither, which was replaced since
            await self._post(path, body)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._limit:
            return await self._client.post(path, body)

    async def _put(self, path: str, body: dict[str, Any]) -> Any:
        async with self._limit:
            return await self._client.put(path, body)

    async def _all(self, calls: Iterable[Awaitable[Any]]) -> list[Any]:
        return list(await asyncio.gather(*calls))


async def all_of(client: Client, path: str, **parameters: str) -> list[dict[str, Any]]:
    """A list whole, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await client.get(path, limit=100, **parameters, **after)
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


async def publish_plan(client: Client, programme: str = PROGRAMME) -> None:
    """In 0.2.0 there is nothing to publish: a plan from then counts as published."""
    try:
        await client.post(f"/scheduling/programmes/{programme}/plan/publication", {})
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:
            raise


CONTACT_PERSON = {"name": "Ingrid Moe", "email": "ingrid.moe@raadet.example", "phone": "+47 900 00 003"}
MET = {"met": True, "reason": "Godt begrunnet."}
QUESTIONS = ("development_as_whole", "development_area", "dialogue_with_branch")
ASSESSMENT = dict.fromkeys(QUESTIONS, MET) | {"outcome": "accepted"}


def all_were_there(sheet: dict[str, Any]) -> dict[str, Any]:
    return {"present": [{"participant": it["participant"], "days": it["expected_on"]} for it in sheet["attendees"]]}


def of_programme(end: str, programme: str = PROGRAMME) -> str:
    return f"/registration/programmes/{programme}/{end}"


def _day(day: date) -> dict[str, Any]:
    return {"days": {"first": day.isoformat(), "last": day.isoformat()}}


def _session(n: int, day: date) -> dict[str, Any]:
    return {
        "kind": "joint_session",
        "format": "physical",
        "title": f"Fellessamling {n}",
        "number": n,
        "instalment": n,
        "place": "Molde",
        "when": _day(day),
    }


def _party(number: str) -> dict[str, Any]:
    return {
        "organisation_number": number,
        "kind": "municipality",
        "municipality_number": number[-4:],
        "name": f"Kommune {number}",
        "language_form": "nynorsk" if int(number) % 2 else "bokmål",
        "takes_invoices_by": "email" if int(number) % 3 == 0 else "ehf",
        "address": {"street": "Rådhuset", "postal_code": "6413", "city": "Molde"},
    }


def person(party: str, who: str) -> dict[str, Any]:
    return {"name": f"{who.title()} Vik", "email": f"{who}@k{party}.example"}


def application(party: str) -> dict[str, Any]:
    return {
        "party": party,
        "answers": dict.fromkeys(QUESTIONS, "Vi vil det."),
        "contact_person": person(party, "leder"),
        "payer_reference": f"KS-{party}",
    }


def participant(party: str, n: int) -> dict[str, Any]:
    return person(party, ("leder", "eier", "rektor", "laerer")[n]) | {"represents_school_owner": n == 1}


def agreement(party: str) -> dict[str, Any]:
    return {
        "party": party,
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "signatories": {
            "council_director": {"name": "Kjersti Holm", "email": "kjersti@raadet.example"},
            "municipal_director": person(party, "direktor"),
            "head_of_culture_school": person(party, "leder"),
        },
    }
