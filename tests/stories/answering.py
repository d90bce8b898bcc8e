"""How customers answer in a story, from the tick on a line to the signature and its withdrawal."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.confirmation import Reason, Result
from portal.core.period import Month
from portal.core.statement import read_statement
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.statements import answers
from portal.statements.signing import confirming
from portal.statements.signing.offers import PURPOSE
from portal.statements.signing.standing import find_first
from portal.tables.statements import Statement
from tests.stories.people import actor, newest_code
from tests.stories.teller import ACTS, World, money

PERSON = r"(?P<person>[A-Z]\w* [A-Z]\w*)"
WHICH = r"(?P<customer>[A-Z][\w ]*)'s (?P<month>{month})"


def find(world: World, customer: str, month: str, version: int = 0) -> Statement:
    """The statement of a month in force, or the version asked for."""
    with world.installation.reading(SYSTEM) as r:
        rows = select(Statement).where(
            Statement.customer_id == world.customers[customer],
            Statement.period_to == Month.parse(month).last_on,
        )
        chosen = Statement.version == version if version else Statement.in_force == 1
        return r.session.scalars(rows.where(chosen)).one()


def act(world: World, person: str, do: Any, command: Any) -> Any:
    """An act in somebody's name."""
    with world.installation.work(actor(world, person)) as w:
        return do(w, command)


def line_of(statement: Statement, document: str) -> int:
    lines = read_statement(statement.payload).lines
    [seq] = [place for place, line in enumerate(lines, 1) if line.document == document]
    return seq


def ticks_of(world: World, statement: Statement) -> answers.Ticks:
    with world.installation.reading(SYSTEM) as r:
        return answers.read_ticks(r, statement.id, read_statement(statement.payload).lines)


@ACTS.says(PERSON + r" agrees to (?P<document>[\w-]+) on " + WHICH)
def agrees(world: World, person: str, document: str, customer: str, month: str) -> None:
    statement = find(world, customer, month)
    seq = line_of(statement, document)
    version = ticks_of(world, statement).of(seq).row_version
    act(world, person, answers.mark_line, answers.MarkLine(statement.id, seq, "agree", version))


@ACTS.says(PERSON + r" agrees to every other line of " + WHICH)
def agrees_to_others(world: World, person: str, customer: str, month: str) -> None:
    statement = find(world, customer, month)
    act(world, person, answers.agree_all_others, answers.AgreeAllOthers(statement.id))


@ACTS.says(
    PERSON + r" says (?P<document>[\w-]+) differs on " + WHICH + r": (?P<reason>[a-z ]+?)"
    r"(?:, (?P<own>{money}) in their books)?(?:, “(?P<note>.+)”)?"
)
def differs(
    world: World, person: str, document: str, customer: str, month: str, **said: str
) -> None:
    statement = find(world, customer, month)
    seq = line_of(statement, document)
    command = answers.SayDifference(
        statement.id,
        seq,
        ticks_of(world, statement).of(seq).row_version,
        Reason(said["reason"].replace(" ", "_")),
        money(said["own"]) if said["own"] else None,
        said["note"],
    )
    act(world, person, answers.say_difference, command)


def wish(world: World, person: str, statement: Statement, result: Result, remark: str = "") -> Any:
    """What somebody would sign, as their page showed it at this moment."""
    with world.installation.reading(SYSTEM) as r:
        first = find_first(r, statement.id)
    return confirming.ConfirmStatement(
        statement.id,
        result,
        statement.sha256,
        confirming.answers_digest(ticks_of(world, statement)),
        typed_name=person,
        title="",
        remark=remark,
        is_authorised=True,
        first_sha256=first.evidence_sha256 if first else "",
        key=f"{person}/{statement.id}/{world.installation.clock.now()}",
    )


def signed(world: World, person: str, command: Any) -> Any:
    """A code is asked for, read in the mail, typed, and the answer signed with it."""
    asked = confirming.RequestConfirmation(command.statement_id)
    act(world, person, confirming.request_confirmation, asked)
    typed = AnswerChallenge(
        world.people[person], PURPOSE, command.sha256, newest_code(world, person)
    )
    answered = act(world, person, answer_challenge, typed)
    return act(
        world, person, confirming.confirm_statement, replace(command, grant=answered.grant or "")
    )


@ACTS.says(PERSON + r" signs " + WHICH + r"(?P<how> with differences)?")
def signs(world: World, person: str, customer: str, month: str, how: str) -> None:
    result = Result.CONFIRMED_WITH_DIFFERENCES if how else Result.CONFIRMED
    signed(world, person, wish(world, person, find(world, customer, month), result))


@ACTS.says(PERSON + r" does not agree to " + WHICH + r": “(?P<why>.+)”")
def refuses(world: World, person: str, customer: str, month: str, why: str) -> None:
    statement = find(world, customer, month)
    signed(world, person, wish(world, person, statement, Result.REFUSED, remark=why))
