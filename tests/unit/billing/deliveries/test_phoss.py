"""What is made of an access point's answers, whatever they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from services.billing.deliveries.access_point import Submission
from services.billing.deliveries.phoss import Phoss
from tests.support.access_points import HUGE, Behaviour, FakeAccessPoint, create
from tests.support.processes import HOST
from tests.support.served import served

RECEIVER, TOKEN = "0192:942110464", "a-token"
ID = "0192279c-6c80-7000-8000-000000000001"
IT = Submission(
    id=ID, xml=b"<Invoice><ID>FK1-1</ID></Invoice>", sender="0192:312345676", receiver=RECEIVER, kind="invoice"
)


class Given:
    def __init__(self, fake: FakeAccessPoint, phoss: Phoss, url: str) -> None:
        self.fake, self.phoss, self.url = fake, phoss, url

    def behave(self, *behaviours: Behaviour) -> None:
        self.fake.behaviours[RECEIVER].extend(behaviours)


@pytest.fixture
async def given() -> AsyncIterator[Given]:
    fake = FakeAccessPoint()
    async with served(create(fake, token=TOKEN)) as port:
        url = f"http://{HOST}:{port}"
        phoss = Phoss(url, TOKEN, time_out=1.0)
        yield Given(fake, phoss, url)
        await phoss.aclose()


async def test_a_document_arrives_with_all_that_an_access_point_needs_to_send_it(given: Given) -> None:
    assert (await given.phoss.submit(IT)).says == "working"
    (taken,) = given.fake.taken
    assert (taken.id, taken.document) == (ID, "FK1-1")
    assert taken.sender == "iso6523-actorid-upis::0192:312345676"
    assert taken.receiver == f"iso6523-actorid-upis::{RECEIVER}"
    assert taken.document_type == (
        "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##"
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1"
    )
    assert (taken.process, taken.country) == ("cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "NO")
    answer = await given.phoss.state(ID)
    assert (answer.says, answer.receipt) == ("delivered", f"fake-{ID}")


@pytest.mark.parametrize(
    ("id", "receipt"),
    [
        ("AS4-77", "AS4-77"),
        ("AS4\x00-\u202e\ud80077\u3164", "AS4-77"),
        ("\u200b", None),
        ("7" * 300, "7" * 100),
        (7, None),
    ],
)
async def test_a_receipt_is_kept_as_far_as_it_can_be_seen(
    given: Given, monkeypatch: pytest.MonkeyPatch, id: Any, receipt: str | None
) -> None:
    """Else it could neither be stored nor told, with all that was tried beside it."""

    async def answers(*_: Any, **__: Any) -> tuple[int, Any]:
        return 200, {"id": id, "sbdhInstanceID": ID, "status": "sent"}

    monkeypatch.setattr(given.phoss, "_answer", answers)
    assert (await given.phoss.state(ID)).receipt == receipt


async def test_what_is_finished_is_found_although_it_has_moved_to_the_archive(given: Given) -> None:
    given.behave("refuse")
    await given.phoss.submit(IT)
    answer = await given.phoss.state(ID)
    assert (answer.says, answer.why) == ("refused", "permanently_failed")


async def test_a_document_that_it_does_not_know_is_unknown(given: Given) -> None:
    assert (await given.phoss.state(ID)).says == "unknown"


async def test_an_answer_that_it_will_try_again_refuses_nothing(given: Given) -> None:
    given.behave("retry")
    assert (await given.phoss.submit(IT)).why == "http_422"
    found = [(await given.phoss.state(ID)).says for _ in range(3)]
    assert found == ["working", "working", "delivered"]


@pytest.mark.parametrize(
    ("behaviours", "code"),
    [
        (["error"], "http_500"),
        (["html"], "http_503_unreadable"),
        (["rubbish"], "unreadable"),
        (["huge"], "too_long"),
        (["never"], "no_answer"),
        (["late"], "no_answer"),
    ],
)
async def test_what_is_no_answer_of_its_own_says_nothing_about_the_document(
    given: Given, behaviours: Sequence[Behaviour], code: str
) -> None:
    given.behave(*behaviours)
    answer = await given.phoss.submit(IT)
    assert (answer.says, answer.why) == ("trouble", code)
    was_taken = behaviours == ["late"]
    assert (await given.phoss.state(ID)).says == ("delivered" if was_taken else "unknown")


async def test_ten_megabytes_are_not_read(given: Given) -> None:
    assert HUGE > 10_000_000
    given.behave("huge")
    assert (await given.phoss.submit(IT)).why == "too_long"


async def test_a_wrong_token_is_trouble_of_ours_and_no_refusal(given: Given) -> None:
    stranger = Phoss(given.url, "another", time_out=1.0)
    assert (await stranger.submit(IT)).why == "http_401"
    assert (await stranger.state(ID)).why == "http_401"
    assert given.fake.taken == []
    await stranger.aclose()


async def test_nobody_at_the_address_is_trouble(given: Given) -> None:
    nobody = Phoss("http://127.0.0.1:9", TOKEN, time_out=1.0)
    assert (await nobody.submit(IT)).why == "unreachable"
    assert (await nobody.state(ID)).why == "unreachable"
    await nobody.aclose()


async def test_a_page_that_is_not_there_is_not_taken_for_a_document_that_is_not(given: Given) -> None:
    """Else what was sent would be sent again because an address is wrong."""
    async with served(_pages) as port:
        elsewhere = Phoss(f"http://{HOST}:{port}", TOKEN, time_out=1.0)
        assert (await elsewhere.state(ID)).says == "trouble"
        await elsewhere.aclose()


async def _pages(scope: object, receive: object, send: object) -> None:
    from starlette.responses import HTMLResponse  # noqa: PLC0415 - for this alone

    await HTMLResponse("<h1>Not Found</h1>", 404)(scope, receive, send)  # type: ignore[arg-type]  # an ASGI application
