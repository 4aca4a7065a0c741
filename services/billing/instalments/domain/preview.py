"""What would be issued and credited if a change were made, what would wait for an approval, and what would be set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

from services.billing.approvals.domain.held import Held
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.credit_note import Credit
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.instalments.domain.changes import Facts, Supposed
from services.billing.instalments.domain.difference import NOTHING_WAIVED
from services.billing.instalments.domain.preflight import Lack
from services.billing.instalments.domain.sorting import Sorted
from services.billing.instalments.domain.to_do import ToDo, to_be_held, to_do
from services.billing.instalments.domain.unbilled import Why, rule_raised, unbilled

# Why something that is due is not done, although nobody waits for an approval.
LEFT: frozenset[Why] = frozenset((*get_args(Lack), "set_aside"))


class Left(NamedTuple):
    """What is due and would not be issued, or wrong and not credited."""

    agreement: Agreement
    instalment: int | None  # none: all of the agreement
    why: Why
    explanation: str  # in Norwegian


@dataclass(frozen=True, kw_only=True)
class Preview:
    """By agreement, then by instalment."""

    issue: list[Claim]
    credit: list[Credit]  # without the one by hand
    by_hand: Invoice | None  # the invoice that somebody credits
    held: list[Held]  # what would wait for an approval,
    held_because: str | None  # and why, in Norwegian; none where nothing would
    left: list[Left]

    @property
    def invoices(self) -> int:
        return len(self.issue)

    @property
    def credit_notes(self) -> int:
        return len(self.credit) + (self.by_hand is not None)

    @property
    def total_ore(self) -> int:
        """What would be issued at once less what would be credited; negative where that is more."""
        credited = [it.invoice for it in self.credit] + ([self.by_hand] if self.by_hand else [])
        return sum(it.amount_ore for it in self.issue) - sum(it.amount_ore for it in credited)


NOTHING = Preview(issue=[], credit=[], by_hand=None, held=[], held_because=None, left=[])


def preview(supposed: Supposed, *, approve_above: int) -> Preview:
    """What issuing will find and do once the change is made, where no other news comes in between.

    Where all of the programme is set aside, that is nothing but what is credited by hand.
    """
    if supposed.nothing is not None:
        return NOTHING
    facts = supposed.facts
    some = [it for it in facts.agreements if supposed.agreement in (None, it.id)]
    found = to_do(facts.known, some, facts.issued, supposed.news)
    held = to_be_held(found.of.values(), approve_above)
    now = [it.now for it in found.of.values()] + ([] if held else [it.doubtful for it in found.of.values()])
    left = list(_left(facts, some, found))
    if facts.failed_with is not None:
        return Preview(issue=[], credit=[], by_hand=supposed.credited, held=[], held_because=None, left=left)
    return Preview(
        issue=sorted((it for gap in now for it in gap.issue), key=lambda it: (it.agreement.party, it.instalment)),
        credit=sorted(
            (it for gap in now for it in gap.credit), key=lambda it: (it.invoice.party, it.invoice.instalment)
        ),
        by_hand=supposed.credited,
        held=sorted(held, key=lambda it: (it.party, it.instalment)),
        held_because=_why_held(held, approve_above) if held else None,
        left=left,
    )


def _why_held(held: Sequence[Held], approve_above: int) -> str:
    if sum(it.documents for it in held) > approve_above:
        return f"Følger av en tilbakekalling, og er flere enn {approve_above}: de utstedes først når de er godkjent."
    return "Noe av dette ventet på godkjenning i en annen form, og må godkjennes på nytt."


def _left(facts: Facts, some: Iterable[Agreement], found: ToDo) -> Iterator[Left]:
    """In the words of what is unbilled, of which it is a part."""
    known, failed_with = facts.known, facts.failed_with
    for agreement in some:
        raised = found.raised.get(agreement.id)
        if raised is not None:
            yield Left(agreement, None, "rule_raised", rule_raised(raised))
            continue
        if agreement.id not in found.aside and failed_with is None:
            continue
        for it in unbilled(
            agreement,
            known.occasions,
            facts.issued.get(agreement.id, []),
            known.waived.get(agreement.id, NOTHING_WAIVED),
            programme_is_known=known.programme is not None,
            held=known.waiting.get(agreement.id, ()),
            failed_with=failed_with,
        ):
            if it.why in LEFT:
                yield Left(agreement, it.instalment, it.why, it.explanation)
        if failed_with is not None and agreement.id in found.of:
            yield from _not_credited(agreement, found.of[agreement.id], failed_with)


def _not_credited(agreement: Agreement, it: Sorted, failed_with: str) -> Iterator[Left]:
    for credit in (*it.now.credit, *it.doubtful.credit):
        explanation = f"Fakturaen skal krediteres, men programmet er satt til side ({failed_with}); loggen sier mer."
        yield Left(agreement, credit.invoice.instalment, "set_aside", explanation)
