"""The customers that the rows of a file name."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base.work import Work
from portal.customers.codes import CustomerCodes
from portal.imports.columns import Options
from portal.imports.rows import Rows


class Parties:
    """Turns the customer column of rows into ids; makes unknown customers where that is asked."""

    def __init__(self, w: Work, options: Options) -> None:
        self.codes = CustomerCodes(w)
        self._creates = options.creates_customers

    def ids(self, rows: Rows, name: str = "customer_id") -> list[int | None]:
        """
        The customers' ids; asked last, so that no customer is made for a row that is bad anyway.
        """
        keys: Sequence[str | None] = rows.optional_keys(name)
        known = self.codes.known
        ids = [known.get(key or "") for key in keys]
        if None in ids:
            self._settle(rows, name, keys)
            ids = [known.get(key or "") for key in keys]
        return ids

    def _settle(self, rows: Rows, name: str, keys: Sequence[str | None]) -> None:
        unknown = [place for place in rows.good() if keys[place] not in self.codes.known]
        if self._creates:
            self.codes.create(key for place in unknown if (key := keys[place]))
        for place in unknown:
            key = keys[place]
            if not key and rows.has(name) and name == "customer_id":
                rows.refuse(place, name, "cell.empty")
            elif key and key not in self.codes.known:
                rows.refuse(place, name, "customer.unknown", customer=key)
