"""What of a difference is done at once, what waits for an approval, and what may have to be asked for (B5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from services.billing.approvals.domain.held import REVOCATIONS, Held, Waiting, held
from services.billing.approvals.domain.news import News
from services.billing.documents.domain.agreement import Agreement
from services.billing.instalments.domain.difference import Difference
from shared.money import split_fee

NOTHING = Difference(issue=[], credit=[])


class Sorted(NamedTuple):
    """The parts of one agreement's difference."""

    now: Difference  # follows from news, or is approved
    doubtful: Difference  # follows from a revocation, or from no news: done at once as well where it is little
    asked: list[Held]  # the same, as it is asked for
    over: list[int]  # instalments of which nothing is held any longer: done now, or overtaken
    was_held: bool  # whether some of `doubtful` was held in another form: that it is little is then no reason to do it


def sort(agreement: Agreement, gap: Difference, waiting: Mapping[int, Waiting], news: News) -> Sorted:
    """Sort a difference by instalment; `waiting` is what is held of the agreement.

    What is held stays so until it is approved or overtaken, whatever else becomes known. Approved is what was asked for:
    where it has changed since, it is asked for anew.
    """
    if not waiting and not gap.credit and all(news.explains(agreement.id, it.delivery.id) for it in gap.issue):
        return Sorted(now=gap, doubtful=NOTHING, asked=[], over=[], was_held=False)  # nearly always
    found = {n: held(agreement, n, gap.issue, gap.credit) for n in _instalments(gap)}
    waits = {n for n, it in found.items() if n in waiting and waiting[n].held == it and not waiting[n].is_approved}
    doubtful = {n for n, it in found.items() if n not in waits and _is_doubtful(it, waiting.get(n), news)}
    now = found.keys() - waits - doubtful
    if not _fits(agreement, gap, doubtful):  # then what is issued is asked for together with what would be credited
        doubtful |= {n for n in now if found[n].amount_ore is not None}
        now -= doubtful
    parts = _part(agreement, gap, now), _part(agreement, gap, doubtful)
    return Sorted(
        now=parts[0],
        doubtful=parts[1],
        asked=[found[n] for n in sorted(doubtful)],
        over=[n for n in waiting if n not in found or n in now],
        was_held=any(n in waiting for n in doubtful),
    )


def _is_doubtful(found: Held, waiting: Waiting | None, news: News) -> bool:
    if waiting is not None:
        return waiting.held != found
    return found.reason in REVOCATIONS or not news.explains(found.agreement, found.delivery)


def _instalments(gap: Difference) -> set[int]:
    return {it.instalment for it in gap.issue} | {it.invoice.instalment for it in gap.credit}


def _part(agreement: Agreement, gap: Difference, instalments: Collection[int]) -> Difference:
    """What is done of these instalments, while the others' invoices stand."""
    others = _instalments(gap) - set(instalments)
    fits = _fits(agreement, gap, others)
    return Difference(
        issue=[it for it in gap.issue if fits and it.instalment in instalments],
        credit=[it for it in gap.credit if it.invoice.instalment in instalments],
    )


def _fits(agreement: Agreement, gap: Difference, instalments: Collection[int]) -> bool:
    """Whether something is issued while what is to be credited of these instalments stands.

    If that is of another fee, the sum might pass the fee (B1).
    """
    amounts = split_fee(agreement.fee_ore)
    stay = [it.invoice for it in gap.credit if it.invoice.instalment in instalments]
    return all(it.amount_ore == amounts[it.instalment - 1] for it in stay)
