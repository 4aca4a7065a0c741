"""Two administrators look, and then both change: nobody's change is lost unseen."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.integration.registration.world import (
    ASSESSMENT,
    GROUP,
    OF_PROGRAMME,
    SIGNATORIES,
    accept,
    apply,
    form_group,
    send,
)
from tests.support.api import Api, problem


async def tag(api: Api, path: str) -> str:
    """What an administrator sees that it stands at."""
    answer = await api.administrator.get(path)
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.headers["ETag"])


async def ask(api: Api, method: str, path: str, body: Any, *, seen: str) -> httpx.Response:
    return await api.administrator.request(method, path, json=body, headers={"If-Match": seen})


async def test_who_saw_another_state_changes_nothing_and_hears_what_stands_now(api: Api) -> None:
    await accept(api)
    seen = await tag(api, OF_PROGRAMME)
    first = await ask(api, "PATCH", OF_PROGRAMME, {"fee_ore": 2_400_000}, seen=seen)
    assert first.json()["fee_ore"] == 2_400_000
    second = await ask(api, "PATCH", OF_PROGRAMME, {"fee_ore": 1_600_000}, seen=seen)
    found = problem(second, 412)
    assert (found["version"], second.headers["ETag"]) == (2, '"2"')
    assert (await api.get(OF_PROGRAMME))["fee_ore"] == 2_400_000
    await ask(api, "PATCH", OF_PROGRAMME, {"fee_ore": 1_600_000}, seen=second.headers["ETag"])
    assert (await api.get(OF_PROGRAMME))["fee_ore"] == 1_600_000


async def test_of_two_at_the_same_moment_one_is_told_so(api: Api) -> None:
    """What was seen is compared under the lock of what is changed: both pass a comparison that is made before."""
    await accept(api)
    seen = await tag(api, OF_PROGRAMME)
    asked = [ask(api, "PATCH", OF_PROGRAMME, {"fee_ore": 2_000_000 + n}, seen=seen) for n in range(1, 9)]
    answers = await asyncio.gather(*asked)
    assert sorted(it.status_code for it in answers) == [200] + [412] * 7
    assert (await api.get(OF_PROGRAMME))["version"] == 2


async def test_the_answer_of_a_change_says_what_stands_as_a_look_does(api: Api) -> None:
    agreement = await send(api)
    (application,) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    (person, *_) = (await api.get(GROUP))["participants"]
    signature = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-04-15"}
    changes = [
        ("PATCH", OF_PROGRAMME, OF_PROGRAMME, {"days_to_pay": 14}),
        ("POST", f"{GROUP}/coordinator", GROUP, {"participant": person["id"]}),
        ("POST", f"{agreement}/signatures", agreement, signature),
    ]
    for method, path, shown, body in changes:
        changed = await ask(api, method, path, body, seen=await tag(api, shown))
        assert changed.status_code == httpx.codes.OK, changed.text
        assert changed.headers["ETag"] == await tag(api, shown), path
    assert await tag(api, f"/registration/applications/{application['id']}")


async def test_a_signature_that_is_not_the_last_is_seen(api: Api) -> None:
    """It makes no event and so no version, and yet somebody else's next change would not know of it."""
    agreement = await send(api)
    seen = await tag(api, agreement)
    signature = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-04-15"}
    await api.post(f"{agreement}/signatures", signature)
    again = await ask(api, "POST", f"{agreement}/signatures", signature, seen=seen)
    assert again.status_code == httpx.codes.OK  # it stands as is asked
    other = signature | {"signatory": "municipal_director"}
    problem(await ask(api, "POST", f"{agreement}/signatures", other, seen=seen), 412)


async def test_an_assessment_that_decides_the_same_is_seen(api: Api) -> None:
    path = f"/registration/applications/{await apply(api)}"
    waiting = ASSESSMENT | {"outcome": "waiting_list"}
    await api.post(f"{path}/assessment", waiting)
    seen = await tag(api, path)
    other = waiting | {"development_area": {"met": False, "reason": "Området er for vidt."}}
    await api.post(f"{path}/assessment", other)
    problem(await ask(api, "POST", f"{path}/assessment", ASSESSMENT, seen=seen), 412)


async def test_a_person_is_corrected_by_who_saw_what_stands(api: Api) -> None:
    await form_group(api)
    (it, *_) = (await api.get(GROUP))["participants"]
    path = f"/registration/people/{it['person']}"
    seen = (await api.administrator.patch(path, json={})).headers["ETag"]
    group = await tag(api, GROUP)
    changed = await ask(api, "PATCH", path, {"phone": "+47 900 00 009"}, seen=seen)
    assert changed.status_code == httpx.codes.OK, changed.text
    assert await tag(api, GROUP) != group
    problem(await ask(api, "PATCH", path, {"phone": "+47 900 00 008"}, seen=seen), 412)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"1"', 200),
        ('"7", "1"', 200),
        ('W/"1"', 412),  # a weak one never says that two are the same
        ('"7"', 412),
        ("1", 422),
        ('"1" "2"', 422),
        ('*, "1"', 422),
        ("", 422),
        ('"1', 422),
    ],
)
async def test_what_if_match_may_say(api: Api, header: str, status: int) -> None:
    await accept(api)
    answer = await ask(api, "PATCH", OF_PROGRAMME, {"days_to_pay": 14}, seen=header)
    assert answer.status_code == status, answer.text
    if status == httpx.codes.UNPROCESSABLE_ENTITY:
        assert answer.json()["errors"][0]["field"] == "If-Match"


async def test_what_is_not_there_is_not_found_whatever_was_seen(api: Api) -> None:
    problem(await ask(api, "PATCH", "/registration/programmes/none", {"days_to_pay": 14}, seen="*"), 404)


async def test_a_route_that_compares_nothing_says_so(api: Api) -> None:
    agreement = await send(api)
    body = {"party": "921221967", "period_start": "2024-08-01", "period_end": "2025-12-31", "signatories": SIGNATORIES}
    found = problem(await ask(api, "POST", f"{OF_PROGRAMME}/agreements", body, seen='"1"'), 422)
    assert found["errors"][0]["field"] == "If-Match"
    assert (await api.administrator.get(agreement, headers={"If-Match": '"7"'})).status_code == httpx.codes.OK
