"""What broken rules about the daily round and the week say to people."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_DUE: dict[str, str] = {
    "due.day_missing": N_("Choose the day on which it will be paid, until %(latest)s."),
    "due.day_off": N_("Nobody pays on that day. Choose %(next)s."),
    "due.day_over": N_("Choose a day from %(today)s on."),
    "due.limit_over": N_(
        "The last day that the rule allows has passed. Choose “Problem”, and say what you will do."
    ),
    "due.overdue_already": N_("It is overdue already. Choose “Later” or “Problem”."),
    "due.reason_missing": N_("Choose the reason."),
    "due.too_late": N_(
        "The rule allows %(latest)s at the latest. Choose that day or an earlier one."
    ),
    "target.percent_above_hundred": N_("Enter a rate from 0 to 100 per cent."),
    "week.amount_missing": N_("Enter an amount above zero."),
    "week.not_in_week": N_("Choose a day of that week."),
    "week.over": N_("That week is over. Plan the present one or a later one."),
}
