"""What staff must look at today, as counts and sums; each duty is a list somewhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.access import allows
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.queries import CustomerFilter, count_customers
from portal.statements.queries import total_statements
from portal.statements.rows import StatementFilter
from portal.tables.journal import ImportRun, Outbox

#: The duties that are lists of statements: its name → what it keeps.
STATEMENT_DUTIES = {
    "late": StatementFilter(late=True),
    "refused": StatementFilter(state="refused", newest=True),
    "differing": StatementFilter(state="confirmed_with_differences", newest=True),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to look at: how many of them, and what they come to by currency."""

    name: str
    count: int
    amounts: tuple[Money, ...] = ()


def list_duties(r: Reader) -> list[Duty]:
    """What there is to do, the most pressing first; what is nothing is left out."""
    duties = [
        *(_statements(r, name, asked) for name, asked in STATEMENT_DUTIES.items()),
        Duty("mails", _failed_mails(r)),
        Duty("imports", _failed_imports(r) if allows(r.actor, "import.view") else 0),
        Duty("contacts", count_customers(r, CustomerFilter(lacks_contact=True))),
    ]
    return [duty for duty in duties if duty.count]


def _statements(r: Reader, name: str, asked: StatementFilter) -> Duty:
    sums: dict[str, Money] = {}
    count = 0
    for total in total_statements(r, asked):
        count += total.count
        nothing = Money.zero(total.currency)
        sums[total.currency] = sums.get(total.currency, nothing) + total.closing
    return Duty(name, count, tuple(sums.values()))


def _failed_mails(r: Reader) -> int:
    failed = select(func.count()).where(Outbox.state == "failed", Outbox.channel != "task")
    return r.session.scalar(failed) or 0


def _failed_imports(r: Reader) -> int:
    """Imports of the last days that ended with nothing imported."""
    failed = select(func.count()).where(ImportRun.state == "failed")
    return r.session.scalar(failed) or 0
