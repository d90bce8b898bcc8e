"""What ladders do every day: the steps that are due, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.escalation.running import doors, run_ladders


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """
    Does the steps of a day, or has its run wait for a person.

    Days that were missed are not run one by one: an item's next step is due by the day of today.
    """
    ran = run_ladders(doors(installation, SYSTEM, on), "day", told=False)
    return {"state": ran.state, "steps": ran.counts.total(), **ran.counts}
