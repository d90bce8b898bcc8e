"""A step about an account as it is being done, before and after it is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from operator import attrgetter

from portal.tables.escalation import Dunning


@dataclass(slots=True)
class NewDunning:
    """A row of `dunning` to come: a run makes thousands, for which mapped objects are too slow."""

    id: int
    customer_id: int
    currency: str
    ladder: str
    step: str
    lead_entry_id: int
    lead_part: int
    found_on: dt.date
    run_id: int
    channel: str
    responsible: str
    strength: str
    raises_grade_to: str | None
    amount_minor: int
    set_off_minor: int
    policy_id: int | None
    made_at: dt.datetime
    state: str = "waiting"
    done_on: dt.date | None = None
    approval_id: int | None = None
    task_id: int | None = None
    fee_entry_id: int | None = None


#: A step to come, or one that is written down already.
StepRow = NewDunning | Dunning
DUNNING = tuple(each.name for each in fields(NewDunning))
#: The values of a step to come in the order of DUNNING.
row_of = attrgetter(*DUNNING)
