"""What late interest is called on pages and paper: rates, periods, whose terms say so, states."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.interest import DAILY
from portal.core.money import Money
from portal.interest.laws import caps, laws
from portal.interest.workings import Period, Worked

#: state of a charge → its word and tone
STATES = {
    "waiting": (N_("Waiting for approval"), "warn"),
    "charged": (N_("Charged to the account"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
#: who says what late payment costs → how it is said
SOURCES = {
    "contract": N_("The rate is that of the contract."),
    "customer": N_("The rate is that of the customer's own terms."),
    "grade": N_("The rate is that of the terms of the customer's grade."),
    "invoice": N_("The rate is that of the invoice's own terms."),
    "company": N_("The rate is that of our general terms."),
}


def state_of(state: str) -> tuple[str, str]:
    """The word and tone of a charge's state."""
    word, tone = STATES[state]
    return _(word), tone


def rate_said(percent: str, basis: int) -> str:
    """
    A rate as people read it.

    >>> rate_said("12.25", 365), rate_said("0.05", 1)
    ('12.25 % a year of 365 days', '0.05 % a day')
    """
    rate = formats.number(Decimal(percent))
    if basis == DAILY:
        return _("%(rate)s %% a day", rate=rate)
    return _("%(rate)s %% a year of %(days)s days", rate=rate, days=basis)


def rate_short(percent: str, basis: int) -> str:
    """
    A rate in a column: of years it says the number alone, their days are told once.

    >>> rate_short("12.25", 365), rate_short("0.05", 1)
    ('12.25 %', '0.05 % a day')
    """
    if basis == DAILY:
        return rate_said(percent, basis)
    return _("%(rate)s %%", rate=formats.number(Decimal(percent)))


def period_said(period: Period) -> str:
    """How a period was worked out, in one sentence."""
    days = ngettext("%(num)s day", "%(num)s days", period.days)
    return _(
        "%(period)s: %(days)s on %(amount)s at %(rate)s make %(interest)s.",
        period=formats.period(period.from_on, period.to_on),
        days=days,
        amount=formats.money(period.principal),
        rate=rate_said(period.percent, period.basis),
        interest=formats.money(period.interest),
    )


def workings_said(worked: Worked) -> list[str]:
    """How an item's interest was worked out: by whose rate, period by period, the law's sum."""
    said = [basis_said(worked), *cap_said(worked)]
    said += [period_said(each) for each in worked.periods]
    if worked.capped.above:
        said.append(_("%(cap)s: %(amount)s.", cap=above_said(worked), amount=above_of(worked)))
    if worked.fixed.minor:
        amount = formats.money(worked.fixed)
        said.append(_("The law adds %(amount)s once for each claim that is late.", amount=amount))
    if worked.grace_days:
        said.append(
            ngettext(
                "What is paid within %(num)s day of the due date bears none.",
                "What is paid within %(num)s days of the due date bears none.",
                worked.grace_days,
            )
        )
    return said


def basis_said(worked: Worked) -> str:
    """By whose rate it is worked out; a law is named with where it stands."""
    if worked.law:
        law = laws()[worked.law].said
        return _("By law, %(name)s: %(source)s.", name=law["name"], source=law["source"])
    return _(SOURCES[worked.source]) if worked.source in SOURCES else ""


def cap_said(worked: Worked) -> list[str]:
    """Which law lowered the rate that was agreed, if one did."""
    told = worked.capped
    if not told.law:
        return []
    law = caps()[told.law].said
    return [
        _(
            "%(agreed)s was agreed; the law caps it, %(name)s: %(source)s.",
            agreed=rate_said(told.percent, told.basis),
            name=law["name"],
            source=law["source"],
        )
    ]


def above_said(worked: Worked) -> str:
    """What is taken off where it would be more than a part of what was owed."""
    percent = worked.capped.most_percent
    return _("Not asked for, as it is above %(percent)s %% of what was owed", percent=percent)


def above_of(worked: Worked) -> str:
    """How much that is."""
    return formats.money(Money(worked.capped.above, worked.currency))


def bases_said(items: Sequence[Worked]) -> list[str]:
    """The same of many items, each once, and how many days a year has in them."""
    texts = [text for each in items for text in (basis_said(each), *cap_said(each)) if text]
    said = list(dict.fromkeys(texts))
    bases = {period.basis for each in items for period in each.periods} - {DAILY}
    years = [_("Rates are per cent a year of %(days)s days.", days=each) for each in sorted(bases)]
    return said + years
