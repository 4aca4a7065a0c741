"""What changes an entity that two people can edit at once takes `If-Match`, or says here why it does not.

That it is compared too is seen where each is played (tests/end_to_end/examples.py).
"""

from __future__ import annotations

import pytest

from shared.web.openapi import operations, takes_if_match
from tests.contract.openapi import SERVICES, document_of

NEW = "makes something new, and changes nothing that anybody saw"
ONCE = "happens once, whoever asks: nothing of another's can be lost by it"
OPERATORS = "is an operator's, about the service and no entity"
WITHOUT = {
    "open_programme": NEW,
    "register_party": NEW,
    "register_advisor": NEW,
    "adopt_development_area": NEW,
    "receive_application": NEW,
    "send_agreement": NEW,
    "raise_concern": NEW,
    "plan_session": NEW,
    "waive_instalment": NEW,
    "release_instalment": NEW,
    "resend_mail": NEW,
    "credit_invoice": "an invoice is never changed; what credits it is a document of its own, once",
    "approve_documents": "what is approved never changes: what becomes of it since waits under an id of its own",
    **dict.fromkeys(
        ("retry_delivery", "deliver_by_mail"), "is refused where it was delivered, or is under way, by then"
    ),
    "accept_finding": "names the sessions that were looked at, and is refused where these are others by now",
    "exchange_contact_lists": "sends what stands by then, once a day unless that has changed",
    "give_up_what_waits": ONCE,
    "keep_no_longer": "is about those of a list, whose number is said",
    "retry_mails": "is about as many as there are, whatever stands in them",
    "republish_events": OPERATORS,
    "move_clock": OPERATORS,
    "replay_parked_messages": OPERATORS,
    "replay_parked_message": OPERATORS,
    "discard_parked_message": OPERATORS,
}


@pytest.mark.parametrize("service", SERVICES)
async def test_what_two_people_can_change_at_once_takes_if_match(service: str) -> None:
    for path, method, operation in operations(await document_of(service)):
        if method != "get":
            is_excused = operation["operationId"] in WITHOUT
            assert takes_if_match(operation) != is_excused, f"{method} {path}: if_match of shared/web/etags.py"
            assert ("412" in operation["responses"]) != is_excused, path


async def test_every_excuse_is_one_of_something_that_is_there() -> None:
    found = [it["operationId"] for service in SERVICES for _, _, it in operations(await document_of(service))]
    assert WITHOUT.keys() - set(found) == set()
