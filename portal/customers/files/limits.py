"""Limits in customers.csv: the file's own where nobody decided yet, else one more dated row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from portal.base.lookup import found_by, plain_day
from portal.base.work import Work
from portal.tables.credit import CreditLimit

DATED = (
    "select customer_id, effective_on, currency, amount_minor from credit_limit"
    " where customer_id in (:keys) order by effective_on, id"
)
COLUMNS = ("credit_limit_minor", "credit_limit_currency")
#: What was decided is not undone silently: it is followed by what the file says, with this reason.
REASON = "customers.csv"


class StandingLimits:
    """
    The dated limits of the customers at hand.

    Before the first decision a limit is what the file says, without a date, and a file changes it
    so. After it a file that says something else adds a row that holds from today.
    """

    def __init__(self, w: Work) -> None:
        self._w = w
        self._rows: dict[int, list[Any]] = {}

    def read(self, standing: Iterable[Mapping[str, Any]]) -> None:
        """Looks these customers up, all at once."""
        rows: defaultdict[int, list[Any]] = defaultdict(list)
        for row in found_by(self._w.session, DATED, [each["id"] for each in standing]):
            held = None if row.amount_minor is None else (row.amount_minor, row.currency)
            rows[row.customer_id].append((plain_day(row.effective_on), held))
        self._rows = rows

    def in_force(self, standing: Mapping[str, Any]) -> tuple[int, str] | None:
        """The limit of today, in minor units and its currency; None: not limited."""
        today = self._w.today.isoformat()
        dated = [held for day, held in self._rows.get(standing["id"], ()) if day <= today]
        if dated:
            found: tuple[int, str] | None = dated[-1]
            return found
        if standing["credit_limit_minor"] is None:
            return None
        return standing["credit_limit_minor"], standing["credit_limit_currency"]

    def settle(
        self, standing: Mapping[str, Any], told: Mapping[str, Any], changed: dict[str, Any]
    ) -> bool:
        """Whether the file's limit became a dated row; then `changed` no longer holds it."""
        if not self._rows.get(standing["id"]):
            return False
        for name in COLUMNS:
            changed.pop(name, None)
        if COLUMNS[0] not in told:
            return False
        minor, currency = (told[name] for name in COLUMNS)
        limit = None if minor is None else (minor, currency)
        if limit == self.in_force(standing):
            return False
        self._append(standing, limit)
        return True

    def _append(self, standing: Mapping[str, Any], limit: tuple[int, str] | None) -> None:
        own = standing["currency"] or self._w.company.currency
        minor, currency = limit or (None, own)
        row = CreditLimit(
            customer_id=standing["id"],
            effective_on=self._w.today,
            currency=currency,
            amount_minor=minor,
            source="file",
            reason=REASON,
            author=self._w.actor.name,
            at=self._w.now,
        )
        self._w.session.add(row)
        self._w.session.flush()
        self._rows[standing["id"]].append((self._w.today.isoformat(), limit))
        self._w.audit(
            "limit.changed",
            f"limit/{row.id}",
            customer_id=standing["id"],
            source="file",
            amount_minor=minor,
            currency=currency,
        )
