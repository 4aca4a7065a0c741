"""Ask notifications how many mails would be sent if a plan were published now (S6)."""

from __future__ import annotations

from shared.contracts.questions import PublishingSends, WhatPublishingSends
from shared.messaging.ask import Ask, NoAnswer, RefusedToAnswer


async def ask_what_publishing_sends(ask: Ask, programme: str) -> PublishingSends | None:
    """None where nobody can say: that holds up no one who looks at the plan."""
    try:
        return await ask(WhatPublishingSends(programme=programme))
    except (NoAnswer, RefusedToAnswer):
        return None
