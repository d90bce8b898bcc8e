"""What a broken rule about disputes, their talk and their files says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_DISPUTES: dict[str, str] = {
    "attachment.empty": N_("%(file)s is empty. Choose the file again."),
    "attachment.infected": N_(
        "The virus scanner found something in %(file)s. It was not kept; check your computer."
    ),
    "attachment.not_scanned": N_(
        "%(file)s could not be checked for viruses just now. Nothing was sent; try again in a "
        "minute."
    ),
    "attachment.not_what_it_says": N_(
        "%(file)s is not the kind of file that its name says (%(type)s). Save it anew with the "
        "program that made it, then choose it again."
    ),
    "attachment.quota_customer": N_(
        "Your company has %(most)s MB of files here already. Send %(file)s to your contact by "
        "e-mail."
    ),
    "attachment.quota_dispute": N_(
        "A dispute holds at most %(most)s MB of files. Send %(file)s to your contact by e-mail."
    ),
    "attachment.too_large": N_(
        "%(file)s is larger than %(most)s MB. Make it smaller, or send a part of it."
    ),
    "attachment.too_many": N_("Choose at most %(most)s files at once; send more with a message."),
    "attachment.type_not_taken": N_(
        "%(file)s cannot be taken. Send PDF, PNG, JPEG, WebP, HEIC, XLSX, DOCX, CSV, TXT or EML."
    ),
    "dispute.accepted_unfit": N_("The accepted amount does not fit the decision."),
    "dispute.amount_above_line": N_("The line comes to %(most)s. Enter that or less."),
    "dispute.amount_missing": N_("Enter the amount that you do not agree with, above zero."),
    "dispute.amount_too_large": N_(
        "At most %(most)s can be disputed here: what is open and not disputed yet."
    ),
    "dispute.amount_above_document": N_("The document comes to %(most)s. Enter that or less."),
    "dispute.disputed_already": N_(
        "All that is open of it is disputed already. Write in that dispute instead."
    ),
    "dispute.message_missing": N_("Write something, or choose a file."),
    "dispute.message_too_long": N_("Write at most %(longest)s characters; put the rest in a file."),
    "dispute.not_in_this_state": N_(
        "Somebody changed this dispute a moment ago, or it has its answer. Look at it again."
    ),
    "dispute.over": N_("This dispute is over. Open it again to write."),
    "dispute.reason_unknown": N_("Choose a reason from the list."),
    "dispute.reopened_too_late": N_(
        "It could be opened again until %(until)s. Raise a new dispute instead."
    ),
    "dispute.said_here": N_(
        "It is dispute %(number)s already. Write there or open that one again; or dispute the "
        "document itself."
    ),
    "dispute.words_missing": N_("Say in a sentence what is wrong."),
    "dispute.why_missing": N_("Say in a sentence why you open it again."),
    "import.undo_disputed": N_(
        "%(number)s is disputed by its customer since (DSP-%(dispute)s). Nothing was taken back."
    ),
    "policy.amount_malformed": N_("Write “%(line)s” as a currency and an amount: CNY 5000.00."),
    "policy.reason_malformed": N_(
        "“%(name)s” is no name for a reason: small letters, digits and _ only, 2 to 40 of them."
    ),
    "policy.reason_twice": N_("The reason “%(name)s” stands in the list twice."),
}
