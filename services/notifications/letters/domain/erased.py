"""What a mail says without somebody who was erased (N2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LISTS = ("contacts", "goes_to")  # of names, in what a mail says


@dataclass(frozen=True, kw_only=True)
class Erased:
    """Those who were erased, by their ids, and what they were called and where they were written to, in any combination."""

    persons: frozenset[str]
    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def is_called(self, name: str) -> bool:
        return name.casefold() in {it.casefold() for it in self.names}

    def is_at(self, address: str) -> bool:
        return address.lower() in {it.lower() for it in self.addresses}

    def is_one(self, someone: dict[str, Any]) -> bool:
        """By the id; before it was said in mails, by name and address together, since two may share a mailbox."""
        if someone.get("person") is not None:
            return someone["person"] in self.persons
        return self.is_called(str(someone.get("name", ""))) and self.is_at(str(someone.get("email", "")))


def without(content: Any, erased: Erased) -> Any:
    """What a mail says, as it is stored, without them: nobody stands where one of them was named."""
    if isinstance(content, list):
        return [without(it, erased) for it in content if not _is_one(it, erased)]
    if not isinstance(content, dict):
        return content
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name in LISTS and isinstance(value, list):
            found[name] = [it for it in value if not erased.is_called(str(it))]
        elif _is_one(value, erased):
            found[name] = None
        else:
            found[name] = without(value, erased)
    return found


def _is_one(it: Any, erased: Erased) -> bool:
    return isinstance(it, dict) and {"name", "email"} <= it.keys() and erased.is_one(it)
