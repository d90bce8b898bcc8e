"""What holds today for one customer."""

from __future__ import annotations

from portal.base.work import Reader
from portal.core.terms_in_force import TermsInForce
from portal.invoices.terms_of import CompanyVersion, TermsLoader


def held_by(r: Reader, customer_id: int, undated: str) -> TermsInForce:
    """How a customer's invoices of today are paid that say nothing themselves, and who says so."""
    today = CompanyVersion(r.policy.id, "", r.policy.values)
    loader = TermsLoader(r.session, {customer_id: undated} if undated else {}, [today])
    loader.look_up([customer_id])
    return loader.book.of_customer(customer_id, r.today.isoformat())
