"""What a broken rule says to people: code → sentence, alphabetically; each says what to do."""

from __future__ import annotations

import datetime as dt

from portal.base import formats
from portal.base.language import N_, gettext
from portal.core.errors import RuleBroken
from portal.core.money import Money

SENTENCES: dict[str, str] = {
    "act.already_done": N_("This was done already; nothing was done twice."),
    "ageing.bounds_not_rising": N_(
        "Give the upper bounds of the buckets as rising numbers of days, for example 30, 60, 90."
    ),
    "allocation.ended_already": N_("This application was ended already, on %(ended_on)s."),
    "allocation.ends_too_early": N_(
        "An application cannot end before it begins. Choose %(effective_on)s or later."
    ),
    "allocation.exceeds_credit": N_(
        "That is more than is left of the payment. Enter a smaller amount."
    ),
    "allocation.exceeds_part": N_(
        "That is more than is open on the invoice. Enter a smaller amount."
    ),
    "company.language_unknown": N_("Choose English or Chinese."),
    "confirmation.differences_stand": N_(
        "You marked differences. Confirm with differences, or take them back first."
    ),
    "confirmation.no_difference": N_(
        "You marked no difference. Confirm, or mark the lines that differ first."
    ),
    "confirmation.remark_missing": N_("Say in a sentence why you do not agree."),
    "difference.already_said": N_("Somebody answered this line a moment ago. Look at it again."),
    "difference.amount_missing": N_("Enter the amount that stands in your books."),
    "difference.amount_negative": N_("Enter the amount without a minus sign."),
    "difference.note_missing": N_("Say in a sentence what differs."),
    "difference.same_amount": N_(
        "That is the amount on the statement. Enter the amount in your books, or agree to the line."
    ),
    "money.malformed": N_(
        "Write the amount %(value)s as a plain number with a point, for example 1234.50."
    ),
    "money.too_large": N_(
        "The amount %(value)s is larger than the system can keep. Check its digits."
    ),
    "money.too_many_decimals": N_(
        "The amount %(value)s has more decimals than %(currency)s has (%(decimals)s). Round it."
    ),
    "money.unknown_currency": N_(
        "%(currency)s is not a currency code. Use the three letters of ISO 4217, for example CNY."
    ),
    "period.already_stated": N_(
        "Statements are issued up to %(until)s already. Choose a month after it."
    ),
    "period.malformed_month": N_("Write the month %(value)s as YYYY-MM, for example 2026-10."),
    "person.already_here": N_(
        "Somebody with this e-mail address is here already. Change them instead."
    ),
    "policy.deadline_out_of_reach": N_("Enter 1 to 60 workdays."),
    "policy.issue_day_out_of_reach": N_("Enter a workday from 1 to 20."),
    "statement.already_answered": N_(
        "This statement has been answered already. Nothing was changed."
    ),
    "statement.not_in_this_state": N_(
        "This statement is in another state by now. Look at it again; nothing was changed."
    ),
    "terms.balance_missing": N_(
        "With the fixed amount in “%(part)s”, one part must be the balance, for example "
        "“balance 30d”."
    ),
    "terms.beyond_calendar": N_(
        "“%(part)s” leads beyond the calendar. Choose an earlier date or shorter terms."
    ),
    "terms.date_missing": N_("Say when “%(part)s” falls due, for example “30d”."),
    "terms.day_missing": N_("Say which day of the month “%(part)s” means, for example “day 15”."),
    "terms.discount_malformed": N_(
        "Write the discount “%(part)s” as a share and a time, for example “discount 2%% 10d”."
    ),
    "terms.discount_takes_all": N_(
        "The discount “%(part)s” takes off everything. Give less than 100%%."
    ),
    "terms.empty": N_("Write the terms, for example “net 30”."),
    "terms.exceeds_total": N_(
        "“%(part)s” is more than the whole amount of %(total)s. Give less, or use a percentage."
    ),
    "terms.not_whole": N_(
        "The percentages come to %(percent)s%%, not to 100%%. Change “%(part)s”."
    ),
    "terms.nothing_left": N_(
        "The percentages come to %(percent)s%%, which leaves nothing for “%(part)s”."
    ),
    "terms.number_out_of_range": N_(
        "The number %(number)s in “%(part)s” is out of range. The largest is %(largest)s."
    ),
    "terms.share_missing": N_(
        "Say how much of the amount “%(part)s” is about, for example “50%% 30d” or “balance 30d”."
    ),
    "terms.share_of_nothing": N_("“%(part)s” is a share of nothing. Give a number above zero."),
    "terms.too_long": N_(
        "The terms that begin with “%(part)s” are too long. Use at most %(longest)s characters."
    ),
    "terms.two_balances": N_("Only one part can be the balance. Change “%(part)s”."),
    "terms.two_discounts": N_("Only one discount can be offered. Take out “%(part)s”."),
    "terms.unknown_baseline": N_(
        "“%(part)s” is not known. After “from” write delivery, shipment, acceptance, receipt or "
        "statement."
    ),
    "terms.unknown_word": N_(
        "The word “%(word)s” in “%(part)s” is not known. Write for example “30d”, “2w”, “1m”, "
        "“eom”, “day 15” or “bd”."
    ),
}


def sentence(broken: RuleBroken) -> str:
    """The sentence for a broken rule in the language of the moment."""
    template = SENTENCES.get(broken.code)
    if template is None:
        raise KeyError(f"no sentence for {broken.code}")
    facts = {name: _readable(value) for name, value in broken.facts.items()}
    # Without facts too: a percent sign in a sentence is written twice.
    return gettext(template) % facts


def _readable(value: object) -> object:
    if isinstance(value, Money):
        return formats.money(value)
    return formats.day(value) if isinstance(value, dt.date) else value
