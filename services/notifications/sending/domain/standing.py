"""Whether the server takes our mails, as far as its answers tell: a refusal of one of them may be of all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.notifications.letters.domain.outcome import Outcome
from services.notifications.sending.domain.refusals import status_of

MANY = 10  # mails in a row that were put off: it is the server then, and not the mails


@dataclass(frozen=True)
class Trouble:
    """Why the server takes no mails. One reason in other words (a mail's number, the time) is the same."""

    kind: tuple[object, ...]
    reason: str = field(compare=False)


class Standing:
    """What one process has seen. The server refuses us once it has refused a mail as ours and taken none since.

    A mail that is refused while others are taken is put off by itself, and fails in the end: it must hold up no other. Which of
    the two it is shows only at the next mail. So the first refusal after a mail that was taken counts as that mail's own, and so
    does that of a mail that was put off before; but not those of many mails.
    """

    def __init__(self) -> None:
        self.trouble: Trouble | None = None
        self._took_the_last = False
        self._refuses_us = False
        self._refused: set[str] = set()  # as ours, since the last that was taken
        self._put_off = 0  # in a row

    def judge(self, outcome: Outcome, mail: str, *, was_put_off: bool) -> Outcome:
        """What a try of a mail comes to. `was_put_off` says whether this one was put off before."""
        if outcome.kind == "accepted":
            self._took_the_last, self._refuses_us = True, False
            self._refused.clear()
        elif outcome.kind == "refused_us":
            self._refused.add(mail)
            outcome = self._of_this_mail_or_of_all(outcome, was_put_off=was_put_off)
        self._note(outcome)
        return outcome

    def _of_this_mail_or_of_all(self, outcome: Outcome, *, was_put_off: bool) -> Outcome:
        is_said_of_few = not self._refuses_us and len(self._refused) < MANY
        is_of_this_mail = is_said_of_few and (self._took_the_last or was_put_off)
        self._took_the_last = False
        if is_of_this_mail:
            return replace(outcome, kind="put_off")
        self._refuses_us = True
        return replace(outcome, kind="unreachable")

    def _note(self, outcome: Outcome) -> None:
        self._put_off = self._put_off + 1 if outcome.kind == "put_off" else 0
        if outcome.kind == "unreachable":
            reason = outcome.reason or "it does not answer"
            is_reply = outcome.reply is not None
            kind = (outcome.reply, status_of(reason.partition(" ")[2])) if is_reply else (reason,)
            self.trouble = Trouble(kind, reason)
        elif outcome.kind == "put_off" and self._put_off >= MANY:
            self.trouble = Trouble(("put off",), f"it puts off every mail, lastly with {outcome.reply or 'no answer'}")
        elif outcome.kind != "put_off" and not self._refuses_us:
            self.trouble = None
