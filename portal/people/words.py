"""What roles permit and what happened, in words for pages."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.sms import TEXTS

ROLE_HINTS = {
    "customer_viewer": N_("Sees and downloads statements and invoices."),
    "customer_accountant": N_("Also ticks lines of statements and says what differs."),
    "customer_signatory": N_("Also confirms statements for the company."),
    "customer_admin": N_("Invites people and decides what they may do."),
}

#: Event → what its messages are, and whom they reach: customers' people, staff, or both.
NOTICES = {
    "receipts": (N_("Receipts of answers to statements"), {"customer"}),
    "comments": (N_("Answers to your differences, and statements returned to you"), {"customer"}),
    "disputes": (N_("Disputes received, and what is written about them"), {"customer", "staff"}),
    "downloads": (N_("An archive of invoices is ready"), {"customer"}),
    "runs": (N_("A statement run that you started is done"), {"staff"}),
    "audits": (N_("A customer answered a request of yours as auditor"), {"staff"}),
    "promises": (N_("Promises of your customers that were not kept"), {"staff"}),
    "approvals": (N_("What waits for your approval, and what became of your requests"), {"staff"}),
    "mentions": (N_("Comments of colleagues that call you in"), {"staff"}),
}
_LEGAL, _SAFE = N_("they have legal effect"), N_("they keep it safe")
#: What is always sent, and why; and the event of texts, where there may be one beside it.
ALWAYS = {
    "customer": (
        (N_("Statements, and reminders to answer them"), _LEGAL, "statements"),
        (N_("Statements passed to you to sign, and answers withdrawn"), _LEGAL, ""),
        (
            N_("Promises and plans, and the days on which they are to be paid"),
            _LEGAL,
            "payment_days",
        ),
        (N_("Decisions on your disputes"), _LEGAL, "dispute_answers"),
        (N_("Agreements accepted or revoked for your company"), _LEGAL, ""),
        (N_("Codes, invitations, and changes of your account"), _SAFE, ""),
    ),
    "staff": (
        (N_("Who decides in whose place"), N_("it gives or takes a right"), ""),
        (N_("Codes, and changes of your account"), _SAFE, ""),
    ),
}

#: Kind of the audit entry → what happened. Kinds nobody named here are shown as they are kept.
HAPPENED = {
    "agreement.accepted": N_("The agreement on electronic reconciliation was accepted"),
    "agreement.declined": N_("The agreement on electronic reconciliation was declined"),
    "agreement.revoked": N_("The agreement on electronic reconciliation was revoked"),
    "calendar.feed_made": N_("The calendar got an address"),
    "calendar.feed_revoked": N_("The calendar’s address was ended"),
    "challenge.answered": N_("A code was entered"),
    "challenge.refused": N_("A wrong code was entered"),
    "challenge.sent": N_("A code was mailed"),
    "delegation.ended": N_("Signing is no longer handed over"),
    "delegation.made": N_("Signing was handed over"),
    "dispute.file_added": N_("A file was added to a dispute"),
    "dispute.raised": N_("A dispute was raised"),
    "dispute.reopened": N_("A dispute was opened again"),
    "dispute.replied": N_("A message about a dispute was written"),
    "dispute.withdrawn": N_("A dispute was withdrawn"),
    "import.finished": N_("A file was imported"),
    "invitation.accepted": N_("The invitation was accepted"),
    "person.created": N_("The account was created"),
    "person.invited": N_("Somebody was invited"),
    "person.invited_again": N_("An invitation was sent again"),
    "person.limits_changed": N_("The limit for signing was changed"),
    "person.removed": N_("A person was removed"),
    "person.role_given": N_("A role was given"),
    "person.roles_changed": N_("Roles were changed"),
    "person.suspended": N_("Access was suspended"),
    "person.unsuspended": N_("Access was given back"),
    "reauthentication.refused": N_("A wrong password was entered"),
    "session.ended": N_("Signed out"),
    "session.revoked": N_("A session was ended from another one"),
    "sign_in.asked": N_("Somebody began to sign in"),
    "sign_in.done": N_("Signed in"),
    "sign_in.halfway": N_("The first step of signing in was done"),
    "sign_in.refused": N_("Signing in was refused"),
    "statement.deemed": N_("A statement counts as agreed without an answer, by the agreement"),
    "statement.acknowledged": N_("Receipt of a statement was acknowledged"),
    "statement.confirmed": N_("A statement was answered"),
    "statement.opened": N_("A statement was opened"),
    "statement.prepared": N_("A statement was passed to an approver"),
    "statement.returned": N_("A statement was returned by an approver"),
    "statement.signed_first": N_("A statement was signed as the first of two"),
    "statement.taken_back": N_("A statement was taken back from an approver"),
    "statement.withdrawn": N_("An answer to a statement was withdrawn"),
    "user.disabled": N_("The account was closed"),
    "user.enabled": N_("The account was opened again"),
    "user.notices_chosen": N_("The messages were chosen"),
    "user.password_changed": N_("The password was changed"),
    "user.recovery_codes_renewed": N_("New recovery codes were made"),
    "user.second_factor_removed": N_("The second factor was removed"),
    "user.second_factor_set": N_("A second factor was set up"),
}


#: What was looked at, by the act and what it was about; then by the act alone.
LOOKED = {
    "opened/statement": N_("A statement was opened"),
    "opened/invoice": N_("An invoice was opened"),
    "downloaded/statement": N_("A statement was downloaded"),
    "downloaded/invoice": N_("An invoice was downloaded"),
    "downloaded/confirmation": N_("A certificate was downloaded"),
    "downloaded/download": N_("An archive of invoices was downloaded"),
    "opened": N_("A page was opened"),
    "downloaded": N_("A file was downloaded"),
    "exported": N_("A list was exported"),
}


def role_hints() -> dict[str, str]:
    """What each of a customer's roles permits, in the language of the moment."""
    return {role: _(hint) for role, hint in ROLE_HINTS.items()}


def notices_for(kind: str) -> list[tuple[str, str]]:
    """The events that this kind of person may choose about, with their words."""
    return [(event, _(words)) for event, (words, kinds) in NOTICES.items() if kind in kinds]


def always_sent(kind: str) -> list[tuple[str, str, str]]:
    """What this kind of person is always sent, why, and the event of the texts beside it."""
    return [(_(words), _(why), event) for words, why, event in ALWAYS[kind]]


def texted_to(kind: str) -> list[tuple[str, str]]:
    """The events that this kind of person may want texts about, with their words."""
    named = [*notices_for(kind), *((event, words) for words, _why, event in always_sent(kind))]
    return [(event, words) for event, words in named if event in TEXTS]


def notice_name(event: str) -> str:
    """What the messages about an event are, in the language of the moment."""
    return _(NOTICES[event][0]) if event in NOTICES else _("What the daily mail gathers")


def looked(act: str, about: str) -> str:
    """What an entry of the access log tells, in the language of the moment."""
    return _(LOOKED.get(f"{act}/{about}") or LOOKED[act])


def happened(kind: str) -> str:
    """What an audit entry tells, in the language of the moment."""
    return _(HAPPENED[kind]) if kind in HAPPENED else kind
