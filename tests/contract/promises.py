"""What a contract may become within a version: it gains optional fields, and its codes and patterns widen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.contracts.envelope import A_REFERENCE

# Patterns (as promised, as it is now) that someone has looked at: what fits the first fits the second too.
LOOSENED: frozenset[tuple[str, str]] = frozenset(
    {
        ("^[A-Za-z0-9][A-Za-z0-9./_-]{0,49}$", A_REFERENCE),
    }
)
# New bounds that someone has looked at: nothing was ever told that does not keep to them, since the doors were as narrow.
BOUNDS: frozenset[tuple[str, int]] = frozenset(
    {
        *(("maxLength", it) for it in (7, 64, 200, 254, 1_000)),
        *(("maxItems", it) for it in (12, 100)),
        *(("minimum", it) for it in (0, 1, 2000)),
        *(("maximum", it) for it in (365, 2100, 20_160, 999_999, 100_000_000)),
        ("minLength", 7),
    }
)
FREE = {"title", "description", "examples"}  # explain, and promise nothing


def breaks(
    promised: dict[str, Any], now: dict[str, Any], where: str = "", loosened: frozenset[tuple[str, str]] = LOOSENED
) -> Iterator[str]:
    """What breaks the promise that a JSON schema was, in the schema as it is now."""
    for key in sorted((promised.keys() | now.keys()) - FREE):
        was, is_now = promised.get(key), now.get(key)
        here = f"{where}/{key}"
        match key:
            case "properties" | "$defs":
                was, is_now = was or {}, is_now or {}
                yield from (f"{here}/{name} is gone" for name in sorted(was.keys() - is_now.keys()))
                for name in sorted(was.keys() & is_now.keys()):
                    yield from breaks(was[name], is_now[name], f"{here}/{name}", loosened)
            case "items" if was and is_now:
                yield from breaks(was, is_now, here, loosened)
            case "anyOf" if was and is_now and len(was) == len(is_now):
                for n, (one, other) in enumerate(zip(was, is_now, strict=True)):
                    yield from breaks(one, other, f"{here}/{n}", loosened)
            case "required":
                yield from (f"{where}: {name} may be absent now" for name in sorted({*(was or ())} - {*(is_now or ())}))
                yield from (f"{where}: {name} is required now" for name in sorted({*(is_now or ())} - {*(was or ())}))
            case _ if was != is_now and not _widens(key, was, is_now, loosened):
                yield f"{here}: {was!r} became {is_now!r}"


def _widens(key: str, was: Any, is_now: Any, loosened: frozenset[tuple[str, str]]) -> bool:
    match key:
        case "enum":
            return bool(was and is_now) and {*was} <= {*is_now}
        case "pattern":
            return bool(was) and (is_now is None or (was, is_now) in loosened)
        case "maxLength" if was:
            return is_now is None or is_now > was
        case _ if was is None:
            return isinstance(is_now, int) and (key, is_now) in BOUNDS
    return False
