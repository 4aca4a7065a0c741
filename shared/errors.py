"""What a use case refuses, in the words of the rule. `shared/web/problems.py` turns these into HTTP answers."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A request that can't be carried out. `rule` is the number of a domain rule (`R5`), `field` names the field at fault.

    The message says what the rule asks for, in English, without personal data.
    """

    def __init__(self, message: str, *, rule: str | None = None, field: str | None = None) -> None:
        super().__init__(f"{rule}: {message}" if rule else message)
        self.rule = rule
        self.field = field


class RuleBroken(Refused):
    """The content breaks a rule of the domain."""


class NotFound(Refused):
    """What the request names is not known here."""


class Conflict(Refused):
    """Something else stands under the same key, or the state does not allow it."""


class NotAsExpected(Conflict):
    """What would follow is not what whoever asks expects. `preview` is what would, by name; none where nobody can say."""

    def __init__(self, message: str, *, preview: Mapping[str, int] | None) -> None:
        super().__init__(message, field="expect")
        self.preview = preview


class Stale(Refused):
    """What is to be changed was changed since whoever asks looked at it. `tag` is what it stands at now, `version` its version."""

    def __init__(self, tag: str, *, version: int | None) -> None:
        now = "" if version is None else f"; what stands now is version {version}"
        super().__init__(
            f"it was changed since it was looked at{now}. Look at it anew, and change that", field="If-Match"
        )
        self.tag = tag
        self.version = version
