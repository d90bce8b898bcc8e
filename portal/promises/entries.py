"""The day of a promise for one's own calendar, and what its files are called."""

from __future__ import annotations

from portal.base.calendars import DayEvent, calendar, event
from portal.base.config import Config
from portal.base.formats import money
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.promises.rows import PromiseRow


def file_stem(row: PromiseRow) -> str:
    """What a promise's files are called, without an ending."""
    return f"{_('Promise')}-{row.number}".replace("/", "-")


def promise_event(r: Reader, row: PromiseRow, config: Config) -> DayEvent:
    """The promised day; the same promise keeps its identity whatever becomes of it."""
    items = ", ".join(dict.fromkeys(item.number for item in row.items)) or row.customer_name
    return event(
        f"{row.ref}@{config.public_host}",
        row.promised_on,
        _("Pay %(amount)s to %(company)s", amount=money(row.amount), company=r.company.name),
        _(
            "Promise %(number)s for %(items)s",
            number=row.number,
            items=items,
        ),
        f"{config.public_url.rstrip('/')}/promises/{row.ref}",
        at=row.made_at,
    )


def calendar_entry(r: Reader, row: PromiseRow, config: Config) -> bytes:
    """A calendar file with the promised day alone."""
    return calendar(row.number, [promise_event(r, row, config)])
