"""PDFs from typst templates: archivable (PDF/A), tagged (PDF/UA), and the same bytes for the same input.

A template is a `.typ` file in the folder of who needs it. It finds its data with `#let data = json(bytes(sys.inputs.data))`: as
data, text can do nothing in it. Templates that look alike import `/shared/typesetting/letter.typ`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import typst

HERE = Path(__file__).parent
ROOT = HERE.parents[1]  # which holds all that a template may import

# What a PDF can be kept as for years; only that of part 3 takes files with it. Each is readable aloud as well.
Archive: TypeAlias = Literal["a-2a", "a-3a"]


class CannotTypeset(Exception):
    """A template does not go with its data, or the file would not be what it says it is. A fault of the program."""

    def __init__(self, template: Path, *why: str) -> None:
        super().__init__(f"{template.name}: {'; '.join(why)}")


def pdf(template: Path, data: Mapping[str, Any], *, archive: Archive) -> bytes:
    """The PDF that a template makes of its data, which is what JSON can hold.

    It may take some milliseconds, in which other threads run. Raises CannotTypeset, also where typst warns: a letter that no
    font has, or a name too long for its line, is nothing to be sent.
    """
    try:
        made, warnings = typst.compile_with_warnings(
            template,
            root=ROOT,
            font_paths=_fonts(),
            ignore_system_fonts=True,  # or it would look other on each machine
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[archive, "ua-1"],
        )
    except typst.TypstError as error:
        raise CannotTypeset(template, error.message) from error
    if warnings:
        raise CannotTypeset(template, *(it.message for it in warnings))
    return made


@functools.cache
def _fonts() -> typst.Fonts:
    """Those beside this file and no other; they are looked for once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])
