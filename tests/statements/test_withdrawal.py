"""A signer takes the answer back within a quarter of an hour, once, and everybody hears of it."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.core.errors import RuleBroken
from portal.statements.certificate.checks import check_document
from portal.statements.certificate.sealed import certificate_pdf
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.signing.confirmations import find_confirmation, find_public_confirmation
from portal.statements.signing.withdrawing import WithdrawConfirmation, withdraw_confirmation
from portal.tables.journal import Audit, Event
from portal.tables.statements import Confirmation
from tests.people.cast import CHEN, Browser
from tests.statements.stage import AMOUNTS, Stage
from tests.statements.test_two_signatures import LUO, limit, sign, with_luo


def code(stage: Stage) -> str:
    with stage.installation.reading(SYSTEM) as r:
        newest = select(Confirmation.verify_code).order_by(Confirmation.id.desc())
        return str(r.session.scalars(newest.limit(1)).one())


def withdraw(stage: Stage, email: str = CHEN, which: str = "") -> None:
    wish = WithdrawConfirmation(stage.id, which or code(stage))
    stage.act(withdraw_confirmation, wish, email)


def refused(stage: Stage, email: str = CHEN) -> str:
    with pytest.raises(RuleBroken) as told:
        withdraw(stage, email)
    return told.value.code


def count(stage: Stage, table: Any, *kept: Any) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(table).where(*kept)) or 0


def test_at_fourteen_minutes_fifty_nine_it_is_withdrawn(any_stage: Stage):
    any_stage.confirm()
    any_stage.cast.at(14 + 59 / 60)
    withdraw(any_stage)

    assert any_stage.statement.state == "withdrawn"
    assert count(any_stage, Audit, Audit.kind == "statement.withdrawn") == 1
    assert count(any_stage, Event, Event.kind == "withdrawn") == 1
    assert len(any_stage.cast.mails("confirmation_withdrawn", CHEN)) == 1


def test_at_fifteen_minutes_and_one_second_it_is_refused(any_stage: Stage):
    any_stage.confirm()
    any_stage.cast.at(15 + 1 / 60)

    assert refused(any_stage) == "confirmation.withdrawn_too_late"
    assert any_stage.statement.state == "confirmed"


def test_the_same_page_sent_twice_is_one_withdrawal(any_stage: Stage):
    any_stage.confirm()
    for _ in range(2):
        withdraw(any_stage)

    assert count(any_stage, Audit, Audit.kind == "statement.withdrawn") == 1
    assert len(any_stage.cast.mails("confirmation_withdrawn")) == 1


def test_it_is_answered_again_and_each_certificate_is_its_own(any_stage: Stage):
    first = any_stage.confirm()
    withdraw(any_stage)
    any_stage.cast.at(1)
    second = any_stage.confirm(key="again")

    assert any_stage.statement.state == "confirmed"
    pdfs = [certificate_pdf(any_stage.installation, each) for each in (first, second)]
    assert pdfs[0] != pdfs[1]


def test_an_old_page_does_not_withdraw_the_newer_answer(stage: Stage):
    stage.confirm()
    old = code(stage)
    withdraw(stage)
    stage.cast.at(1)
    stage.confirm(key="again")
    withdraw(stage, which=old)

    assert stage.statement.state == "confirmed"


def test_somebody_elses_answer_is_not_withdrawn(stage: Stage):
    with_luo(stage)
    stage.confirm()

    assert refused(stage, LUO) == "confirmation.not_yours"


@pytest.mark.parametrize("email", [CHEN, LUO])
def test_either_of_two_signers_withdraws(any_stage: Stage, email: str):
    limit(with_luo(any_stage), CHEN, sum(AMOUNTS) - 1)
    sign(any_stage, CHEN)
    sign(any_stage, LUO)
    withdraw(any_stage, email)

    assert any_stage.statement.state == "withdrawn"
    assert len(any_stage.cast.mails("confirmation_withdrawn")) == 2


def test_the_answer_to_a_replaced_statement_stays(stage: Stage):
    stage.confirm()
    with stage.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(stage.id))

    assert refused(stage) == "statement.replaced"


def test_what_stands_is_what_was_not_withdrawn(stage: Stage):
    stage.confirm()
    withdraw(stage)
    with stage.installation.reading(SYSTEM) as r:
        assert find_confirmation(r, stage.id) is None
        told = find_public_confirmation(r, code(stage))
    assert told is not None
    assert told.withdrawn_at is not None


def test_a_withdrawn_certificate_is_genuine_and_counts_no_more(stage: Stage):
    pdf = certificate_pdf(stage.installation, stage.confirm())
    withdraw(stage)
    with stage.installation.reading(SYSTEM) as r:
        checks = {check.name: check.ok for check in check_document(r, pdf).checks}

    assert checks.pop("document.in_force") is False
    assert all(checks.values())


# ── Pages ────────────────────────────────────────────────────────────────────


@pytest.fixture
def here(stage: Stage) -> str:
    return f"/statements/{stage.ref}"


def undo(chen: Browser, here: str):
    """The button of the page after signing."""
    return chen.fill(chen.visit(f"{here}/confirmation"), f"{here}/confirmation/withdrawal")


def test_the_page_after_signing_undoes(chen: Browser, here: str, stage: Stage):
    stage.confirm()
    page = chen.visit(f"{here}/confirmation")
    assert "Undo until" in page.text
    assert CHEN in page.text

    told = chen.follow(undo(chen, here))
    assert "The answer is withdrawn." in told.text
    assert stage.statement.state == "withdrawn"
    assert told.links[f"Certificate {code(stage)}"] == f"/verify/{code(stage)}"


def test_the_statement_offers_it_while_it_lasts(chen: Browser, here: str, stage: Stage):
    stage.confirm()
    assert "Undo until" in chen.visit(here).text
    stage.cast.at(15.1)
    assert "Undo until" not in chen.visit(here).text


def test_too_late_is_a_sentence(chen: Browser, here: str, stage: Stage):
    stage.confirm()
    page = chen.visit(here)
    stage.cast.at(15.1)
    told = chen.follow(chen.fill(page, f"{here}/confirmation/withdrawal"))

    assert "A signature can be taken back for 15 minutes" in told.text
    assert stage.statement.state == "confirmed"


def test_the_certificate_says_so(chen: Browser, here: str, stage: Stage):
    stage.confirm()
    undo(chen, here)

    assert "This answer was withdrawn" in chen.visit(f"{here}/certificate").text
    file = chen.client.get(f"{here}/certificate.pdf")
    assert "withdrawn.pdf" in file.headers["Content-Disposition"]


def test_the_check_page_says_so(chen: Browser, here: str, stage: Stage, app: Flask):
    stage.confirm()
    undo(chen, here)
    text = Browser(app).visit(f"/verify/{code(stage)}").text

    assert "Withdrawn" in text
    assert "This certificate counts no more." in text
    assert "Valid" not in text


def test_the_mail_says_who_and_where(stage: Stage):
    stage.confirm()
    withdraw(stage)
    [mail] = stage.cast.mails("confirmation_withdrawn")

    assert json.dumps(mail).count("Chen Wei") == 1
