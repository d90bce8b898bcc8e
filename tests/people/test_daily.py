"""Every day what has run out is swept away, and nothing else."""

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.people.commands import send_challenge
from portal.people.daily import run
from portal.tables.people import Challenge, Session, Throttle
from tests.people.cast import CHEN, Cast

DAY = 24 * 60


def left(cast: Cast) -> list[int]:
    with cast.installation.reading(SYSTEM) as r:
        kinds = (Challenge, Session, Throttle)
        return [r.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


@pytest.mark.usefixtures("chen")
def test_what_ran_out_long_ago_is_swept_away_once(cast: Cast):
    cast.do(send_challenge, cast.ids[CHEN], "security.change")
    today = cast.installation.clock.today("UTC")
    assert sum(run(cast.installation, today).values()) == 0

    cast.at(minutes=100 * DAY)
    swept = run(cast.installation, today)
    assert swept["session"] == swept["challenge"] == 1
    assert left(cast) == [0, 0, 0]
    assert sum(run(cast.installation, today).values()) == 0
