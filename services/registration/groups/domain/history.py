"""Who belonged to a group on a given day (R5, R8): what is kept of each change, and the group as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.registration.groups.domain.group import Group
from services.registration.groups.domain.tenure import Role, Tenure
from shared.errors import Conflict, RuleBroken

ONE_AT_A_TIME: tuple[Role, ...] = ("coordinator", "advisor")
RULES: dict[Role, str] = {"participant": "R5", "coordinator": "R5", "advisor": "R8"}


def reconciled(group: Group) -> Group:
    """The group with a tenure for all that is so now, and no open one of what is not.

    The version before keeps none, and nobody knows when what it recorded came about.
    """
    standing = _standing(group)
    kept = [it for it in group.tenures if it.until_on is not None or it.key in standing]
    open_ones = {it.key for it in kept if it.until_on is None}
    unknown = [Tenure(role=role, who=who) for role, who in sorted(standing - open_ones)]
    return replace(group, tenures=_in_order([*kept, *unknown]))


def recorded(before: Group, after: Group, on: date) -> Group:
    """`after` with what differs from `before` kept as having happened on a day. It is as it is at the end of a day.

    Raises RuleBroken where the day contradicts what is kept: before the one who leaves came, say.
    """
    standing, wanted = _standing(before), _standing(after)
    tenures = list(after.tenures)
    for key in sorted(standing - wanted):
        _close(tenures, key, on)
    for key in sorted(wanted - standing):
        _open(tenures, key, on)
    # Who came by mistake and leaves on the same day was never there, and did not coordinate.
    tenures = [it for it in tenures if it.role != "coordinator" or not it.is_of_no_day or _is_covered(it, tenures)]
    gone = {who for role, who in standing - wanted if role == "participant"} - {it.who for it in tenures}
    participants = tuple(it for it in after.participants if it.id not in gone)
    found = replace(after, participants=participants, tenures=_in_order(tenures))
    _check(found)
    return found


def joined(group: Group, participant: str, on: date) -> Group:
    """The group with another day on which a participant joined, or came back last. Raises RuleBroken for one that does not fit."""
    stays = [it for it in group.tenures if it.key == ("participant", participant)]
    if not stays or (stays[-1].until_on or date.max) <= on:
        msg = "who joins on a day takes part at its end"
        raise RuleBroken(msg, code="has_left_by_then", rule="R5", field="joined_on")
    moved = replace(stays[-1], from_on=on)
    found = replace(group, tenures=_in_order(moved if it == stays[-1] else it for it in group.tenures))
    _check(found, field="joined_on")
    return found


def since(group: Group, role: Role, on: date) -> Group:
    """The group with another day from which its coordinator, or its advisor, is that.

    Who was it until then was it until the new day, or for as long as before where they left. Raises Conflict with what stands in the way.
    """
    held = next(it for it in group.tenures if it.role == role and it.until_on is None)
    others = [it for it in group.tenures if it.role == role and it != held]
    before = next((it for it in others if it.until_on == held.from_on and not it.is_of_no_day), None)
    moved = {held: replace(held, from_on=on)}
    if before is not None:
        if before.from_on is not None and on < before.from_on:
            msg = f"the {role} before is recorded from {before.from_on} on; say that day or a later one"
            raise Conflict(
                msg, code="recorded_from_a_later_day", rule=RULES[role], field="on", values={"on": before.from_on}
            )
        until = replace(before, until_on=on)
        if role != "coordinator" or _is_covered(until, group.tenures):
            moved[before] = until
    tenures = [moved.get(it, it) for it in group.tenures]
    if any(it.overlaps(moved[held]) for it in tenures if it.role == role and it != moved[held]):
        msg = f"on {on} the group had this {role} already, or another one; say a later day"
        raise Conflict(msg, code="had_one_on_that_day", rule=RULES[role], field="on")
    if role == "coordinator" and not _is_covered(moved[held], tenures):
        msg = f"on {on} this participant did not take part yet; correct since when they do first"
        raise Conflict(msg, code="did_not_take_part_yet", rule=RULES[role], field="on")
    return replace(group, tenures=_in_order(tenures))


def on_day(group: Group, day: date) -> Group:
    """The group as it was at the end of a day, with what was known of its people later."""
    held = {it.key for it in group.tenures if it.holds_on(day)}
    by_role = {role: who for role, who in held if role in ONE_AT_A_TIME}
    return replace(
        group,
        participants=tuple(replace(it, has_left=("participant", it.id) not in held) for it in group.participants),
        coordinator=by_role.get("coordinator"),
        advisor=by_role.get("advisor"),
    )


def united(tenures: Iterable[Tenure]) -> tuple[Tenure, ...]:
    """Those of one that overlap or follow on each other as one: two who turn out to be the same were there together."""
    found: list[Tenure] = []
    for it in sorted(tenures, key=lambda it: (it.key, it.from_on or date.min)):
        last = found[-1] if found else None
        if last is None or last.key != it.key or (last.until_on or date.max) < (it.from_on or date.min):
            found.append(it)
        else:
            until = max(last.until_on or date.max, it.until_on or date.max)
            found[-1] = replace(last, until_on=None if until == date.max else until)
    return _in_order(found)


def _standing(group: Group) -> set[tuple[Role, str]]:
    found: set[tuple[Role, str]] = {("participant", it.id) for it in group.present}
    if group.coordinator:
        found.add(("coordinator", group.coordinator))
    if group.advisor:
        found.add(("advisor", group.advisor))
    return found


def _close(tenures: list[Tenure], key: tuple[Role, str], on: date) -> None:
    place = next(n for n, it in enumerate(tenures) if it.key == key and it.until_on is None)
    since = tenures[place].from_on
    if since is not None and on < since:
        msg = f"this {key[0]} is recorded from {since} on; say that day or a later one"
        raise RuleBroken(msg, code="recorded_from_a_later_day", rule=RULES[key[0]], field="on", values={"on": since})
    if since == on and key[0] == "participant":  # by mistake; a coordinator or an advisor of one day was told to others
        del tenures[place]
    else:
        tenures[place] = replace(tenures[place], until_on=on)


def _open(tenures: list[Tenure], key: tuple[Role, str], on: date) -> None:
    for place, it in enumerate(tenures):
        if it.key == key and it.until_on == on:
            tenures[place] = replace(it, until_on=None)  # who leaves and comes back on one day was there
            return
    tenures.append(Tenure(role=key[0], who=key[1], from_on=on))


def _check(group: Group, *, field: str = "on") -> None:
    """Raises RuleBroken where two coordinate on one day, say, or one who does not take part does."""
    for it in group.tenures:
        others = [other for other in group.tenures if other is not it and other.role == it.role]
        if any(it.overlaps(other) for other in others if it.role in ONE_AT_A_TIME or other.who == it.who):
            msg = f"after that day the group had this {it.role}, or another one"
            raise RuleBroken(msg, code="had_one_after_that_day", rule=RULES[it.role], field=field)
        if it.role == "coordinator" and not _is_covered(it, group.tenures):
            msg = "the coordinator is one of those who take part on that day"
            raise RuleBroken(msg, code="coordinator_takes_no_part", rule="R5", field=field)


def _is_covered(it: Tenure, tenures: Iterable[Tenure]) -> bool:
    """Whether the participant takes part all the time."""
    starts, ends = it.from_on or date.min, it.until_on or date.max
    return any(
        (stay.from_on or date.min) <= starts and ends <= (stay.until_on or date.max)
        for stay in tenures
        if stay.key == ("participant", it.who)
    )


def _in_order(tenures: Iterable[Tenure]) -> tuple[Tenure, ...]:
    return tuple(sorted(tenures, key=lambda it: (it.from_on or date.min, it.role, it.who)))
