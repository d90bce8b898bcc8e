"""
Messages that people may choose: at once, gathered once a day, or not at all; and when they wait.

Which mail is which is not known here; nor how a message is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Pace(StrEnum):
    """How a person gets the messages about something."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    OFF = "off"


def pace_of(chosen: str | None, *, is_optional: bool) -> Pace:
    """
    How a message is sent, whatever its reader has chosen.

    Rule: R69 — only messages that merely tell can be gathered or switched off; what has legal
    effect, asks for an act by a day, or guards an account is always sent at once (UX 2 C15).

    >>> pace_of("off", is_optional=True).value, pace_of("off", is_optional=False).value
    ('off', 'at_once')
    >>> pace_of(None, is_optional=True).value
    'at_once'
    """
    return Pace(chosen) if is_optional and chosen else Pace.AT_ONCE


def quiet_until(moment: datetime, from_hour: int, until_hour: int) -> datetime | None:
    """
    When the quiet hours that a moment falls into are over; None where it falls into none.

    The hours are those of the moment's own clock; they may go over midnight, and the hour in which
    they end is no longer quiet.

    >>> evening = datetime(2026, 11, 20, 22, 15)
    >>> quiet_until(evening, 20, 8), quiet_until(evening, 8, 20)
    (datetime.datetime(2026, 11, 21, 8, 0), None)
    >>> quiet_until(datetime(2026, 11, 21, 8, 0), 20, 8) is None
    True
    """
    hour = moment.hour
    goes_over_midnight = from_hour > until_hour
    if goes_over_midnight:
        is_quiet = hour >= from_hour or hour < until_hour
    else:
        is_quiet = from_hour <= hour < until_hour
    if not is_quiet:
        return None
    end = moment.replace(hour=until_hour, minute=0, second=0, microsecond=0)
    return end + timedelta(days=1) if goes_over_midnight and hour >= from_hour else end
