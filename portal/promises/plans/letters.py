"""What the mails about plans say, from the books as they are when they leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base.language import N_, speaking
from portal.base.language import gettext as _
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader
from portal.core.money import Money
from portal.promises.plans.names import schedule_words
from portal.promises.plans.queries import get_plan_by_id, life_of
from portal.promises.plans.rows import PlanRow
from portal.tables.people import User

#: What a mail tells → the states in which it is still so; none is told too late.
STILL = {
    "offered": {"countered"},
    "countered": {"countered"},
    "to_sign": {"approved"},
    "refused": {"refused"},
    "agreed": {"agreed", "active", "broken", "done"},
    "broken": {"broken"},
    "ended": {"ended"},
}

TITLES = {
    "offered": N_("Plan %(number)s is offered to you"),
    "countered": N_("Another offer for plan %(number)s"),
    "to_sign": N_("Plan %(number)s can be signed"),
    "refused": N_("Plan %(number)s was not agreed to"),
    "agreed": N_("Plan %(number)s is agreed"),
    "broken": N_("An instalment of plan %(number)s is missing"),
    "ended": N_("Plan %(number)s has ended"),
}
SAID = {
    "offered": N_(
        "we offer %(customer)s to pay in instalments. Look at the schedule; sign it, or make "
        "another offer."
    ),
    "countered": N_(
        "we looked at what %(customer)s asked for and offer another schedule. What has changed is "
        "marked there; sign it, or make another offer."
    ),
    "to_sign": N_(
        "the plan of %(customer)s was approved. It needs your signature, with a code that we mail "
        "you then."
    ),
    "refused": N_("we cannot agree to the plan of %(customer)s. Our reason: %(reason)s"),
    "agreed": N_(
        "both sides have signed the plan of %(customer)s. Reminders for its invoices rest as long "
        "as each instalment comes by its day. The sealed letter and the calendar are on its page."
    ),
    "broken": N_(
        "an instalment of the plan of %(customer)s did not come by its day. Please pay it now, or "
        "tell us what happened; otherwise the plan may end."
    ),
    "ended": N_(
        "the plan of %(customer)s has ended. Our reason: %(reason)s What is open is due as it was "
        "before."
    ),
}


def plan_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """One step of a plan; `NotNeeded` once something else has come of it."""
    row, what = get_plan_by_id(r, payload["plan_id"]).row, payload["what"]
    is_signed = what == "to_sign" and row.waits_for != "customer"
    if row.state not in STILL[what] or is_signed:
        raise NotNeeded("The plan has moved on since.")
    told = [facts for _at, _who, kind, facts in life_of(r, row.id) if kind == what]
    facts = {
        "number": row.number,
        "customer": row.customer_name,
        "reason": told[0].get("reason", "") if told else "",
    }
    with speaking(r.session.get_one(User, payload["user_id"]).language):
        said = {"title": _(TITLES[what]) % facts, "said": _(SAID[what]) % facts}
    return {**_about(r, row, payload["user_id"]), **said}


def instalment_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """An instalment that is due now or on the next workday; `NotNeeded` once it is paid."""
    row, nth = get_plan_by_id(r, payload["plan_id"]).row, payload["nth"]
    met = row.standing.each[nth - 1] if row.standing and row.stored == "agreed" else None
    if met is None or not met.left.minor:
        raise NotNeeded("The instalment was paid.")
    due_on = met.instalment.due_on
    if due_on < r.today:
        raise NotNeeded("The day of the instalment is over.")
    return {
        **_about(r, row, payload["user_id"]),
        "nth": nth,
        "count": len(row.standing.each) if row.standing else 0,
        "due_on": due_on,
        "is_today": due_on == r.today,
        "left": met.left,
        "interest": row.offer.interest[nth - 1],
    }


def _about(r: Reader, row: PlanRow, user_id: int) -> dict[str, Any]:
    """What every mail about a plan says of it, in its reader's language."""
    user = r.session.get_one(User, user_id)
    with speaking(user.language):
        schedule = schedule_words(row.offer)
    total: Money = row.total
    return {
        "number": row.number,
        "customer_name": row.customer_name,
        "total": total,
        "schedule": schedule,
        "path": f"/plans/{row.ref}",
    }


LETTERS = {
    "plan": Letter(plan_values),
    "plan_instalment": Letter(instalment_values),
}
