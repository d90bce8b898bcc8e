"""What a broken rule about contracts, prices and bills says: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_CONTRACTS: dict[str, str] = {
    "attachment.quota_subject": N_(
        "%(file)s does not fit: all files here together may have %(most)s MB. Choose smaller files."
    ),
    "bill.before_maturity": N_("It matures on %(matures_on)s. Choose that day or a later one."),
    "bill.day_in_future": N_("This day is yet to come. Choose %(today)s or an earlier day."),
    "bill.known": N_("A bill with the number %(number)s is here already. Write its own number."),
    "bill.matured_already": N_(
        "It matured on %(matures_on)s. A bill is passed on before that; note what became of it."
    ),
    "bill.matures_before_receipt": N_(
        "It would mature before it was received, on %(received_on)s. Check both days."
    ),
    "bill.no_amount": N_("Write an amount above zero."),
    "bill.not_in_this_state": N_(
        "A colleague noted something else about this bill. Look at it again."
    ),
    "bill.payment_unknown": N_(
        "There is no payment %(number)s of this customer. Write its number as in the books."
    ),
    "bill.received_in_future": N_("This day is yet to come. Choose %(today)s or an earlier day."),
    "contract.amendment_empty": N_("Fill in at least one field that reads otherwise from then on."),
    "contract.amendment_ends_before": N_(
        "The new last day is before %(day)s, when the amendment begins. Choose that day or later."
    ),
    "contract.amendment_too_early": N_(
        "The contract starts on %(starts_on)s. Choose that day or a later one."
    ),
    "contract.amendment_too_late": N_(
        "The contract ends on %(ends_on)s. Choose that day or an earlier one."
    ),
    "contract.authority_unsaid": N_(
        "It is not sealed with the contract or company seal. Write why its signer may bind the "
        "company."
    ),
    "contract.changed": N_(
        "A colleague saved this contract while you were typing. Compare, and save again."
    ),
    "contract.currency_unknown": N_("Write a currency of three letters, such as CNY."),
    "contract.ended": N_(
        "This contract ended on %(ends_on)s and is amended no more. Keep a new contract instead."
    ),
    "contract.ends_before_it_starts": N_(
        "The contract would end before it starts, on %(starts_on)s. Choose that day or a later one."
    ),
    "contract.known": N_(
        "A contract with the number %(number)s is here already. Write its own number."
    ),
    "contract.look_in_past": N_("Choose a day after today, %(today)s, or none."),
    "contract.needs_amendment": N_(
        "Invoices stand on this contract. Keep an amendment with the day from which it holds; a "
        "colleague agrees to it."
    ),
    "contract.note_missing": N_("Write in a few words what you found."),
    "contract.rate": N_("Write per cent a year from 0 to %(most)s, such as 12.25."),
    "contract.customer_barred": N_(
        "This customer is barred, so nothing is signed with it. Have the bar lifted first."
    ),
    "contract.reviewed_already": N_("This contract was passed already."),
    "invoice_check.changed": N_(
        "The invoice or its contract changed while you looked. Compare them again."
    ),
    "invoice_check.comment_missing": N_("Write what is to be put right."),
    "invoice_check.not_in_this_state": N_("A colleague has decided about this invoice already."),
    "price.currency": N_(
        "Line %(line)s: %(value)s is no currency. Write three letters, such as CNY."
    ),
    "price.day": N_("Line %(line)s: %(value)s is no day. Write it as 2026-11-05."),
    "price.empty": N_("Paste at least one line, or choose a file."),
    "price.line": N_(
        "Line %(line)s has %(count)s columns. Write product, unit, currency, price and first day."
    ),
    "price.name": N_(
        "Write a name without a slash, of at most %(longest)s characters; “new” and dots alone are "
        "none."
    ),
    "price.number": N_(
        "Line %(line)s: %(value)s is no price. Write a plain number with a point, such as 12.50."
    ),
    "price.product": N_("Line %(line)s names no product."),
    "price.too_many": N_("At most %(most)s lines at once. Send the rest as a second list."),
    "price.twice": N_(
        "Line %(line)s: %(product)s stands here twice for the same currency and day. Keep one."
    ),
    "price.unreadable": N_("This file is no text. Save it as CSV, or paste the lines."),
}
