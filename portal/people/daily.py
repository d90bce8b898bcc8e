"""What is swept away every day: counters, codes and sessions that mean nothing any more."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CursorResult, Delete, delete, select

from portal.base.installation import Installation
from portal.base.work import Work
from portal.people.digest import gather
from portal.tables.people import AccessGrant, Challenge, RememberedDevice, Session, Throttle

COUNTERS_KEPT = dt.timedelta(days=1)
#: The trail of who signed in is the audit; these rows only serve the running session.
SESSIONS_KEPT = dt.timedelta(days=90)
CODES_KEPT = dt.timedelta(days=30)


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Sweeps what has run out long ago; a second run finds nothing."""
    with installation.work(on=on) as w:
        return sweep(w)


def send_digests(installation: Installation, on: dt.date) -> dict[str, int]:
    """Queues everybody's digest of what was held back; a second run finds nothing."""
    with installation.work(on=on) as w:
        return {"digests": gather(w)}


def sweep(w: Work) -> dict[str, int]:
    """Deletes what has run out, and tells how much of what."""
    old_codes = select(Challenge.id).where(Challenge.expires_at < w.now - CODES_KEPT)
    gone = {
        "throttle": delete(Throttle).where(Throttle.window_at < w.now - COUNTERS_KEPT),
        "device": delete(RememberedDevice).where(RememberedDevice.expires_at < w.now),
        "session": delete(Session).where(Session.expires_at < w.now - SESSIONS_KEPT),
        "grant": delete(AccessGrant).where(AccessGrant.expires_at < w.now - CODES_KEPT),
        "challenge": delete(Challenge).where(
            Challenge.id.in_(old_codes),
            Challenge.id.not_in(
                select(AccessGrant.challenge_id).where(AccessGrant.challenge_id.is_not(None))
            ),
        ),
    }
    return {name: _rows_gone(w, sweep) for name, sweep in gone.items()}


def _rows_gone(w: Work, sweep: Delete) -> int:
    done = w.session.execute(sweep)
    assert isinstance(done, CursorResult)
    return done.rowcount
