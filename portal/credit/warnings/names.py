"""How an overdue warning is said: which threshold was reached, by what, and since when."""

from __future__ import annotations

from portal.base import formats
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.overdue_warning import Crossed, Indicator


def reason_said(reason: Crossed) -> str:
    """Why somebody is warned of, in one sentence."""
    since = formats.day(reason.since)
    if isinstance(reason.bound, Money):
        return _(
            "%(amount)s is overdue; the warning begins at %(bound)s, reached on %(day)s.",
            amount=formats.money(reason.amount),
            bound=formats.money(reason.bound),
            day=since,
        )
    if reason.indicator is Indicator.SHARE:
        return _(
            "%(amount)s is overdue; the warning begins at %(percent)s %% of the limit, reached on "
            "%(day)s.",
            amount=formats.money(reason.amount),
            percent=reason.bound,
            day=since,
        )
    return _(
        "The oldest item is overdue for %(days)s days; the warning begins at %(bound)s, reached on "
        "%(day)s.",
        days=reason.days,
        bound=reason.bound,
        day=since,
    )
