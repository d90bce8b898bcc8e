"""Customers by the code that files and people use, all at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import plain_moment
from portal.base.work import Work
from portal.tables.customers import Customer


class CustomerCodes:
    """Which customer a code means; read once, so that a million rows ask nothing more."""

    def __init__(self, w: Work) -> None:
        self._w = w
        self.known: dict[str, int] = {
            code: row_id for row_id, code in w.session.execute(select(Customer.id, Customer.code))
        }

    def create(self, codes: Iterable[str]) -> None:
        """Makes customers that are known by nothing but their code."""
        fresh = sorted(set(codes) - self.known.keys())
        ids = reserve_ids(self._w.session, Customer.__table__, len(fresh))
        at = plain_moment(self._w.session, self._w.now)
        insert_rows(
            self._w.session,
            Customer.__table__,
            ("id", "code", "name", "created_at"),
            [(row_id, code, code, at) for row_id, code in zip(ids, fresh, strict=True)],
            are_plain=True,
        )
        self.known.update(zip(fresh, ids, strict=True))

    def terms(self) -> dict[int, str]:
        """The terms texts of those customers who have one."""
        told = select(Customer.id, Customer.payment_terms).where(
            Customer.payment_terms.is_not(None)
        )
        return {row_id: text for row_id, text in self._w.session.execute(told) if text}
