"""A programme from its opening to its first invoices, in which every operation of the four services has its place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from deploy.at_rest import until_at_rest
from deploy.client import Client
from deploy.embedded import Running, running
from services.billing import tables as billing
from services.billing.approvals import repository as approvals
from services.billing.approvals.domain.held import Approval, Held
from services.notifications import tables
from shared import clock
from shared.clock import real_now
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.ids import new_id
from shared.messaging import parking
from shared.messaging.tables import outbox
from shared.web.api import A_PARTY, A_PROGRAMME
from tests.end_to_end.examples import FAILED, OPENED, Player
from tests.support.waiting import PATIENCE

A_BRANCH = "940192404"
ANOTHER = "964338531"  # who withdraws
NOBODYS = "01926b3c-7a00-7000-8000-00000000000f"
APRIL = {"now": "2024-04-15T12:00:00+02:00"}  # within the days on which parties apply


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[tuple[Running, Player]]:
    """All four services, with a programme that was played on them by the documents' examples."""
    async with running(folder, port=0, nats_port=0, simulated_clock=True) as run:
        assert run.first_key is not None
        headers = {"Authorization": f"Bearer {run.first_key}"}
        async with (
            httpx.AsyncClient(base_url=run.url, headers=headers, timeout=PATIENCE) as http,
            Client(run.url, run.first_key) as client,
        ):
            player = Player(http)
            await player.read()
            databases = {name: service.database for name, service in run.services.items() if service is not None}
            await play(player, databases, lambda: until_at_rest(client))
            yield run, player


async def play(player: Player, databases: dict[str, Database], at_rest: Callable[[], Awaitable[Any]]) -> None:
    """All of it, on services that have just begun."""
    for service in PUBLISHERS:
        await player(service, "move_clock", more=APRIL)
    await _apply(player)
    agreement = await _form_group(player)
    await at_rest()
    for service in PUBLISHERS:
        await player(service, "move_clock")
    await _sign(player, agreement)
    await at_rest()
    await _meet(player, at_rest)
    await _read_books(player, agreement, databases["billing"])
    await at_rest()
    await _look_at_mails(player, databases["notifications"])
    await _end(player, agreement)
    for service in PUBLISHERS:
        await _operate(player, service, databases[service], databases["registration"])


async def _apply(player: Player) -> None:
    for id in ("open_programme", "list_programmes", "show_programme", "change_programme"):
        await player("registration", id)
    for id in ("register_party", "list_parties", "show_party", "change_party"):
        await player("registration", id)
    another = {"organisation_number": "974760673", "code": "ved-en-feil"}
    await player("registration", "register_party", more={"organisation_number": another["organisation_number"]})
    await player("registration", "delete_party", party=another["organisation_number"])
    await player("registration", "open_programme", more={"code": another["code"]})
    for id in ("close_programme", "reopen_programme", "delete_programme"):
        await player("registration", id, programme=another["code"])
    await _adopt_area(player)
    application = await player("registration", "receive_application")
    await player("registration", "list_applications")
    for id in ("show_application", "change_application", "withdraw_application"):
        await player("registration", id, application=application["id"])
    await player("registration", "receive_application")
    await _wait(player, application["id"])
    await player("registration", "assess_application", application=application["id"])


async def _adopt_area(player: Player) -> None:
    branch: dict[str, Any] = {"organisation_number": A_BRANCH, "kind": "county_branch", "municipality_number": None}
    await player("registration", "register_party", more=branch | {"name": "Møre og Romsdal"})
    area = (await player("registration", "adopt_development_area", party=A_BRANCH))["id"]
    await player("registration", "list_areas_of_branch", party=A_BRANCH)
    await player("registration", "list_areas")
    for id in ("show_area", "change_development_area", "withdraw_development_area"):
        await player("registration", id, development_area=area)


async def _draw_up_plan(player: Player) -> None:
    area = await player("registration", "adopt_development_area", party=A_BRANCH)
    for id in ("record_mapping", "show_mapping", "list_mappings"):
        await player("registration", id)
    await player("registration", "write_development_plan", development_area=area["id"])
    for id in ("change_development_plan", "show_development_plan", "list_versions", "list_development_plans"):
        await player("registration", id)


