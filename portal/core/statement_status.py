"""
The states of a statement, and which act leads from which to which.

Who may do an act is the matter of access; what the customer answers is that of `confirmation`.
"""

from enum import StrEnum

from portal.core.errors import RuleBroken


class Status(StrEnum):
    """Where a statement stands; a preview is no row of the database."""

    PREVIEW = "preview"
    ISSUED = "issued"
    VIEWED = "viewed"
    PREPARED = "prepared"
    CONFIRMED = "confirmed"
    CONFIRMED_WITH_DIFFERENCES = "confirmed_with_differences"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class Act(StrEnum):
    """What is done to a statement."""

    ISSUE = "issue"
    VIEW = "view"
    PREPARE = "prepare"
    RETURN = "return"
    CONFIRM = "confirm"
    CONFIRM_WITH_DIFFERENCES = "confirm_with_differences"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REPLACE = "replace"


#: A withdrawn answer is none: the statement waits for one again.
UNANSWERED = frozenset({Status.ISSUED, Status.VIEWED, Status.PREPARED, Status.WITHDRAWN})
ANSWERED = frozenset({Status.CONFIRMED, Status.CONFIRMED_WITH_DIFFERENCES, Status.REFUSED})

# Each act: the states it may be done in, and the state it leads to.
MOVES: dict[Act, tuple[frozenset[Status], Status]] = {
    Act.ISSUE: (frozenset({Status.PREVIEW}), Status.ISSUED),
    Act.VIEW: (frozenset({Status.ISSUED}), Status.VIEWED),
    Act.PREPARE: (UNANSWERED, Status.PREPARED),
    Act.RETURN: (frozenset({Status.PREPARED}), Status.VIEWED),
    Act.CONFIRM: (UNANSWERED, Status.CONFIRMED),
    Act.CONFIRM_WITH_DIFFERENCES: (UNANSWERED, Status.CONFIRMED_WITH_DIFFERENCES),
    Act.REFUSE: (UNANSWERED, Status.REFUSED),
    Act.WITHDRAW: (ANSWERED, Status.WITHDRAWN),
    Act.REPLACE: (UNANSWERED | ANSWERED, Status.REPLACED),
}


def may(status: Status, act: Act) -> bool:
    """
    Whether an act may be done to a statement in a state.

    >>> may(Status.VIEWED, Act.CONFIRM), may(Status.REPLACED, Act.CONFIRM)
    (True, False)
    """
    return status in MOVES[act][0]


def after(status: Status, act: Act) -> Status:
    """
    The state that an act leads to.

    Rule: R44 — a statement has one answer at a time: what was confirmed or refused is only answered
    again after its signer withdrew it in time, or in a new version, which needs an answer of its
    own (S-081, SECURITY 4.27).
    Raises: statement.not_in_this_state.

    >>> after(Status.ISSUED, Act.CONFIRM).value
    'confirmed'
    """
    if not may(status, act):
        raise RuleBroken("statement.not_in_this_state", status=status.value, act=act.value)
    return MOVES[act][1]
