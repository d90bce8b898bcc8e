"""Slowing down who guesses: tries are counted by window in the database, for all processes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.base.work import Reader, Work
from portal.tables.people import Throttle

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Limit:
    """So many tries in a window; the window begins anew for everybody at the same moments."""

    name: str
    tries: int
    window: dt.timedelta

    def key(self, whose: str) -> str:
        return f"{self.name}/{whose}"

    def window_at(self, now: dt.datetime) -> dt.datetime:
        return now - (now - EPOCH) % self.window

    def minutes_left(self, now: dt.datetime) -> int:
        """Whole minutes until the next window, at least one."""
        left = self.window_at(now) + self.window - now
        return max(1, -(-int(left.total_seconds()) // 60))


QUARTER = dt.timedelta(minutes=15)
HOUR = dt.timedelta(hours=1)

#: By what was typed as the address, so that unknown people are slowed down just the same.
PASSWORDS = Limit("password", 10, QUARTER)
CODES = Limit("code", 10, HOUR)
CODES_SENT = Limit("code_sent", 10, QUARTER)
SECOND_FACTORS = Limit("second_factor", 10, QUARTER)
REAUTHENTICATIONS = Limit("reauthentication", 10, QUARTER)
#: By network address: a whole office may share one.
FROM_ADDRESS = Limit("from_address", 100, QUARTER)


def count_try(w: Work, limit: Limit, whose: str) -> bool:
    """Whether this try, now counted, is still within the limit; exact with any number at once."""
    insert = sqlite.insert if w.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    upsert = insert(Throttle).values(
        key=limit.key(whose), window_at=limit.window_at(w.now), count=1
    )
    tries = w.session.execute(
        upsert.on_conflict_do_update(
            index_elements=[Throttle.key, Throttle.window_at], set_={"count": Throttle.count + 1}
        ).returning(Throttle.count)
    ).scalar_one()
    return tries <= limit.tries


def forgive_try(w: Work, limit: Limit, whose: str) -> None:
    """Takes a counted try back, because it was right: only wrong ones slow anybody down."""
    w.session.execute(
        update(Throttle)
        .where(Throttle.key == limit.key(whose), Throttle.window_at == limit.window_at(w.now))
        .values(count=Throttle.count - 1)
    )


def is_slowed_down(r: Reader, limit: Limit, whose: str) -> bool:
    """Whether the limit is used up in this window."""
    tries = r.session.scalar(
        select(Throttle.count).where(
            Throttle.key == limit.key(whose), Throttle.window_at == limit.window_at(r.now)
        )
    )
    return (tries or 0) >= limit.tries
