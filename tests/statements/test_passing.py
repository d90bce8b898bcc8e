"""A statement goes to its approver and comes back; meanwhile its lines are locked."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.base.access import SYSTEM, Denied
from portal.core.errors import RuleBroken
from portal.statements.answers import AgreeAllOthers, agree_all_others
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.signing.confirming import confirm_statement
from portal.statements.signing.letters import prepared_values
from portal.statements.signing.passing import (
    PassStatement,
    ReturnStatement,
    TakeStatementBack,
    pass_statement,
    return_statement,
    take_statement_back,
)
from portal.tables.people import Membership
from portal.tables.signing import Passing
from tests.people.cast import CHEN, WANG, Browser
from tests.statements.stage import AMOUNTS, Stage
from tests.statements.test_two_signatures import LUO, first_of, limit, sign, with_luo


def passed(stage: Stage, **changes: Any) -> Stage:
    """Wang has passed it on."""
    wish = PassStatement(stage.id, **({"comment": "Please sign by Friday."} | changes))
    stage.act(pass_statement, wish, WANG)
    return stage


def refused(stage: Stage, act: Any, wish: Any, email: str = WANG) -> str:
    with pytest.raises(RuleBroken) as told:
        stage.act(act, wish, email)
    return told.value.code


def ends(stage: Stage) -> list[str | None]:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Passing.ended_as).order_by(Passing.id)))


def test_it_is_with_the_approver_who_is_mailed(any_stage: Stage):
    passed(any_stage)

    assert any_stage.statement.state == "prepared"
    assert len(any_stage.cast.mails("statement_prepared", CHEN)) == 1


def test_the_lines_are_locked_meanwhile(any_stage: Stage):
    passed(any_stage)

    code = refused(any_stage, agree_all_others, AgreeAllOthers(any_stage.id))
    assert code == "statement.with_approver"


def test_one_of_several_is_asked_by_name(stage: Stage):
    passed(with_luo(stage), to_id=stage.cast.ids[LUO])

    assert stage.cast.mails("statement_prepared", CHEN) == []
    assert len(stage.cast.mails("statement_prepared", LUO)) == 1


def test_it_is_passed_on_once(any_stage: Stage):
    passed(any_stage)

    wish = PassStatement(any_stage.id)
    assert refused(any_stage, pass_statement, wish) == "statement.with_approver"


def test_nobody_to_pass_it_to_is_a_sentence(stage: Stage):
    with stage.installation.work() as w:
        w.session.execute(
            update(Membership)
            .where(Membership.user_id == stage.cast.ids[CHEN])
            .values(suspended_at=w.now)
        )

    wish = PassStatement(stage.id)
    assert refused(stage, pass_statement, wish) == "statement.without_approver"


def test_its_preparer_takes_it_back(any_stage: Stage):
    passed(any_stage)
    any_stage.act(take_statement_back, TakeStatementBack(any_stage.id), WANG)
    any_stage.agree(1, email=WANG)

    assert any_stage.statement.state == "viewed"
    assert ends(any_stage) == ["taken_back"]


def test_nobody_else_takes_it_back(stage: Stage):
    passed(stage)

    with pytest.raises(Denied):
        stage.act(take_statement_back, TakeStatementBack(stage.id), CHEN)


def test_an_approver_returns_it_with_words(any_stage: Stage):
    passed(any_stage)
    any_stage.act(return_statement, ReturnStatement(any_stage.id, "Line 2 is not ours."), CHEN)

    [mail] = any_stage.cast.mails("statement_returned", WANG)
    assert any_stage.statement.state == "viewed"
    assert (mail["comment"], mail["by"]) == ("Line 2 is not ours.", "Chen Wei")
    assert ends(any_stage) == ["returned"]


def test_it_is_not_returned_without_a_word(stage: Stage):
    passed(stage)

    wish = ReturnStatement(stage.id, "  ")
    assert refused(stage, return_statement, wish, CHEN) == "statement.comment_missing"


def test_what_is_with_nobody_is_not_returned(stage: Stage):
    wish = ReturnStatement(stage.id, "Why?")

    assert refused(stage, return_statement, wish, CHEN) == "statement.not_in_this_state"


def test_its_answer_ends_it_and_its_preparer_hears(any_stage: Stage):
    passed(any_stage)
    any_stage.confirm()

    assert ends(any_stage) == ["answered"]
    assert len(any_stage.cast.mails("confirmation", WANG)) == 1


def test_returning_voids_a_first_signature_and_both_hear(any_stage: Stage):
    limit(with_luo(passed(any_stage)), CHEN, sum(AMOUNTS) - 1)
    sign(any_stage, CHEN)
    any_stage.act(return_statement, ReturnStatement(any_stage.id, "Look at line 2."), LUO)

    assert first_of(any_stage).ended_as == "returned"
    assert len(any_stage.cast.mails("statement_returned", CHEN)) == 1
    assert len(any_stage.cast.mails("statement_returned", WANG)) == 1


def test_a_first_signature_taken_back_leaves_it_with_the_approvers(any_stage: Stage):
    limit(with_luo(passed(any_stage)), CHEN, sum(AMOUNTS) - 1)
    sign(any_stage, CHEN)
    any_stage.act(take_statement_back, TakeStatementBack(any_stage.id), CHEN)

    assert any_stage.statement.state == "prepared"
    assert first_of(any_stage).ended_as == "taken_back"


def test_answers_changed_in_between_void_a_first_signature(any_stage: Stage):
    limit(with_luo(any_stage), CHEN, sum(AMOUNTS) - 1)
    sign(any_stage, CHEN)
    any_stage.act(take_statement_back, TakeStatementBack(any_stage.id), CHEN)
    any_stage.agree(1, email=WANG)

    assert sign(any_stage, LUO) is None  # is the first again
    assert any_stage.statement.state == "prepared"


def test_the_mail_says_who_prepared_it_and_what_they_say(stage: Stage):
    passed(stage)
    [payload] = stage.cast.mails("statement_prepared", CHEN)
    told = stage.cast.read(prepared_values, payload)

    assert (told["preparer"], told["comment"]) == ("Wang Fang", "Please sign by Friday.")
    assert told["path"].startswith("/s/")


def test_a_signature_needs_no_second_look_where_one_is_enough(stage: Stage):
    passed(stage)

    wish = stage.wish(grant=stage.grant())
    assert stage.act(confirm_statement, wish) is not None


# ── Pages, without script ────────────────────────────────────────────────────


@pytest.fixture
def here(stage: Stage) -> str:
    return f"/statements/{stage.ref}"


@pytest.fixture
def wang(app: Flask) -> Browser:
    browser = Browser(app, but={"links"})
    browser.sign_in(WANG)
    return browser


def test_the_accountant_passes_it_on_and_takes_it_back(wang: Browser, here: str, stage: Stage):
    page = wang.visit(wang.visit(here).links["Pass to your approver"])
    told = wang.follow(wang.fill(page, f"{here}/preparation", comment="Please sign."))

    assert "With your approver: Chen Wei" in told.text
    assert "Wang Fang prepared it" in told.text
    assert stage.statement.state == "prepared"
    told = wang.follow(wang.fill(told, f"{here}/preparation/removal"))
    assert "You have it back." in told.text
    assert stage.statement.state == "viewed"


def test_the_approver_returns_it_in_two_clicks_and_a_text(chen: Browser, here: str, stage: Stage):
    page = chen.visit(passed(stage) and here)
    page = chen.visit(page.links["Return it with a comment"])
    told = chen.follow(chen.fill(page, f"{here}/preparation/return", comment="Not line 2."))

    assert "The statement is returned" in told.text
    assert "Returned by the approver: Not line 2." in told.text


def test_a_return_without_a_word_is_told(chen: Browser, here: str, stage: Stage):
    page = chen.visit(f"/statements/{passed(stage).ref}/preparation/return")
    told = chen.fill(page, f"{here}/preparation/return", 422, comment="")

    assert "Say in a sentence what should be looked at again." in told.text


def test_the_review_says_who_prepared_it_and_the_rule(chen: Browser, here: str, stage: Stage):
    limit(with_luo(passed(stage)), CHEN, 100_000_00)
    text = chen.visit(f"{here}/confirmation").text

    assert "Wang Fang prepared it" in text
    assert "Please sign by Friday." in text
    assert "Above CNY 100,000.00 two signatures are needed." in text
    assert "Yours is the first; Luo Min can sign as the second." in text


def test_the_refusal_is_one_press_away(chen: Browser, here: str, stage: Stage):
    page = chen.visit(passed(stage) and here)
    page = chen.follow(chen.fill(page, f"{here}/confirmation/code?answer=refused"))

    assert page.form(f"{here}/confirmation")["result"] == "refused"


def test_two_sign_on_the_pages(app: Flask, chen: Browser, here: str, stage: Stage):
    limit(with_luo(stage), CHEN, 100_000_00)
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    fields = {"code": stage.cast.code(CHEN), "remark": "Checked by me."}
    told = chen.follow(chen.fill(page, f"{here}/confirmation", **fields))
    assert "It waits for a second signature" in told.text
    assert "Luo Min got a mail" in told.text

    luo = Browser(app, but={"links"})
    luo.sign_in(LUO)
    page = luo.follow(luo.send(f"{here}/confirmation/code"))
    assert "Chen Wei signed it first" in page.text
    assert "Checked by me." in page.text
    fields = {"code": stage.cast.code(LUO), "is_authorised": "y"}
    told = luo.follow(luo.fill(page, f"{here}/confirmation", **fields))
    assert "First signature" in told.text
    assert stage.statement.state == "confirmed"


def test_somebody_quicker_is_named(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    with_luo(stage)
    sign(stage, LUO, typed_name="Luo Min")
    fields = {"code": stage.cast.code(CHEN), "is_authorised": "y", "remark": "My remark"}
    told = chen.fill(page, f"{here}/confirmation", 409, **fields)

    assert "Luo Min" in told.text
    assert "signed it at" in told.text
    assert "My remark" in told.text


def test_a_replaced_statements_page_keeps_what_was_typed(chen: Browser, here: str, stage: Stage):
    from_page = chen.follow(chen.send(f"{here}/confirmation/code"))
    replace(stage)
    fields = {"code": stage.cast.code(CHEN), "is_authorised": "y", "remark": "My remark"}
    told = chen.fill(from_page, f"{here}/confirmation", 409, **fields)

    assert "My remark" in told.text
    assert any(name.startswith("Open version 2") for name in told.links)


def replace(stage: Stage) -> None:
    with stage.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(stage.id))


def test_a_revoked_users_open_tab_signs_nothing(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    fields = page.form(f"{here}/confirmation") | {"code": stage.cast.code(CHEN)}
    with stage.installation.work() as w:
        w.session.execute(
            update(Membership)
            .where(Membership.role == "customer_signatory")
            .values(role="customer_accountant")
        )
    answer = chen.client.post(f"{here}/confirmation", data=fields | {"is_authorised": "y"})

    assert answer.status_code == 403
    assert stage.statement.state != "confirmed"


def test_the_second_signs_by_the_link_of_the_mail(visitor: Browser, stage: Stage):
    """Three steps and a code, also for the second of two."""
    limit(with_luo(stage), CHEN, 100_000_00)
    sign(stage, CHEN)
    link = stage.link(LUO)
    assert "It waits for a signature" in visitor.visit(link).text
    review = visitor.follow(visitor.send(f"{link}/review"))
    fields = {"code": stage.cast.code(LUO), "is_authorised": "y"}
    page = visitor.follow(visitor.fill(review, f"{link}/confirmation", **fields))

    assert stage.statement.state == "confirmed"
    assert "Download the certificate" in page.text
    assert "Second signature" in page.text
