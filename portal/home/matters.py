"""What else a customer's person is to do, besides answering statements and paying what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select, union_all

from portal.base.work import Reader
from portal.core.money import Money
from portal.disputes.queries import unanswered
from portal.invoices.open_items import seen_by
from portal.promises.plans.turns import to_be_signed
from portal.promises.soon import promised_by

#: How soon a promise is worth a reminder.
NEAR = dt.timedelta(days=3)
#: What a matter is about → the prefix of its reference.
PREFIXES = {"dispute": "di", "plan": "pl", "promise": "pr"}


@dataclass(frozen=True, slots=True)
class Matter:
    """Something of the customer's that waits for them: of which kind, until when, how much."""

    kind: str
    ref: str
    customer_id: int
    on: dt.date
    amount: Money


def list_matters(r: Reader) -> list[Matter]:
    """What waits for the reader, the first day first; asked together, however many kinds."""
    found = r.session.execute(union_all(*_asked(r)))
    matters = [
        Matter(
            row.kind,
            r.refs.of(PREFIXES[row.kind], row.id),
            row.customer_id,
            row.day,
            Money(int(row.minor), row.currency),
        )
        for row in found
    ]
    return sorted(matters, key=lambda each: (each.on, each.kind, each.ref))


def _asked(r: Reader) -> Iterator[Select[Any]]:
    """One select a kind, all with kind, id, customer_id, day, currency and minor."""
    due = promised_by(r, r.today + NEAR, seen_by(r.actor)).subquery("due")
    columns: list[Any] = [
        *(literal("promise").label("kind"), due.c.id, due.c.customer_id),
        *(due.c.promised_on.label("day"), due.c.currency, due.c.minor),
    ]
    yield select(*columns)
    yield unanswered(seen_by(r.actor))
    yield to_be_signed(seen_by(r.actor))
