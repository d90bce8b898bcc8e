"""Whose terms are some of the policy's, by their name: such names cannot go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, exists, select, union
from sqlalchemy.orm import aliased

from portal.base.work import Reader
from portal.tables.contracts import Contract
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms


def names_in_use(r: Reader, names: Collection[str]) -> list[str]:
    """Those of the names that a customer or a contract has for its terms, in order."""
    if not names:
        return []
    later = aliased(CustomerTerms)
    is_last = ~exists().where(
        later.customer_id == CustomerTerms.customer_id,
        (later.effective_on > CustomerTerms.effective_on)
        | ((later.effective_on == CustomerTerms.effective_on) & (later.id > CustomerTerms.id)),
    )
    found: CompoundSelect[Any] = union(
        select(Customer.payment_terms).where(Customer.payment_terms.in_(names)),
        select(CustomerTerms.terms).where(CustomerTerms.terms.in_(names), is_last),
        select(Contract.payment_terms).where(Contract.payment_terms.in_(names)),
    )
    return sorted(str(name) for name in r.session.scalars(found))
