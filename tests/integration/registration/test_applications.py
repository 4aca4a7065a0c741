"""What becomes of an application after it came in: changed, withdrawn, assessed anew (R2)."""

from __future__ import annotations

import pytest

from shared.database import Database
from tests.integration.registration.world import (
    AGREEMENT,
    APPLICATION,
    ASSESSMENT,
    CODE,
    CONTACT,
    GROUP,
    OCTOBER,
    OF_PROGRAMME,
    accept,
    apply,
    form_group,
    happened,
    send,
    sign,
    to_who,
)
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of

OTHER = {"name": "Nils Lie", "email": "nils.lie@molde.example"}


async def the_application(api: Api) -> str:
    """The path of the only one that there is."""
    (found,) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    return f"/registration/applications/{found['id']}"


async def test_answers_contact_and_reference_are_changed_while_it_is_not_decided(api: Api, database: Database) -> None:
    path = f"/registration/applications/{await apply(api)}"
    changes = {"answers": {"development_area": "Et annet."}, "contact_person": OTHER, "payer_reference": "KS-2"}
    changed = await api.patch(path, changes)
    assert changed["answers"] == APPLICATION["answers"] | {"development_area": "Et annet."}  # type: ignore[operator]
    assert (changed["contact_person"]["name"], changed["payer_reference"]) == ("Nils Lie", "KS-2")
    assert await to_who(database, "application") == ["Nils Lie"]
    assert await api.patch(path, changes) == changed == await api.get(path)
    assert await api.patch(path, {}) == changed
    assert (await happened(database))[2:] == ["application.received", "application.changed"]
    told = (await events_of(database))[-1].data
    assert (told.version, told.state, told.contact_person) == (2, "received", changed["contact_person"]["id"])


async def test_answers_stay_once_it_is_decided_and_the_rest_until_an_agreement_is_sent(
    api: Api, database: Database
) -> None:
    await form_group(api)
    path = await the_application(api)
    refused = await api.refused(409, path, {"answers": {"development_area": "Et annet."}}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("R2", "answers")
    assert "accepted" in refused["message"]
    assert (await api.patch(path, {"payer_reference": "KS-2", "answers": {}}))["payer_reference"] == "KS-2"
    agreement = (await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT))["id"]
    for field, value, where in (
        ("payer_reference", "KS-3", f"PATCH /registration/agreements/{agreement}"),
        ("contact_person", OTHER, "coordinator"),
    ):
        refused = await api.refused(409, path, {field: value}, method="PATCH")
        assert (refused["rule"], refused["field"]) == ("R2", field)
        assert where in refused["message"]
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["payer_reference"] == "KS-2"
    assert "Nils Lie" not in await to_who(database, "application")


async def test_a_reference_that_is_personal_data_is_refused_when_it_is_changed_too(api: Api) -> None:
    path = f"/registration/applications/{await apply(api)}"
    refused = await api.refused(422, path, {"payer_reference": "01010750160"}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("N2", "payer_reference")


async def test_who_withdraws_hears_of_nothing_more_and_has_no_group(api: Api, database: Database) -> None:
    await form_group(api)
    path = await the_application(api)
    gone = await api.post(f"{path}/withdrawal", {"reason": "Ingen råd."})
    assert (gone["state"], gone["withdrawal_reason"]) == ("withdrawn", "Ingen råd.")
    assert await api.post(f"{path}/withdrawal", {"reason": "Ingen råd."}) == gone
    assert (await happened(database))[-1] == "application.withdrawn"
    assert "råd" not in (await events_of(database))[-1].model_dump_json()
    for purpose in ("application", "invitation", "agreement", "end"):
        assert await to_who(database, purpose) == []
    for where, body in ((f"{GROUP}/participants", CONTACT), (f"{OF_PROGRAMME}/agreements", AGREEMENT)):
        assert (await api.refused(409, where, body))["rule"] == "R2"
    summary = await api.get("/registration/summary", programme=CODE)
    assert (summary["applications"], summary["accepted"], summary["withdrawn"]) == (1, 0, 1)


@pytest.mark.parametrize("outcome", [None, "waiting_list", "accepted"])
async def test_an_application_is_withdrawn_without_a_word_until_its_agreement_is_signed(
    api: Api, outcome: str | None
) -> None:
    path = f"/registration/applications/{await apply(api)}"
    if outcome:
        await api.post(f"{path}/assessment", ASSESSMENT | {"outcome": outcome})
    answer = await api.administrator.post(f"{path}/withdrawal")  # without a body
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    refused = await api.refused(409, f"{path}/withdrawal", {"reason": "Ingen råd."})
    assert (refused["rule"], refused["field"]) == ("R2", "reason")


async def test_who_was_declined_has_nothing_to_withdraw(api: Api) -> None:
    path = f"/registration/applications/{await apply(api)}"
    await api.post(f"{path}/assessment", ASSESSMENT | {"outcome": "declined"})
    assert (await api.refused(409, f"{path}/withdrawal"))["rule"] == "R2"


async def test_who_has_signed_does_not_withdraw_and_is_told_to_end_the_agreement(api: Api, database: Database) -> None:
    agreement = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, agreement)
    refused = await api.refused(409, f"{await the_application(api)}/withdrawal")
    assert refused["rule"] == "R2"
    assert f"POST {agreement}/end" in refused["message"]
    assert (await happened(database))[-1] == "agreement.signed"


