"""The commands of the main job: `statements`, `ageing` and `terms`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Self

import click
from sqlalchemy import select

from portal.base.access import SYSTEM, NotFound
from portal.base.work import Reader
from portal.cli.opening import opened, opened_if_there
from portal.cli.output import format_option, say, show
from portal.cli.params import DAY, MONTH
from portal.core.ageing import GRADES, Basis
from portal.core.money import Money
from portal.core.named_terms import NamedTerms
from portal.core.period import Month
from portal.core.terms import Schedule, parse_terms, schedule
from portal.core.terms_in_force import notation_of
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar
from portal.invoices.terms_of import TermsBook, load_versions
from portal.reports.queries import AgeingReport, AgeingRow, AskAgeing, By, ageing_report
from portal.statements.chasing.reminding import Reminded
from portal.statements.daily import remind
from portal.statements.issuing.preview import Told, empty_preview, statements_of
from portal.statements.issuing.run import Issued, IssueStatements, issue_statements, preview_run
from portal.statements.issuing.snapshot import statement_json
from portal.tables.customers import Customer

HEAD_COLUMNS = ("customer_id", "currency", "number", "opening", "closing", "status", "confirm_by")
LINE_COLUMNS = ("date", "kind", "document", "reference", "due_on", "debit", "credit", "balance")


@click.group()
def statements() -> None:
    """Issue statements, and look at them."""


@statements.command()
@click.option("--period", type=MONTH, required=True, help="The month in which the cycles end.")
@click.option("--customer", "customers", multiple=True, metavar="CODE", help="Only these.")
@click.option("--on", type=DAY, help="The day of issue; today unless told.")
@click.option("--dry-run", is_flag=True, help="Change nothing, tell what would be issued.")
@format_option
def issue(
    period: dt.date, customers: tuple[str, ...], on: dt.date | None, *, dry_run: bool, output: str
) -> None:
    """Issue the statements of a month; repeating it makes nothing new."""
    begin = partial(opened().work, SYSTEM, on)
    asked = IssueStatements(Month.of(period), customers)
    if dry_run:
        with begin() as w:
            issued = preview_run(w, asked)
    else:
        with _Bar() as bar:
            issued = issue_statements(begin, asked, bar.moves)
    result = issued_json(issued)
    show(output, result, [{**result, "skipped": len(issued.skipped)}], [*result])


def issued_json(issued: Issued) -> dict[str, Any]:
    """The result of a run as INTERFACES section 5 has it."""
    return {
        "period": str(issued.month),
        "issued": issued.issued,
        "unchanged": issued.unchanged,
        "skipped": [
            {"customer_id": skipped.customer_code, "reason": skipped.reason}
            for skipped in issued.skipped
        ],
    }


class _Bar:
    """A progress bar at a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def moves(self, done: int, of: int) -> None:
        """Shows that so many of the slices are done."""
        if self._bar is None and sys.stderr.isatty():
            self._bar = click.progressbar(length=of, label="Issuing", file=sys.stderr)
        if self._bar is not None:
            self._bar.update(done - self._done)
            self._done = done


@statements.command("remind")
@click.option("--on", type=DAY, help="The day; today unless told.")
@click.option("--dry-run", is_flag=True, help="Send nothing, tell who would be reminded.")
@format_option
def remind_of_statements(on: dt.date | None, *, dry_run: bool, output: str) -> None:
    """Remind who has not answered, each step of the timetable once."""
    result = reminded_json(remind(opened(), on, dry_run=dry_run))
    show(output, result, result["reminded"], ["customer_id", "number", "step", "to"])


def reminded_json(found: Reminded) -> dict[str, Any]:
    """Who is reminded on a day, and who is not and why."""
    return {
        "on": found.on.isoformat(),
        "reminded": [
            {
                "customer_id": each.statement.customer_code,
                "number": each.statement.number,
                "step": int(each.step),
                "to": [person.email for person in each.to],
            }
            for each in found.reminders
        ],
        "skipped": [
            {
                "customer_id": each.statement.customer_code,
                "number": each.statement.number,
                "reason": each.reason,
            }
            for each in found.skipped
        ],
    }


@statements.command("show")
@click.argument("customer", required=False)
@click.option("--period", type=MONTH, required=True, help="The month in which the period ends.")
@click.option("--currency", default="", help="Of several currencies this one.")
@click.option("--all", "everyone", is_flag=True, help="Everybody's.")
@format_option
def show_statements(
    customer: str | None, period: dt.date, currency: str, *, everyone: bool, output: str
) -> None:
    """Show the statement of a month: the one in force, or a preview until it is issued."""
    if bool(customer) == everyone:
        raise click.UsageError("Name a customer, or say --all.")
    month = Month.of(period)
    with opened().reading(SYSTEM) as r:
        told = _told(r, month, customer, currency)
    shown = [
        statement_json(each.statement, each.status, each.sha256, each.deemed_on) for each in told
    ]
    if len(shown) == 1 and not everyone:
        show(output, shown[0], shown[0]["lines"], LINE_COLUMNS)
        return
    show(output, shown, shown, HEAD_COLUMNS)