async def _wait(player: Player, application: str) -> None:
    """It waits behind another one, is put before it, and is offered a place: no, and after it has applied again, yes."""
    waiting = {"outcome": "waiting_list"}
    await player("registration", "register_party", more={"organisation_number": ANOTHER})
    other = (await player("registration", "receive_application", more={"party": ANOTHER}))["id"]
    for id in (other, application):
        await player("registration", "assess_application", application=id, more=waiting)
    await player("registration", "order_waiting_list", more={"applications": [application, other]})
    await player("registration", "show_waiting_list")
    await player("registration", "offer_place", application=application)
    await player("registration", "refuse_offer", application=application)
    await player("registration", "receive_application")
    await player("registration", "withdraw_application", application=other)
    await player("registration", "assess_application", application=application, more=waiting)
    await player("registration", "offer_place", application=application)
    await player("registration", "accept_offer", application=application)


async def _form_group(player: Player) -> str:
    """The id of the agreement that was sent."""
    advisor = await player("registration", "register_advisor")
    await player("registration", "list_advisors")
    for n in range(4):
        await player("registration", "add_participant", more={"name": f"Deltaker {n}", "email": f"{n}@molde.example"})
    group = await player("registration", "add_participant")
    first, second, third, *_ = group["participants"]
    await player("registration", "remove_participant", participant=first["id"])
    await player("registration", "replace_participant", participant=third["id"])
    await player("registration", "export_person", person=third["person"])
    await player("registration", "erase_person", person=third["person"])
    await player("registration", "show_receipt", person=third["person"])
    await player("registration", "show_pending_erasures")
    await player("registration", "show_retention")
    await player("registration", "keep_no_longer")
    await player("registration", "correct_participant", participant=second["id"])
    await player("registration", "elect_coordinator", participant=second["id"])
    await player("registration", "correct_person", person=second["person"])
    await player("registration", "find_people")
    await player("registration", "show_person", person=second["person"])
    by_mistake = {"name": "Feil Person", "email": "feil.person@raadet.example"}
    mistake = await player("registration", "register_advisor", more=by_mistake)
    await player("registration", "delete_person", person=mistake["id"])
    await player("registration", "attach_advisor", advisor=advisor["id"])
    await player("registration", "detach_advisor")
    await player("registration", "attach_advisor", advisor=advisor["id"])
    await _draw_up_plan(player)
    await player("registration", "show_group")
    await player("registration", "list_groups")
    agreement = (await player("registration", "send_agreement"))["id"]
    await player("registration", "list_agreements")
    await player("registration", "show_agreement", agreement=agreement)
    await player("registration", "call_back_agreement", agreement=agreement)
    agreement = (await player("registration", "send_agreement"))["id"]
    await player("registration", "amend_agreement", agreement=agreement)
    return str(agreement)


async def _sign(player: Player, agreement: str) -> None:
    role: dict[str, Any] = {"agreement": agreement, "role": "municipal_director"}
    stands = (await player("registration", "show_agreement", agreement=agreement))["fingerprint"]
    await player("registration", "show_agreement_document", agreement=agreement, fingerprint=stands)
    await player("registration", "sign_agreement", agreement=agreement)
    await player("registration", "take_signature_back", **role)
    await player("registration", "sign_agreement", agreement=agreement)
    await player("registration", "correct_signature", **role)
    for signatory in ("council_director", "head_of_culture_school"):
        await player("registration", "sign_agreement", agreement=agreement, more={"signatory": signatory})
    await player("registration", "show_summary")


