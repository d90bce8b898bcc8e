"""One statement on the stage: Huadong's October with six lines, ready to be answered."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.core.confirmation import Reason, Result
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Month
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.people.links import statement_link_token
from portal.people.recognising import actor_of
from portal.statements import answers
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.signing.confirming import (
    ConfirmStatement,
    RequestConfirmation,
    answers_digest,
    confirm_statement,
    request_confirmation,
)
from portal.statements.signing.offers import PURPOSE
from portal.tables.people import User
from portal.tables.statements import Statement
from tests.ledgers import store
from tests.people.cast import CHEN, Cast

OCTOBER = Month(2026, 10)
AMOUNTS = (128_400_00, 8_419_00, -900_00, 16_338_00, 24_257_00, 1_234_56)


def october(customer: str = "C1", first_id: int = 1) -> Book:
    entries, parts = [], []
    for number, minor in enumerate(AMOUNTS, start=first_id):
        kind = Kind.INVOICE if minor > 0 else Kind.PAYMENT
        name = f"{'INV' if minor > 0 else 'RCT'}-2026-0{4100 + number}"
        day = dt.date(2026, 10, 1) + dt.timedelta(days=2 * (number - first_id))
        entry = Entry(number, customer, kind, name, day, Money(minor, "CNY"), f"PO-{number}")
        entries.append(entry)
        if minor > 0:
            parts.append(Part(number, 1, day + dt.timedelta(days=30), entry.amount))
    return Book(tuple(entries), tuple(parts))


@dataclass
class Stage:
    """A cast, and the October statement of Huadong."""

    cast: Cast
    id: int = 0

    @property
    def installation(self) -> Any:
        return self.cast.installation

    @property
    def statement(self) -> Statement:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(Statement, self.id)

    @property
    def ref(self) -> str:
        with self.installation.reading(SYSTEM) as r:
            return str(r.refs.of("st", self.id))

    @property
    def ticks(self) -> answers.Ticks:
        with self.installation.reading(SYSTEM) as r:
            lines = answers.read_statement(r.session.get_one(Statement, self.id).payload).lines
            return answers.read_ticks(r, self.id, lines)

    def actor(self, email: str = CHEN) -> Actor:
        return self.cast.read(actor_of, self.cast.ids[email])

    def act(self, act: Any, command: Any, email: str = CHEN) -> Any:
        return self.cast.do(act, command, actor=self.actor(email))

    def agree(self, seq: int, version: int = 0, email: str = CHEN) -> None:
        self.act(answers.mark_line, answers.MarkLine(self.id, seq, "agree", version), email)

    def differ(self, seq: int, own: int = 100_00, version: int = 0) -> None:
        said = answers.SayDifference(
            self.id, seq, version, Reason.WRONG_AMOUNT, Money(own, "CNY"), "see our books"
        )
        self.act(answers.say_difference, said)

    def request(self, email: str = CHEN) -> Any:
        return self.act(request_confirmation, RequestConfirmation(self.id), email)

    def grant(self, email: str = CHEN) -> str:
        """A code asked for, read in the mail and typed."""
        self.request(email)
        typed = AnswerChallenge(
            self.cast.ids[email], PURPOSE, self.statement.sha256, self.cast.code(email)
        )
        answer = self.act(answer_challenge, typed, email)
        assert answer.grant
        return str(answer.grant)

    def wish(self, result: Result = Result.CONFIRMED, **changes: Any) -> ConfirmStatement:
        given: dict[str, Any] = {
            "statement_id": self.id,
            "result": result,
            "sha256": self.statement.sha256,
            "answers_sha256": answers_digest(self.ticks),
            "typed_name": "Chen Wei",
            "title": "Chief accountant",
            "is_authorised": True,
            "key": "one key",
        }
        return ConfirmStatement(**(given | changes))

    def confirm(self, result: Result = Result.CONFIRMED, **changes: Any) -> int:
        """The whole way of an answer; tells the confirmation's id."""
        grant = self.grant()
        return int(self.act(confirm_statement, self.wish(result, grant=grant, **changes)))

    def link(self, email: str = CHEN) -> str:
        with self.installation.reading(SYSTEM) as r:
            user = r.session.get_one(User, self.cast.ids[email])
            return f"/s/{statement_link_token(r, self.id, user)}"


def staged(cast: Cast) -> Stage:
    """Books, the run of October, and the statement that came of it."""
    store(cast.installation, october())
    issue_statements(lambda: cast.installation.work(SYSTEM), IssueStatements(OCTOBER))
    with cast.installation.reading(SYSTEM) as r:
        return Stage(cast, r.session.scalars(select(Statement.id)).one())
