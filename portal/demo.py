"""
The demo company: its books, its people and a year of statements, made by the portal's own acts.

Each act happens at its own time, by a clock that stands still there: the demo looks lived in.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.config import HERE
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.base.policies import decide
from portal.base.work import Work
from portal.contracts.daily import run as look_at_contracts
from portal.core.confirmation import Reason, Result
from portal.core.ledger import Kind
from portal.core.period import Month
from portal.core.statement import read_statement
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.credit.ending.daily import run as look_at_ends
from portal.credit.scores.daily import remind_reviews
from portal.demo_advices import announce_payments, stand_in
from portal.demo_bad_debts import add_lost_claim, weigh
from portal.demo_books import MONTHS, demo_books
from portal.demo_cases import go_to_law
from portal.demo_claims import add_old_claims, want_texts
from portal.demo_collecting import collect
from portal.demo_contracts import keep_contracts, write_contracts
from portal.demo_credit import decide_credit, write_rates
from portal.demo_desk import work_the_desk
from portal.demo_disputes import dispute_some
from portal.demo_file import Dice, company_file, first_of_month
from portal.demo_interest import charge_interest
from portal.demo_ladder import climb
from portal.demo_month_end import MonthEnd, agree_on_silence, trouble
from portal.demo_people import NEVER_CAME, NOT_OURS, acting, surroundings_of
from portal.demo_plans import plan_all
from portal.demo_promises import promise_all
from portal.demo_stage import actor_named, mailed_code
from portal.demo_terms import change_terms
from portal.imports.run import import_files
from portal.payments.bills.daily import run as look_at_bills
from portal.people import factors
from portal.people.commands import (
    AnswerChallenge,
    NewUser,
    answer_challenge,
    create_user_with_password,
)
from portal.reports.daily import run as look_at_claims
from portal.settings.commands import ChangeCompany, ChangePolicy, change_company, change_policy
from portal.settings.policy_files import ImportPolicy, import_policy
from portal.statements.answers import (
    AgreeAllOthers,
    OpenStatement,
    SayDifference,
    agree_all_others,
    note_opened,
    read_ticks,
    say_difference,
)
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.signing.confirming import (
    ConfirmStatement,
    RequestConfirmation,
    answers_digest,
    confirm_statement,
    request_confirmation,
)
from portal.statements.signing.offers import PURPOSE
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.settings import Company
from portal.tables.statements import Statement
from portal.worker import REGISTRY

MESSAGES = ("email", "sms")
#: What people did, each of them over the last days or months.
STORIES = (
    *(announce_payments, stand_in, promise_all, dispute_some, plan_all, work_the_desk),
    *(decide_credit, change_terms, keep_contracts, weigh, go_to_law, charge_interest),
    *(collect, climb),
)
#: What looks through the books of the demo's own day, and leaves tasks about what it finds.
LOOKS = (look_at_contracts, look_at_bills, look_at_claims, look_at_ends, remind_reviews)
#: How many months of statements the demo has behind it.
STATEMENT_MONTHS = 6
#: Makes the demo's addresses the same on every machine.
REF_KEY = b"accord-demo-refs"
POLICY = ChangePolicy("CN", (30, 60, 90))
TERMS = {"default_terms": "net 30"}

#: What became of the last month's statements; who is not named confirmed it.
LAST_MONTH = {
    "HUADONG": "waits",
    "HUADONG-HZ": "waits",
    "HUADONG-NJ": "waits",
    "HUADONG-SZ": "opened",
    "XINGHAI": "differs",
    "BEIFANG": "refused",
    "MARENGO": "waits",
    "PINNACLE": "opened",
    "GULFLINE": "waits",
    "BERGMANN": "waits",
    "MISTRAL": "waits",
}
#: Who did not answer the month before the last, and had agreed that silence counts.
SILENT_ONCE = {"HELVETIA"}
#: Who never answers.
SILENT = {"LINHAI", "FUMIN", "TIANYI"}
#: Whose balance is above what its signatory may sign for.
ABOVE_LIMIT = {"YUNTAI"}


class OtherBooks(Exception):  # noqa: N818 - a reason to stop, said in a sentence
    """There are books in this installation that the demo must not touch."""


@dataclass(frozen=True)
class Login:
    """How to sign in as one of the demo's people."""

    email: str
    name: str
    role: str
    customers: list[str]
    password: str
    totp_secret: str | None