async def test_a_half_signed_agreement_is_called_back_by_a_withdrawal_and_another_is_sent_after_it(
    api: Api, database: Database
) -> None:
    agreement = await send(api)
    signature = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-04-15"}
    await api.post(f"{agreement}/signatures", signature)
    path = await the_application(api)
    assert (await api.post(f"{path}/withdrawal"))["state"] == "withdrawn"
    assert (await api.get(agreement))["called_back_on"] == "2024-04-15"
    assert (await happened(database))[-2:] == ["application.withdrawn", "agreement.called_back"]
    assert await to_who(database, "agreement", agreement=agreement.rpartition("/")[2]) == ["Kjersti Holm"]
    await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)
    await api.post(f"{path}/assessment", ASSESSMENT)
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["payer_reference"] == "KS-2"
    again = await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert (again["payer_reference"], again["called_back_on"]) == ("KS-2", None)


async def test_what_was_called_back_binds_no_decision(api: Api) -> None:
    await api.delete(await send(api))
    path = await the_application(api)
    assert (await api.post(f"{path}/assessment", ASSESSMENT | {"outcome": "declined"}))["state"] == "declined"


async def test_who_withdrew_applies_again_as_long_as_applications_are_taken(api: Api, database: Database) -> None:
    await accept(api)
    path = await the_application(api)
    await api.post(f"{path}/withdrawal")
    refused = await api.refused(409, path, {"payer_reference": "KS-2"}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("R2", "payer_reference")
    assert (await api.refused(409, f"{path}/assessment", ASSESSMENT))["rule"] == "R2"
    again = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"payer_reference": "KS-2"})
    assert (again["state"], again["version"], again["payer_reference"]) == ("received", 4, "KS-2")
    assert (again["assessment"], again["withdrawal_reason"]) == (None, None)
    assert path.endswith(again["id"])
    assert (await api.post(f"{path}/assessment", ASSESSMENT))["state"] == "accepted"
    await api.post(f"{path}/withdrawal")
    await set_clock(database, OCTOBER)
    assert (await api.refused(422, f"{OF_PROGRAMME}/applications", APPLICATION))["rule"] == "R1"


async def test_a_decision_is_made_anew_and_tells_which_answer_it_replaces(api: Api, database: Database) -> None:
    path = f"/registration/applications/{await apply(api)}/assessment"
    for outcome in ("waiting_list", "accepted", "declined", "accepted"):
        decided = await api.post(path, ASSESSMENT | {"outcome": outcome})
        assert (decided["state"], decided["assessment"]["outcome"]) == (outcome, outcome)
        assert await api.post(path, ASSESSMENT | {"outcome": outcome}) == decided
    assert (await happened(database))[3:] == [
        f"application.{it}" for it in ("waitlisted", "accepted", "declined", "accepted")
    ]
    told = [event.data for event in await events_of(database)][3:]
    assert [it.replaces for it in told] == [None, "waiting_list", "accepted", "declined"]


async def test_another_assessment_with_the_same_end_is_kept_and_told_to_nobody(api: Api, database: Database) -> None:
    path = f"/registration/applications/{await apply(api)}/assessment"
    await api.post(path, ASSESSMENT)
    again = await api.post(path, ASSESSMENT | {"reason": "Vi har sett på den en gang til."})
    assert (again["version"], again["assessment"]["reason"]) == (2, "Vi har sett på den en gang til.")
    assert (await happened(database)).count("application.accepted") == 1


async def test_a_decision_stands_while_an_agreement_is_out(api: Api, database: Database) -> None:
    agreement = await send(api)
    path = f"{await the_application(api)}/assessment"
    refused = await api.refused(409, path, ASSESSMENT | {"outcome": "declined"})
    assert (refused["rule"], refused["field"]) == ("R2", "outcome")
    assert (
        f"accepted and an agreement is sent, which binds the decision; call it back first: DELETE {agreement}"
        in (refused["message"])
    )
    assert (await api.post(path, ASSESSMENT))["state"] == "accepted"
    assert (await happened(database))[-1] == "agreement.sent"


async def test_who_is_accepted_in_spite_of_a_criterion_is_so_with_a_reason(api: Api, database: Database) -> None:
    path = f"/registration/applications/{await apply(api)}/assessment"
    failing = ASSESSMENT | {"dialogue_with_branch": {"met": False, "reason": "Ingen dialog ennå."}}
    refused = await api.refused(422, path, failing)
    assert (refused["rule"], refused["field"]) == ("R2", "in_spite_of_criteria")
    assert "dialogue_with_branch" in refused["message"]
    refused = await api.refused(422, path, failing | {"in_spite_of_criteria": True})
    assert (refused["rule"], refused["field"]) == ("R2", "reason")
    assert (await api.post(path, failing | {"outcome": "waiting_list"}))["state"] == "waiting_list"
    reason = "Dialogen begynner i august."
    accepted = await api.post(path, failing | {"in_spite_of_criteria": True, "reason": reason})
    assert (accepted["state"], accepted["assessment"]["in_spite_of_criteria"]) == ("accepted", True)
    assert accepted["assessment"]["reason"] == reason
    assert reason not in (await events_of(database))[-1].model_dump_json()
