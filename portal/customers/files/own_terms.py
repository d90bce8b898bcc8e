"""Terms in customers.csv: the file's own where nobody decided yet, else one more dated row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.base.lookup import found_by, plain_day
from portal.base.work import Work
from portal.core.terms_in_force import written_out
from portal.customers.own_terms import Decided, append_terms
from portal.tables.customers import Customer

DATED = (
    "select customer_id, effective_on, terms from customer_terms"
    " where customer_id in (:keys) order by effective_on, id"
)
COLUMN = "payment_terms"
REASON = "customers.csv"


class StandingTerms:
    """
    The dated terms of the customers at hand.

    Before the first decision terms are what the file says, without a date, and a file changes them
    so. After it a file that says something else adds a row that holds from today.
    """

    def __init__(self, w: Work) -> None:
        self._w = w
        self._named = w.policy.named_terms
        self._rows: dict[int, list[tuple[str, str]]] = {}

    def read(self, standing: Iterable[Mapping[str, Any]]) -> None:
        """Looks these customers up, all at once."""
        self._rows = {}
        for row in found_by(self._w.session, DATED, [each["id"] for each in standing]):
            said = (plain_day(row.effective_on) or "", row.terms)
            self._rows.setdefault(row.customer_id, []).append(said)

    def settle(
        self, standing: Mapping[str, Any], told: Mapping[str, Any], changed: dict[str, Any]
    ) -> bool:
        """Whether the file's terms became a dated row; then `changed` no longer holds them."""
        rows = self._rows.get(standing["id"], [])
        today = self._w.today.isoformat()
        held = [terms for day, terms in rows if day <= today]
        said = told.get(COLUMN) or ""
        if self._says(held[-1] if held else standing[COLUMN] or "", said):
            changed.pop(COLUMN, None)
            return False
        if not rows:
            return False
        changed.pop(COLUMN, None)
        if COLUMN not in told:
            return False
        customer = self._w.session.get_one(Customer, standing["id"], with_for_update=True)
        decided = Decided("file", REASON)
        append_terms(self._w, customer, {"terms": said}, self._w.today, decided)
        rows.append((today, said))
        rows.sort(key=lambda row: row[0])
        return True

    def _says(self, held: str, said: str) -> bool:
        """Whether a file says what holds; an export writes terms out that have a name here."""
        return said in {held, written_out(held, self._named)}
