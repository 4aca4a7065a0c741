"""`python -m pages serve` runs the pages."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import structlog

from pages.app import create
from pages.settings import Settings
from shared import logs
from shared.web.serving import CannotStart, listen, server_for

log = structlog.get_logger()


async def serve(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    try:
        app = create(settings)
        listening = listen(settings.host, settings.port)
    except (CannotStart, ValueError, OSError) as error:
        log.error("cannot start", reason=str(error))  # noqa: TRY400 - the message says it all
        return 1
    server = server_for(app, refusals=app.state.wrong_keys)

    def stop() -> None:
        server.should_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    try:
        await server.serve(sockets=[listening])
    finally:
        await app.state.http.aclose()
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pages", description="The administrators' pages.")
    parser.add_argument("command", choices=["serve"])
    parser.parse_args()
    settings = Settings()  # from the environment
    logs.configure(settings.log_level, service="pages")
    sys.exit(asyncio.run(serve(settings)))


if __name__ == "__main__":
    main()
