"""`kulturskole billing verify`: whether what was issued stands as it was issued, asked of billing over its API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import groupby
from typing import Annotated, Any

import httpx
import typer

from deploy.arguments import check_programme
from deploy.client import Client, Refused
from deploy.command import CANNOT, CODES, HERE, Json, Secret, Url, Wrong, answer, given


def _codes(programmes: list[str] | None) -> list[str] | None:
    for code in programmes or ():
        check_programme(code)
    return programmes


billing_app = typer.Typer(no_args_is_help=True, help="What billing has issued.", epilog=CODES)

Programmes = Annotated[
    list[str] | None, typer.Argument(help="codes of programmes; all where none is said", callback=_codes)
]

# What is found, as a person reads it.
FOUND = {
    "number_is_missing": "nothing stands there",
    "document_is_changed": "it is not what was issued, or what came before it is not",
    "content_disagrees": "what stands beside its content says something else",
    "content_is_unreadable": "its content cannot be read",
    "link_is_missing": "it has no link in the chain, and a later one has",
    "told_otherwise": "its event told another link than the one that stands",
    "counter_is_behind": "the counter of the series stands here, and more was issued",
    "no_such_invoice": "it takes back an invoice that is not there",
    "takes_back_something_else": "it differs from the invoice that it takes back",
    "credited_twice": "more than one credit note takes back this invoice",
}
FOUND_OF_FILES = {
    "file_is_changed": "its bytes are not those that were made",
    "file_is_gone": "it was made, and is not there",
    "file_told_otherwise": "it is not the one that was sent",
}


@billing_app.callback()
def billing() -> None:
    """Have commands named below it, however few they are."""


@billing_app.command(epilog=CODES)
def verify(programmes: Programmes = None, url: Url = HERE, key: Secret = None, *, as_json: Json = False) -> None:
    """Compute each number series anew, and each kept file's hash, and say whatever is not as it was issued and sent."""
    found, refused = asyncio.run(_ask(url, given(key), programmes or []))
    answer(found, *(line for it in found for line in lines(it)), as_json=as_json)
    if refused:
        raise Wrong("\n".join(refused))
    if not all(it["holds"] for it in found):
        raise typer.Exit(CANNOT)


async def _ask(url: str, key: str, programmes: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """What billing answers, a programme at a time; and what it says of those that it does not answer of."""
    found, refused = [], []
    async with Client(url, key) as client:
        codes = programmes or [it async for it in _all(client)]
        for code in codes:
            try:
                found.append(await _of(client, code))
            except Refused as error:
                if error.status != httpx.codes.NOT_FOUND:
                    raise
                refused.append(str(error))
    return found, refused


async def _of(client: Client, programme: str) -> dict[str, Any]:
    found: dict[str, Any] = await client.get(f"/billing/programmes/{programme}/verification")
    files = await client.get(f"/billing/programmes/{programme}/verification/files")
    return found | {"holds": found["holds"] and files["holds"], "files": files}


async def _all(client: Client) -> AsyncIterator[str]:
    """The programmes that have a series, in their order."""
    last, after = "", None
    while True:
        page = await client.get("/billing/series", **{"limit": 500} | ({"after": after} if after else {}))
        for it in page["items"]:
            if it["programme"] != last:
                yield it["programme"]
            last = it["programme"]
        after = page["next"]
        if after is None:
            return


def lines(programme: dict[str, Any]) -> Iterator[str]:
    """For people, a programme's series, and what is found in them."""
    files = {it["series"]: it for it in programme["files"]["series"]}
    for it in programme["series"]:
        if not it["count"]:
            yield f"{it['series']}: none"
            continue
        yield f"{it['series']}: {it['count']} documents, {it['first']} to {it['last']}, last link {it['link']}"
        if it["contents_lost"]:
            yield f"  of {it['contents_lost']} the content is lost, and with it what their links covered"
        if it["not_linked"]:
            yield f"  {it['not_linked']} at the end have no link yet: the next one that is issued brings them theirs"
        yield from _of_files(files[it["series"]])
    for it in programme["findings"]:
        until = f" to {it['until']}" if it["until"] != it["number"] else ""
        fields = f" ({', '.join(it['fields'])})" if it["fields"] else ""
        yield f"WRONG {it['series']} {it['number']}{until}: {FOUND.get(it['code'], it['code'])}{fields}"
    for it in programme["files"]["findings"]:
        yield f"WRONG {it['series']} {it['number']}.{it['format']}: {FOUND_OF_FILES.get(it['code'], it['code'])}"
    if more := programme["more"] + programme["files"]["more"]:
        yield f"and {more} more of {programme['programme']}"


def _of_files(it: dict[str, Any]) -> Iterator[str]:
    yield f"  {it['files']} files"
    if it["made_again"]:
        numbers = ", ".join(_in_ranges(it["numbers_made_again"]))
        yield (
            f"  of these {it['made_again']} were made again, since those that were sent are lost: their bytes may differ"
            f" (number {numbers})"
        )
    if it["not_made_yet"]:
        yield f"  {it['not_made_yet']} are not made yet"
    if it["cannot_be_made"]:
        yield f"  {it['cannot_be_made']} cannot be made: GET /billing/operations/set-aside says why"
    if it["may_go"]:
        yield f"  need not be kept any longer (five years are over): those issued in {', '.join(map(str, it['may_go']))}"


def _in_ranges(numbers: list[int]) -> Iterator[str]:
    """Numbers that come in order, those in a row as one.

    >>> list(_in_ranges([3, 4, 5, 9]))
    ['3 to 5', '9']
    """
    for _, row in groupby(enumerate(numbers), lambda it: it[1] - it[0]):
        first, *others = (number for _, number in row)
        yield f"{first} to {others[-1]}" if others else str(first)
