"""The words of the audit trail: what happened, who did it, and what the facts are called."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.people.words import HAPPENED

#: The first part of a kind → what those entries are about; the order is that of the filter.
TOPICS = {
    "statement": N_("Statements and their answers"),
    "statements": N_("Statements issued and reminders"),
    "statement_run": N_("Statement runs"),
    "difference": N_("Differences"),
    "comparison": N_("Comparisons with own ledgers"),
    "payment": N_("How money is applied"),
    "invoices": N_("Imported invoices"),
    "payments": N_("Imported payments"),
    "import": N_("Imports"),
    "contact": N_("Contacts"),
    "customer": N_("Customers"),
    "agreement": N_("Agreements"),
    "delegation": N_("Signing handed over"),
    "person": N_("People and roles"),
    "user": N_("Accounts"),
    "sign_in": N_("Signing in"),
    "session": N_("Sessions"),
    "challenge": N_("Codes"),
    "auditor": N_("Auditors’ seats"),
    "audit": N_("The auditor’s work"),
    "company": N_("The company"),
    "policy": N_("Policy"),
    "day": N_("Daily runs"),
}
SENTENCES = HAPPENED | {
    "address.cleared": N_("An address that bounced is used again"),
    "adjustments.imported": N_("Adjustments were imported"),
    "agreement.accepted": N_("The agreement on electronic reconciliation was accepted"),
    "agreement.revoked": N_("The agreement on electronic reconciliation was revoked"),
    "allocations.imported": N_("Applications of money were imported"),
    "audit.answer_sealed": N_("An answer to the auditor was sealed"),
    "audit.answered": N_("A customer answered the auditor"),
    "audit.chain_asked": N_("The audit chain is being read back"),
    "audit.code_refused": N_("A wrong code was entered for an answer to the auditor"),
    "audit.code_sent": N_("A code was mailed for an answer to the auditor"),
    "audit.noted": N_("The auditor noted other evidence"),
    "audit.pack_ordered": N_("The auditor ordered the evidence of a sample"),
    "audit.recipients_chosen": N_("The auditor chose whom to ask and how"),
    "audit.reminded": N_("The auditor reminded customers"),
    "audit.requests_sent": N_("The auditor asked customers to confirm balances"),
    "audit.sample_drawn": N_("The auditor drew a sample of balances"),
    "auditor.seat_over": N_("An auditor’s seat was over"),
    "auditor.seat_set": N_("An auditor’s seat was set"),
    "company.changed": N_("The company’s settings were changed"),
    "company.founded": N_("The company was founded here"),
    "contact.added": N_("A contact was added"),
    "contact.changed": N_("A contact was changed"),
    "contact.removed": N_("A contact was removed"),
    "contacts.imported": N_("Contacts were imported"),
    "contracts.imported": N_("Contracts were imported"),
    "credit_notes.imported": N_("Credit notes were imported"),
    "customer.cycle_changed": N_("The cycle of a customer’s statements was changed"),
    "customers.imported": N_("Customers were imported"),
    "day.done": N_("An act of the daily run was done"),
    "deliveries.imported": N_("Deliveries were imported"),
    "download.ordered": N_("An archive was ordered"),
    "import.undone": N_("An import was undone"),
    "import.uploaded": N_("A file was uploaded"),
    "invoice_lines.imported": N_("Lines of invoices were imported"),
    "invoices.imported": N_("Invoices were imported"),
    "mail.sent_again": N_("A mail was sent again"),
    "mails.returned": N_("Mails came back"),
    "orders.imported": N_("Orders were imported"),
    "payment.applied": N_("Money was applied"),
    "payment.refunded": N_("Money was refunded"),
    "payment.transferred": N_("Money was transferred"),
    "payment.unapplied": N_("Money was taken from what it was applied to"),
    "payment.undone": N_("An application of money was undone"),
    "payments.imported": N_("Payments were imported"),
    "policy.changed": N_("The policy was changed"),
    "reminders.before_commit": N_("Reminders were sent"),
    "run_draft.deleted": N_("The draft of a statement run was deleted"),
    "run_draft.kept": N_("The draft of a statement run was kept"),
    "statement.acknowledged": N_("Receipt of a statement was acknowledged"),
    "statement.answered": N_("Lines of a statement were answered"),
    "statement.certificate_stamped": N_("A certificate got a new timestamp"),
    "statement.certified": N_("A certificate was sealed"),
    "statement.confirmed": N_("A statement was confirmed"),
    "statement.confirmed_with_differences": N_("A statement was confirmed with differences"),
    "statement.deemed": N_("A statement counts as agreed without an answer"),
    "statement.difference_said": N_("A customer said what differs"),
    "statement.difference_settled": N_("A difference was settled"),
    "statement.difference_taken_back": N_("A customer took a difference back"),
    "statement.followed": N_("Answers were carried over to a corrected version"),
    "statement.line_marked": N_("A customer answered a line"),
    "statement.others_agreed": N_("A customer agreed to all other lines"),
    "statement.receipt_acknowledged": N_("Receipt of a statement was acknowledged"),
    "statement.refused": N_("A statement was not agreed"),
    "statement.reissued": N_("A corrected version of a statement was issued"),
    "statement.signed_first": N_("A statement got the first of two signatures"),
    "statement.withdrawn": N_("A signature was withdrawn"),
    "statement_run.finished": N_("A statement run was finished"),
    "statement_run.mails_released": N_("The mails of a statement run were released"),
    "statement_run.paused": N_("A statement run was paused"),
    "statement_run.resumed": N_("A statement run went on"),
    "statement_run.started": N_("A statement run was started"),
    "statements.issued": N_("Statements were issued"),
    "statements.reminded": N_("Customers were reminded"),
    "user.disabled": N_("An account was closed"),
    "user.enabled": N_("An account was opened again"),
    "user.notices_chosen": N_("Somebody chose their messages"),
}
ACTORS = {
    "customer": N_("a customer’s person"),
    "staff": N_("one of our own"),
    "system": N_("Accord itself"),
    "visitor": N_("a visitor"),
}
FACTS = {
    "about": N_("About"),
    "address": N_("Network address"),
    "act": N_("Act"),
    "because": N_("Reason"),
    "confirmation": N_("Confirmation"),
    "changed": N_("Changed"),
    "email": N_("E-mail address"),
    "evidence_sha256": N_("SHA-256 of the evidence"),
    "file_sha256": N_("SHA-256 of the file"),
    "key_fingerprint": N_("Key"),
    "level": N_("Level of the seal"),
    "limits": N_("Limits"),
    "name": N_("Name"),
    "number": N_("Number"),
    "purpose": N_("Purpose"),
    "role": N_("Role"),
    "roles": N_("Roles"),
    "sha256": N_("SHA-256"),
    "statement_sha256": N_("SHA-256 of the statement"),
    "statements": N_("Statements"),
    "lines": N_("Lines"),
    "method": N_("Method"),
    "note": N_("Note"),
    "items": N_("Balances"),
    "token_serial": N_("Timestamp"),
}


def happened(kind: str) -> str:
    """What an entry says happened; a kind that nobody named is shown as it is kept."""
    return _(SENTENCES[kind]) if kind in SENTENCES else kind


def actor_name(kind: str) -> str:
    """Of which kind the actor is, in words."""
    return _(ACTORS.get(kind, kind))


def fact_name(name: str) -> str:
    """What a fact is called; one that nobody named is shown as it is kept."""
    return _(FACTS[name]) if name in FACTS else name.replace("_", " ")
