"""What a task says: each kind's sentence, filled from the facts that its maker gave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.money import Money

#: What keeps an owner or a rest for something that is no task of its own; no list of tasks has it.
ATTEND = "attend"

#: kind → what is to be done. Facts: `number` of what it is about, `on` (ISO), `amount` and
#: `missing` in major units of `currency`; a kind uses those that it needs.
SENTENCES: dict[str, str] = {
    "promise_broken": N_(
        "%(missing)s of promise %(number)s over %(amount)s did not come by %(day)s: ask why, and "
        "for a new day"
    ),
    "plan_broken": N_(
        "%(amount)s of plan %(number)s did not come by %(day)s: talk to the customer before the "
        "plan ends"
    ),
    "credit_to_post": N_("Post the approved credit note over %(amount)s for %(number)s"),
    "bill_due": N_("Bill %(number)s over %(amount)s matures on %(day)s: see that it is presented"),
    "bill_dishonoured": N_(
        "Bill %(number)s over %(amount)s was not honoured on %(day)s: talk to the customer, and "
        "have the returned payment posted"
    ),
    "contract_ends": N_("Contract %(number)s ends on %(day)s: agree on what comes after it"),
    "contract_look": N_("Look how both sides keep contract %(number)s, planned for %(day)s"),
    "early_warning": N_(
        "%(number)s danger signals are noted since %(day)s: look at the customer’s credit"
    ),
    "overdue_warning": N_(
        "At a warning threshold since %(day)s: %(amount)s is overdue, the oldest for %(number)s "
        "days. Speak to the customer"
    ),
    "late_pattern": N_("Pays %(number)s days later than before: look at the customer’s credit"),
    "next_visit": N_("Visit the customer on %(day)s: how it will pay, and how its business goes"),
    "review_due": N_("Review the customer’s credit, which is due on %(day)s"),
    "lapsing": N_(
        "The claim to %(amount)s of %(number)s lapses on %(day)s: have it acknowledged, or take "
        "it to court"
    ),
    "limit_ending": N_(
        "The limit of %(number)s ends on %(day)s: review it, and propose the next one"
    ),
    "limit_over": N_(
        "The limit of %(number)s ended on %(day)s and orders are held: propose another one"
    ),
    "security_ending": N_(
        "A security over %(amount)s ends on %(day)s: have %(number)s renew it, or count it no more"
    ),
    "to_invoice": N_("Delivery %(number)s over %(amount)s of %(day)s has no invoice yet: issue it"),
    "application_in": N_("%(number)s applied for credit: look at it, and answer"),
    "ladder_call": N_("Call the customer about %(amount)s, the oldest of it due since %(day)s"),
    "ladder_visit": N_("Visit the customer about %(amount)s, the oldest of it due since %(day)s"),
    "ladder_case": N_(
        "Open a case about %(amount)s, the oldest of it due since %(day)s: reminders did not help"
    ),
    "case_next": N_("Look at case %(number)s, as planned for %(day)s"),
    "notice_bounced": N_("A message to %(number)s of %(day)s did not arrive: find another address"),
    "due_unanswered": N_(
        "Nobody said whether %(amount)s of %(number)s will be paid on %(day)s: ask, and answer"
    ),
    "follow_up": N_("Speak to the customer again on %(day)s, as noted: %(number)s"),
    "mention": N_("%(number)s calls you in: read the comment, and answer"),
    ATTEND: N_("Somebody looks after it"),
    "bad_debt_clearance": N_(
        "%(amount)s is overdue for more than a year, the oldest since %(day)s: collect it, hand "
        "it over, or propose to write it off"
    ),
    "write_off_look": N_(
        "Look whether what was written off as %(number)s, %(amount)s, can be collected by now"
    ),
}

#: kind → its name, for filters.
KIND_NAMES: dict[str, str] = {
    "promise_broken": N_("Missed promise"),
    "plan_broken": N_("Broken plan"),
    "credit_to_post": N_("Credit note to post"),
    "bill_due": N_("Bill that matures"),
    "bill_dishonoured": N_("Dishonoured bill"),
    "contract_ends": N_("Contract that ends"),
    "contract_look": N_("Contract to look at"),
    "early_warning": N_("Early warning"),
    "overdue_warning": N_("Overdue warning"),
    "late_pattern": N_("Slower payments"),
    "next_visit": N_("Visit"),
    "review_due": N_("Credit review"),
    "lapsing": N_("Claim about to lapse"),
    "limit_ending": N_("Limit that ends soon"),
    "limit_over": N_("Limit that has ended"),
    "security_ending": N_("Security that ends soon"),
    "to_invoice": N_("Delivery to invoice"),
    "application_in": N_("Application to answer"),
    "ladder_call": N_("Call of the ladder"),
    "ladder_visit": N_("Visit of the ladder"),
    "ladder_case": N_("Case to open"),
    "case_next": N_("Case to look at"),
    "notice_bounced": N_("Message that came back"),
    "due_unanswered": N_("Due item without an answer"),
    "follow_up": N_("Talk to go on with"),
    "mention": N_("Comment that calls you"),
    "bad_debt_clearance": N_("Bad debt to clear up"),
    "write_off_look": N_("Write-off to look at again"),
}


def task_sentence(kind: str, facts: Mapping[str, str]) -> str:
    """What is to be done, in the language of the moment."""
    told = {
        "number": facts.get("number", ""),
        "day": formats.day(dt.date.fromisoformat(facts["on"])) if facts.get("on") else "",
        **{name: _amount(facts, name) for name in ("amount", "missing")},
    }
    return _(SENTENCES[kind]) % told


def _amount(facts: Mapping[str, str], name: str) -> str:
    text = facts.get(name, "")
    return formats.money(Money.parse(text, facts["currency"])) if text else ""
