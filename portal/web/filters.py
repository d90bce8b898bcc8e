"""Binds the formats of base to the templates: figures, days and moments as people read them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from portal.base import formats
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.web import current
from portal.web.roles import role_name


def amount(value: Money | int, currency: str = "") -> str:
    """An amount without its currency."""
    if isinstance(value, Money):
        return formats.amount(value.minor, value.currency)
    return formats.amount(value, currency)


def money(value: Money | int, currency: str = "") -> str:
    """An amount with its currency's code."""
    return formats.money(value if isinstance(value, Money) else Money(value, currency))


def figure(value: Money | int | str | None) -> str:
    """What stands in a figure's place: an amount, a count, a word; a dash where not known."""
    if value is None:
        return Markup('—<span class="visually-hidden">{}</span>').format(_("not known"))
    if isinstance(value, Money):
        return amount(value)
    return formats.whole(value) if isinstance(value, int) else value


def moment(value: dt.datetime | None) -> str:
    """A moment in the company's zone."""
    return "—" if value is None else formats.moment(value, current.reader().company.timezone)


def short_moment(value: dt.datetime) -> str:
    """A moment in the company's zone, without its year."""
    return formats.short_moment(value, current.reader().company.timezone)


def clock(value: dt.datetime) -> str:
    """A time of the day in the company's zone."""
    return formats.clock(value, current.reader().company.timezone)


def relative(value: dt.date, today: dt.date) -> str:
    """How far a day is from today: `in 3 days`, `today`, `2 days ago`."""
    days = (value - today).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    return ngettext("%(num)s day ago", "%(num)s days ago", -days)


def dated(value: dt.date | None) -> str:
    """A day with its machine-readable form."""
    return "—" if value is None else _dated(value, current_language())


@lru_cache(maxsize=4_096)
def _dated(value: dt.date, _language: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), formats.day(value))


def fill(text: str, **values: object) -> Markup:
    """Puts markup into a translated sentence: the sentence is escaped, the markup kept."""
    return escape(text) % values


def bind_filters(app: Flask) -> None:
    """Makes the formats filters of every template."""
    app.jinja_env.filters.update(
        amount=amount,
        clock=clock,
        dated=dated,
        day=formats.day,
        figure=figure,
        fill=fill,
        long_day=formats.long_day,
        moment=moment,
        money=money,
        month=formats.month,
        number=formats.number,
        period=formats.period,
        relative=relative,
        role=role_name,
        short_day=formats.short_day,
        short_moment=short_moment,
        together=formats.together,
        whole=formats.whole,
    )
