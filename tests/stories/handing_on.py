"""Who signs in a story: passed on, sent back, handed over, signed together, withdrawn."""

import datetime as dt

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.confirmation import Result
from portal.people.commands import (
    AnswerChallenge,
    HandOverSigning,
    answer_challenge,
    hand_over_signing,
    send_challenge,
)
from portal.statements.signing import confirming, passing, withdrawing
from portal.tables.statements import Confirmation
from tests.stories.answering import PERSON, WHICH, act, find, wish
from tests.stories.people import actor, newest_code
from tests.stories.teller import ACTS, LOOKS, World


@ACTS.says(PERSON + r" passes " + WHICH + r" to (?P<to>[A-Z]\w* [A-Z]\w*): “(?P<comment>.+)”")
def passes(world: World, person: str, customer: str, month: str, to: str, comment: str) -> None:
    statement = find(world, customer, month)
    command = passing.PassStatement(statement.id, world.people[to], comment)
    act(world, person, passing.pass_statement, command)


@ACTS.says(PERSON + r" sends " + WHICH + r" back: “(?P<comment>.+)”")
def sends_back(world: World, person: str, customer: str, month: str, comment: str) -> None:
    statement = find(world, customer, month)
    act(world, person, passing.return_statement, passing.ReturnStatement(statement.id, comment))


@ACTS.says(
    PERSON + r" hands the signing for (?P<customer>[A-Z][\w ]*) to (?P<to>[A-Z]\w* [A-Z]\w*)"
    r" from (?P<first>{day}) to (?P<last>{day})"
)
def hands_over(world: World, person: str, customer: str, to: str, first: str, last: str) -> None:
    command = HandOverSigning(
        world.customers[customer],
        world.people[to],
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last),
    )
    act(world, person, hand_over_signing, command)


@ACTS.says(PERSON + r" signs the (?P<month>{month}) of (?P<customers>[A-Z][\w, ]*) together")
def signs_together(world: World, person: str, month: str, customers: str) -> None:
    found = [find(world, each.strip(), month) for each in customers.split(",")]
    wishes = tuple(wish(world, person, each, Result.CONFIRMED) for each in found)
    subject = confirming.batch_subject(each.sha256 for each in found)
    with world.installation.work(actor(world, person)) as w:
        send_challenge(w, world.people[person], confirming.BATCH_PURPOSE, subject, {})
    typed = AnswerChallenge(
        world.people[person], confirming.BATCH_PURPOSE, subject, newest_code(world, person)
    )
    answered = act(world, person, answer_challenge, typed)
    command = confirming.ConfirmStatements(wishes, answered.grant or "")
    act(world, person, confirming.confirm_statements, command)


@ACTS.says(PERSON + r" withdraws " + WHICH)
def withdraws(world: World, person: str, customer: str, month: str) -> None:
    statement = find(world, customer, month)
    standing = _answers(world, statement.id)[-1]
    command = withdrawing.WithdrawConfirmation(statement.id, standing.verify_code)
    act(world, person, withdrawing.withdraw_confirmation, command)


@LOOKS.says(WHICH + r" has (?P<count>\d+) answers?, (?P<withdrawn>\d+) withdrawn")
def has_answers(world: World, customer: str, month: str, count: str, withdrawn: str) -> None:
    found = _answers(world, find(world, customer, month).id)
    taken_back = [each for each in found if each.withdrawn_at is not None]
    assert (len(found), len(taken_back)) == (int(count), int(withdrawn)), len(found)


@LOOKS.says(r"the answer to " + WHICH + r" holds (?P<names>[A-Z][\w, ]*)")
def holds(world: World, customer: str, month: str, names: str) -> None:
    """Who signed, and on whose behalf, by the evidence itself."""
    [standing] = [
        each
        for each in _answers(world, find(world, customer, month).id)
        if each.withdrawn_at is None
    ]
    for name in names.split(", "):
        assert f'"{name}"' in standing.evidence, f"{name} is not in the evidence"


def _answers(world: World, statement_id: int) -> list[Confirmation]:
    with world.installation.reading(SYSTEM) as r:
        rows = select(Confirmation).where(Confirmation.statement_id == statement_id)
        return list(r.session.scalars(rows.order_by(Confirmation.id)))
