"""What became of an erased person here, as others hear of it (N2)."""

from __future__ import annotations

from services.notifications.forgetting.repository import Emptied
from shared.contracts import erasure as events
from shared.contracts.erasure import Kept


def forgotten(person: str, version: int, it: Emptied) -> events.PersonInMails:
    """What people write of a session stands in its invitations, which say it as it was said."""
    counts = {
        "invitations": it.invitations,
        "mails": it.mails,
        "mails_to_others": it.mails_to_others,
        "messages_as_sent": it.messages,
    }
    return events.PersonInMails(
        version=version,
        id=person,
        emptied=tuple([events.Emptied(what=what, count=n) for what, n in counts.items()]),  # type: ignore[arg-type]  # each is a code
        kept=(Kept(what="texts_of_sessions", why="free_text"),),
    )
