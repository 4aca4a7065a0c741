"""Days in the demo on which nobody does anything, and what is due comes by itself: contact lists, reminders."""

from __future__ import annotations

from datetime import date

from deploy.demo.play import Play


async def contact_lists(it: Play) -> None:
    async with it.on(date(2024, 7, 18), "To uker til perioden starter: kontaktlistene utveksles"):
        pass


async def reminders(it: Play) -> None:
    async with it.on(date(2024, 9, 10), "To uker til fellessamling 1: de som er invitert, får en påminnelse"):
        pass
