"""What a cell of a list says, and that a spreadsheet computes none of it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from pydantic import BaseModel

from shared.web.api import Words
from shared.web.as_csv import cell, columns_of, written


class Inner(BaseModel):
    name: str | None
    born: date


class Row(BaseModel):
    number: int
    title: str
    note: Words | None
    contact: Inner | None
    tags: list[str]
    members: list[Inner]
    counts: dict[str, int]


@pytest.mark.parametrize("text", ["=1+1", "+47 900 00 000", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])  # noqa: RUF001 - wide
def test_a_text_that_a_spreadsheet_would_compute_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "shown"), [(-2, "-2"), (666667, "666667"), (0.5, "0,5"), (True, "true"), (None, "")])
def test_what_is_no_text_stays_as_it_is(value: object, shown: str) -> None:
    assert cell(value) == shown


@pytest.mark.parametrize("text", ["Molde", "0301", "a=b", "2024-08-01", "'sitat'"])
def test_other_text_is_not_touched(text: str) -> None:
    assert cell(text) == text


def test_a_list_in_a_cell_is_looked_at_as_a_whole() -> None:
    assert cell(["=1", "b"]) == "'=1, b"
    assert cell([{"name": "Kari"}, {"name": "Per"}]) == "Kari, Per"


def test_columns_are_the_fields_without_prose_and_without_what_has_no_one_form() -> None:
    names = [it.name for it in columns_of(Row)]
    assert names == ["number", "title", "contact.name", "contact.born", "tags", "members"]


def test_a_row_says_what_is_there() -> None:
    item = {"number": 1, "title": "-", "note": "n", "contact": None, "tags": [], "members": [{"name": "K"}]}
    assert [it.of(item) for it in columns_of(Row)] == ["1", "'-", "", "", "", "K"]


def test_whatever_stands_in_a_cell_comes_back() -> None:
    rows = [["a;b", 'say "so"', "two\nlines", "æøå"], ["", "c", "d", "e"]]
    assert list(csv.reader(io.StringIO(written(rows), newline=""), delimiter=";")) == rows
    assert written(rows).endswith("\r\n")
