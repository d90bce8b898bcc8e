"""What a broken rule about deciding disputes and their credit notes says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_DECISIONS: dict[str, str] = {
    "credit.already_done": N_(
        "Credit note %(number)s is posted already; nothing was posted twice."
    ),
    "credit.before_invoice": N_(
        "The invoice is of %(dated_on)s. Give the credit note that day or a later one."
    ),
    "credit.day_in_future": N_("Choose today or a day that is over."),
    "credit.not_in_this_state": N_(
        "This credit note is not to be posted any more, or not yet. Look at the dispute again."
    ),
    "credit.number_missing": N_("Enter the number of the credit note."),
    "credit.number_taken": N_("There is a document with the number %(number)s. Enter another one."),
    "dispute.already_answered": N_(
        "%(who)s decided this dispute a moment ago. Read that decision; what you typed is kept."
    ),
    "dispute.answer_missing": N_("Write what the customer is to read."),
    "dispute.answer_too_long": N_("Write at most %(longest)s characters."),
    "dispute.credit_above_invoice": N_(
        "The invoice is over %(invoice)s, and credit notes of %(others)s stand against it or are "
        "asked for already. A credit note takes at most the rest off."
    ),
    "dispute.nothing_to_credit": N_(
        "There is no invoice of ours that a credit note could be for. Choose another settlement."
    ),
    "dispute.owner_cannot": N_(
        "This colleague decides no disputes, or does not see this customer. Choose another one."
    ),
    "dispute.root_cause_unknown": N_("Choose why it came to this."),
    "dispute.settlement_missing": N_("Choose how the accepted amount is settled."),
    "dispute.settlement_of_nothing": N_(
        "Nothing is open that a credit note could take off. Choose “Corrected”."
    ),
    "dispute.stale": N_(
        "Somebody changed this dispute meanwhile. Look at it again; what you typed is kept."
    ),
    "import.undo_credited": N_(
        "%(number)s settled a dispute since (DSP-%(dispute)s). Nothing was taken back."
    ),
    "note.empty": N_("Write the note."),
    "note.too_long": N_("Write at most %(longest)s characters; put the rest in a file."),
}
