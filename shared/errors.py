"""What is refused, in the words of the rule, under a code that stays. `shared/web/problems.py` turns these into HTTP answers.

A `code` is what a refusal is called for good, in the field's words (`already_signed`): it stands beside its rule and is part
of the contract. `values` are what a text in another language needs to say the same: days, figures, never personal data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

Values = Mapping[str, str | int | date | None]


def _flat(values: Values | None) -> dict[str, str | int]:
    return {name: it if isinstance(it, int) else str(it) for name, it in (values or {}).items() if it is not None}


class Refused(Exception):
    """A request that can't be carried out. `rule` is the number of a domain rule (`R5`), `field` names the field at fault.

    The message says what the rule asks for, in English, without personal data.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        rule: str | None = None,
        field: str | None = None,
        values: Values | None = None,
    ) -> None:
        super().__init__(f"{rule}: {message}" if rule else message)
        self.code = code
        self.rule = rule
        self.field = field
        self.values = _flat(values)


class RuleBroken(Refused):
    """The content breaks a rule of the domain."""


class NotFound(Refused):
    """What the request names is not known here."""


class Conflict(Refused):
    """Something else stands under the same key, or the state does not allow it."""


class NotAsExpected(Conflict):
    """What would follow is not what whoever asks expects. `preview` is what would, by name; none where nobody can say."""

    def __init__(self, message: str, *, code: str, preview: Mapping[str, int] | None) -> None:
        super().__init__(message, code=code, field="expect")
        self.preview = preview


class NotAccepted(Conflict):
    """`warnings` speak against it, which whoever asks is to have seen first: each is accepted by its code."""

    def __init__(self, message: str, *, code: str, field: str, warnings: Sequence[Refused]) -> None:
        super().__init__(message, code=code, field=field)
        self.warnings = warnings


class Stale(Refused):
    """What is to be changed was changed since whoever asks looked at it. `tag` is what it stands at now, `version` its version."""

    def __init__(self, tag: str, *, version: int | None) -> None:
        now = "" if version is None else f"; what stands now is version {version}"
        msg = f"it was changed since it was looked at{now}. Look at it anew, and change that"
        super().__init__(msg, code="changed_meanwhile", field="If-Match")
        self.tag = tag
        self.version = version


class Unfit(ValueError):
    """What a field can't hold, for the validators of pydantic's fields."""

    def __init__(self, message: str, *, code: str, values: Values | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.values = _flat(values)
