"""Acts that the house does to a statement; issuing a whole month is the matter of `run`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from portal.base.locks import lock_row
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.period import Month, Period
from portal.core.statement_status import Act, Status, after
from portal.invoices.open_items import one
from portal.statements.issuing.composing import Again, Asked
from portal.statements.issuing.freezing import Batch, freeze
from portal.statements.issuing.snapshot import Issue, issue_under
from portal.statements.signing.standing import end_first, end_passing
from portal.statements.versions.carrying import carry_over
from portal.tables.invoices import Entry
from portal.tables.statements import Pending, Statement, StatementLine


@dataclass(frozen=True)
class ReissueStatement:
    """
    Replace a statement by a new version of itself, with what was posted since; say why.

    `is_sign_off`: its differences are settled, and the customer is asked to sign once more.
    """

    statement_id: int
    reason: str = ""
    is_sign_off: bool = False


def reissue_statement(w: Work, c: ReissueStatement) -> int:
    """
    The id of the new version, which is in force instead of the old one.

    Its lines are those of the old one and what has been posted to the period since; the lines that
    are the same keep their answers. Only the newest statement of an account is issued again: what
    follows another opens with its closing.
    Raises: statement.not_in_this_state, statement.followed.
    """
    old = lock_row(w, Statement, c.statement_id)
    w.require("statement.run", old)
    after(Status(old.state), Act.REPLACE)
    if _is_followed(w, old):
        raise RuleBroken("statement.followed", number=old.number)
    _take_back(w, old)
    again = Again(
        key=(old.customer_id, old.currency),
        period=Period(old.period_from, old.period_to),
        version=old.version + 1,
        opened_with=0 if old.prev_id else old.opening_minor,
    )
    month, scheme = Month.of(old.period_to), w.policy.scheme
    asked = Asked(one(old.customer_id), month, scheme, again=again)
    [digest] = freeze(w, Batch(asked, _issue(w), old.run_id, mail="statement_corrected"))
    new_id = w.session.scalars(
        select(Statement.id).where(
            Statement.customer_id == old.customer_id,
            Statement.currency == old.currency,
            Statement.period_to == old.period_to,
            Statement.in_force == 1,
        )
    ).one()
    new = w.session.get_one(Statement, new_id)
    carried = carry_over(w, old, new, c.reason, is_sign_off=c.is_sign_off)
    w.tell(old.customer_id, ("statement", old.id), "replaced", by=new_id, reason=c.reason)
    w.audit(
        "statement.reissued",
        f"statement/{new_id}",
        customer_id=old.customer_id,
        replaces=old.id,
        cause="sign_off" if c.is_sign_off else "corrected",
        reason=c.reason,
        carried=carried.answers,
        changed=carried.changed,
        sha256=digest,
    )
    return new_id


def _is_followed(w: Work, old: Statement) -> bool:
    later = select(Statement.id).where(
        Statement.customer_id == old.customer_id,
        Statement.currency == old.currency,
        Statement.period_to > old.period_to,
        Statement.in_force == 1,
    )
    return w.session.scalar(later.limit(1)) is not None


def _take_back(w: Work, old: Statement) -> None:
    """Puts the statement out of force and lets its entries wait for the next one again."""
    mine = (StatementLine.customer_id == old.customer_id, StatementLine.statement_id == old.id)
    waiting = (
        select(StatementLine.customer_id, StatementLine.entry_id, Entry.currency, Entry.dated_on)
        .join(Entry, Entry.id == StatementLine.entry_id)
        .where(*mine)
    )
    columns = ["customer_id", "entry_id", "currency", "dated_on"]
    w.session.execute(insert(Pending).from_select(columns, waiting))
    w.session.execute(
        update(StatementLine).where(*mine).values(in_force=0),
        execution_options={"synchronize_session": False},
    )
    end_first(w, old, "replaced")
    end_passing(w, old, "replaced")
    old.in_force, old.state = 0, Status.REPLACED.value
    w.session.flush()


def _issue(w: Work) -> Issue:
    deadline = w.calendar().add_workdays(w.today, w.policy.confirm_within_workdays)
    return issue_under(w.policy, w.company, w.today, deadline)


@dataclass(frozen=True)
class ReissueStatements:
    """Replace several statements, each by a new version of itself, for one reason."""

    statement_ids: tuple[int, ...]
    reason: str


def reissue_statements(w: Work, c: ReissueStatements) -> int:
    """
    How many statements have a new version: all of those named, or none.

    Raises: statement.not_in_this_state, statement.followed.
    """
    # By customer, as everybody locks them, so that two of these never wait for one another.
    found = w.session.execute(
        select(Statement.id)
        .where(Statement.id.in_(c.statement_ids))
        .order_by(Statement.customer_id, Statement.id)
    )
    ids = list(found.scalars())
    for statement_id in ids:
        reissue_statement(w, ReissueStatement(statement_id, c.reason))
    return len(ids)
