"""What a mail says: its subject, text and HTML from `templates/<kind>/<language>/`, and its calendar entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifications.calendars.domain.entry import Entry
from services.notifications.calendars.repository import ENTRY
from services.notifications.letters.domain.kinds import Language
from services.notifications.letters.domain.letter import Mail
from services.notifications.sending import icalendar_entry
from shared import money
from shared.when import Days, When
from shared.when_text import when_text


@dataclass(frozen=True, kw_only=True)
class Rendered:
    subject: str
    text: str
    html: str
    calendar: str | None  # of mails about sessions


def render(mail: Mail, *, organiser: str, sender: str) -> Rendered:
    """Raises jinja2.TemplateError where a template asks for what the mail does not hold."""
    said = {**mail.content, "name": mail.name, "language": mail.language, "organiser": organiser}
    entry = ENTRY.validate_python(mail.content["entry"]) if mail.session else None
    if entry:
        before = mail.content["before"] and ENTRY.validate_python(mail.content["before"])
        said |= {
            "title": title(entry, mail),
            "when": when(entry, mail.language),
            "before_title": title(before, mail) if before else None,
            "before_when": when(before, mail.language) if before else None,
            "moved": before is not None and moved(before, entry),
        }
    folder = f"{mail.kind}/{mail.language}"
    said["subject"] = " ".join(_fill(f"{folder}/subject.txt", said).split())
    return Rendered(
        subject=said["subject"],
        text=_fill(f"{folder}/body.txt", said),
        html=_fill(f"{folder}/body.html", said),
        calendar=icalendar_entry.invite(
            mail,
            entry,
            title=said["title"],
            description=_fill(f"session/{mail.language}/calendar.txt", said).strip(),
            organiser=organiser,
            sender=sender,
        )
        if entry
        else None,
    )


def title(entry: Entry, mail: Mail) -> str:
    """With the party, where a session is held with it alone: an advisor has many of the same name."""
    return f"{entry.title}, {mail.content['party']}" if mail.content["is_with_party"] else entry.title


def moved(before: Entry, now: Entry) -> bool:
    """Whether it is at another time; that a time is known more precisely is no move."""
    if (before.first_day, before.last_day) != (now.first_day, now.last_day):
        return True
    return before.starts_at is not None and before.starts_at != now.starts_at


def when(entry: Entry, language: Language) -> str:
    """The days, times and duration of an entry, as the plan would put them (S2)."""
    days = Days(first=entry.first_day, last=entry.last_day, starts_at=entry.starts_at, ends_at=entry.ends_at)
    return when_text(When(days=days, duration_minutes=entry.duration_minutes), language)


def day(iso: str) -> str:
    """
    >>> day("2025-03-03")
    '3. mars 2025'
    """
    return until(iso, iso)


def until(first: str, last: str) -> str:
    """
    >>> until("2025-03-03", "2025-03-04")
    '3.–4. mars 2025'
    """
    return when_text(When(days=Days(first=date.fromisoformat(first), last=date.fromisoformat(last))))


def kroner(ore: int) -> str:
    """
    >>> kroner(666_667).replace(chr(0xA0), " ")
    '6 666,67 kr'
    """
    return f"{money.kroner(ore)}\N{NO-BREAK SPACE}kr"


def _fill(template: str, said: dict[str, Any]) -> str:
    return _templates.get_template(template).render(said)


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(enabled_extensions=["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)
_templates.filters.update(day=day, until=until, kroner=kroner)
