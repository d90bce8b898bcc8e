"""What a broken rule says to people: code → sentence, alphabetically; each says what to do."""

from __future__ import annotations

import datetime as dt

from portal.base import formats
from portal.base.language import N_, gettext
from portal.base.sentences_about_approvals import ABOUT_APPROVALS
from portal.base.sentences_about_bad_debts import ABOUT_BAD_DEBTS
from portal.base.sentences_about_cases import ABOUT_CASES
from portal.base.sentences_about_channels import ABOUT_CHANNELS
from portal.base.sentences_about_contracts import ABOUT_CONTRACTS
from portal.base.sentences_about_decisions import ABOUT_DECISIONS
from portal.base.sentences_about_disputes import ABOUT_DISPUTES
from portal.base.sentences_about_due import ABOUT_DUE
from portal.base.sentences_about_holds import ABOUT_HOLDS
from portal.base.sentences_about_interest import ABOUT_INTEREST
from portal.base.sentences_about_ladders import ABOUT_LADDERS
from portal.base.sentences_about_limits import ABOUT_LIMITS
from portal.base.sentences_about_notices import ABOUT_NOTICES
from portal.base.sentences_about_orders import ABOUT_ORDERS
from portal.base.sentences_about_plans import ABOUT_PLANS
from portal.base.sentences_about_policy import ABOUT_POLICY
from portal.base.sentences_about_promises import ABOUT_PROMISES
from portal.base.sentences_about_scores import ABOUT_SCORES
from portal.base.sentences_about_statements import ABOUT_STATEMENTS
from portal.base.sentences_about_tasks import ABOUT_TASKS
from portal.base.sentences_about_terms import ABOUT_TERMS
from portal.core.errors import RuleBroken
from portal.core.money import Money

SENTENCES: dict[str, str] = {
    **ABOUT_APPROVALS,
    **ABOUT_CASES,
    **ABOUT_BAD_DEBTS,
    **ABOUT_CHANNELS,
    **ABOUT_CONTRACTS,
    **ABOUT_DECISIONS,
    **ABOUT_DISPUTES,
    **ABOUT_DUE,
    **ABOUT_NOTICES,
    **ABOUT_INTEREST,
    **ABOUT_ORDERS,
    **ABOUT_HOLDS,
    **ABOUT_LADDERS,
    **ABOUT_LIMITS,
    **ABOUT_PROMISES,
    **ABOUT_PLANS,
    **ABOUT_POLICY,
    **ABOUT_SCORES,
    **ABOUT_STATEMENTS,
    **ABOUT_TASKS,
    **ABOUT_TERMS,
    "act.already_done": N_("This was done already; nothing was done twice."),
    "ageing.bounds_not_rising": N_(
        "Give the upper bounds of the buckets as rising numbers of days, for example 30, 60, 90."
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
    "contact.known_elsewhere": N_(
        "This e-mail address belongs to a contact of %(customer)s already. Use another one."
    ),
    "contact.negative_limit": N_("Enter the limit without a minus sign."),
    "download.empty": N_("Choose at least one invoice."),
    "download.too_many": N_(
        "One download holds %(most)s invoices at most. Choose fewer, for example by month."
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
    "import.empty_file": N_("The file is empty. Choose another one."),
    "import.going_on": N_("This import is going on or done already. Look at it again."),
    "import.mapping_malformed": N_(
        "The mapping file %(file)s cannot be read: %(problem)s. Write lines such as "
        'invoice_id = "invoiceNumber".'
    ),
    "import.no_table": N_(
        "%(file)s is no table that can be read. Choose a CSV file (also as .csv.gz) or an XLSX one."
    ),
    "import.not_done": N_("This import is not finished. Look at it again."),
    "import.nothing": N_(
        "There is nothing to import: none of these is a CSV or XLSX file named after a kind, "
        "such as invoices.csv. Name the kind with --kind."
    ),
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
    "import.undo_collected": N_(
        "%(number)s was reminded of, answered for or collected since. Nothing was taken back."
    ),
    "import.undo_contact_changed": N_(
        "The contact %(contact)s was changed since. Put right by hand what is wrong."
    ),
    "import.undo_contract_used": N_(
        "Something was done with the contract %(contract)s since: it stays, and so does the import."
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
    "import.unknown_date_format": N_(
        "%(format)s is no way of writing dates. Use ymd, mdy or dmy, or a pattern such as "
        "%%d.%%m.%%Y."
    ),
    "import.unknown_field": N_("There is no field %(name)s here. The fields are: %(fields)s."),
    "import.unknown_kind": N_("There is no kind of file %(kind)s. The kinds are: %(kinds)s."),
    "invitation.over": N_("This invitation was used already or has run out. Ask for a new one."),
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
    "person.elsewhere_too": N_(
        "%(name)s belongs to other companies too, where this would count as well. "
        "Ask us to change it."
    ),
    "person.is_customers": N_(
        "This address belongs to a customer's person. Use another address for our own people."
    ),
    "person.is_staff": N_(
        "This address belongs to one of our own people. Use another address for a customer."
    ),
    "person.last_admin": N_(
        "This is the last administrator. Make somebody else administrator first."
    ),
    "person.not_oneself": N_("You cannot close your own account. Ask another administrator."),
    "person.nowhere": N_("Choose at least one role, or remove the person."),
    "policy.deadline_out_of_reach": N_("Enter 1 to 60 workdays."),
    "policy.reminders_out_of_order": N_(
        "Enter rising workdays from 1 to 60, at most ten, such as 3, 5, 8."
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
