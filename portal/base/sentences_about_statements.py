"""What a broken rule about statements, their answers and audits says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_STATEMENTS: dict[str, str] = {
    "agreement.address_unknown": N_(
        "Choose an address of somebody who may answer your statements."
    ),
    "agreement.electronic_missing": N_(
        "Tick the first part to accept the agreement, or leave the page to decline."
    ),
    "agreement.not_in_this_state": N_("There is no agreement to revoke; nothing was changed."),
    "agreement.replaced": N_(
        "The text of the agreement has changed since you opened this page. Read it again."
    ),
    "answer.stale": N_("Somebody answered this line a moment ago. Look at it again."),
    "answers.stale": N_(
        "The answers on the lines have changed since you opened this page. "
        "Read them again, then sign."
    ),
    "audit.already_answered": N_(
        "This request has been answered already; the answer cannot be changed here. "
        "Write to the auditor."
    ),
    "audit.bad_answer": N_("Enter the balance by your books, or choose that you agree."),
    "audit.day_to_come": N_("Choose a day that is over."),
    "audit.file_too_large": N_(
        "The file is larger than %(most)s MB. Send it to the auditor another way."
    ),
    "audit.no_recipient": N_("Choose an address for every request that shall be sent."),
    "audit.nobody_to_remind": N_(
        "Nobody is to be reminded: all have answered, or were mailed today already."
    ),
    "audit.nothing_to_draw": N_("No balance in this currency on that day can be drawn from."),
    "audit.nothing_to_send": N_(
        "Choose at least one request that has an address and was not sent yet."
    ),
    "auditor.is_colleague": N_(
        "%(email)s is one of your own people with another role. "
        "An auditor comes from outside: use another address."
    ),
    "batch.empty": N_("Choose at least one statement to confirm."),
    "batch.replaced": N_(
        "Statement %(number)s cannot be confirmed with the others any more. Nothing was signed; "
        "look at them again."
    ),
    "chase.stale": N_(
        "Meanwhile somebody answered or was reminded: %(count)s are left. Look at the list again."
    ),
    "chase.timetable": N_(
        "Write the workdays after issue in rising order, for example 3, 5, 8: at most %(most)s, "
        "none later than %(latest)s."
    ),
    "comparison.choose_both": N_(
        "Tick at least one line of ours and one row of yours that belong together."
    ),
    "comparison.failed": N_(
        "Something went wrong on our side while it was compared. Try again; if it fails again, "
        "tell us the name of the file."
    ),
    "comparison.going_on": N_("This ledger is being compared just now. Wait until it is done."),
    "comparison.gone": N_("The rows of this comparison are deleted. Give us the file again."),
    "comparison.stale": N_(
        "Somebody decided something here a moment ago, or compared another file. Look at it again."
    ),
    "confirmation.authority_missing": N_("Tick that you are authorised to sign. It is asked once."),
    "confirmation.differences_stand": N_(
        "You marked differences. Confirm with differences, or take them back first."
    ),
    "confirmation.first_signed": N_(
        "%(by)s has just signed this first. Look at what was signed, then sign as the second."
    ),
    "confirmation.name_missing": N_("Type your name."),
    "confirmation.no_difference": N_(
        "You marked no difference. Confirm, or mark the lines that differ first."
    ),
    "confirmation.not_yours": N_("Only who signed can take the signature back. Ask them."),
    "confirmation.remark_missing": N_("Say in a sentence why you do not agree."),
    "confirmation.same_signer": N_(
        "The second signature has to be another person's, on another person's right. "
        "Ask a colleague to sign."
    ),
    "confirmation.withdrawn_too_late": N_(
        "A signature can be taken back for 15 minutes, and they are over. Ask your supplier to "
        "issue the statement again."
    ),
    "delegation.backwards": N_("The last day comes before the first. Choose a later one."),
    "delegation.not_a_colleague": N_("Choose a colleague from the list."),
    "delegation.not_a_signatory": N_(
        "Only who can sign in their own right can hand it over. Ask your administrator."
    ),
    "delegation.over": N_("This period is over. Choose a day from today on."),
    "delegation.overlaps": N_(
        "You have handed your signing to %(name)s for a part of this time already. End that first."
    ),
    "delegation.too_long": N_(
        "Signing is handed over for at most 92 days. Choose %(latest)s or an earlier day."
    ),
    "difference.already_said": N_("Somebody answered this line a moment ago. Look at it again."),
    "difference.amount_missing": N_("Enter the amount that stands in your books."),
    "difference.amount_negative": N_("Enter the amount without a minus sign."),
    "difference.document_missing": N_("Enter the document's number as your books have it."),
    "difference.note_missing": N_("Say in a sentence what differs."),
    "difference.reason_unfit": N_(
        "This reason is for documents that only your books have. Choose another one."
    ),
    "difference.same_amount": N_(
        "That is the amount on the statement. Enter the amount in your books, or agree to the line."
    ),
    "draft.stale": N_(
        "Somebody changed this draft meanwhile. Look at it again; nothing was changed."
    ),
    "own_ledger.amount_missing": N_(
        "This row has no amount. Enter it in your ledger, or leave the row out."
    ),
    "own_ledger.amount_unclear": N_(
        "This is no amount: write it as a plain number, or choose how decimals are marked."
    ),
    "own_ledger.day_unclear": N_(
        "This is no day. Write it as 2026-10-31, or choose the order of day, month and year."
    ),
    "own_ledger.empty": N_("There are no rows in it. Choose the file that holds your ledger."),
    "own_ledger.formula_without_value": N_(
        "The formula in cell %(cell)s was never worked out. Open the file in your spreadsheet "
        "program, save it there, and send it again."
    ),
    "own_ledger.locked": N_(
        "The workbook is locked with a password. Save it without one, and send it again."
    ),
    "own_ledger.no_amount_column": N_(
        "No column holds amounts. Choose the columns with debit and credit, or the one with the "
        "amount."
    ),
    "own_ledger.no_rows": N_(
        "No row of it lies between %(from_on)s and %(to_on)s. Export the ledger of this period, or "
        "choose how dates are written."
    ),
    "own_ledger.no_table": N_(
        "This is no table that can be read. Save it as CSV or XLSX, and send it again."
    ),
    "own_ledger.other_currency": N_(
        "Its amounts are in %(found)s, and the statement is in %(currency)s. Export the ledger in "
        "%(currency)s."
    ),
    "own_ledger.other_currency_row": N_(
        "This row is in another currency than the statement, %(currency)s. It is left out; compare "
        "it with the statement in its own currency."
    ),
    "own_ledger.quotes": N_(
        "From line %(line)s on a quotation mark is missing or too many. Save the file again as CSV "
        "or XLSX."
    ),
    "own_ledger.too_large": N_(
        "The file is larger than %(megabytes)s MB. Export only the period of the statement."
    ),
    "own_ledger.too_many_decimals": N_(
        "This amount has more decimals than %(currency)s has. Round it in your ledger."
    ),
    "own_ledger.too_many_rows": N_(
        "It has more than %(most)s rows. Export only the period of the statement."
    ),
    "own_ledger.unpacks_too_large": N_(
        "It unpacks to more than a workbook may. Save the sheet as CSV, and send that."
    ),
    "own_ledger.unreadable": N_(
        "The file is damaged and cannot be read. Save it again as CSV or XLSX."
    ),
    "resolution.answer_missing": N_("Write what the customer is to read about this difference."),
    "resolution.answer_too_long": N_("Shorten the answer to %(longest)s characters."),
    "resolution.document_unknown": N_(
        "There is no document %(number)s of this customer. Correct the number, or leave it empty."
    ),
    "resolution.nothing_to_settle": N_(
        "This statement has no difference that waits for an answer."
    ),
    "resolution.open_left": N_(
        "%(count)s differences have no answer of ours yet. Settle them first."
    ),
    "sampling.count": N_(
        "That draws %(found)s balances. Choose so that it is at least 1 and at most %(most)s."
    ),
    "sampling.interval": N_("Enter a sampling interval above zero."),
    "sampling.size": N_(
        "Enter how many balances to draw: at least 1, and at most as many as there are."
    ),
    "sampling.threshold": N_("Enter an amount above zero."),
    "seat.days": N_("The last day must not be before the first one, nor over already."),
    "seat.too_long": N_(
        "A seat lasts %(days)s days at most. Choose an earlier last day; it can be changed later."
    ),
    "statement.already_answered": N_(
        "This statement has been answered already. Nothing was changed."
    ),
    "statement.comment_missing": N_("Say in a sentence what should be looked at again."),
    "statement.followed": N_(
        "Statement %(number)s is followed by a later one. Reissue the newest one instead."
    ),
    "statement.not_answered_yet": N_(
        "The customer has not signed an answer yet, so what differs may still change. Wait for it."
    ),
    "statement.not_in_this_state": N_(
        "This statement is in another state by now. Look at it again; nothing was changed."
    ),
    "statement.reason_missing": N_("Write why there is a new version; the customer reads it."),
    "statement.replaced": N_(
        "This statement was replaced by a corrected version. Open that one; "
        "your answers are kept here."
    ),
    "statement.with_approver": N_(
        "This statement is with your approver. Take it back first, then change your answers."
    ),
    "statement.without_approver": N_(
        "Nobody of your company can sign yet. Ask your administrator or us for a signatory."
    ),
    "statement_run.bad_answer_day": N_("Choose a day after today by which to answer."),
    "statement_run.draft_used": N_("This run has been started already. Look at it on its page."),
    "statement_run.finished": N_("This run is done; it can neither rest nor go on."),
    "statement_run.goes_on": N_(
        "A run for %(month)s goes on already. Wait until it is done, or look at it."
    ),
    "statement_run.month_not_over": N_(
        "This month ends on %(ends_on)s. Choose a month that is over."
    ),
    "statement_run.not_held": N_("The mails of this run are not held."),
    "statement_run.nothing_due": N_(
        "There is nothing to issue for %(month)s: everyone has their statement, or gets none."
    ),
    "statement_run.paused": N_("This run rests. Let it go on from its page first."),
    "statement_run.stale": N_(
        "The books have moved on: %(count)s statements are due by now. Look at the number again."
    ),
    "statement_run.unknown_customer": N_(
        "There is no customer with the code %(customer)s. Check the codes."
    ),
    "wording.empty": N_("Write the clause, or reset it to the text that comes with the product."),
    "wording.fact_missing": N_(
        "Name %(fact)s in the acknowledgement: it must say how much, and as at which day."
    ),
    "wording.for_checking_only": N_(
        "It says that the letter is for checking only or is no demand: “%(phrase)s”. Such a letter "
        "may not interrupt the limitation period. Take the sentence out, or tick the choice below."
    ),
    "wording.law_unknown": N_("Choose one of the laws that texts are kept for."),
    "wording.too_long": N_("Shorten the clause to %(longest)s characters."),
    "wording.unknown_fact": N_(
        "{%(fact)s} is nothing that can be filled in. Use one of: %(known)s."
    ),
}
