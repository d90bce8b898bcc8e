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
    "chase.nobody": N_(
        "Nobody of these can be reminded now: they have answered, or were reminded within two days."
    ),
    "chase.stale": N_(
        "Meanwhile somebody answered or was reminded: %(count)s are left. Look at the list again."
    ),
    "chase.timetable": N_(
        "Write the workdays after issue in rising order, for example 3, 5, 8: at most %(most)s, "
        "none later than %(latest)s."
    ),
    "batch.empty": N_("Choose at least one statement to confirm."),
    "batch.replaced": N_(
        "Statement %(number)s cannot be confirmed with the others any more. Nothing was signed; "
        "look at them again."
    ),
    "code.expired": N_("This code has run out or was replaced by a newer one. Ask for a new code."),
    "code.grant_used": N_(
        "This confirmation by code was used already or took too long. Ask for a new code."
    ),
    "code.sent_too_often": N_(
        "Several codes were sent already. Look into your mailbox, or ask again in "
        "%(minutes)s minutes."
    ),
    "code.too_many_tries": N_("There were too many wrong codes. Try again in %(minutes)s minutes."),
    "code.used_up": N_("This code was wrong too often and counts no more. Ask for a new code."),
    "code.wrong": N_("This code is not right. Check the newest mail; tries left: %(left)s."),
    "company.language_unknown": N_("Choose English or Chinese."),
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
    "contact.known_elsewhere": N_(
        "This e-mail address belongs to a contact of %(customer)s already. Use another one."
    ),
    "contact.negative_limit": N_("Enter the limit without a minus sign."),
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
    "download.empty": N_("Choose at least one invoice."),
    "download.too_many": N_(
        "One download holds %(most)s invoices at most. Choose fewer, for example by month."
    ),
    "draft.stale": N_(
        "Somebody changed this draft meanwhile. Look at it again; nothing was changed."
    ),
    "hand.another_group": N_(
        "%(item)s belongs to a customer outside the group. Transfer the money to that customer "
        "first."
    ),
    "hand.below_zero": N_(
        "The amount for %(item)s is below zero. Write an amount above zero, or nothing."
    ),
    "hand.currencies_differ": N_(
        "%(item)s is in %(currency)s. Apply a credit only to items in its own currency."
    ),
    "hand.day_in_future": N_("This day is yet to come. Choose %(today)s or an earlier day."),
    "hand.exceeds_credit": N_(
        "The amounts come to %(over)s more than the %(left)s that are left. Lower one of them."
    ),
    "hand.exceeds_item": N_("Only %(open)s is open of %(item)s. Write that or less."),
    "hand.no_amount": N_("Write an amount above zero."),
    "hand.no_room": N_(
        "Only %(fits)s fits on %(item)s: less is left or open, on that day or later. Write that "
        "or less."
    ),
    "hand.nothing_chosen": N_("Nothing is chosen. Tick an item, or write an amount beside it."),
    "hand.only_left": N_("Only %(fits)s of it is left. Write that or less."),
    "hand.same_customer": N_(
        "The money is on this customer's account already. Name another customer."
    ),
    "hand.touched_since": N_(
        "Something else was done with this money since. Undo that first, or put it right by hand."
    ),
    "hand.undo_too_late": N_(
        "This can be undone for %(minutes)s minutes only. Put it right by hand instead."
    ),
    "hand.undone_already": N_("This was undone already. Nothing more was changed."),
    "hand.unknown_customer": N_("There is no customer with the code %(customer)s. Check the code."),
    "import.not_done": N_("This import is not finished. Look at it again."),
    "import.undo_applied": N_(
        "%(number)s was applied to %(other)s since. End that first, and take the import back then."
    ),
    "import.undo_by_hand": N_(
        "Something was done with %(number)s by hand since. Put it right by hand instead."
    ),
    "import.undo_changed": N_(
        "The file %(file)s changed since what this one added. Take that one back first, if it"
        " can be."
    ),
    "import.undo_contact_changed": N_(
        "The contact %(contact)s was changed since. Put right by hand what is wrong."
    ),
    "import.undo_customer_used": N_(
        "Customer %(customer)s has documents, contacts or people of their own by now. Put "
        "right by hand what is wrong."
    ),
    "import.undo_delivery_stated": N_(
        "Statement %(statement)s shows the delivery %(number)s already. Send a corrected "
        "invoice instead."
    ),
    "import.undo_ended": N_(
        "This file ended applications, and they cannot begin again by themselves. Apply the "
        "money by hand."
    ),
    "import.undo_ended_since": N_(
        "The file %(file)s ended since what this one applied. Apply the money by hand instead."
    ),
    "import.undo_lines": N_(
        "This file added lines to invoices that had some already. They cannot be told apart; "
        "send a corrected invoice."
    ),
    "import.undo_named": N_("%(other)s is about %(number)s. Take that back first."),
    "import.undo_paid": N_(
        "%(other)s was applied to %(number)s since. End that first, and take the import back then."
    ),
    "import.undo_parts": N_(
        "This file replaced due parts of invoices that were here before. Import the right "
        "parts instead."
    ),
    "import.undo_referred": N_(
        "Something else refers by now to what this import added. Put right by hand what is wrong."
    ),
    "import.undo_stated": N_(
        "%(number)s stands on statement %(statement)s already. Send a credit note or an "
        "adjustment instead."
    ),
    "import.undo_too_late": N_(
        "An import can be taken back for %(hours)s hours only. Send credit notes instead."
    ),
    "import.undone_already": N_("This import was taken back already. Nothing more was changed."),
    "invitation.over": N_("This invitation was used already or has run out. Ask for a new one."),
    "import.empty_file": N_("The file is empty. Choose another one."),
    "import.going_on": N_("This import is going on or done already. Look at it again."),
    "import.mapping_malformed": N_(
        "The mapping file %(file)s cannot be read: %(problem)s. Write lines such as "
        'invoice_id = "invoiceNumber".'
    ),
    "import.no_table": N_(
        "%(file)s is no table that can be read. Choose a CSV file (also as .csv.gz) or an XLSX one."
    ),
    "import.nothing": N_(
        "There is nothing to import: none of these is a CSV or XLSX file named after a kind, "
        "such as invoices.csv. Name the kind with --kind."
    ),
    "import.unknown_date_format": N_(
        "%(format)s is no way of writing dates. Use ymd, mdy or dmy, or a pattern such as "
        "%%d.%%m.%%Y."
    ),
    "import.unknown_field": N_("There is no field %(name)s here. The fields are: %(fields)s."),
    "import.unknown_kind": N_("There is no kind of file %(kind)s. The kinds are: %(kinds)s."),
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
    "notices.quiet_all_day": N_("Choose another hour: quiet hours that never end keep everything."),
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
    "password.needed": N_("Choose a password."),
    "password.too_long": N_("Choose a password of at most %(longest)s characters."),
    "password.too_short": N_(
        "Choose a password of at least %(shortest)s characters; 15 or more are better."
    ),
    "password.well_known": N_(
        "This password is among the first that strangers try. Choose another one."
    ),
    "password.wrong": N_("This is not your present password."),
    "period.already_stated": N_(
        "Statements are issued up to %(until)s already. Choose a month after it."
    ),
    "period.malformed_month": N_("Write the month %(value)s as YYYY-MM, for example 2026-10."),
    "person.already_came": N_("This person has been here already and needs no invitation."),
    "person.already_here": N_(
        "Somebody with this e-mail address is here already. Change them instead."
    ),
    "person.bad_address": N_("Enter one e-mail address, such as name@example.com."),
    "person.bad_role": N_("Choose a role from the list."),
    "person.is_customers": N_(
        "This address belongs to a customer's person. Use another address for our own people."
    ),
    "person.is_staff": N_(
        "This address belongs to one of our own people. Use another address for a customer."
    ),
    "person.elsewhere_too": N_(
        "%(name)s belongs to other companies too, where this would count as well. "
        "Ask us to change it."
    ),
    "person.nowhere": N_("Choose at least one role, or remove the person."),
    "person.last_admin": N_(
        "This is the last administrator. Make somebody else administrator first."
    ),
    "person.not_oneself": N_("You cannot close your own account. Ask another administrator."),
    "policy.deadline_out_of_reach": N_("Enter 1 to 60 workdays."),
    "policy.reminders_out_of_order": N_(
        "Enter rising workdays from 1 to 60, at most ten, such as 3, 5, 8."
    ),
    "policy.issue_day_out_of_reach": N_("Enter a workday from 1 to 20."),
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
    "second_factor.does_not_match": N_(
        "This code does not belong to the new key. Add the key to the app again and enter the "
        "code that the app shows now."
    ),
    "second_factor.none": N_("There is no second factor yet. Set one up first."),
    "second_factor.staff_needs_one": N_(
        "Your account needs a second factor. Set up another app instead."
    ),
    "sign_in.begin_again": N_("This took too long. Begin again with your address."),
    "sign_in.too_often": N_("There were too many tries. Try again in %(minutes)s minutes."),
    "sign_in.wrong_code": N_(
        "This code is not right, or it has run out. Check the newest mail, or ask for a new code."
    ),
    "sign_in.wrong_factor": N_(
        "This code is not right, or it was used already. Wait for the next one."
    ),
    "sign_in.wrong_password": N_(
        "Address and password do not belong together. Try again, or ask for a code by mail."
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
    "statement_run.goes_on": N_(
        "A run for %(month)s goes on already. Wait until it is done, or look at it."
    ),
    "statement_run.month_not_over": N_(
        "This month ends on %(ends_on)s. Choose a month that is over."
    ),
    "statement_run.nothing_due": N_(
        "There is nothing to issue for %(month)s: everyone has their statement, or gets none."
    ),
    "statement_run.finished": N_("This run is done; it can neither rest nor go on."),
    "statement_run.not_held": N_("The mails of this run are not held."),
    "statement_run.paused": N_("This run rests. Let it go on from its page first."),
    "statement_run.stale": N_(
        "The books have moved on: %(count)s statements are due by now. Look at the number again."
    ),
    "statement_run.unknown_customer": N_(
        "There is no customer with the code %(customer)s. Check the codes."
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
