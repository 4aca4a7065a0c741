"""What a mail says: its subject, text and HTML from `templates/<kind>/<language>/`, and its calendar entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifications.letters import contents
from services.notifications.letters.domain.content import CalendarContent, Entry
from services.notifications.letters.domain.kinds import Language
from services.notifications.letters.domain.letter import Mail
from services.notifications.sending import icalendar_entry
from shared import money
from shared.contracts.scheduling import Days, When
from shared.when_text import when_text


@dataclass(frozen=True, kw_only=True)
class Rendered:
    subject: str
    text: str
    html: str
    calendar: str | None  # of mails about sessions


def render(mail: Mail, *, organiser: str, sender: str) -> Rendered:
    """Raises jinja2.TemplateError where a template asks for what the mail does not hold, ValueError if it is unreadable."""
    content = contents.read(mail.kind, mail.content)
    values = vars(content) | {"name": mail.name, "language": mail.language, "organiser": organiser}
    if isinstance(content, CalendarContent):
        values |= of_session(content, mail.language)
    folder = f"{mail.kind}/{mail.language}"
    subject = " ".join(_fill(f"{folder}/subject.txt", values).split())
    calendar = None
    if isinstance(content, CalendarContent):
        description = _fill(f"session/{mail.language}/calendar.txt", values).strip()
        calendar = icalendar_entry.invite(
            mail,
            content.entry,
            title=title(content.entry, content),
            description=description,
            organiser=organiser,
            sender=sender,
        )
    return Rendered(
        subject=subject,
        text=_fill(f"{folder}/body.txt", values),
        html=_fill(f"{folder}/body.html", values | {"subject": subject}),
        calendar=calendar,
    )


def of_session(content: CalendarContent, language: Language) -> dict[str, Any]:
    """What the sources about sessions are filled with besides the content itself."""
    entry, before = content.entry, content.before
    return {
        "title": title(entry, content),
        "when": when(entry, language),
        "before_title": title(before, content) if before else None,
        "before_when": when(before, language) if before else None,
        "moved": before is not None and moved(before, entry),
    }


def title(entry: Entry, content: CalendarContent) -> str:
    """With the party, where a session is held with it alone: an advisor has many of the same name."""
    return f"{entry.title}, {content.party}" if content.is_with_party else entry.title


def moved(before: Entry, now: Entry) -> bool:
    """Whether it is at another time; that a time is known more precisely is no move."""
    if (before.first_day, before.last_day) != (now.first_day, now.last_day):
        return True
    return before.starts_at is not None and before.starts_at != now.starts_at


def when(entry: Entry, language: Language) -> str:
    """The days, times and duration of an entry, as the plan would put them (S2)."""
    days = Days(first=entry.first_day, last=entry.last_day, starts_at=entry.starts_at, ends_at=entry.ends_at)
    return when_text(When(days=days, duration_minutes=entry.duration_minutes), language)


def day(it: date) -> str:
    """
    >>> day(date(2025, 3, 3))
    '3. mars 2025'
    """
    return until(it, it)


def until(first: date, last: date) -> str:
    """
    >>> until(date(2025, 3, 3), date(2025, 3, 4))
    '3.–4. mars 2025'
    """
    return when_text(When(days=Days(first=first, last=last)))


def kroner(ore: int) -> str:
    """
    >>> kroner(666_667).replace(chr(0xA0), " ")
    '6 666,67 kr'
    """
    return f"{money.kroner(ore)}\N{NO-BREAK SPACE}kr"


def _fill(template: str, values: dict[str, Any]) -> str:
    return _templates.get_template(template).render(values)


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
