"""Where a document that typst sets has ink, page by page: whether all of it stands on the paper, inside its margins."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from PIL import Image

from shared import typesetting

PPI = 50.8  # so that a pixel is half a millimetre
A_PIXEL = 0.5  # mm


def pages(template: Path, data: Mapping[str, Any]) -> list[tuple[float, float, float, float]]:
    """Of each page how far its ink stands from the edges: left, top, right and bottom, in millimetres."""
    made = typst.compile(
        template,
        root=typesetting.ROOT,
        font_paths=[typesetting.HERE / "fonts"],
        ignore_system_fonts=True,
        format="png",
        ppi=PPI,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return [_margins(it) for it in ([made] if isinstance(made, bytes) else made)]


def _margins(png: bytes) -> tuple[float, float, float, float]:
    page = Image.open(io.BytesIO(png)).convert("L").point(lambda it: 255 if it < 200 else 0)
    box = page.getbbox()
    assert box is not None, "an empty page"
    left, top, right, bottom = box
    return left * A_PIXEL, top * A_PIXEL, (page.width - right) * A_PIXEL, (page.height - bottom) * A_PIXEL