def _told(r: Reader, month: Month, customer: str | None, currency: str) -> list[Told]:
    customer_id = customer_id_of(r, customer) if customer else None
    told = [
        each
        for each in statements_of(r, month, customer_id)
        if not currency or each.currency == currency
    ]
    if told or customer_id is None:
        return told
    own = r.session.scalar(select(Customer.currency).where(Customer.id == customer_id))
    return [empty_preview(r, month, customer_id, currency or own or r.company.currency)]


def customer_id_of(r: Reader, code: str) -> int:
    """The customer with this code; `NotFound` where nobody has it."""
    found = r.session.scalar(select(Customer.id).where(Customer.code == code))
    if found is None:
        raise NotFound(f"customer {code}")
    return found


@click.command()
@click.option("--as-of", type=DAY, help="The day, its end included; today unless told.")
@click.option("--by", type=click.Choice([by.value for by in By]), default="customer")
@click.option("--scheme", type=click.Choice(["buckets", "grades"]), default="buckets")
@click.option("--basis", type=click.Choice([basis.value for basis in Basis]), default="due")
@click.option("--customer", metavar="CODE", help="Only this one.")
@format_option
def ageing(output: str, **told: Any) -> None:
    """Show what is open and how late it is, as of a day, by the policy in force on it."""
    with opened().reading(SYSTEM, told["as_of"]) as r:
        report = ageing_report(
            r,
            AskAgeing(
                as_of=told["as_of"] or r.today,
                by=By(told["by"]),
                scheme=GRADES if told["scheme"] == "grades" else r.policy.scheme,
                basis=Basis(told["basis"]),
                customer_id=customer_id_of(r, told["customer"]) if told["customer"] else None,
            ),
        )
    result = ageing_json(report, told["scheme"])
    columns = ["key", "name", "currency", *report.names, "open", "unapplied", "balance", "disputed"]
    show(output, result, result["rows"], columns)


def ageing_json(report: AgeingReport, scheme: str) -> dict[str, Any]:
    """The report as INTERFACES section 5 has it."""
    return {
        "as_of": str(report.asked.as_of),
        "scheme": scheme,
        "basis": report.asked.basis.value,
        "buckets": list(report.names),
        "rows": [_row_json(row, report.names) for row in report.rows],
        "totals": [
            _row_json(total.row, report.names) | {"credit_balances": total.credit_balances.major()}
            for total in report.totals
        ],
    }


def _row_json(row: AgeingRow, names: Iterable[str]) -> dict[str, Any]:
    buckets = {name: amount.major() for name, amount in zip(names, row.buckets, strict=True)}
    return {
        "key": row.key,
        "name": row.name,
        "currency": row.currency,
        **buckets,
        "open": row.open.major(),
        "unapplied": row.unapplied.major(),
        "balance": row.balance.major(),
        "disputed": row.disputed.major(),
    }


@click.group()
def terms() -> None:
    """Look at payment terms."""


@terms.command("preview")
@click.argument("text", metavar="TERMS")
@click.option("--issued", type=DAY, required=True, help="The date that the terms count from.")
@click.option("--amount", required=True, help="The amount of the invoice.")
@click.option("--currency", default="", help="Its currency; the company's unless told.")
@format_option
def preview_terms(text: str, issued: dt.date, amount: str, currency: str, output: str) -> None:
    """Show the due dates and amounts that a terms text, or the name of terms, gives."""
    calendar, own_currency, named = _company(issued)
    parsed = parse_terms(notation_of(text, named))
    if parsed.baseline_kind != "invoice":
        say(f"Counted as if the date of {parsed.baseline_kind} were {issued}.")
    total = Money.parse(amount, currency or own_currency)
    result = schedule_json(schedule(parsed, issued, total, calendar))
    show(output, result, result["parts"], ["due_on", "amount"])
    if output == "table" and result["discount"]:
        offer = result["discount"]
        say(f"{offer['amount']} {total.currency} less if paid by {offer['until']}.")


def _company(on: dt.date) -> tuple[Calendar, str, Mapping[str, NamedTerms]]:
    """
    The company's calendar and currency, and its terms with a name on a day.

    Monday to Friday, CNY and no names where there is no company yet.
    """
    installation = opened_if_there()
    if installation is None:
        return MONDAY_TO_FRIDAY, "CNY", {}
    with installation.reading(SYSTEM) as r:
        book = TermsBook(load_versions(r.session), {})
        return r.calendar(), r.company.currency, book.named_on(on.isoformat())


def schedule_json(made: Schedule) -> dict[str, Any]:
    """A schedule as INTERFACES section 4 has it."""
    discount = made.discount
    return {
        "parts": [
            {"due_on": part.due_on and str(part.due_on), "amount": part.amount.major()}
            for part in made.parts
        ],
        "discount": discount and {"until": str(discount.until), "amount": discount.amount.major()},
        "term_days": made.term_days,
    }
