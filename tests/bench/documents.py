"""An EHF against the writing of its tree alone, a PDF against typst alone, and whether making many of both takes more and more memory.

Each document has another number, KID and buyer: typst keeps what it has set. Both sides compute and wait for nobody, so that
it is processor time that is compared.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typst
from lxml import etree

from services.billing.documents.domain.content import Content
from services.billing.documents.domain.kid import kid
from services.billing.files.ehf import ehf
from services.billing.files.pdf import TEMPLATE, pdf, values
from shared import typesetting
from tests.bench.ground import Figures, Ground, clocked, in_turns, processor_time
from tests.support.releases import ROOT
from tests.unit.billing.files.samples import AN_AGREEMENT, invoice, municipalities

PDFS, EHFS = 100, 2_000
ROUNDS = 5
WARM_UP, MANY = 400, 2_000  # documents
NUMBERS, BUYERS = itertools.count(1), itertools.cycle(list(municipalities()))
MIB = 2**20


async def measure(_: Ground, figures: Figures) -> None:
    floor, took = await in_turns(_bare_typst, _pdfs, rounds=ROUNDS)
    figures["documents.pdf_vs_bare_typst"] = floor / took
    figures["documents.pdfs_per_s"] = PDFS / took
    floor, took = await in_turns(_serialise, _ehfs, rounds=ROUNDS)
    figures["documents.ehf_vs_serialise"] = floor / took
    figures["documents.ehfs_per_s"] = EHFS / took
    figures["documents.memory"] = await _memory()


async def _memory() -> float:
    """MiB that a process of its own has grown by while it made many documents, after it had made some."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.documents"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return float(said)


def growth() -> float:
    _make(WARM_UP)
    before = _resident()
    _make(MANY)
    return (_resident() - before) / MIB


def _make(count: int) -> None:
    for it in _contents(count):
        pdf(it, called=f"FK1-{it.number}", ehf=ehf(it, agreement=AN_AGREEMENT))


def _resident() -> int:
    """Bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _contents(count: int) -> list[Content]:
    """Of numbers that none had before."""
    return [
        replace(invoice(buyer), number=number, document_number=f"FK1-{number}", kid=kid(1, number))
        for number, buyer in zip(itertools.islice(NUMBERS, count), BUYERS, strict=False)
    ]


def _made(contents: Sequence[Content]) -> list[tuple[Content, bytes]]:
    return [(it, ehf(it, agreement=AN_AGREEMENT)) for it in contents]


async def _pdfs() -> float:
    made = _made(_contents(PDFS))
    with clocked(processor_time) as took:
        for it, xml in made:
            pdf(it, called=f"FK1-{it.number}", ehf=xml)
    return took()


async def _bare_typst() -> float:
    inputs = [
        json.dumps(values(it, called=f"FK1-{it.number}", ehf=xml), ensure_ascii=False)
        for it, xml in _made(_contents(PDFS))
    ]
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[typesetting.HERE / "fonts"]
    )
    with clocked(processor_time) as took:
        for it in inputs:
            typst.compile(
                TEMPLATE,
                root=typesetting.ROOT,
                font_paths=fonts,
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": it},
                pdf_standards=["a-3a", "ua-1"],
            )
    return took()


async def _ehfs() -> float:
    contents = _contents(EHFS)
    with clocked(processor_time) as took:
        for it in contents:
            ehf(it, agreement=AN_AGREEMENT)
    return took()


async def _serialise() -> float:
    trees: list[Any] = [
        etree.fromstring(made, etree.XMLParser(remove_blank_text=True)) for _, made in _made(_contents(EHFS))
    ]
    with clocked(processor_time) as took:
        for it in trees:
            etree.tostring(it, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return took()


if __name__ == "__main__":
    sys.stdout.write(f"{growth()}\n")