def load_demo(installation: Installation, on: dt.date) -> list[Login]:
    """The demo is loaded, as it stands at the end of a day; tells everybody's login."""
    with installation.work() as w:
        if w.session.scalar(select(func.count(Customer.id))):
            raise OtherBooks
    begins = first_of_month(on, MONTHS - 1)
    with _at(installation, begins, 9).work() as w:
        _found(w)
    _import_books(_at(installation, begins, 10), on)
    _make_people(_at(installation, begins, 11))
    want_texts(_at(installation, begins, 11))
    issues = [(month, issue_day(month)) for month in _statement_months(on)]
    due = [(month, day) for month, day in issues if day <= on]
    agree_on_silence(_at(installation, begins, 12))
    for later, (month, day) in zip(range(len(due))[::-1], due, strict=True):
        _issue(_at(installation, day), month)
        _answer_all(Round(installation, month, day, on, later))
    if due:
        month, day = due[-1]
        at = partial(_at, installation)
        trouble(MonthEnd(at, month.last_on, day, on))
        for tell in STORIES:
            tell(at, on)
        for look in LOOKS:
            look(_at(installation, on, 16), on)
        drain(_at(installation, on, 17), REGISTRY, channels=MESSAGES)
    return known_logins(installation)


def is_demo(installation: Installation) -> bool:
    """Whether the books here are the demo's."""
    with installation.reading(SYSTEM) as r:
        return r.company.ref_key == REF_KEY


def known_logins(installation: Installation) -> list[Login]:
    """How to sign in as the people of a demo that was loaded before."""
    with installation.reading(SYSTEM) as r:
        secrets = {
            email: factors.decrypted(r.keys, secret) if secret else None
            for email, secret in r.session.execute(select(User.email, User.totp_secret))
        }
    return [
        Login(
            person["email"],
            person["name"],
            roles[0],
            list(person.get("customers", [])),
            password_of(person["email"]),
            secrets.get(person["email"]),
        )
        for person, roles in _people()
    ]


def _people() -> list[tuple[dict[str, Any], list[str]]]:
    told = company_file()
    staff = [(one, [one["role"]]) for one in told["staff"]]
    return staff + [(one, one["roles"]) for one in told["person"]]


def _statement_months(on: dt.date) -> list[Month]:
    firsts = [first_of_month(on, ago) for ago in range(STATEMENT_MONTHS, 0, -1)]
    return [Month(first.year, first.month) for first in firsts]


def issue_day(month: Month) -> dt.date:
    """When the demo's statements of a month are issued: the third workday of the next one."""
    following = month.last_on + dt.timedelta(days=1)
    return MONDAY_TO_FRIDAY.nth_workday(following.year, following.month, 3)


def _at(installation: Installation, day: dt.date, hour: int = 9, minute: int = 30) -> Installation:
    """The same installation with its clock standing still at an hour of the company's day."""
    zone = ZoneInfo(installation.config.timezone)
    moment = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=zone)
    return replace(installation, clock=Clock(fixed_at=moment.astimezone(dt.UTC)))


def _found(w: Work) -> None:
    """The company is Lindqvist Motion, with its policy and the demo's own keys."""
    w.session.get_one(Company, 1).ref_key = REF_KEY
    change_company(w, ChangeCompany(**company_file()["company"]))
    change_policy(w, POLICY)
    decide(w, TERMS)
    import_policy(w, ImportPolicy((HERE / "demo_policy.toml").read_text("utf-8")))


def _import_books(installation: Installation, on: dt.date) -> None:
    with tempfile.TemporaryDirectory() as folder:
        books = demo_books(on)
        add_old_claims(books, on)
        add_lost_claim(books, on)
        write_contracts(books, on)
        write_rates(books, on)
        books.write(Path(folder))
        report = import_files(installation, [folder])
    assert report.is_clean, report.as_json()


def password_of(email: str) -> str:
    """The demo's passwords can be remembered; nothing else here is like that."""
    return "accord-" + email.partition("@")[0].replace(".", "-")


def _make_people(installation: Installation) -> None:
    with installation.work() as w:
        for person, roles in _people():
            customers = tuple(person.get("customers", []))
            create_user_with_password(
                w,
                NewUser(
                    email=person["email"],
                    name=person["name"],
                    password=password_of(person["email"]),
                    roles=tuple(roles),
                    customers=customers,
                    language=person.get("language", "en"),
                    has_totp=not customers,
                    title=person.get("title"),
                ),
            )


