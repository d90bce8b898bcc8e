"""What a broken rule about approvals, stand-ins and announced payments says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_APPROVALS: dict[str, str] = {
    "advice.amount_below_lines": N_(
        "What is ticked comes to %(total)s. Enter that or more, or leave the amount empty."
    ),
    "advice.exceeds_item": N_("Only %(open)s is open of %(item)s. Write that or less."),
    "advice.has_arrived": N_("This payment has arrived already; there is nothing to withdraw."),
    "advice.item_paid": N_("%(item)s is no longer open. Take its tick away."),
    "advice.no_amount": N_("Write an amount above zero for %(item)s."),
    "advice.not_in_this_state": N_("This announcement has ended; nothing was changed."),
    "advice.nothing_chosen": N_("Tick at least one invoice that the payment is for."),
    "advice.pays_too_early": N_("This day is too long ago. Choose %(earliest)s or a later day."),
    "advice.pays_too_late": N_("This day is too far off. Choose %(latest)s or an earlier day."),
    "approval.already_done": N_("%(name)s has decided this already. Nothing was done twice."),
    "approval.changed": N_(
        "Something has changed since this was proposed, so nothing was approved. Look at it again."
    ),
    "approval.comment_missing": N_("Write why you refuse it; the proposer reads it."),
    "approval.not_in_this_state": N_("This request no longer waits. Nothing was changed."),
    "approval.own": N_("You had a hand in this proposal. A colleague decides it."),
    "approval.role": N_("Your role does not decide this kind of request."),
    "approval.waiting": N_("A request about this waits for a decision already."),
    "standin.backwards": N_("The last day is before the first. Choose a later day."),
    "standin.does_no_tasks": N_("Choose a colleague who does tasks."),
    "standin.not_a_manager": N_("Choose somebody who decides requests."),
    "standin.over": N_("These days are over. Choose today or a later day."),
    "standin.overlaps": N_("%(name)s stands in during some of these days already."),
    "standin.same_person": N_("Nobody stands in for themselves. Choose a colleague."),
    "standin.too_long": N_("A stand-in is named for 92 days at most: until %(latest)s."),
}
