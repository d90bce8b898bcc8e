"""What the stretches of an ageing are called and which of the eight grades colours them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.ageing import GRADES as AGED
from portal.core.limitation import Act
from portal.core.money import Money

T = TypeVar("T")

LABELS = {
    "not_due": N_("Not due"),
    "in_term": N_("In term"),
    "alert": N_("Due within a week"),
    "due": N_("Due today"),
    "overdue": N_("Overdue"),
    "final_demand": N_("Final demand"),
    "agency": N_("With an agency"),
    "legal": N_("At law"),
    "bad_debt": N_("Bad debt"),
    "1-365": N_("Up to 1 year"),
    "366-730": N_("1 to 2 years"),
    "731-1095": N_("2 to 3 years"),
    "1096+": N_("More than 3 years"),
}
#: What rows are called that stand for no customer and for nobody's word.
KEYS = {
    "sales": N_("From sales"),
    "beside": N_("Interest, fees and adjustments"),
    "secured": N_("With a security"),
    "unsecured": N_("Without a security"),
}
GRADES = {"not_due": 1} | {name: grade for grade, name in enumerate(AGED.names, start=1)}
#: The grades of the buckets of days late; a fifth and later one is as dark as the fourth.
LATE_GRADES = (3, 4, 5, 7)
#: What a limitation period runs from, or stands still by.
ACTS = {
    Act.PART_PAYMENT: N_("Part payment"),
    Act.PROMISE: N_("Promise"),
    Act.PLAN: N_("Instalment plan signed"),
    Act.ACKNOWLEDGEMENT: N_("Debt acknowledged"),
    Act.DEMAND: N_("Demand received"),
    Act.SUIT: N_("Suit filed"),
    Act.ARBITRATION: N_("Brought to arbitration"),
}


def act_name(act: Act | None) -> str:
    """What a limitation period runs from: an act, else the due date."""
    return _(ACTS[act]) if act else _("Due date")


def stretch_name(name: str) -> str:
    """A stretch as people read it: `Not due`, `1–30 days`, `91+ days`."""
    if name in LABELS:
        return _(LABELS[name])
    return _("%(days)s days", days=name.replace("-", "\N{EN DASH}"))


def key_name(by: str, name: str) -> str:
    """What a row of the report is called; one that stands for a word of ours in the language."""
    if by == "origin" and not name:
        return _("Unapplied money")
    return _(KEYS[name]) if by in {"origin", "security"} and name in KEYS else name


def graded(names: Sequence[str], amounts: Sequence[T]) -> list[tuple[int, str, T]]:
    """The stretches as an ageing bar takes them: grade, name and amount, the least late first."""
    return [
        (grade_of(name, place), stretch_name(name), amount)
        for place, (name, amount) in enumerate(zip(names, amounts, strict=True))
    ]


def grade_of(name: str, place: int) -> int:
    """
    The grade that colours a stretch, by its name or its place among the late ones.

    >>> [grade_of(name, place) for place, name in enumerate(("not_due", "1-30", "31-60", "61+"))]
    [1, 3, 4, 5]
    """
    if name in GRADES:
        return GRADES[name]
    return LATE_GRADES[min(place, len(LATE_GRADES)) - 1]


def nothing(amounts: Sequence[Money]) -> bool:
    """Whether there is no amount at all to draw."""
    return not any(amount.minor for amount in amounts)


MEASURES = {
    "overdue_rate": N_("Overdue rate, by amount"),
    "overdue_rate_by_count": N_("Overdue rate, by number"),
    "dso_30": N_("DSO over 30 days"),
    "dso_90": N_("DSO over 90 days"),
    "dso_365": N_("DSO over 365 days"),
    "dso_countback": N_("DSO counted back"),
    "best_possible_dso": N_("Best possible DSO"),
    "average_days_delinquent": N_("Average days delinquent"),
    "average_days_late": N_("Average days late, by amount"),
    "average_days_late_by_count": N_("Average days late, by number"),
    "turnover": N_("Turnover a year"),
    "turnover_days": N_("Days of one turnover"),
    "cei": N_("Collection effectiveness"),
}
REASONS = {
    "no_sales": N_("nothing was invoiced"),
    "nothing_open": N_("nothing is open"),
    "nothing_paid": N_("nothing was paid yet"),
    "nothing_to_collect": N_("nothing could be collected"),
}


def measure_name(name: str) -> str:
    """What a measure is called."""
    return _(MEASURES[name])


def reason_name(reason: str) -> str:
    """Why a measure has no value."""
    return _(REASONS[reason]) if reason in REASONS else "\N{EM DASH}"
