"""A municipality from its application to its signed agreement, by registration's API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from shared.contracts.questions import Planned, PlannedSession, Purpose, Question, WhoIsConcerned
from shared.database import Database
from shared.messaging.ask import Ask, NoAnswer
from tests.support.api import Api
from tests.support.facts import events_of

CODE, MOLDE, BRANCH = "regionalt-2024-2025", "921221967", "974760673"
PROGRAMME = {
    "code": CODE,
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
    "applications_from": "2024-02-01",
    "applications_until": "2024-05-01",
    "contact_person": {"name": "Ingrid Moe", "email": "ingrid.moe@raadet.example", "phone": "+47 900 00 003"},
}
PARTY = {
    "organisation_number": MOLDE,
    "kind": "municipality",
    "municipality_number": "1506",
    "county": "Møre og Romsdal",
    "name": "Molde",
    "language_form": "nøytral",
    "address": {"street": "Rådhuset", "postal_code": "6413", "city": "Molde"},
}
CONTACT = {"name": "Kari Vik", "email": "kari.vik@molde.example"}
APPLICATION = {
    "party": MOLDE,
    "answers": {
        "development_as_whole": "Vi vil det.",
        "development_area": "Vi følger utviklingsområdet.",
        "dialogue_with_branch": "Vi snakker sammen.",
    },
    "contact_person": CONTACT,
    "payer_reference": "KS-1506",
}
MET = {"met": True, "reason": "Godt begrunnet."}
ASSESSMENT = dict.fromkeys(APPLICATION["answers"], MET) | {"outcome": "accepted"}
ADVISOR = {"name": "Jonas Brekke", "email": "jonas.brekke@raadet.example"}
DIRECTOR = {"name": "Kjersti Holm", "email": "kjersti.holm@raadet.example"}
SIGNATORIES = {
    "council_director": DIRECTOR,
    "municipal_director": {"name": "Per Moen", "email": "per.moen@molde.example"},
    "head_of_culture_school": CONTACT,
}
AGREEMENT = {
    "party": MOLDE,
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "signatories": SIGNATORIES,
}
OF_PROGRAMME = f"/registration/programmes/{CODE}"
GROUP = f"{OF_PROGRAMME}/groups/{MOLDE}"
APRIL, OCTOBER = (datetime(2024, month, 15, 12, tzinfo=UTC) for month in (4, 10))


class FakeScheduling(Ask):
    """Answers what is planned, in scheduling's place: nothing, unless a test says otherwise."""

    def __init__(self) -> None:
        self.planned = Planned(count=0, first=())
        self.asked: list[Question[Any]] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None  # happens while a question is under way
        self.is_silent = False

    def plans(self, n: int) -> None:
        """So many sessions are in the way."""
        session = PlannedSession(session="one", kind="joint_session", number=6, when="20.–21. november 2025")
        self.planned = Planned(count=n, first=(session,))

    async def __call__(self, question: Question[Any]) -> Any:
        self.asked.append(question)
        if self.meanwhile:
            await self.meanwhile()
        if self.is_silent:
            raise NoAnswer
        return self.planned


async def happened(database: Database) -> list[str]:
    return [event.type.split(".", 2)[2].removesuffix(".v1") for event in await events_of(database)]


async def apply(api: Api, *, opened: bool = False) -> str:
    """`opened`: the programme is already."""
    if not opened:
        await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/parties", PARTY)
    return str((await api.post(f"{OF_PROGRAMME}/applications", APPLICATION))["id"])


async def accept(api: Api, *, opened: bool = False) -> None:
    await api.post(f"/registration/applications/{await apply(api, opened=opened)}/assessment", ASSESSMENT)


async def form_group(api: Api, *, opened: bool = False) -> dict[str, Any]:
    """Accepted, with four participants; the third coordinates, and an advisor is attached."""
    await accept(api, opened=opened)
    for n in range(4):
        body = {"name": f"Person {n}", "email": f"{n}@molde.example", "represents_school_owner": n == 1}
        group = await api.post(f"{GROUP}/participants", body)
    await api.post(f"{GROUP}/coordinator", {"participant": group["participants"][2]["id"]})
    advisor = await api.post("/registration/advisors", ADVISOR)
    found: dict[str, Any] = await api.post(f"{GROUP}/advisor", {"advisor": advisor["id"]})
    return found


async def send(api: Api) -> str:
    """The path of an agreement that was sent."""
    await form_group(api)
    return f"/registration/agreements/{(await api.post(f'{OF_PROGRAMME}/agreements', AGREEMENT))['id']}"


async def sign(api: Api, path: str, day: str = "2024-08-15") -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for signatory, place in (
        ("council_director", "Trondheim"),
        ("municipal_director", "Molde"),
        ("head_of_culture_school", "Molde"),
    ):
        answer = await api.post(f"{path}/signatures", {"signatory": signatory, "place": place, "signed_on": day})
    return answer


async def to_who(database: Database, purpose: Purpose, *, agreement: str | None = None) -> list[str]:
    question = WhoIsConcerned(purpose=purpose, programme=CODE, party=MOLDE, agreement=agreement)
    answer = await say_who_is_concerned(database, question)
    return [it.name for it in answer.recipients]
