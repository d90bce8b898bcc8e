"""Groups of customers: a head, and whoever stands below it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.tables.customers import Customer


class Groups:
    """Which customers belong together; read once."""

    def __init__(self, session: Session) -> None:
        found = select(Customer.id, Customer.parent_id).where(Customer.parent_id.is_not(None))
        self._parents = {row_id: parent for row_id, parent in session.execute(found) if parent}

    def head(self, customer_id: int) -> int:
        """Who stands above a customer and below nobody; the customer itself where nobody does."""
        while customer_id in self._parents:
            customer_id = self._parents[customer_id]
        return customer_id

    def share(self, first_id: int, second_id: int) -> bool:
        """Whether two customers are of one group."""
        return self.head(first_id) == self.head(second_id)

    def members(self, customer_id: int) -> list[int]:
        """Everyone of a customer's group, the customer included."""
        head = self.head(customer_id)
        below = (row_id for row_id in self._parents if self.head(row_id) == head)
        return sorted({customer_id, head, *below})
