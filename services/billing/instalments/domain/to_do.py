"""What is to be done about agreements: issued and credited at once, held until it is approved, or set aside (B1-B6).

All facts come in as arguments. Issuing reads and carries it out; a preview lays a change over the facts first, and only looks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.billing.approvals.domain.held import Held, Waiting
from services.billing.approvals.domain.news import News
from services.billing.documents.domain.agreement import Agreement, Programme
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import NOTHING_WAIVED, Waived, difference
from services.billing.instalments.domain.preflight import preflight
from services.billing.instalments.domain.sorting import Sorted, sort
from services.billing.occasions.domain.deliveries import Occasions

# Why an agreement is set aside.
RULE_RAISED = "rule_raised"  # or the first thing that an invoice lacks (preflight.py)
OTHER_FEE = "fee_changed"  # nothing is lacking, but what stands is of another fee


@dataclass(frozen=True, kw_only=True)
class Known:
    """What decides about a programme's agreements, beside themselves and what was invoiced for them."""

    programme: Programme | None  # none until its own event has come
    occasions: Occasions
    waived: Mapping[str, Waived]  # by agreement
    waiting: Mapping[str, Mapping[int, Waiting]]  # what is held, by agreement and instalment


class ToDo(NamedTuple):
    """By the id of an agreement, as all of these."""

    of: dict[str, Sorted]  # those of which something is to be done, or is held
    aside: dict[str, str]  # those of which something that is due is not done, and why; the rest of it is
    raised: dict[str, Exception]  # those for which the rule raises, which are set aside too


def to_do(known: Known, agreements: Sequence[Agreement], issued: Mapping[str, Sequence[Invoice]], news: News) -> ToDo:
    """What is to be done about these agreements, of which there is this news.

    `issued` is all that was ever invoiced for them, by agreement. Raises nothing: one agreement's fault holds up no other.
    """
    found = ToDo({}, {}, {})
    for agreement in agreements:
        try:
            let_off = known.waived.get(agreement.id, NOTHING_WAIVED)
            every = issued.get(agreement.id, [])
            gap = difference(agreement, known.occasions, every, let_off)
            lacking = preflight(agreement, gap, every, programme_is_known=known.programme is not None)
        except Exception as error:  # noqa: BLE001 - whatever it is; who asked logs it
            found.aside[agreement.id] = RULE_RAISED
            found.raised[agreement.id] = error
            continue
        if lacking:
            found.aside[agreement.id] = lacking[min(lacking)][0].why
            gap = replace(gap, issue=[claim for claim in gap.issue if claim.instalment not in lacking])
        elif gap.fee_changed is not None:
            found.aside[agreement.id] = OTHER_FEE
        waits = known.waiting.get(agreement.id, {})
        if gap.issue or gap.credit or waits:
            found.of[agreement.id] = sort(agreement, gap, waits, news)
    return found


def to_be_held(found: Collection[Sorted], approve_above: int) -> list[Held]:
    """What follows from a revocation, or from no news, if that is too much to be done unasked; else nothing (B5).

    `found` has all of the programme's agreements of which something does. Some that was held in another form is held again,
    however little it is.
    """
    asked = [held for it in found for held in it.asked]
    is_little = sum(it.documents for it in asked) <= approve_above and not any(it.was_held for it in found)
    return [] if is_little else asked
