"""R44: a statement has one answer at a time; it is withdrawn in time, or replaced."""

import pytest

from portal.core.errors import RuleBroken
from portal.core.statement_status import ANSWERED, MOVES, UNANSWERED, Act, Status, after, may

ANSWERS = {Act.CONFIRM, Act.CONFIRM_WITH_DIFFERENCES, Act.REFUSE}


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ([], Status.ISSUED),
        ([Act.VIEW], Status.VIEWED),
        ([Act.VIEW, Act.PREPARE], Status.PREPARED),
        ([Act.VIEW, Act.PREPARE, Act.RETURN], Status.VIEWED),
        ([Act.CONFIRM], Status.CONFIRMED),
        ([Act.VIEW, Act.CONFIRM_WITH_DIFFERENCES], Status.CONFIRMED_WITH_DIFFERENCES),
        ([Act.PREPARE, Act.REFUSE], Status.REFUSED),
        ([Act.CONFIRM, Act.WITHDRAW], Status.WITHDRAWN),
        ([Act.CONFIRM, Act.WITHDRAW, Act.REFUSE], Status.REFUSED),
        ([Act.CONFIRM, Act.REPLACE], Status.REPLACED),
    ],
)
def test_a_statement_walks_from_act_to_act(acts, status):
    now = after(Status.PREVIEW, Act.ISSUE)
    for act in acts:
        now = after(now, act)

    assert now is status


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_an_answered_statement_is_only_withdrawn_or_replaced(status):
    assert [act for act in Act if may(status, act)] == [Act.WITHDRAW, Act.REPLACE]


def test_a_replaced_statement_stays_as_it_is():
    assert not any(may(Status.REPLACED, act) for act in Act)


@pytest.mark.parametrize("status", sorted(UNANSWERED))
def test_an_unanswered_statement_takes_every_answer(status):
    assert all(may(status, act) for act in ANSWERS)


def test_an_act_in_the_wrong_state_is_refused_by_name():
    with pytest.raises(RuleBroken) as refused:
        after(Status.CONFIRMED, Act.REFUSE)

    assert refused.value.facts == {"status": "confirmed", "act": "refuse"}


def test_every_act_has_its_move():
    assert set(MOVES) == set(Act)
