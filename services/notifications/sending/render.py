"""What a mail says: its subject, text and HTML, all three from its one source in `mails/`, and its calendar entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notifications.letters import contents
from services.notifications.letters.domain.content import Billed, CalendarContent, Entry, Listed, Someone
from services.notifications.letters.domain.kinds import CHANGE, WITH_FEED, Language
from services.notifications.letters.domain.letter import Mail
from services.notifications.sending import icalendar_entry
from services.notifications.sending.markup import HTML, TEXT, environment
from shared import money
from shared.when import Days, When
from shared.when_text import when_text

DIGITS_OF_AN_ACCOUNT = 11
# In place of the address of a calendar feed, wherever a mail is kept or shown.
WITHHELD: dict[Language, str] = {
    "nb": "(adressen står bare i e-posten som ble sendt)",
    "nn": "(adressa står berre i e-posten som vart send)",
}


@dataclass(frozen=True, kw_only=True)
class Rendered:
    subject: str
    text: str
    html: str
    calendar: str | None  # of mails that change what stands in a calendar


def render(mail: Mail, *, organiser: str, sender: str, feed: str | None = None) -> Rendered:
    """What a mail says, made from its source and its stored content.

    `feed` is the address of a calendar feed, for the message that leaves; whatever else is made of a mail goes without, and says
    that it was there. Where there are no feeds it is empty.

    Raises jinja2.TemplateError where the source asks for what the mail does not hold, ValueError for content that cannot be
    read.
    """
    values = values_of(mail, organiser=organiser, feed=feed)
    source = f"{mail.kind}.{mail.language}"
    text = text_templates.get_template(source).make_module(values)
    calendar = None
    if mail.sequence is not None:
        calendar = icalendar_entry.calendar_part(
            mail,
            values["entry"],
            title=f"{values['title']} – {values['programme']}",
            description=description(values),
            organiser=organiser,
            sender=sender,
        )
    return Rendered(
        subject=" ".join(vars(text)["subject"].split()),  # which its template has set
        text=str(text),
        html=html_templates.get_template(source).render(values),
        calendar=calendar,
    )


def values_of(mail: Mail, *, organiser: str, feed: str | None = None) -> dict[str, Any]:
    """What the mail's source may ask for."""
    content = contents.read(mail.kind, mail.content)
    values = vars(content) | {"name": mail.name, "language": mail.language, "organiser": organiser}
    if mail.kind in WITH_FEED:
        values["feed"] = WITHHELD[mail.language] if feed is None else feed
    return values | values_of_session(content, mail) if isinstance(content, CalendarContent) else values


def values_of_session(content: CalendarContent, mail: Mail) -> dict[str, Any]:
    """What sources about sessions may ask for besides. `before` differs from what is so now in a change only."""
    entry = content.entry
    before = content.before if mail.kind == CHANGE and content.before else entry
    return {
        "before": before,
        "title": title(entry, content),
        "when": when(entry, mail.language),
        "before_title": title(before, content),
        "before_when": when(before, mail.language),
        "moved": moved(before, entry),
    }


def description(values: dict[str, Any]) -> str:
    """What a calendar shows below the title: the same facts as the mail's, a line each."""
    facts = text_templates.get_template(f"parts/session.{values['language']}").render(values, fact=plain_fact)
    return facts.strip().replace("\N{NO-BREAK SPACE}", " ")


def plain_fact(label: str, value: str, _former: str | None = None) -> str:
    return f"{label}: {value}\n" if value else ""


def title(entry: Entry, content: CalendarContent) -> str:
    """A session's title; with the party's name where it is held with it alone: an advisor has many of one title."""
    return f"{entry.title}, {content.party}" if content.is_with_party else entry.title


def moved(before: Entry, now: Entry) -> bool:
    """Whether a session is at another time now. That its clock time has become known is no move."""
    if (before.first_day, before.last_day) != (now.first_day, now.last_day):
        return True
    return before.starts_at is not None and before.starts_at != now.starts_at


def when(entry: Entry, language: Language) -> str:
    """The days, times and duration of an entry, as the plan would put them (S2)."""
    days = Days(first=entry.first_day, last=entry.last_day, starts_at=entry.starts_at, ends_at=entry.ends_at)
    return _kept_together(when_text(When(days=days, duration_minutes=entry.duration_minutes), language))


def day(it: date) -> str:
    """
    >>> day(date(2025, 3, 3)).replace(chr(0xA0), " ")
    '3. mars 2025'
    """
    return until(it, it)


def until(first: date, last: date) -> str:
    """
    >>> until(date(2025, 3, 3), date(2025, 3, 4)).replace(chr(0xA0), " ")
    '3.–4. mars 2025'
    """
    return _kept_together(when_text(When(days=Days(first=first, last=last))))


def _kept_together(when: str) -> str:
    """So that no line ends after a day's number, or after *kl.*"""
    return when.replace(". ", ".\N{NO-BREAK SPACE}")


def kroner(ore: int) -> str:
    """
    >>> kroner(666_667).replace(chr(0xA0), " ")
    '6 666,67 kr'
    """
    return f"{money.kroner(ore)}\N{NO-BREAK SPACE}kr"


def billed(it: Billed) -> str:
    """A seller or a buyer, in lines: name, organisation number, address."""
    number = it.organisation_number
    lines = it.name, f"Org.nr. {number[:3]} {number[3:6]} {number[6:]}", it.street, f"{it.postal_code} {it.city}"
    return "\n".join(lines)


def account(number: str | None) -> str:
    """A bank account as it is written in Norway; a number of another length as it is, and nothing for none.

    >>> account("12345678903")
    '1234 56 78903'
    """
    if number is None or len(number) != DIGITS_OF_AN_ACCOUNT:
        return number or ""
    return f"{number[:4]} {number[4:6]} {number[6:]}"


def reached(it: Someone) -> str:
    """Somebody, in lines: name, telephone number, address."""
    return "\n".join(filter(None, [it.name, it.phone, it.email]))


def people(those: Iterable[Listed]) -> str:
    """Who takes part in a group, a line each.

    >>> people([Listed(person="kari", name="Kari Vik", email="kari@molde.example", phone=None, role="rektor", coordinates=True)])
    'Kari Vik (rektor), kari@molde.example'
    """
    return "\n".join(
        ", ".join(filter(None, [f"{it.name} ({it.role})" if it.role else it.name, it.phone, it.email])) for it in those
    )


_filters: dict[str, Callable[..., str]] = {
    "day": day,
    "until": until,
    "kroner": kroner,
    "billed": billed,
    "account": account,
    "reached": reached,
    "people": people,
}
text_templates, html_templates = environment(TEXT, _filters), environment(HTML, _filters)
