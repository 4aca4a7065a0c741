"""An access point that delivers nowhere, with the routes of phoss-ap: for the embedded start, the demo and tests.

    python -m deploy.fake_access_point --port 8080

What it does with a receiver's next documents can be said beforehand. It notes all that is submitted, so that it can be seen
that no document came twice and none was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from lxml import etree

from deploy.ports import HOST

Behaviour = Literal[
    "accept",  # and deliver at once
    "delay",  # delivered when it is asked the third time
    "refuse",
    "reject",  # 422: it is not even tried
    "retry",  # 422, though it will try again by itself, and then delivers
    "error",  # 500, and nothing is taken
    "late",  # it is taken and delivered, and the answer never comes
    "forget",  # 200, and then it knows nothing of it
    "html",
    "rubbish",
    "huge",  # ten megabytes
    "never",  # nothing is taken, and no answer comes
]
BEHAVIOURS: tuple[Behaviour, ...] = get_args(Behaviour)
ASKED_UNTIL_DELIVERED = 3
HUGE = 10 * 1024 * 1024
NONSENSE, UNANSWERED = ("error", "html", "rubbish", "huge"), ("late", "never")
STATUS = {"refuse": "permanently_failed", "reject": "rejected", "delay": "sending", "retry": "failed"}

router = APIRouter()


@dataclass(kw_only=True)
class Taken:
    """A document that was submitted, as phoss-ap keeps it."""

    id: str
    sender: str
    receiver: str
    document_type: str
    process: str
    country: str
    document: str  # what the document calls itself
    status: str
    asked: int = 0


class FakeAccessPoint:
    """What it was given. With a `file`, a line a document, it knows that after a restart too."""

    def __init__(self, *, first: Mapping[str, Sequence[Behaviour]] | None = None, file: Path | None = None) -> None:
        self.behaviours: defaultdict[str, deque[Behaviour]] = defaultdict(deque)
        for receiver, behaviours in (first or {}).items():
            self.behaviours[receiver].extend(behaviours)
        self.taken: list[Taken] = []  # all that were ever taken; two of one id were sent twice
        self.forgotten: set[str] = set()
        self.requests = 0
        self._file = file
        if file is not None and file.exists():
            self.taken = [Taken(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]

    @property
    def twice(self) -> list[str]:
        """What documents call themselves that came more than once and were not refused before."""
        counted = Counter(it.document for it in self.taken if it.status not in ("rejected", "permanently_failed"))
        return sorted(document for document, count in counted.items() if count > 1)

    def take(self, taken: Taken) -> None:
        self.taken.append(taken)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as opened:
                opened.write(json.dumps(asdict(taken)) + "\n")

    def find(self, id: str) -> Taken | None:
        return next((it for it in reversed(self.taken) if it.id == id and id not in self.forgotten), None)


def create(fake: FakeAccessPoint, *, token: str | None = None) -> FastAPI:
    """Its routes. Those under `/fake` are not phoss-ap's."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    api.state.fake, api.state.token = fake, token
    api.include_router(router)
    return api


async def _fake(request: Request, x_token: Annotated[str | None, Header()] = None) -> FakeAccessPoint:
    fake: FakeAccessPoint = request.app.state.fake
    fake.requests += 1
    if request.app.state.token not in (None, x_token):
        raise HTTPException(401)
    return fake


Fake = Annotated[FakeAccessPoint, Depends(_fake)]


@router.post("/api/outbound/submit/{sender}/{receiver}/{document_type}/{process}/{country}")
async def submit(
    request: Request,
    *,
    sender: str,
    receiver: str,
    document_type: str,
    process: str,
    country: str,
    id: Annotated[str, Query(alias="sbdhInstanceID")],
    fake: Fake,
) -> Response:
    waiting = fake.behaviours[receiver.rpartition("::")[2]]
    behaviour: Behaviour = waiting.popleft() if waiting else "accept"
    if behaviour in NONSENSE:
        return _nonsense(behaviour)
    taken = Taken(
        id=id,
        sender=sender,
        receiver=receiver,
        document_type=document_type,
        process=process,
        country=country,
        document=_called(await request.body()),
        status=STATUS.get(behaviour, "sent"),
    )
    if behaviour != "never":
        fake.take(taken)
    if behaviour == "forget":
        fake.forgotten.add(id)
    if behaviour in UNANSWERED:
        while not await request.is_disconnected():  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.05)
    is_taken = behaviour not in ("refuse", "reject", "retry")
    return JSONResponse({"sbdhInstanceID": id, "overallSuccess": is_taken}, 200 if is_taken else 422)


@router.get("/api/outbound/status/{id}")
async def status(
    id: str,
    fake: Fake,
    includes_archive: Annotated[bool, Query(alias="includeArchive")] = False,  # noqa: FBT002 - so a query has it
) -> Response:
    found = fake.find(id)
    if found is None:
        return Response(status_code=404)
    found.asked += 1
    if found.status in ("sending", "failed") and found.asked >= ASKED_UNTIL_DELIVERED:
        found.status = "sent"
    is_archived = found.status in ("sent", "rejected", "permanently_failed")
    if is_archived and not includes_archive:
        return Response(status_code=404)
    return JSONResponse({"id": f"fake-{id}", "sbdhInstanceID": id, "status": found.status})


@router.get("/fake/submitted")
async def submitted(fake: Fake) -> list[dict[str, Any]]:
    return [asdict(it) for it in fake.taken]


@router.post("/fake/behaviours/{receiver}")
async def behave(receiver: str, behaviours: list[Behaviour], fake: Fake) -> dict[str, int]:
    """Have it do these with the next documents to a receiver, one after the other."""
    fake.behaviours[receiver].extend(behaviours)
    return {"waiting": len(fake.behaviours[receiver])}


def _nonsense(behaviour: Behaviour) -> Response:
    if behaviour == "html":
        return HTMLResponse("<h1>Service Temporarily Unavailable</h1>", 503)
    if behaviour == "rubbish":
        return Response(b"\x00\xff rubbish", 200, media_type="application/json")
    if behaviour == "huge":
        return Response(b" " * HUGE, 200, media_type="application/json")
    return JSONResponse({"error": "Internal Server Error"}, 500)


def _called(xml: bytes) -> str:
    """What a document calls itself (BT-1); empty where it is none."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ""
    return root.findtext("{*}ID") or ""


def main() -> None:
    parser = argparse.ArgumentParser(description="an access point that delivers nowhere")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--file", type=Path, help="where it notes what it was given, to know it after a restart")
    parser.add_argument("--refuse-first", action="append", default=[], metavar="0192:NUMBER", help="a receiver")
    asked = parser.parse_args()
    first: dict[str, Sequence[Behaviour]] = dict.fromkeys(asked.refuse_first, ("refuse",))
    fake = FakeAccessPoint(first=first, file=asked.file)
    uvicorn.run(create(fake), host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
