"""The schedule of an agreed plan for one's own calendar, and what its files are called."""

from __future__ import annotations

from portal.base import formats
from portal.base.calendars import calendar, event
from portal.base.config import Config
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.promises.plans.rows import PlanRow
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter


def plan_calendar(r: Reader, row: PlanRow, config: Config) -> bytes:
    """A calendar file with each instalment; each keeps the identity that its promise has."""
    rows = list_promises(r, PromiseFilter(customer_id=row.customer_id, plan_id=row.id))
    url = f"{config.public_url.rstrip('/')}/plans/{row.ref}"
    events = [
        event(
            f"{each.ref}@{config.public_host}",
            each.promised_on,
            _("Pay the instalment of %(amount)s", amount=formats.money(each.amount)),
            _(
                "Instalment %(nth)s of %(count)s of plan %(number)s",
                nth=nth,
                count=len(rows),
                number=row.number,
            ),
            url,
            at=each.made_at,
        )
        for nth, each in enumerate(rows, start=1)
    ]
    return calendar(row.number, events)


def file_stem(row: PlanRow) -> str:
    """What a plan's files are called, without an ending."""
    return f"{_('Plan')}-{row.number}".replace("/", "-")
