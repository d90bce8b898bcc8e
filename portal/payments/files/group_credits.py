"""
Credits applied to invoices of another customer of the same group: by a transfer with two legs.

One leg takes from the customer who paid, the other gives to the one who owes, on the same day.
"""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import text

from portal.base.batch import reserve_ids
from portal.base.lookup import plain_moment
from portal.base.work import Work
from portal.core.ledger import Kind
from portal.customers.groups import Groups
from portal.imports.columns import Counts
from portal.invoices.posting import NewEntry, NewPart, post_entries, post_parts
from portal.payments import applying_singly
from portal.payments.asks import Ask
from portal.payments.entries import Named
from portal.tables.invoices import Entry

STANDING = "select -amount_minor from entry where space = 3 and leg = 1 and number = :number"


class GroupCredits:
    """Collects the applications that cross two customers of one group, and makes them."""

    def __init__(self, w: Work) -> None:
        self._w = w
        self._asked: list[tuple[Ask, Named, Named]] = []

    def takes(self, ask: Ask, credit: Named, invoice: Named) -> bool:
        """Whether both customers are of one group; then the application is noted."""
        if ask.memo or not self._groups.share(credit.customer_id, invoice.customer_id):
            return False
        self._asked.append((ask, credit, invoice))
        return True

    @cached_property
    def _groups(self) -> Groups:
        return Groups(self._w.session)

    def apply(self, counts: Counts) -> list[tuple[Ask, int]]:
        """Makes the transfers and their applications; what found no room."""
        undone = []
        for ask, credit, invoice in self._asked:
            number = f"{credit.number}/{invoice.number}/{ask.acted_on}"
            standing = self._w.session.scalar(text(STANDING), {"number": number})
            if standing is not None:
                counts.unchanged += 1
                continue
            counts.added += 1
            rest = self._apply(ask, invoice, number)
            if rest:
                undone.append((ask, rest))
        return undone

    def _apply(self, ask: Ask, invoice: Named, number: str) -> int:
        """Transfers as much as both sides have room for; the rest."""
        session = self._w.session
        amount = min(ask.amount, applying_singly.room_for(session, ask))
        if amount <= 0:
            return ask.amount
        taken, given = reserve_ids(session, Entry.__table__, 2)
        legs = ((taken, ask.customer_id, amount, 0), (given, invoice.customer_id, -amount, 1))
        post_entries(
            session,
            [
                NewEntry(
                    row_id,
                    customer_id,
                    ask.currency,
                    Kind.TRANSFER,
                    Kind.TRANSFER.space,
                    ask.acted_on,
                    signed,
                    number,
                    plain_moment(session, self._w.now),
                    about_id=invoice.id,
                    subkind="transfer",
                    counter_customer_id=legs[1 - leg][1],
                    leg=leg,
                )
                for row_id, customer_id, signed, leg in legs
            ],
        )
        post_parts(
            session,
            [
                NewPart(
                    ask.customer_id, taken, 1, ask.currency, ask.acted_on, ask.acted_on, 0, amount
                )
            ],
        )
        applying_singly.apply(
            session,
            [
                ask._replace(entry_id=taken, amount=amount, part=0),
                ask._replace(credit_id=given, customer_id=invoice.customer_id, amount=amount),
            ],
        )
        return ask.amount - amount
