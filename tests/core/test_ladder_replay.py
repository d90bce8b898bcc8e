"""R337: a replay does what runs of every day would have done."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.ladder import Ladder, Step, ladders_of
from portal.core.ladder_replay import OldItem, replay
from portal.core.policy_canon import in_full
from portal.core.policy_schema import LADDERS

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
[STANDARD] = ladders_of(in_full(LADDERS, []))
#: Relative days, one that goes along, a gap between messages.
RELATIVE = Ladder(
    "relative",
    min_gap_days=3,
    steps=(
        Step("mail", 1),
        Step("again", after_previous_days=4),
        Step("visit", channel="visit", responsible="sales", with_previous=True),
        Step("letter", after_previous_days=2, until_days=20, channel="letter"),
        Step("final", after_previous_days=10, channel="registered_letter", strength="final"),
    ),
)


def item(number: int, due: int, paid_after: int | None, amount: int = 10_000) -> OldItem:
    due_on = FIRST + timedelta(days=due)
    told = [(due_on - timedelta(days=30), amount)]
    if paid_after is not None:
        told.append((due_on + timedelta(days=paid_after), 0))
    return OldItem(number, 1, f"I{number:03}", due_on, tuple(told))


def steps(*items: OldItem, ladder: Ladder = STANDARD) -> list[tuple[int, str]]:
    found = replay(items, "EUR", ladder, FIRST, LAST)
    return [((each.on - FIRST).days, each.step) for each in found]


def every_day(items: list[OldItem], ladder: Ladder) -> list[tuple[int, str]]:
    """The same, looking at every single day."""
    watched = [
        OldItem(each.entry_id, 1, each.number, each.due_on, each.open_from) for each in items
    ]
    # Items that never open make every day one to look at.
    days = (LAST - FIRST).days
    idle = [
        OldItem(900 + n, 1, "", FIRST + timedelta(days=n), ((FIRST, 0),)) for n in range(days + 1)
    ]
    return steps(*watched, *idle, ladder=ladder)


def test_an_item_that_stays_open_climbs_the_ladder():
    assert steps(item(1, 10, None)) == [(11, "sms"), (18, "call"), (26, "letter"), (41, "legal")]


def test_what_is_paid_is_left_alone_from_that_day_on():
    assert steps(item(1, 10, 12)) == [(11, "sms"), (18, "call")]


def test_what_was_overdue_before_enters_where_its_days_ask():
    assert steps(item(1, -20, 40)) == [(0, "letter"), (11, "legal")]


def test_days_after_the_step_before_are_kept():
    assert steps(item(1, 0, 18), ladder=RELATIVE) == [
        (1, "mail"),
        (5, "again"),
        (5, "visit"),
        (8, "letter"),
    ]


ITEMS = st.lists(
    st.tuples(st.integers(-40, 80), st.none() | st.integers(-5, 60)), min_size=1, max_size=5
)


@settings(max_examples=60)
@given(ITEMS, st.sampled_from([STANDARD, RELATIVE]))
def test_days_that_are_not_looked_at_would_have_changed_nothing(told, ladder: Ladder):
    items = [item(n, due, paid) for n, (due, paid) in enumerate(told, 1)]

    assert steps(*items, ladder=ladder) == every_day(items, ladder)
