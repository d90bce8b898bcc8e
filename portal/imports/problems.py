"""What can be wrong with a row, in words: what the problem is, and what to do about it."""

from __future__ import annotations

from portal.base.language import N_

SEND_CREDIT_NOTE = N_("Take the row out, or send a credit note for the difference.")
PLAIN_NUMBER = N_("Write a plain number with a point, for example 1234.50.")
SHORTER = N_("Shorten it to %(longest)s characters.")

#: code → (the problem, the remedy), alphabetically.
PROBLEMS: dict[str, tuple[str, str]] = {
    "adjustment.sign": (
        N_("An adjustment of the kind %(kind)s cannot have this sign."),
        N_("Write what is owed more with no sign, and what is owed less with a minus."),
    ),
    "adjustment.transfer_incomplete": (
        N_("A transfer needs the other customer."),
        N_("Fill in counter_customer_id with somebody else than customer_id."),
    ),
    "allocation.customers_differ": (
        N_("%(credit)s is a credit of %(customer)s, and %(invoice)s is an invoice of another."),
        N_("Apply it within one customer, or within one group of customers."),
    ),
    "allocation.currencies_differ": (
        N_("%(credit)s and %(invoice)s are in different currencies."),
        N_("Apply a credit only to invoices in its own currency."),
    ),
    "allocation.differs": (
        N_("%(number)s is applied to %(invoice)s from that day already, with %(stored)s."),
        N_("Write that amount, or another day for what is applied besides."),
    ),
    "allocation.ended_otherwise": (
        N_("The application of %(number)s to %(invoice)s ended on %(stored)s already."),
        N_("Write that day, or take the row out: an end cannot be moved."),
    ),
    "allocation.ends_too_early": (
        N_("It would end before it begins."),
        N_("Write %(effective_on)s or later, or leave it empty."),
    ),
    "allocation.part_unknown": (
        N_("%(invoice)s has no part %(part)s."),
        N_("Leave the part empty, or name one of those in invoice_parts."),
    ),
    "allocation.partly": (
        N_("Of %(asked)s only %(applied)s could be applied; the rest stays on account."),
        N_("Nothing more was open. Look at what else was applied to %(invoice)s."),
    ),
    "amount.negative": (N_("This is below zero."), N_("Write it without a minus.")),
    "amount.not_above_zero": (
        N_("This is not above zero."),
        N_("Write an amount above zero; what lowers a debt is a credit note or an adjustment."),
    ),
    "amount.zero": (N_("This is zero."), N_("Take the row out, or write the amount.")),
    "cell.empty": (N_("Nothing stands here."), N_("Fill it in.")),
    "cell.nul": (N_("It holds a NUL character."), N_("Delete the character.")),
    "cell.too_long": (N_("This is too long."), SHORTER),
    "column.doubled": (
        N_("There are two columns for the same thing."),
        N_("Delete or rename one of them."),
    ),
    "column.mapped_absent": (
        N_("The file has no column “%(value)s”; it has %(header)s."),
        N_("Name one of these (--map %(field)s=…)."),
    ),
    "column.missing": (
        N_("The file has no column for %(field)s; it has %(header)s."),
        N_("Say which column it is (--map %(field)s=…), or one value for all (--set %(field)s=…)."),
    ),
    "column.unknown": (
        N_("This column is not known and was kept out."),
        N_("Nothing needs to be done, unless it should be read: then say as what (--map)."),
    ),
    "column.unused": (
        N_("The file has this column itself, so --set was not used."),
        N_("Nothing needs to be done."),
    ),
    "contract.ends_before_it_starts": (
        N_("The contract would end before it starts, on %(starts_on)s."),
        N_("Write the first day or a later one, or leave it empty where it has no end."),
    ),
    "contract.of_another": (
        N_("This contract is %(customer)s’s."),
        N_("Write that customer, or give the other contract a number of its own."),
    ),
    "credit.unknown": (
        N_("No payment or credit note %(credit)s is known."),
        N_("Import it first, or correct the number."),
    ),
    "country.malformed": (
        N_("This is not a country."),
        N_("Write its two letters, for example CN, or its name."),
    ),
    "currency.missing": (
        N_("It is not known in which currency this is."),
        N_("Fill in the currency, or give it for all rows (--set currency=…)."),
    ),
    "currency.unknown": (
        N_("This is not a currency code."),
        N_("Use the three letters of ISO 4217, for example CNY."),
    ),
    "customer.unknown": (
        N_("The customer %(customer)s is not known."),
        N_("Import the customer first, or let unknown ones be made (--create-customers)."),
    ),
    "day.malformed": (
        N_("This is not a date written as %(format)s."),
        N_("Write it so, or say how dates are written (--date-format)."),
    ),
    "disputed.malformed": (
        N_("This is neither yes nor no nor an amount within the invoice's."),
        N_("Write yes, no, or the disputed amount."),
    ),
    "document.differs": (
        N_("%(number)s is already here with %(stored)s; send a credit note."),
        SEND_CREDIT_NOTE,
    ),
    "email.malformed": (
        N_("This is not an e-mail address."),
        N_("Write one address, such as name@example.com."),
    ),
    "file.overtaken": (
        N_("Somebody changed the books while the file was read; nothing of it was imported."),
        N_("Import it again."),
    ),
    "file.unreadable": (N_("%(problem)s"), N_("%(remedy)s")),
    "invoice.in_another": (
        N_("%(invoice)s is in %(currency)s."),
        N_("Pay it in its own currency, or leave invoice_id empty."),
    ),
    "invoice.of_another": (
        N_("%(invoice)s is an invoice of %(customer)s."),
        N_("Correct the customer or the invoice, or leave invoice_id empty."),
    ),
    "invoice.unknown": (
        N_("The invoice %(invoice)s is not known."),
        N_("Import the invoice first, or leave invoice_id empty."),
    ),
    "invoice.unknown_here": (
        N_("The invoice %(invoice)s is not known."),
        N_("Import the invoice first, or take the row out."),
    ),
    "key.control_characters": (
        N_("It holds characters that cannot be seen."),
        N_("Type it anew."),
    ),
    "language.unknown": (
        N_("This language is not spoken here."),
        N_("Write one of: %(words)s; or leave it empty."),
    ),
    "limit.currency_changes": (
        N_("The credit limit is in another currency than the customer would be."),
        N_("Give the credit limit in the new currency too."),
    ),
    "money.malformed": (N_("This is not an amount."), PLAIN_NUMBER),
    "money.too_large": (
        N_("This is larger than can be kept."),
        N_("Check the digits."),
    ),
    "money.too_many_decimals": (
        N_("This has more decimals than %(currency)s has (%(decimals)s)."),
        N_("Round it to the currency's decimals."),
    ),
    "money.unknown_currency": (
        N_("%(currency)s is not a currency code."),
        N_("Use the three letters of ISO 4217, for example CNY."),
    ),
    "number.malformed": (N_("This is not a number."), PLAIN_NUMBER),
    "number.not_whole": (
        N_("This is not a whole number from %(smallest)s to %(largest)s."),
        N_("Write one."),
    ),
    "order.of_another": (
        N_("Order %(order)s is here already as one of %(customer)s."),
        N_("Write that customer, or give the other order a number of its own."),
    ),
    "parent.circle": (
        N_("%(customer)s would stand above itself."),
        N_("Name a parent that does not belong to this customer."),
    ),
    "parts.fixed": (
        N_("The due parts of %(invoice)s are fixed: it was paid, disputed or stated already."),
        N_("Take the rows out, or replace the invoice by a credit note and a new one."),
    ),
    "parts.other_sum": (
        N_("The parts of %(invoice)s sum to %(sum)s, the invoice to %(amount)s."),
        N_("Correct the amounts so that they sum to the invoice's."),
    ),
    "parts.twice": (
        N_("Part %(part)s of %(invoice)s stands here twice."),
        N_("Take one of the rows out."),
    ),
    "promise.above_invoice": (
        N_("More is promised than %(invoice)s came to."),
        N_("Write the invoice's amount or less."),
    ),
    "promise.made_after": (
        N_("It would have been made after the day it promises."),
        N_("Write %(promised_on)s or an earlier day, or leave it empty."),
    ),
    "rate.not_above_zero": (
        N_("This is no exchange rate."),
        N_("Write a number above zero with a point, such as 7.83."),
    ),
    "rate.out_of_range": (
        N_("This is no rate a year in per cent."),
        N_("Write plain per cent from 0 to %(most)s, such as 12.25."),
    ),
    "rate.same_currency": (
        N_("Both currencies are the same."),
        N_("Write two different ones."),
    ),
    "row.cell_too_long": (
        N_("A cell is longer than can be read, or a quote is opened and never closed."),
        N_("Close the quotation mark, or shorten the cell."),
    ),
    "row.quote_not_closed": (
        N_("A quotation mark is opened and never closed."),
        N_("Close it, or write a single mark as two."),
    ),
    "row.quotes": (
        N_("A quotation mark stands inside a cell."),
        N_("Put the cell in quotation marks and write the mark in it twice."),
    ),
    "row.too_wide": (
        N_("The row has %(cells)s cells, the header has %(columns)s."),
        N_("Put cells that hold a comma in quotation marks."),
    ),
    "row.twice": (
        N_("%(key)s stands in this file already with other content."),
        N_("Keep the row that is right."),
    ),
    "terms": (N_("These payment terms cannot be understood."), "%(sentence)s"),
    "word.unknown": (N_("This word is not known here."), N_("Write one of: %(words)s.")),
}