def _issue(installation: Installation, month: Month) -> None:
    """The month's run, and its mails, at the moment of that clock."""
    issue_statements(installation.work, IssueStatements(month))
    drain(installation, REGISTRY, channels=MESSAGES)


@dataclass(frozen=True)
class Round:
    """The answers to one month's statements."""

    installation: Installation
    month: Month
    issued_on: dt.date
    on: dt.date
    #: How many months of statements came after it.
    later: int

    @property
    def is_last(self) -> bool:
        return self.later == 0

    @property
    def is_last_but_one(self) -> bool:
        return self.later == 1


def _answer_all(answers: Round) -> None:
    with answers.installation.reading(SYSTEM) as r:
        waiting = r.session.execute(
            select(Statement.id, Customer.code)
            .join(Customer, Customer.id == Statement.customer_id)
            .where(Statement.period_to == answers.month.last_on, Statement.in_force == 1)
            .order_by(Statement.id)
        ).all()
    for statement_id, code in waiting:
        what, email = _what_becomes(answers, code), _signatory_of(code)
        dice = Dice(code, answers.month)
        day = MONDAY_TO_FRIDAY.add_workdays(answers.issued_on, 1 + dice.below(6))
        if what != "waits" and email is not None and day <= answers.on:
            then = _at(answers.installation, day, 9 + dice.below(8), dice.below(60))
            _answer(then, statement_id, email, what)


def _what_becomes(answers: Round, code: str) -> str:
    if code in SILENT:
        return "waits"
    if code in ABOVE_LIMIT:
        return "opened"
    if code in SILENT_ONCE and answers.is_last_but_one:
        return "waits"
    if answers.is_last:
        return LAST_MONTH.get(code, "confirmed")
    throw = Dice(code, answers.month, "answer").below(20)
    return {0: "differs", 1: "opened"}.get(throw, "confirmed")


def _signatory_of(code: str) -> str | None:
    """The address of who signs for a customer; None where nobody does."""
    for person in company_file()["person"]:
        if code in person["customers"] and "customer_signatory" in person["roles"]:
            return str(person["email"])
    return None


def _answer(installation: Installation, statement_id: int, email: str, what: str) -> None:
    """One customer's whole way: opens the statement, ticks, asks for a code, signs."""
    actor = actor_named(installation, email)
    with installation.work(actor) as w:
        note_opened(w, OpenStatement(statement_id))
    if what == "opened":
        return
    if what == "differs":
        with installation.work(actor) as w:
            _say_one_difference(w, statement_id)
    with installation.work(actor) as w:
        request_confirmation(w, RequestConfirmation(statement_id))
    results = {"differs": Result.CONFIRMED_WITH_DIFFERENCES, "refused": Result.REFUSED}
    result = results.get(what, Result.CONFIRMED)
    _sign(installation, actor, statement_id, result)
    drain(installation, REGISTRY, channels=["email"])


def _say_one_difference(w: Work, statement_id: int) -> None:
    """The first invoice never arrived; every other line is agreed to."""
    payload = w.session.get_one(Statement, statement_id).payload
    lines = read_statement(payload).lines
    seq = next((seq for seq, line in enumerate(lines, 1) if line.kind == Kind.INVOICE), None)
    if seq is not None:
        note = NEVER_CAME[acting(w).language]
        say_difference(w, SayDifference(statement_id, seq, 0, Reason.NOT_RECEIVED, note=note))
        agree_all_others(w, AgreeAllOthers(statement_id))


def _sign(installation: Installation, actor: Actor, statement_id: int, result: Result) -> None:
    assert actor.user_id is not None
    with installation.work(actor) as w:
        statement = w.session.get_one(Statement, statement_id)
        lines = read_statement(statement.payload).lines
        digest = answers_digest(read_ticks(w, statement_id, lines))
        code = mailed_code(w, actor.email)
        answer = AnswerChallenge(actor.user_id, PURPOSE, statement.sha256, code)
        grant = answer_challenge(w, answer).grant or ""
    with installation.work(actor) as w:
        person = acting(w)
        confirm_statement(
            w,
            ConfirmStatement(
                statement_id=statement_id,
                result=result,
                sha256=statement.sha256,
                answers_sha256=digest,
                typed_name=actor.name,
                title=person.title or "",
                remark=NOT_OURS[person.language] if result is Result.REFUSED else "",
                is_authorised=True,
                owes=result is Result.CONFIRMED,
                key=f"demo/{statement_id}",
                grant=grant,
                surroundings=surroundings_of(person),
            ),
        )
