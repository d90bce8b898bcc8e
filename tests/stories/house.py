"""What our own house does in a story, and what can be looked at afterwards."""

import json
import re

from sqlalchemy import func, or_, select

from portal.base.access import SYSTEM
from portal.core.money import Money
from portal.core.period import Month
from portal.core.statement import read_statement
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.journal import Outbox
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation, Statement
from tests.stories.answering import WHICH, find, ticks_of
from tests.stories.people import actor, email_of
from tests.stories.teller import ACTS, CURRENCY, LOOKS, World, money

SUMS = ("opening", "invoiced", "charged", "credited", "received", "refunded", "adjusted", "closing")


@ACTS.says(r"statements of (?P<month>{month}) are issued")
def issued(world: World, month: str) -> None:
    issue_statements(lambda: world.installation.work(SYSTEM), IssueStatements(Month.parse(month)))


@ACTS.says(r"(?P<person>[A-Z]\w* [A-Z]\w*) issues " + WHICH + r" again: “(?P<why>.+)”")
def reissued(world: World, person: str, customer: str, month: str, why: str) -> None:
    statement = find(world, customer, month)
    with world.installation.work(actor(world, person)) as w:
        reissue_statement(w, ReissueStatement(statement.id, why))


@LOOKS.says(r"(?P<count>\w+) codes? (?:was|were) mailed")
def codes_mailed(world: World, count: str) -> None:
    with world.installation.reading(SYSTEM) as r:
        found = r.session.scalar(
            select(func.count()).where(Outbox.id > world.mails_before, Outbox.kind == "code")
        )
    assert found == ("no", "one", "two", "three").index(count), f"{found} were mailed"


@LOOKS.says(WHICH + r"(?: version (?P<version>\d+))?: (?P<said>.+)")
def stands(world: World, customer: str, month: str, version: str, said: str) -> None:
    """Sums by their name, the state by its word, `late` and `agreed` with what they hold."""
    statement = find(world, customer, month, int(version or 0))
    for each in re.split(r", (?=[a-z])", said):
        name, _, value = each.partition(" ")
        if name in SUMS:
            found = Money(getattr(statement, f"{name}_minor"), CURRENCY)
            assert found == money(value), f"{name} is {found.major()}"
        else:
            _stands_otherwise(world, statement, each)


def _stands_otherwise(world: World, statement: Statement, said: str) -> None:
    name, _, value = said.partition(" ")
    lines = read_statement(statement.payload).lines
    if name == "late":
        found = " and ".join(line.document for line in lines if line.late)
        assert found == value, f"late is {found or 'nothing'}"
    elif name == "agreed":
        found = str(ticks_of(world, statement).agreed)
        assert found == value, f"{found} lines are agreed to"
    elif name in ("unapplied", "delivered"):
        word = "delivered_not_invoiced" if name == "delivered" else name
        found = Money(int(json.loads(statement.payload)[word]), CURRENCY)
        assert found == money(value), f"{name} is {found.major()}"
    elif name == "differing":
        found = str(len(ticks_of(world, statement).differences))
        assert found == value, f"{found} lines differ"
    elif name == "signatures":
        found = str(_signatures(world, statement))
        assert found == value, f"{found} signed"
    else:
        state = statement.state
        assert state == said.replace(" ", "_"), f"it is {state}"


def _signatures(world: World, statement: Statement) -> int:
    """Who has signed so far, whether the answer stands or waits for a second signature."""
    with world.installation.reading(SYSTEM) as r:
        first = r.session.scalar(
            select(func.count()).where(
                Signature.statement_id == statement.id,
                or_(Signature.ended_at.is_(None), Signature.confirmation_id.is_not(None)),
            )
        )
        standing = r.session.scalar(
            select(func.count()).where(
                Confirmation.statement_id == statement.id, Confirmation.withdrawn_at.is_(None)
            )
        )
    return (first or 0) + (standing or 0)


@LOOKS.says(r"(?P<customer>[A-Z][\w ]*) has no statement of (?P<month>{month})")
def stands_not(world: World, customer: str, month: str) -> None:
    with world.installation.reading(SYSTEM) as r:
        count = r.session.scalar(
            select(func.count())
            .select_from(Statement)
            .where(
                Statement.customer_id == world.customers[customer],
                Statement.period_to == Month.parse(month).last_on,
            )
        )
    assert not count, "there is one"


@LOOKS.says(r"mailed: (?P<mails>.+)")
def mailed(world: World, mails: str) -> None:
    """The mails of this moment, by kind and reader; codes aside."""
    with world.installation.reading(SYSTEM) as r:
        found = r.session.execute(
            select(Outbox.kind, Outbox.to_address)
            .where(Outbox.id > world.mails_before, Outbox.channel == "email", Outbox.kind != "code")
            .order_by(Outbox.id)
        ).all()
    names = {email_of(name): name for name in world.people}
    told = sorted(f"{row.kind} to {names.get(row.to_address, row.to_address)}" for row in found)
    assert told == sorted(re.split(r", ", mails)), f"mailed were {', '.join(told) or 'none'}"


@LOOKS.says(r"nothing is mailed")
def nothing_mailed(world: World) -> None:
    assert newest_mail(world) == world.mails_before, "something was mailed"


def newest_mail(world: World) -> int:
    """The id of the newest row of the outbox that is a mail, codes aside."""
    with world.installation.reading(SYSTEM) as r:
        return (
            r.session.scalar(
                select(func.max(Outbox.id)).where(Outbox.channel == "email", Outbox.kind != "code")
            )
            or 0
        )
