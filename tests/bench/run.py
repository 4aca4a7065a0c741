"""`make bench`: figures, and ratios to a floor that is measured in the same run; printed, and kept in var/bench.json.

make bench                                all of it
make bench ARGS="billing latency"         some of it; the other figures stay as they were
"""

from __future__ import annotations

import asyncio
import json
import platform
import sys
import tempfile
from pathlib import Path

from shared.service import freeze_imports
from tests.bench import api, billing, deliveries, documents, feeds, growth, idle, kernel, latency, mails, pages
from tests.bench.ground import Figures, ground

RESULT = Path("var") / "bench.json"
PARTS = {
    "billing": billing.measure,
    "deliveries": deliveries.measure,
    "documents": documents.measure,
    "kernel": kernel.measure,
    "mails": mails.measure,
    "api": api.measure,
    "feeds": feeds.measure,
    "pages": pages.measure,
    "latency": latency.measure,
    "growth": growth.measure,
    "idle": idle.measure,
}
GOALS = {  # at least, or at most
    "billing.vs_sql_floor.sqlite": (">=", 0.4),
    "billing.vs_sql_floor.postgresql": (">=", 0.4),
    "deliveries.vs_bare_httpx.sqlite": (">=", 0.5),
    "deliveries.vs_bare_httpx.postgresql": (">=", 0.5),
    "documents.pdf_vs_bare_typst": (">=", 0.8),
    "documents.ehf_vs_serialise": (">=", 0.12),
    "documents.memory": ("<=", 20.0),  # MiB
    "consume.vs_bare_batches": (">=", 0.5),
    "relay.vs_bare_loop": (">=", 0.5),
    "mails.vs_bare_loop": (">=", 0.5),
    "api.read_vs_bare_route": (">=", 0.35),
    "feeds.entries_200_vs_bare": (">=", 0.7),
    "feeds.unchanged_vs_bare_read": (">=", 0.5),
    "pages.program_vs_reads": ("<=", 1.5),
    "pages.program_of_100_vs_reads": ("<=", 1.5),
    "latency.completed_to_issued.vs_parts": ("<=", 2.0),
    "growth.per_event_1e5_vs_1e3": ("<=", 1.15),
    "service.idle_mib_over_imports": ("<=", 40.0),
    "service.idle_cpu": ("<=", 0.02),
}


async def run(wanted: list[str]) -> None:
    freeze_imports()  # floors and ours alike
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="kulturskole-bench-") as folder, ground(Path(folder)) as found:
        for name in wanted:
            before = set(figures)
            await PARTS[name](found, figures)
            for figure in sorted(figures.keys() - before):
                print(line(figure, figures[figure]), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    before = json.loads(RESULT.read_text()) if RESULT.exists() and len(wanted) < len(PARTS) else {}
    kept = before | {name: round(it, 4) for name, it in figures.items()}
    RESULT.write_text(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")
    print(f"\n{RESULT} has them; Python {platform.python_version()} on {platform.machine()}")


def line(name: str, figure: float) -> str:
    shown = f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
    if name not in GOALS:
        return f"{name:<44}{shown:>10}"
    relation, goal = GOALS[name]
    met = figure >= goal if relation == ">=" else figure <= goal
    return f"{name:<44}{shown:>10}   {relation} {goal:g}{'' if met else '   MISSED'}"


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if not set(wanted) <= PARTS.keys():
        sys.exit(f"there is {', '.join(PARTS)}")
    asyncio.run(run(wanted))


if __name__ == "__main__":
    main()
