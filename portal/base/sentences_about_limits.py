"""What a broken rule about limits, securities and applications says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_LIMITS: dict[str, str] = {
    "application.answer_missing": N_("Write the answer; the customer reads it."),
    "application.below_nothing": N_("Enter the amount without a minus sign."),
    "application.day_to_come": N_(
        "The year end is yet to come. Enter one that is over, %(today)s at the latest."
    ),
    "application.file_kind": N_("Say what the files are."),
    "application.figures_without_day": N_("Enter the year end that these figures are of."),
    "application.incomplete": N_(
        "Something is missing that we need. It is listed below, with the page on which it is asked."
    ),
    "application.limit_missing": N_(
        "A limit is granted by approving one: propose it here, and the customer has the answer "
        "once it is approved."
    ),
    "application.limit_waits": N_(
        "A limit for this application waits for its approval, which answers it. Withdraw it first "
        "to answer otherwise."
    ),
    "application.no_file": N_("Choose at least one file."),
    "application.not_a_choice": N_("Choose one of the list."),
    "application.not_a_day": N_("Enter a real date, such as 2025-12-31."),
    "application.not_a_number": N_("Enter a whole number, such as 25."),
    "application.not_a_year": N_("Enter a year with four digits, such as 2008."),
    "application.not_in_this_state": N_("This application no longer waits. Nothing was changed."),
    "application.note_missing": N_("Write the note."),
    "application.over": N_("This application was answered or withdrawn meanwhile."),
    "application.part_above_whole": N_(
        "This is more than the total that it is a part of. Correct one of the two."
    ),
    "application.same_year_end": N_("These are the figures of the same day. Enter another year."),
    "application.stale": N_(
        "Somebody has changed this application since you opened the page. What you typed is below: "
        "look at it and save it again."
    ),
    "application.too_long": N_("Use %(most)s characters at most."),
    "application.verdict_missing": N_("Choose what came of it."),
    "application.waiting": N_("An application for this waits for our answer already."),
    "customer.code_missing": N_("Enter the customer’s code, as your books have it."),
    "customer.code_taken": N_("There is a customer %(customer)s already. Choose another code."),
    "customer.country_unknown": N_("Write the country as two letters, such as CN or DE."),
    "customer.name_missing": N_("Enter the customer’s name."),
    "limit.currency_differs": N_("The customer’s limit is in %(currency)s. Use that currency."),
    "limit.ends_before_it_begins": N_(
        "The last day is before the first. Choose %(first)s or a later day."
    ),
    "limit.in_the_past": N_("A limit begins today or later: choose %(today)s or a later day."),
    "limit.insured_beyond": N_("No more than the limit can be insured: %(limit)s at most."),
    "limit.insures_nothing": N_("There is no limited amount to insure. Leave this empty."),
    "limit.negative": N_("Enter the amount without a minus sign."),
    "limit.not_in_this_state": N_("This proposal no longer waits. Nothing was changed."),
    "limit.over": N_(
        "The proposed limit would have ended on %(until)s. Refuse it, and have another proposed."
    ),
    "limit.reason_missing": N_("Write why; whoever decides reads it."),
    "limit.too_far": N_("That is more than a year ahead. Choose %(latest)s or an earlier day."),
    "limit.too_long": N_("A limit holds three years at most: until %(latest)s."),
    "limit.waiting": N_("A limit for this customer waits for its approval already."),
    "security.accepted_beyond": N_("No more than the security itself counts: %(amount)s at most."),
    "security.amount_missing": N_("Enter an amount above zero."),
    "security.currencies_differ": N_("Both amounts are in the same currency."),
    "security.ends_before_it_begins": N_("The last day is before the first. Choose a later day."),
    "security.giver_missing": N_("Write who gives it."),
    "security.kind_missing": N_("Choose what kind of security it is."),
}
