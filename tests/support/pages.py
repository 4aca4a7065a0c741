"""Commands of the documentation, as who pastes them gets them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands(page: str, heading: str) -> list[str]:
    """Each block of commands under a heading, up to the next heading. `page` is a path in the checkout."""
    text = (ROOT / page).read_text(encoding="utf-8")
    (section,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.DOTALL | re.MULTILINE)
    blocks = re.findall(r"(?:^    .*\n)(?:^    .*\n|^\n(?=    ))*", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE).strip() + "\n" for block in blocks]
