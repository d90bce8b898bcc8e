"""The names of roles as people read them."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _

ROLE_NAMES = {
    "customer_viewer": N_("Viewer"),
    "customer_accountant": N_("Accountant"),
    "customer_signatory": N_("Signatory"),
    "customer_admin": N_("Administrator of the customer"),
    "sales": N_("Sales owner"),
    "clerk": N_("AR clerk"),
    "collector": N_("Collector"),
    "collections_lead": N_("Collections lead"),
    "legal": N_("Legal officer"),
    "credit_manager": N_("Credit manager"),
    "admin": N_("Administrator"),
    "auditor": N_("Auditor"),
    "support": N_("Support agent"),
}


def role_name(role: str) -> str:
    """The role in the language of the moment."""
    return _(ROLE_NAMES[role])
