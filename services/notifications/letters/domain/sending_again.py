"""A mail is sent again once: who never got that one either is sent that one again, so that asking twice does nothing twice."""

from __future__ import annotations

from services.notifications.letters.domain.letter import Mail
from shared.errors import Conflict


def under_way(mail: Mail, sent_again: Mail | None, address: str | None) -> Mail | None:
    """What is being sent again already: the mail itself, or the one that it was sent again as.

    Raises Conflict for one that waits to be sent for the first time, or goes to another address than the one that is asked for.
    """
    found = mail if mail.state == "queued" else sent_again
    if found is None or found.state != "queued":
        return None
    if found.repeats is None:
        msg = "it was not sent yet, and waits for its turn"
        raise Conflict(msg, code="mail_is_not_sent_yet", field="id")
    if address not in (None, found.address):
        msg = "it is sent again already, to another address"
        raise Conflict(msg, code="tried_at_another_address", field="address")
    return found


def check_is_the_last(sent_again: Mail | None) -> None:
    """Raises Conflict for a mail that was sent again before, or was to be."""
    if sent_again is not None:
        what = (
            "have that one tried again" if sent_again.state == "failed" else "if that never came, send that one again"
        )
        msg = f"it was sent again already, as mail {sent_again.id}; {what}"
        raise Conflict(msg, code="sent_again_already", field="id")
