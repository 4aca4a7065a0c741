"""The order in which parties wait for a place (R2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.registration.applications.domain.application import Application
from shared.errors import RuleBroken

RULE = "R2"


@dataclass(frozen=True, kw_only=True)
class WaitingList:
    """Who waits in a programme, by application. Where one stands differs, so does its tag."""

    programme: str
    queue: tuple[Application, ...]  # in order
    out_of_queue: tuple[Application, ...]  # since an offer to them lapsed, until somebody puts them back

    @property
    def untold(self) -> tuple[tuple[str, ...], ...]:
        """It has no version of its own."""
        return tuple(it.id for it in self.queue), tuple(it.id for it in self.out_of_queue)

    def place_of(self, application: Application) -> int | None:
        """From 1; none for who is out of the queue, or does not wait."""
        return next((n for n, it in enumerate(self.queue, start=1) if it.id == application.id), None)


def waiting_list(programme: str, applications: Iterable[Application]) -> WaitingList:
    """Those of a programme who wait. Who was never told a place stands last, in the order in which they came in."""
    waiting = [it for it in applications if it.state == "waiting_list"]
    queue = [it for it in waiting if not it.out_of_queue]
    queue.sort(key=lambda it: (it.waiting_list_place is None, it.waiting_list_place or 0, it.id))
    out = sorted((it for it in waiting if it.out_of_queue), key=lambda it: it.id)
    return WaitingList(programme=programme, queue=tuple(queue), out_of_queue=tuple(out))


def numbered(queue: Sequence[Application]) -> list[Application]:
    """Those of a queue, in its order, to whom another place is to be told than they have been told."""
    placed = (replace(it, waiting_list_place=n, out_of_queue=False) for n, it in enumerate(queue, start=1))
    return [after for before, after in zip(queue, placed, strict=True) if after != before]


def ordered(standing: WaitingList, order: Sequence[str]) -> list[Application]:
    """The queue in an order given by ids: all who are in it, each once, and who is put back into it.

    Raises RuleBroken for one that leaves somebody out, or names somebody who does not wait, or anybody twice.
    """
    known: Mapping[str, Application] = {it.id: it for it in (*standing.queue, *standing.out_of_queue)}
    if unknown := [it for it in order if it not in known]:
        msg = f"no application that waits in this programme: {', '.join(unknown)}"
        raise RuleBroken(msg, code="order_names_someone_else", rule=RULE, field="applications")
    if twice := sorted({it for it in order if order.count(it) > 1}):
        msg = f"named more than once: {', '.join(twice)}"
        raise RuleBroken(msg, code="given_twice", rule=RULE, field="applications")
    if left_out := [it.id for it in standing.queue if it.id not in order]:
        msg = f"the order leaves out who waits: {', '.join(left_out)}"
        raise RuleBroken(
            msg, code="order_leaves_someone_out", rule=RULE, field="applications", values={"left_out": len(left_out)}
        )
    return [known[it] for it in order]
