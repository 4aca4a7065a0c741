"""After a restore: what was told since the back-up is taken in again from the streams."""

from __future__ import annotations

from deploy import recovering
from deploy.backups.places import Place
from deploy.backups.restoring import Report, made_anew
from deploy.backups.streams import streams
from deploy.command import Wrong
from shared.contracts.catalogue import PUBLISHERS


async def check_streams(place: Place) -> None:
    """Raises Wrong or NoBroker where the streams cannot be asked. Before anything is loaded."""
    if place.state is None:  # which has a server of its own, started when it is needed
        await streams(*_nats(place))


async def bring_up(report: Report, place: Place) -> None:
    """Recover all four, where there are streams. Raises what `recover` raises."""
    if report.left_to_migrate:
        report.not_recovered = "tables are to be migrated first, by the role that owns them"
    elif place.state is None:
        now = await streams(*_nats(place))
        report.streams_made_anew = made_anew(report.manifest.streams, now)
        if not now:
            report.streams_made_anew = list(PUBLISHERS)
        elif lacking := [it for it in PUBLISHERS if it not in now]:
            report.not_recovered = f"NATS has no stream of {', '.join(lacking)}: provision makes them"
        else:
            for service, url in place.urls.items():
                found = await recovering.recover_service(service, url, *_nats(place), do=True, disown=())
                report.recovered.append(found)
    elif place.state.nats_store.exists():
        for service in place.urls:
            async with recovering.embedded(service, place.state.folder) as (url, *nats):
                report.streams_made_anew = made_anew(report.manifest.streams, await streams(*nats))
                report.recovered.append(await recovering.recover_service(service, url, *nats, do=True, disown=()))
    else:
        report.streams_made_anew = list(PUBLISHERS)


def _nats(place: Place) -> tuple[str, str]:
    if place.nats_url is None or place.nats_password is None:
        msg = "this needs the password of NATS' operator: say with --password-file where it is, or --load-only"
        raise Wrong(msg)
    return place.nats_url, place.nats_password
