"""Where text stands on the pages of a PDF that typst made, and what it says."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

ASCENT, DESCENT = 0.75, 0.25  # of the letters of Source Sans, in parts of their size
PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>(?:\s*<([0-9A-Fa-f]+)>)?")


@dataclass(frozen=True)
class Run:
    """Letters that are set at once. In points, from the page's lower left corner."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    top: float

    def covers(self, other: Run) -> bool:
        """By more than two letters that are kerned, on the same page."""
        hair = 0.6
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return self.page == other.page and wide > hair and high > hair


@dataclass
class Font:
    """A font whose letters are numbered by two bytes, as typst embeds it."""

    widths: dict[int, float] = field(default_factory=dict)  # in thousandths of the size
    letters: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, it: Any) -> Font:
        found = cls()
        entries = list(it.DescendantFonts[0].W)
        while entries:
            first, them = int(entries.pop(0)), entries.pop(0)
            if isinstance(them, pikepdf.Array):
                found.widths |= {first + n: float(width) for n, width in enumerate(them)}
            else:
                width = float(entries.pop(0))
                found.widths |= dict.fromkeys(range(first, int(them) + 1), width)
        for line in it.ToUnicode.read_bytes().decode("ascii").splitlines():
            if pair := PAIR.fullmatch(line.strip()):
                code, text = int(pair[1], 16), bytes.fromhex(pair[2]).decode("utf-16-be")
                found.letters[code] = text
        return found

    def set(self, shown: Any, size: float) -> tuple[str, float]:
        """The text of what is shown, and how wide it is."""
        text, width = "", 0.0
        for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
            if not isinstance(part, pikepdf.String):
                width -= float(part) / 1000 * size
                continue
            raw = bytes(part)
            for code in (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)):
                text += self.letters.get(code, "")
                width += self.widths[code] / 1000 * size
        return text, width


def runs(pdf: bytes) -> list[Run]:
    """All text in the order in which it is set."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return [run for number, page in enumerate(file.pages) for run in _runs(number, page)]


def text_of(pdf: bytes) -> list[str]:
    """What it says, in the order in which it is set: what stands beside each other on a line together, with plain spaces."""
    lines: list[str] = []
    before: Run | None = None
    for it in runs(pdf):
        if before is not None and it.bottom == before.bottom and abs(it.left - before.right) < 1:
            lines[-1] += it.text
        else:
            lines.append(it.text)
        before = it
    return [it.replace("\N{NO-BREAK SPACE}", " ").strip() for it in lines]


def _runs(number: int, page: pikepdf.Page) -> Iterator[Run]:
    fonts = {name: Font.read(it) for name, it in page.Resources.Font.items()}
    where = line = pikepdf.Matrix()
    kept: list[pikepdf.Matrix] = []
    font, size = Font(), 0.0
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "q":
                kept.append(where)
            case "Q":
                where = kept.pop()
            case "cm":
                where = pikepdf.Matrix(*map(float, operands)) @ where
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "Tm":
                line = pikepdf.Matrix(*map(float, operands))
            case "TJ" | "Tj":
                text, width = font.set(operands[0], size)
                at = line @ where
                yield Run(number, text, at.e, at.e + width, at.f - DESCENT * size, at.f + ASCENT * size)
