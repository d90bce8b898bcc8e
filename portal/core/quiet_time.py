"""
When a customer is left alone: at night by its own clock, and on days off where the house rests.

By whose clock is told by its country alone, as far as that tells it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from portal.core.workdays import ONE_DAY

#: Countries with one time zone in use, or one in which nearly everybody lives.
_ZONES = (
    "AE Asia/Dubai  AT Europe/Vienna  BE Europe/Brussels  CH Europe/Zurich  CN Asia/Shanghai  "
    "CZ Europe/Prague  DE Europe/Berlin  DK Europe/Copenhagen  ES Europe/Madrid  "
    "FI Europe/Helsinki  FR Europe/Paris  GB Europe/London  GR Europe/Athens  "
    "HK Asia/Hong_Kong  HU Europe/Budapest  IE Europe/Dublin  IL Asia/Jerusalem  "
    "IN Asia/Kolkata  IT Europe/Rome  JP Asia/Tokyo  KR Asia/Seoul  LU Europe/Luxembourg  "
    "MO Asia/Macau  MY Asia/Kuala_Lumpur  NL Europe/Amsterdam  NO Europe/Oslo  "
    "NZ Pacific/Auckland  PH Asia/Manila  PL Europe/Warsaw  PT Europe/Lisbon  "
    "RO Europe/Bucharest  SA Asia/Riyadh  SE Europe/Stockholm  SG Asia/Singapore  "
    "TH Asia/Bangkok  TR Europe/Istanbul  TW Asia/Taipei  VN Asia/Ho_Chi_Minh  "
    "ZA Africa/Johannesburg"
)
ZONES = dict(each.split(" ") for each in _ZONES.split("  "))


def zone_of(country: str | None, otherwise: str) -> str:
    """
    The time zone of a country; `otherwise` where it has several, or is not known.

    Rule: R340 — a customer's quiet hours are those of its own clock, else of the company's
    (SECURITY, invariant 37).

    >>> zone_of("DE", "Asia/Shanghai"), zone_of("US", "Asia/Shanghai")
    ('Europe/Berlin', 'Asia/Shanghai')
    """
    return ZONES.get((country or "").strip().upper(), otherwise)


def next_loud(
    now: datetime, zone: ZoneInfo, hours: tuple[time, time], is_worked: Callable[[date], bool]
) -> datetime:
    """
    The first moment from now on that is neither quiet nor on a day off: now itself, if it is one.

    Rule: R341 — nothing is sent to a customer in the quiet hours of its clock, nor on a day off
    where the house rests on them; the message leaves as soon as they are over, and its step is
    done all the same on its run's day (SECURITY, invariant 37).

    >>> berlin, night = ZoneInfo("Europe/Berlin"), (time(20), time(8))
    >>> friday = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # 22:30 there
    >>> next_loud(friday, berlin, night, lambda day: day.weekday() < 5)
    datetime.datetime(2026, 11, 23, 7, 0, tzinfo=datetime.timezone.utc)
    >>> noon = friday.replace(hour=12)
    >>> next_loud(noon, berlin, night, lambda day: True) == noon
    True
    """
    at = now
    while True:
        local = at.astimezone(zone)
        if not is_worked(local.date()):
            at = _begin(local.date() + ONE_DAY, time(), zone)
        elif _is_quiet(clock := time(local.hour, local.minute), *hours):
            is_evening = hours[0] > hours[1] and clock >= hours[0]
            at = _begin(local.date() + ONE_DAY if is_evening else local.date(), hours[1], zone)
        else:
            return at


def _is_quiet(clock: time, start: time, end: time) -> bool:
    if start > end:
        return clock >= start or clock < end
    return start <= clock < end


def _begin(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
