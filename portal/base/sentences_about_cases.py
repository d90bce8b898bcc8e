"""What a broken rule about cases with agencies and lawyers says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_CASES: dict[str, str] = {
    "case.before_the_move": N_("The case moved on %(moved_on)s. Enter that day or a later one."),
    "case.cost_below_zero": N_("Enter what it cost, zero or more."),
    "case.currencies_differ": N_("Choose items of one currency."),
    "case.deadline_too_far": N_("Enter a day until %(last)s: a later one is no demand."),
    "case.deadline_too_soon": N_("Enter a day from %(first)s on, so that they can pay."),
    "case.in_future": N_("That day is still to come. Enter a day until %(today)s."),
    "case.item_elsewhere": N_("%(number)s is part of case %(other)s already."),
    "case.item_not_open": N_("Nothing of %(number)s is open and overdue that could be claimed."),
    "case.items_changed": N_(
        "Something was paid or posted meanwhile, so that the items are not the same any more."
    ),
    "case.items_missing": N_("Choose at least one item."),
    "case.next_is_over": N_("Enter a next day from %(today)s on."),
    "case.not_at_this_stage": N_("The case is not at a stage where this can happen."),
    "case.not_decided": N_("There is no judgment or award in this case yet."),
    "case.not_in_this_state": N_("The case has been closed, refused or not approved yet."),
    "case.not_paid": N_("Something is still open of what the case is about."),
    "case.partner_missing": N_("Enter who has the case: the agency, the law firm or the court."),
    "case.reason_missing": N_("Write why the case is needed."),
    "case.stale": N_("Somebody has changed the case. Look at it again."),
    "case.stands_already": N_("Case %(number)s about this customer and currency stands already."),
    "case.words_missing": N_("Write what happened."),
    "pack.not_ready": N_("The evidence pack is still being made."),
}
