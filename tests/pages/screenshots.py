"""`make screenshots`: the four main pages of a programme half-way through, as docs/pictures/ has them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.pages.which import MUNICIPALITY, session
from tests.support.chromium import NoChromium, chromium, page_of
from tests.support.demonstration import PROGRAMME, made_once, shown

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH, HIGHEST = 1100, 860  # pixels
LARGEST = 150_000  # bytes of a picture


def make(folder: Path) -> None:
    """Raises NoChromium."""
    with chromium() as browser, shown(made_once(folder), folder / "state") as here:
        with here.api() as api:
            pages = {
                "i-dag": "/",
                "program": f"/program/{PROGRAMME}",
                "samling": f"/samling/{session(api)}",
                "kommune": f"/program/{PROGRAMME}/kommune/{MUNICIPALITY}",
            }
        PICTURES.mkdir(exist_ok=True)
        with page_of(browser, here, width=WIDTH, script=True) as page:
            for name, path in pages.items():
                answer = page.goto(path)
                assert answer is not None
                assert answer.status == 200, path
                height = min(HIGHEST, page.evaluate("document.documentElement.scrollHeight"))
                picture = PICTURES / f"{name}.png"
                clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
                page.screenshot(path=picture, full_page=True, clip=clip)  # type: ignore[arg-type]  # it is that
                size = picture.stat().st_size
                assert size <= LARGEST, f"{picture} has {size} bytes"
                print(f"{picture.relative_to(PICTURES.parents[1])}  {size // 1000} kB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kulturskole-pictures-") as made:
        try:
            make(Path(made))
        except NoChromium as none:
            sys.exit(str(none))