async def _meet(player: Player, at_rest: Callable[[], Awaitable[Any]]) -> None:
    """One session is completed, revoked and completed again; what becomes of another is decided step by step."""
    first = (await player("scheduling", "plan_session"))["id"]
    await player("scheduling", "show_plan")
    for id in ("say_days_to_avoid", "show_days_to_avoid", "show_warnings"):
        await player("scheduling", id)
    lacking = (await player("scheduling", "show_findings"))["findings"][0]
    await player("scheduling", "accept_finding", more={name: lacking[name] for name in ("code", "sessions")})
    await player("scheduling", "show_warnings_of_session", id=first)
    for id in ("show_session", "sharpen_session", "change_description"):
        await player("scheduling", id, id=first)
    await at_rest()
    foreseen = await player("billing", "show_preview", completed=first)
    expect = {name: foreseen[name] for name in ("invoices", "credit_notes", "total_ore")}
    assert expect["invoices"] == 1
    for id, more in (
        ("complete_session", {"expect": expect}),
        ("revoke_completion", {}),
        ("complete_session", {"expect": expect}),
    ):
        await player("scheduling", id, id=first, more=more)
        await at_rest()
    await player("scheduling", "show_summary")
    await _visit(player)
    await _take_attendance(player, first)
    days = {"days": {"first": "2024-09-10", "last": "2024-09-11"}}
    second = await player("scheduling", "plan_session", more={"number": 2, "instalment": 3, "when": days})
    await player("scheduling", "show_state_of_plan")
    await player("scheduling", "publish_plan")
    later = {"days": {"first": "2024-09-12", "last": "2024-09-13"}}
    await player("scheduling", "revise_plan", more={"moves": [{"session": second["id"], "when": later}]})
    for id in ("show_feed", "renew_feed"):
        await player("scheduling", id, kind="programme", of=A_PROGRAMME)
    for id in ("move_session", "give_instalment", "decide_format", "cancel_session", "revoke_cancellation"):
        await player("scheduling", id, id=second["id"])


async def _visit(player: Player) -> None:
    """A municipality is visited, of which minutes are written."""
    day = {"days": {"first": "2024-09-09", "last": "2024-09-09"}}
    visit: dict[str, Any] = {"kind": "guidance_visit", "instalment": None, "party": A_PARTY, "when": day}
    planned = (await player("scheduling", "plan_session", more=visit))["id"]
    await player("scheduling", "complete_session", id=planned)
    for id in ("write_minutes", "show_minutes"):
        await player("scheduling", id, id=planned)
    await player("scheduling", "show_visits")


async def _take_attendance(player: Player, session: str) -> None:
    group = await player("registration", "show_group")
    present = [{"participant": it["id"], "days": ["2024-09-24", "2024-09-25"]} for it in group["participants"]]
    await player("registration", "record_attendance", session=session, more={"present": present})
    await player("registration", "show_attendance", session=session)
    await player("registration", "show_attendance_of_party", session=session)
    await player("registration", "list_attendance")
    await player("registration", "list_findings")


async def _read_books(player: Player, agreement: str, database: Database) -> None:
    for id in (
        "list_invoices",
        "list_credit_notes",
        "show_books",
        "show_summary",
        "list_unbilled_instalments",
        "list_series",
    ):
        await player("billing", id)
    for document in ("invoice", "credit_note"):
        for id in (f"show_{document}", f"show_{document}_as_pdf", f"show_{document}_as_ehf"):
            await player("billing", id, number=1)
    await player("billing", "list_deliveries")
    for id in ("retry_delivery", "deliver_by_mail"):
        await player("billing", id, id=await _undelivered(database))
    await player("billing", "list_undelivered")
    await player("billing", "credit_invoice", number=2)
    release = await player("billing", "release_instalment")
    await player("billing", "list_releases")
    await player("billing", "withdraw_release", id=release["id"])
    waiver = await player("billing", "waive_instalment", agreement=agreement)
    await player("billing", "list_waivers")
    await player("billing", "withdraw_waiver", id=waiver["id"])
    await player("billing", "show_verification")
    await player("billing", "show_verification_of_files")
    approval = await _hold(database)
    await player("billing", "list_approvals")
    await player("billing", "approve_documents", id=approval)


async def _undelivered(database: Database) -> str:
    """Have the second invoice be undelivered, as where no mail server takes its mail; the id of its delivery."""
    d = billing.delivery
    which = d.c.programme == A_PROGRAMME, d.c.kind == "invoice", d.c.number == 2
    values = {"state": "undelivered", "channel": "mail", "why": "mail_failed", "mail_event": None}
    async with database.transaction() as connection:
        found: str = (await connection.execute(update(d).where(*which).values(values).returning(d.c.id))).scalar_one()
    return found


async def _hold(database: Database) -> str:
    """Have a document wait, as a start with another rule would; the id of the approval that it waits for."""
    found = Approval(id=new_id(), programme=A_PROGRAMME, cause="start", documents=1, found_at=real_now())
    nothing = {"delivery": None, "delivered_from": None, "delivered_to": None, "amount_ore": None}
    document = Held(agreement="of-before", party=A_PARTY, instalment=1, invoice=1, reason="agreement_ended", **nothing)
    async with database.transaction() as connection:
        await approvals.hold(connection, found, [document])
    return found.id


