"""What is sent anew to somebody whose address was corrected: what still matters to them (N1)."""

from __future__ import annotations

from datetime import date

from services.notifications.letters.domain.content import MailingContent


def still_matters(content: MailingContent, today: date) -> bool:
    """Whether it asks for a signature that is not there yet, or for money that is not past its due date.

    `today` is a day in Norway. That nothing has overtaken it is seen to where it is looked for.
    """
    if content.document is not None:
        return content.document.due_on is not None and content.document.due_on >= today
    return content.agreement is not None and content.agreement.signed_on is None
