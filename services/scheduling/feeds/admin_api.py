"""Addresses of feeds: an administrator sees and renews them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from services.scheduling.feeds import repository
from services.scheduling.feeds.addresses import Addresses, addresses_of
from services.scheduling.feeds.domain.feed import Feed, Kind, feed_of
from services.scheduling.feeds.use_cases.renew_feed import renew_feed
from shared.database import Database
from shared.web.api import A_PROGRAMME, Administrator, Body, DatabaseOf, example
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/scheduling/feeds", tags=["feeds"])

OF = (
    "a programme's code; of a party the same, a dot and its organisation number; of an advisor the person's id, for all"
    " programmes"
)
MOST_ADDRESSES = 999_999_999  # that a feed has had
KindInPath = Annotated[str, Path(max_length=20, description="programme, party or advisor", examples=["programme"])]
OfInPath = Annotated[str, Path(max_length=60, description=OF, examples=[A_PROGRAMME])]


class Renewal(Body):
    """Which address is to be the newest: said twice, it is made once."""

    model_config = example(number=2)

    number: int = Field(ge=2, le=MOST_ADDRESSES, description="one more than the number that is shown")


class FeedView(BaseModel):
    """A calendar that can be subscribed to. Who has the address can read it, and needs nothing else."""

    kind: Kind
    of: str = Field(description=OF)
    number: int = Field(description="how many addresses it has had, with this one")
    address: str = Field(description="a secret: it stands in no log and no event")
    renewed_by: str | None = Field(description="the key that renewed it last")
    renewed_at: datetime | None = Field(description="a moment with its offset from UTC")


@router.get("/{kind}/{of}", responses={409: {}})
async def show_feed(
    kind: KindInPath, of: OfInPath, request: Request, database: DatabaseOf, _: Administrator
) -> FeedView:
    """Show the address of a calendar feed (S6)."""
    return await _shown(database, addresses_of(request.app), feed_of(kind, of))


@router.post("/{kind}/{of}/renewal", operation_id="renew_feed", dependencies=[if_match(Feed)])
async def renew(
    kind: KindInPath,
    of: OfInPath,
    request: Request,
    database: DatabaseOf,
    *,
    key: Administrator,
    renewal: Renewal,
) -> FeedView:
    """Give a calendar feed another address; the one before leads nowhere from then on (S6).

    The same again changes nothing.
    """
    addresses = addresses_of(request.app)
    feed = feed_of(kind, of)
    addresses.of(feed)  # raises where there are none
    return await _shown(database, addresses, await renew_feed(database, feed, renewal.number, by=key.name))


async def _shown(database: Database, addresses: Addresses, feed: Feed) -> FeedView:
    async with database.reading() as connection:
        await repository.check_is_known(connection, feed)
        found, by, at = await repository.newest(connection, feed)
    view = FeedView(
        kind=found.kind,
        of=found.of,
        number=found.number,
        address=addresses.of(found),
        renewed_by=by,
        renewed_at=at,
    )
    return tagged(found, view)
