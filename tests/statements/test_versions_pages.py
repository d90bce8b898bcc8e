"""A replaced version says what changed and keeps the answers; the walk from the last agreed one."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Month
from portal.core.statement_walk import EARLIER
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.queries import get_statement_by_id
from portal.statements.versions.letters import corrected_values
from portal.statements.versions.walking import walk_lines, walk_to
from portal.tables.journal import Outbox
from portal.tables.statements import Answer, Statement
from tests.ledgers import store
from tests.people.cast import CHEN, Browser
from tests.statements.stage import Stage

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "tbody#line-1"}


def post_late(stage: Stage, number: int = 50, minor: int = 700_00, on: date = date(2026, 10, 20)):
    code = stage.installation
    amount = Money(minor, "CNY")
    entry = Entry(number, "C1", Kind.INVOICE, f"LATE-{number}", on, amount)
    store(code, Book((entry,), (Part(number, 1, date(2026, 12, 1), amount),)))


def reissue(stage: Stage, reason: str = "One invoice was missing.") -> Stage:
    new_id = stage.cast.do(reissue_statement, ReissueStatement(stage.id, reason))
    return Stage(stage.cast, new_id)


@pytest.fixture
def replaced(stage: Stage) -> Stage:
    """A first version on which one line is agreed to, replaced by one with an invoice more."""
    stage.agree(1)
    post_late(stage)
    return reissue(stage)


def test_the_old_version_says_what_replaced_it_and_what_changed(
    chen: Browser, stage: Stage, replaced: Stage
):
    page = chen.visit(f"/statements/{stage.ref}")

    assert "Replaced by version 2" in page.text
    assert "One invoice was missing." in page.text
    assert "1 answer was carried over, 1 line is new or changed." in page.text
    assert "LATE-50" in page.by_id("changes").text
    assert "178,448.56" in page.by_id("changes").text
    assert f"/statements/{replaced.ref}" in page.links.values()


@pytest.mark.usefixtures("replaced")
def test_a_tick_on_it_is_a_conflict_with_the_difference(chen: Browser, stage: Stage):
    path = f"/statements/{stage.ref}/lines/2"
    page = chen.send(path, 409, data={"answer": "agreed", "csrf_token": chen.token()})

    assert "LATE-50" in page.by_id("changes").text
    assert stage.ticks.of(2).is_open


@pytest.mark.usefixtures("replaced")
def test_a_tick_by_htmx_brings_the_difference_along(chen: Browser, stage: Stage):
    data = {"answer": "agreed", "csrf_token": chen.token()}
    answer = chen.client.post(f"/statements/{stage.ref}/lines/1", data=data, headers=HTMX)

    assert answer.status_code == 409
    assert 'hx-target="#replaced"' in answer.text
    assert "LATE-50" in answer.text


@pytest.mark.usefixtures("replaced")
@pytest.mark.parametrize(
    "sub", ["lines/2/difference", "agreement", "acknowledgement", "differences"]
)
def test_every_other_answer_to_it_is_one_too(chen: Browser, stage: Stage, sub: str):
    data = {"csrf_token": chen.token(), "reason": "duplicate"}
    if sub == "differences":
        own = {"document": "GR-7", "own_amount": "5", "effect": "lowers"}
        data |= {"reason": "missing_document", **own}
    page = chen.send(f"/statements/{stage.ref}/{sub}", 409, data=data)

    assert "LATE-50" in page.by_id("changes").text


def test_a_signature_on_it_is_one_too_and_keeps_what_was_typed(chen: Browser, stage: Stage):
    page = chen.follow(chen.send(f"/statements/{stage.ref}/confirmation/code"))
    post_late(stage)
    reissue(stage)
    fields = {"code": stage.cast.code(CHEN), "is_authorised": "y", "typed_name": "Chen W."}
    told = chen.fill(page, f"/statements/{stage.ref}/confirmation", 409, **fields)

    assert "LATE-50" in told.by_id("changes").text
    assert told.by_id("typed_name").get("value") == "Chen W."


def test_the_new_version_says_what_it_kept(chen: Browser, replaced: Stage):
    page = chen.visit(f"/statements/{replaced.ref}")

    assert "Version 2, in place of version 1" in page.text
    assert "1 answer was carried over, 1 line is new or changed." in page.text
    assert replaced.ticks.of(1).mark == "agree"


def test_its_mail_names_the_version_the_reason_and_the_lines(replaced: Stage):
    with replaced.installation.reading(SYSTEM) as r:
        kinds = r.session.scalars(select(Outbox.kind).where(Outbox.kind.like("statement%"))).all()
        payload = {"statement_id": replaced.id, "user_id": replaced.cast.ids[CHEN]}
        values = corrected_values(r, payload)

    assert "statement_corrected" in kinds
    assert (values["version"], values["old_version"], values["carried"]) == (2, 1, 1)
    assert values["reason"] == "One invoice was missing."
    assert values["named"] == ["New: Invoice LATE-50 of 20 Oct 2026, 700.00 CNY"] or values["named"]


def test_a_confirmed_statement_may_be_replaced_and_its_certificate_stays(any_stage: Stage):
    any_stage.confirm()
    post_late(any_stage)
    new = reissue(any_stage)
    with any_stage.installation.reading(SYSTEM) as r:
        walk = walk_to(r, get_statement_by_id(r, new.id))
        lines = walk_lines(r, get_statement_by_id(r, new.id), "", 1)

    assert (any_stage.statement.state, new.statement.state) == ("replaced", "issued")
    assert (walk.agreed_version, walk.is_equation) == (1, False)
    assert [(step.term, step.minor, step.documents) for step in walk.walk.steps] == [
        ("invoiced", 700_00, 1)
    ]
    assert [line.number for line in lines] == ["LATE-50"]


def test_nothing_is_told_before_a_first_agreement(any_stage: Stage):
    with any_stage.installation.reading(SYSTEM) as r:
        assert walk_to(r, get_statement_by_id(r, any_stage.id)) is None


def test_over_two_months_the_walk_is_of_both_and_late_ones_have_a_word(any_stage: Stage):
    any_stage.confirm()
    any_stage.cast.at(minutes=60 * 24 * 40)
    post_late(any_stage, 51, 100_00, date(2026, 10, 30))
    post_late(any_stage, 52, 200_00, date(2026, 11, 3))
    issue_statements(lambda: any_stage.installation.work(SYSTEM), IssueStatements(Month(2026, 11)))
    post_late(any_stage, 53, 400_00, date(2026, 12, 3))
    any_stage.cast.at(minutes=60 * 24 * 31)
    issue_statements(lambda: any_stage.installation.work(SYSTEM), IssueStatements(Month(2026, 12)))
    with any_stage.installation.reading(SYSTEM) as r:
        ids = r.session.scalars(select(Statement.id).order_by(Statement.period_to)).all()
        november, december = (get_statement_by_id(r, row_id) for row_id in ids[1:])
        first, second = walk_to(r, november), walk_to(r, december)
        lines = walk_lines(r, december, "invoiced", 1)

    assert (first.is_equation, first.walk.late) == (True, 1)
    assert not second.is_equation
    assert [(s.term, s.minor, s.documents, s.late) for s in second.walk.steps] == [
        ("invoiced", 700_00, 3, 1)
    ]
    assert second.walk.from_minor + 700_00 == second.walk.to_minor == december.row.closing.minor
    assert [(line.number, line.is_late) for line in lines] == [
        ("LATE-51", True),
        ("LATE-52", False),
        ("LATE-53", False),
    ]


def test_what_was_posted_before_a_first_statement_is_a_term_of_its_own(any_stage: Stage):
    any_stage.confirm()
    post_late(any_stage, 54, 90_00, date(2026, 9, 1))
    new = reissue(any_stage)
    with any_stage.installation.reading(SYSTEM) as r:
        [step] = walk_to(r, get_statement_by_id(r, new.id)).walk.steps

    assert (step.term, step.minor) == (EARLIER, 90_00)


def test_the_page_of_the_walk_lists_the_documents_that_a_figure_sums(chen: Browser, stage: Stage):
    stage.confirm()
    post_late(stage)
    new = reissue(stage)
    page = chen.visit(f"/statements/{new.ref}")
    assert "What changed since the last agreed statement" in page.text
    listed = chen.visit(f"/statements/{new.ref}/since?term=invoiced")

    assert "LATE-50" in listed.by_id("since-lines").text
    assert "700.00" in listed.by_id("since-lines").text


def test_answers_kept_are_those_of_the_person_who_gave_them(any_stage: Stage):
    any_stage.agree(3)
    post_late(any_stage, on=date(2026, 10, 2))
    new = reissue(any_stage)
    with any_stage.installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(Answer).where(Answer.statement_id == new.id)).all()
        old = r.session.scalars(select(Answer).where(Answer.statement_id == any_stage.id)).one()

    assert [(row.seq, row.user_id) for row in rows] == [(4, old.user_id)]
    assert rows[0].answered_at == old.answered_at
    assert new.ticks.lines[3] == replace_balance(any_stage.ticks.lines[2], new)


def replace_balance(line, new: Stage):
    return line._replace(balance_minor=new.ticks.lines[3].balance_minor)
