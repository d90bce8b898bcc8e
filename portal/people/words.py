"""What roles permit and what happened, in words for pages."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _

ROLE_HINTS = {
    "customer_viewer": N_("Sees and downloads statements and invoices."),
    "customer_accountant": N_("Also ticks lines of statements and says what differs."),
    "customer_signatory": N_("Also confirms statements for the company."),
    "customer_admin": N_("Invites people and decides what they may do."),
}

#: Kind of the audit entry → what happened. Kinds nobody named here are shown as they are kept.
HAPPENED = {
    "agreement.accepted": N_("The agreement on electronic reconciliation was accepted"),
    "agreement.declined": N_("The agreement on electronic reconciliation was declined"),
    "agreement.revoked": N_("The agreement on electronic reconciliation was revoked"),
    "challenge.answered": N_("A code was entered"),
    "challenge.refused": N_("A wrong code was entered"),
    "challenge.sent": N_("A code was mailed"),
    "import.finished": N_("A file was imported"),
    "invitation.accepted": N_("The invitation was accepted"),
    "person.created": N_("The account was created"),
    "person.invited": N_("Somebody was invited"),
    "person.invited_again": N_("An invitation was sent again"),
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
    "user.disabled": N_("The account was closed"),
    "user.enabled": N_("The account was opened again"),
    "user.password_changed": N_("The password was changed"),
    "user.recovery_codes_renewed": N_("New recovery codes were made"),
    "user.second_factor_removed": N_("The second factor was removed"),
    "user.second_factor_set": N_("A second factor was set up"),
}


def role_hints() -> dict[str, str]:
    """What each of a customer's roles permits, in the language of the moment."""
    return {role: _(hint) for role, hint in ROLE_HINTS.items()}


def happened(kind: str) -> str:
    """What an audit entry tells, in the language of the moment."""
    return _(HAPPENED[kind]) if kind in HAPPENED else kind
