"""What is to be written or sent, and waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# What it waits for. "programme" and "party": their own events have not come. "recipient": nobody is known who is concerned.
# "answer": another service was asked, and is asked again. "retry": the SMTP server put it off, and it is tried again.
# "refused": another service refuses what it is asked, and is asked again. "sending": its turn comes, or the SMTP server is away.
# "set_aside": what is to be done about it failed, and is tried again, ever more seldom. "given_up": somebody gave it up, and it waits no more.
# "plan": it is a draft, of which nobody is invited. "agreement": the session is far off, and the agreement not sent.
Why = Literal[
    "programme",
    "party",
    "recipient",
    "answer",
    "refused",
    "plan",
    "agreement",
    "retry",
    "sending",
    "set_aside",
    "given_up",
]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    what: str  # the kind of mail
    programme: str
    party: str | None  # none where a session's calendar entries wait, or all of the programme's: for its plan too
    why: Why
    since: datetime  # when its event happened, its mark was left, or its mail was made
    id: str | None = None  # by which it can be given up: its event's, or its session's
    reason: str | None = None  # what was answered instead, or what set it aside
    session: str | None = None  # the id of the one to which an invitation waits for an agreement
    given_up_by: str | None = None  # the key
