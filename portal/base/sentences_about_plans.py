"""What a broken rule about instalment plans says: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_PLANS: dict[str, str] = {
    "plan.above_limit": N_(
        "This plan over %(total)s is above what you may sign for. Ask a colleague who may sign for "
        "more."
    ),
    "plan.already_done": N_("%(number)s is part of plan %(plan)s already. Look at that one first."),
    "plan.day.stale": N_(
        "The first instalment was due on %(day)s, which is over. Make an offer with later days."
    ),
    "plan.day_off": N_(
        "Nobody works on %(day)s (instalment %(nth)s), so banks book nothing. Choose %(instead)s."
    ),
    "plan.day_past": N_("%(day)s (instalment %(nth)s) is over. Choose today or a later day."),
    "plan.day_too_far": N_("Choose a day before the end of %(year)s."),
    "plan.days_out_of_order": N_(
        "Instalment %(nth)s must fall due after %(before)s, the day of the one before it."
    ),
    "plan.down_too_large": N_(
        "The down payment must be above nothing and leave something of the %(total)s."
    ),
    "plan.empty": N_("There is no instalment. Say how many there shall be."),
    "plan.item.stale": N_(
        "%(number)s has changed: %(was)s was counted on, %(now)s is left now. Nothing was sent; "
        "look at the schedule again."
    ),
    "plan.name_missing": N_("Type your name as your signature."),
    "plan.no_amount": N_("Enter an amount above zero for instalment %(nth)s."),
    "plan.no_day": N_("Enter the day of instalment %(nth)s."),
    "plan.not_agreed_to": N_("Tick that you are authorised and declare what stands above."),
    "plan.not_in_this_state": N_(
        "The plan has moved on since, and this can no longer be done. Look at it again."
    ),
    "plan.not_previewed": N_("The schedule was made anew. Look at it below, then send it."),
    "plan.nothing_chosen": N_("Choose at least one invoice for the plan."),
    "plan.number_out_of_reach": N_("Enter from 1 to %(most)s instalments."),
    "plan.rate_out_of_reach": N_("Enter a yearly rate from 0 to 100 per cent, such as 6.5."),
    "plan.reason_missing": N_("Write the reason; the customer reads it."),
    "plan.replaced": N_(
        "There is a newer offer. Nothing was done with the old one; look at what has changed."
    ),
    "plan.rhythm_out_of_reach": N_("Enter from 1 to %(most)s between two instalments."),
    "plan.sum_above": N_(
        "The instalments come to %(sum)s, which is %(difference)s more than the total of %(total)s."
    ),
    "plan.sum_below": N_(
        "The instalments come to %(sum)s; %(difference)s is missing to the total of %(total)s."
    ),
    "plan.too_long": N_(
        "The policy allows %(months)s months, until %(until)s, but the last instalment falls on "
        "%(last)s. Choose fewer or closer ones, or ask us for a longer plan."
    ),
    "plan.too_many": N_(
        "The policy allows %(most)s instalments, not %(number)s. Choose fewer, or ask us for a "
        "longer plan."
    ),
    "plan.too_many_offers": N_(
        "There were %(most)s offers for this plan. Talk to each other, and begin a new one."
    ),
    "plan.too_small": N_("%(total)s cannot be split into %(number)s instalments. Choose fewer."),
    "plan.waits": N_("This offer waits for a second person’s approval already."),
}
