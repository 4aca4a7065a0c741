"""Registration's settings."""

from typing import Annotated

from pydantic import Field

from shared.settings import NONE_IF_EMPTY, ServiceSettings

MOST_DAYS = 365


class Settings(ServiceSettings):
    """Those of every service, when somebody is asked for what is missing, and how long people are kept (N2)."""

    # Days after the last programme or agreement that somebody had to do with, until an administrator is shown that they can be
    # erased; none: never.
    people_kept_days: Annotated[Annotated[int, Field(ge=30, le=36_500)] | None, NONE_IF_EMPTY] = None
    # Days that back-ups, and the archive of PostgreSQL's log, are kept: said in the receipt of an erasure.
    backups_kept_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    # Days after a session's last one until attendance that is not recorded is asked for, and asked for once more (S5).
    attendance_asked_for_after: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 3
    attendance_asked_for_again_after: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 10
