"""An EHF against the writing of its tree alone, and a PDF against typst alone. Each document differs: typst keeps what it has set."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import typst
from lxml import etree

from services.billing.documents.domain.content import Content
from services.billing.documents.domain.kid import kid
from services.billing.files.ehf import ehf
from services.billing.files.pdf import TEMPLATE, pdf, values
from shared import typesetting
from tests.bench.ground import Figures, Ground, clocked, in_turns
from tests.unit.billing.files.samples import AN_AGREEMENT, invoice

PDFS, EHFS = 100, 2_000
NUMBERS = itertools.count(1)


async def measure(_: Ground, figures: Figures) -> None:
    floor, took = await in_turns(_bare_typst, _pdfs)
    figures["documents.pdf_vs_bare_typst"] = floor / took
    figures["documents.pdfs_per_s"] = PDFS / took
    floor, took = await in_turns(_serialise, _ehfs)
    figures["documents.ehf_vs_serialise"] = floor / took
    figures["documents.ehfs_per_s"] = EHFS / took


def _contents(count: int) -> list[Content]:
    """Of numbers that none had before."""
    sample = invoice()
    return [
        replace(sample, number=number, document_number=f"FK1-{number}", kid=kid(1, number))
        for number in itertools.islice(NUMBERS, count)
    ]


def _made(contents: Sequence[Content]) -> list[tuple[Content, bytes]]:
    return [(it, ehf(it, agreement=AN_AGREEMENT)) for it in contents]


async def _pdfs() -> float:
    made = _made(_contents(PDFS))
    with clocked() as took:
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
    with clocked() as took:
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
    with clocked() as took:
        for it in contents:
            ehf(it, agreement=AN_AGREEMENT)
    return took()


async def _serialise() -> float:
    trees: list[Any] = [
        etree.fromstring(made, etree.XMLParser(remove_blank_text=True)) for _, made in _made(_contents(EHFS))
    ]
    with clocked() as took:
        for it in trees:
            etree.tostring(it, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return took()
