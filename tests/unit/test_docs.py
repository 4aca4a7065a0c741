"""What the documentation names is there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from deploy.parts import PARTS, Part
from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_file_that_is_named_is_there(page: Path) -> None:
    """In backticks, with its folder; `var/` and `secrets/` are made when something runs."""
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:services|shared|deploy|tests|docs|requirements)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_target_of_make_that_is_named_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)) <= targets


def test_the_page_on_messaging_names_each_file_of_the_kernel() -> None:
    page = (ROOT / "docs" / "architecture" / "messaging.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "shared" / "messaging").glob("*.py")} - {"__init__.py"}
    assert files == set(re.findall(r"`(\w+\.py)`", page.split("## What is promised")[0]))


def test_the_house_is_shown_with_each_subject() -> None:
    house = (ROOT / "docs" / "architecture" / "README.md").read_text(encoding="utf-8").split("## The house")[1]
    folders = {path.parent.name for path in (ROOT / "services").glob("*/*/__init__.py")}
    subjects = folders - {"domain", "migrations", "use_cases"}
    assert "agreements" in subjects
    assert subjects - set(re.findall(r"\w+", house)) == set(), "to be drawn in docs/architecture/README.md"


@pytest.mark.parametrize("part", PARTS, ids=lambda it: it.name)
def test_a_service_says_of_what_it_learns_and_from_whom(part: Part) -> None:
    """Its page and the docstring of its package: as `consumers.py` has it."""
    page = f"docs/architecture/{part.name}.md"
    package = f"services.{part.name}"
    texts = {
        page: re.search(r"\*\*Learns\*\*(.+?)\*\*Tells\*\*", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL),
        package: re.search(r"Consumes(.+?)Publishes", sys.modules[package].__doc__ or "", re.DOTALL),
    }
    kinds = [kind for kind in EVENT_TYPES if part.consumers.handlers(kind.example())]
    entities = {re.sub(r"(?<=[a-z])([A-Z])", r" \1", kind.entity.__name__).lower() for kind in kinds}
    for place, found in texts.items():
        says = " ".join(found[1].split()) if found else ""
        assert {it for it in PUBLISHERS if it in says} == {kind.publisher for kind in kinds}, f"{place}: from whom"
        assert [it for it in sorted(entities) if it.removesuffix("y") not in says] == [], f"{place}: of what"


def test_every_rule_that_a_refusal_names_is_among_the_rules() -> None:
    rules = set(re.findall(r"\*\*([RSBNA]\d+)\*\*", (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")))
    sources = [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")]
    named = {rule for path in sources for rule in re.findall(r"\b([RSBNA]\d{1,2})\b", path.read_text(encoding="utf-8"))}
    assert {"R5", "B3"} <= named <= rules


def test_the_adrs_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("adr", ADRS, ids=[path.name for path in ADRS])
def test_an_adr_says_since_when_what_else_was_looked_at_and_when_to_revisit_it(adr: Path) -> None:
    text = adr.read_text(encoding="utf-8")
    assert re.match(rf"# {int(adr.name[:4])}\. .+\n\nStatus: \w[\w ]* · \d{{4}}-\d\d-\d\d\n\n\*\*Context", text)
    sections = ["Context", "Decision", "Alternatives", "Consequences", "Revisit when"]
    assert re.findall(r"^\*\*([\w ]+)\.?\*\*", text, re.MULTILINE) == sections


def test_the_adrs_stand_in_their_table_with_their_titles_and_dates() -> None:
    rows = []
    for path in ADRS:
        title, _, status = path.read_text(encoding="utf-8").splitlines()[:3]
        number, _, name = title.removeprefix("# ").partition(". ")
        rows.append(f"| [{number}]({path.name}) | {name} | {status.rpartition(' ')[2]} |")
    page = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[.+$", page, re.MULTILINE) == rows
