"""The desk for tests: books of three customers, and somebody of our own who has signed in."""

import datetime as dt
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import event, select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, DisputedPart, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Month
from portal.people.commands import Device, NewUser, create_user_with_password
from portal.people.commands.sessions import complete_session
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.statements import Statement, StatementRun
from tests.kept import app_over
from tests.ledgers import store
from tests.page import Page
from tests.people.cast import CHEN, PASSWORD, Browser

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def day(month_and_day: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{month_and_day}")


def invoice(number: int, customer: str, dated: str, due: str, minor: int, currency: str = "CNY"):
    amount = Money(minor, currency)
    entry = Entry(number, customer, Kind.INVOICE, f"INV-{number}", day(dated), amount, "PO-7")
    return entry, Part(number, 1, day(due), amount)


def books() -> Book:
    """Huadong owes late and soon, Bergmann in euro; Zhiyuan has paid ahead."""
    made = [
        invoice(1, "HUADONG", "09-01", "10-01", 100_00),
        invoice(2, "HUADONG", "10-05", "11-25", 250_00),
        invoice(3, "BERGMANN", "10-10", "11-09", 80_00, "EUR"),
        invoice(4, "HUADONG", "06-01", "07-01", 40_00),
    ]
    paid = Entry(9, "ZHIYUAN", Kind.PAYMENT, "RCT-9", day("10-12"), Money(-500_00, "CNY"))
    part_paid = Entry(10, "HUADONG", Kind.PAYMENT, "RCT-10", day("10-02"), Money(-30_00, "CNY"))
    entries = (*(entry for entry, _ in made), paid, part_paid)
    applied = Allocation(10, 1, 1, Money(30_00, "CNY"), day("10-02"))
    dispute = DisputedPart(1, 1, day("10-15"))
    return Book(entries, tuple(part for _, part in made), (applied,), (dispute,))


class DeskBrowser(Browser):
    """Somebody of our own in front of the desk, signed in by the session alone."""

    def __init__(self, app: Flask, installation: Installation, role: str) -> None:
        super().__init__(app)
        self.installation = installation
        self.user_id = self._enter(role)

    def _enter(self, role: str) -> int:
        email = f"{role}@northwind.example"
        new = NewUser(email, {"sales": "Li Na"}.get(role, f"The {role}"), PASSWORD, (role,))
        with self.installation.work(SYSTEM) as w:
            user_id = create_user_with_password(w, new).user_id
            user = w.session.get_one(User, user_id)
            token = complete_session(w, user, "test", Device("127.0.0.1", "test", ""))
        self.client.set_cookie("accord", token)
        return user_id

    def count_statements(self, path: str) -> int:
        """How many SQL statements an answer takes."""
        self.visit(path)
        said: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            said.append(statement)

        engine = self.installation.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            self.visit(path)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len([one for one in said if one.split()[0].lower() not in {"begin", "pragma"}])


@dataclass
class Office:
    """The installation, its application, and the ways into it."""

    installation: Installation
    app: Flask

    def enter(self, role: str = "clerk") -> DeskBrowser:
        return DeskBrowser(self.app, self.installation, role)

    def customer_path(self, code: str, sub: str = "") -> str:
        with self.installation.reading(SYSTEM) as r:
            row_id = r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
            return f"/desk/customers/{r.refs.of('cu', row_id)}{sub}"

    def issue(self, month: Month = OCTOBER) -> None:
        issue_statements(lambda: self.installation.work(SYSTEM), IssueStatements(month))

    def issue_next(self) -> None:
        self.issue(OCTOBER.plus(1))

    def run_path(self) -> str:
        with self.installation.reading(SYSTEM) as r:
            runs = select(StatementRun.id).order_by(StatementRun.id.desc())
            newest = r.session.scalars(runs).first()
            assert newest is not None
            return f"/desk/statement-runs/{r.refs.of('ru', newest)}"

    def change(self, number_starts: str, state: str) -> None:
        """Puts a statement into a state, as its customer's answer would."""
        with self.installation.work(SYSTEM) as w:
            rows = select(Statement).where(Statement.number.contains(number_starts))
            for statement in w.session.scalars(rows):
                statement.state = state

    def pass_days(self, days: int) -> None:
        """Moves everybody's clock on."""
        later = self.installation.clock.now() + dt.timedelta(days=days)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=later))

    def add_customers(self, count: int) -> None:
        """More customers, each with an invoice of October."""
        made = [invoice(200 + n, f"C{n:02}", "10-01", "10-31", 1_00) for n in range(count)]
        entries, parts = zip(*made, strict=True)
        store(self.installation, Book(entries, parts))

    def invite(self, code: str) -> None:
        """Chen becomes a portal user of a customer."""
        with self.installation.work(SYSTEM) as w:
            roles = ("customer_signatory",)
            create_user_with_password(w, NewUser(CHEN, "Chen Wei", PASSWORD, roles, (code,)))


def an_office(installation: Installation, *, with_books: bool = True) -> Office:
    """The desk over three customers' books, or over none."""
    if with_books:
        store(installation, books(), owner="Li Na", region="East")
        with installation.work(SYSTEM) as w:
            names = {"HUADONG": "Huadong Trading", "BERGMANN": "Bergmann Antriebe"}
            for customer in w.session.scalars(select(Customer)):
                customer.name = names.get(customer.code, "Zhiyuan Automation")
                if customer.code == "BERGMANN":
                    customer.owner, customer.region = "Marta Klein", "Europe"
    return Office(installation, app_over(installation))


def rows_of(page: Page, table: str) -> list[list[str]]:
    """The words of a table's rows, cell by cell."""
    body = next(one for one in page.by_id(table).all("tbody"))
    return [[cell.text for cell in row.all("td", "th")] for row in body.all("tr")]


def foot_of(page: Page, table: str) -> list[list[str]]:
    """The words of a table's sums."""
    foot = next(one for one in page.by_id(table).all("tfoot"))
    return [[cell.text for cell in row.all("td", "th")] for row in foot.all("tr")]
