"""What notices do every day: customers are reminded of what falls due soon."""

from __future__ import annotations

import datetime as dt
from functools import partial

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.escalation.notices.reminding import remind_all


def run(installation: Installation, on: dt.date) -> int:
    """How many messages the reminders of a day made."""
    return remind_all(partial(installation.work, SYSTEM, on))