async def _look_at_mails(player: Player, database: Database) -> None:
    for id in ("list_mails", "show_summary", "list_what_waits", "show_failing_addresses"):
        await player("notifications", id)
    await _wait_in_vain(database)
    await player("notifications", "give_up_what_waits", id=NOBODYS)
    async with database.transaction() as connection:
        notes = select(tables.mail.c.id).where(tables.mail.c.kind == "credit_note")  # which nothing overtakes
        failed = (await connection.execute(notes.limit(1))).scalar_one()
    for id in ("show_mail", "resend_mail"):
        await player("notifications", id, id=failed)
    for id, of in (("retry_mail", {"id": failed}), ("retry_mails", {})):
        async with database.transaction() as connection:
            await connection.execute(update(tables.mail).where(tables.mail.c.id == failed).values(state="failed"))
        await player("notifications", id, **of)


async def _wait_in_vain(database: Database) -> None:
    """A mailing for a party that nobody ever registers."""
    async with database.transaction() as connection:
        mailing = {"kind": "invoice", "event_id": NOBODYS, "programme": A_PROGRAMME, "party": "999999999"}
        happened_at = await clock.now(connection)
        await connection.execute(tables.mailing.insert(), mailing | {"about": {}, "happened_at": happened_at})


async def _end(player: Player, agreement: str) -> None:
    """Another party takes it over and hands it back; it is terminated by mistake, and ends as both agreed."""
    await player("registration", "register_party", more={"organisation_number": "942110464", "name": "Nye Molde"})
    await player("registration", "succeed_agreement", agreement=agreement)
    await player("registration", "succeed_agreement", agreement=agreement, more={"party": A_PARTY})
    concern = await player("registration", "raise_concern", agreement=agreement)
    await player("registration", "list_contact_lists")
    await player("registration", "exchange_contact_lists")
    await player("registration", "list_concerns", agreement=agreement)
    await player("registration", "list_concerns_of_programme")
    await player("registration", "resolve_concern", concern=concern["id"])
    more = {"description": "Heller ikke til den neste."}
    concern = await player("registration", "raise_concern", agreement=agreement, more=more)
    await player("registration", "terminate_agreement", agreement=agreement, concern=concern["id"])
    await player("registration", "take_end_back", agreement=agreement)
    await player("registration", "end_agreement", agreement=agreement)


async def _operate(player: Player, service: str, database: Database, registration: Database) -> None:
    for id in (
        "check_liveness",
        "check_readiness",
        "show_state",
        "show_own_key",
        "show_clock",
        "list_what_is_missing",
        "list_what_is_set_aside",
        "republish_events",
    ):
        await player(service, id)
    for id in ("list_what_was_told", "list_disowned_events", "list_subscribers", "list_changes"):
        await player(service, id)
    await player(service, "show_subscriber", name="reader")
    if (service, "list_projected_rows") in player.operations:
        await player(service, "list_projected_rows", name="session" if service == "registration" else "programme")
    keys = [f"{n:064x}" for n in range(3)]
    await _park(database, keys, await _an_event(registration))
    await player(service, "list_parked_messages")
    for id in ("show_parked_message", "replay_parked_message"):
        await player(service, id, key=keys[0])
    await player(service, "discard_parked_message", key=keys[1])
    await player(service, "replay_parked_messages")


async def _an_event(registration: Database) -> parking.Parked:
    async with registration.reading() as connection:
        query = select(outbox.c.body, outbox.c.subject).order_by(outbox.c.position).limit(1)
        row = (await connection.execute(query)).one()
    return parking.Parked(
        key="",
        state=parking.PARKED,
        subject=row.subject,
        type=OPENED,
        body=row.body.encode(),
        reason=FAILED,
        error="TimeoutError",
        attempts=5,
        parked_at=real_now() - timedelta(hours=1),
    )


async def _park(database: Database, keys: list[str], it: parking.Parked) -> None:
    async with database.transaction() as connection:
        await parking.park(connection, [parking.Parked(**vars(it) | {"key": key}) for key in keys])
