"""What a group lacks before its agreement can be sent: four, the school owner, a coordinator (R3, R5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.registration.groups.domain.group import Group
from shared.errors import RuleBroken

AT_LEAST = 4  # participants


class Lack(NamedTuple):
    """Something that a group lacks. `code` is what that is called for good."""

    code: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


def missing(group: Group) -> Iterator[Lack]:
    """What the group lacks. A county branch owns no school: R3 asks nothing of it."""
    if group.kind == "municipality" and not group.school_owner_represented:
        msg = "the school owner must be represented in the group"
        yield Lack(code="school_owner_is_missing", rule="R3", message=msg)
    if len(group.present) < AT_LEAST:
        yield Lack(code="participants_are_missing", rule="R5", message="a group needs at least four participants")
    if group.coordinator is None:
        msg = "a group elects one coordinator among its participants"
        yield Lack(code="coordinator_is_missing", rule="R5", message=msg)


def check_has_advisor(group: Group) -> None:
    """Raises RuleBroken for a group that no advisor is attached to (R8)."""
    if group.advisor is None:
        msg = "attach an advisor first, or say that the agreement goes without"
        raise RuleBroken(msg, code="advisor_is_missing", rule="R8", field="without_advisor")


def is_complete(group: Group) -> bool:
    return next(missing(group), None) is None


def check_complete(group: Group) -> None:
    """Raises RuleBroken with all that is missing, under the rule of the first."""
    if not (found := list(missing(group))):
        return
    first, *others = found
    msg = "; ".join([first.message, *map(str, others)])
    raise RuleBroken(msg, code="group_is_incomplete", rule=first.rule, field="party")
