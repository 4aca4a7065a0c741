"""What of a difference is done at once, what waits for an approval, and what may have to be asked for (B5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from services.billing.approvals.domain.held import REVOCATIONS, Held, Waiting, held
from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments.domain.difference import Difference
from services.billing.instalments.domain.due import split_fee

NOTHING = Difference(issue=[], credit=[])


class Sorted(NamedTuple):
    """The parts of one agreement's difference."""

    now: Difference  # follows from news, or is approved
    doubtful: Difference  # follows from a start or a revocation alone: done at once as well where it is little
    asked: list[Held]  # the same, as it is asked for
    over: list[int]  # instalments of which nothing is held any longer: done now, or overtaken
    was_held: bool  # whether some of `doubtful` was held in another form: that it is little is then no reason to do it


def sort(agreement: Agreement, gap: Difference, waiting: Mapping[int, Waiting], *, at_start: bool) -> Sorted:
    """Sort a difference by instalment; `waiting` is what is held of the agreement.

    What is held stays so until it is approved or overtaken, whatever else becomes known. Approved is what was asked for:
    where it has changed since, it is asked for anew.
    """
    if not waiting and not gap.credit and not at_start:  # nearly always
        return Sorted(now=gap, doubtful=NOTHING, asked=[], over=[], was_held=False)
    found = {n: held(agreement, n, gap.issue, gap.credit) for n in _instalments(gap)}
    waits = {n for n, it in found.items() if n in waiting and waiting[n].held == it and not waiting[n].is_approved}
    doubtful = {n for n, it in found.items() if n not in waits and _is_doubtful(it, waiting.get(n), at_start=at_start)}
    now = found.keys() - waits - doubtful
    parts = _part(agreement, gap, now), _part(agreement, gap, doubtful)
    return Sorted(
        now=parts[0],
        doubtful=parts[1],
        asked=[found[n] for n in sorted(doubtful)],
        over=[n for n in waiting if n not in found or n in now],
        was_held=any(n in waiting for n in doubtful),
    )


def _is_doubtful(found: Held, waiting: Waiting | None, *, at_start: bool) -> bool:
    if waiting is not None:
        return waiting.held != found
    return at_start or found.reason in REVOCATIONS


def _instalments(gap: Difference) -> set[int]:
    return {it.instalment for it in gap.issue} | {it.invoice.instalment for it in gap.credit}


def _part(agreement: Agreement, gap: Difference, instalments: Collection[int]) -> Difference:
    """What is done of these instalments.

    An invoice that is to be credited stands until it is. If it is of another fee, nothing is issued beside it (B1).
    """
    amounts = split_fee(agreement.fee_ore)
    stay = [it.invoice for it in gap.credit if it.invoice.instalment not in instalments]
    fits = all(it.amount_ore == amounts[it.instalment - 1] for it in stay)
    return Difference(
        issue=[it for it in gap.issue if fits and it.instalment in instalments],
        credit=[it for it in gap.credit if it.invoice.instalment in instalments],
    )
