"""Whose terms are some of the policy's, by their name: such names cannot go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, exists, select, union
from sqlalchemy.orm import aliased

from portal.base.work import Reader
from portal.core.terms_in_force import key_of_name
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
        select(Customer.payment_terms).where(Customer.payment_terms != ""),
        select(CustomerTerms.terms).where(CustomerTerms.terms != "", is_last),
        select(Contract.payment_terms).where(Contract.payment_terms != ""),
    )
    # Case and blanks do not matter in a name, which the database cannot say of every script.
    used = {key_of_name(str(text)) for text in r.session.scalars(found)}
    return sorted(name for name in names if key_of_name(name) in used)
