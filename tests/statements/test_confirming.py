"""An answer is signed once, by who may, for exactly what was shown, and its evidence is kept."""

import json
import threading

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.evidence import sha256_of_text
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.signing.confirming import check_confirmable, confirm_statement
from portal.statements.signing.offers import PURPOSE
from portal.tables.customers import Contact, SignatoryLimit
from portal.tables.journal import Audit, Outbox
from portal.tables.people import Membership
from portal.tables.statements import Confirmation, Declaration
from tests.people.cast import ADA, CHEN, WANG
from tests.statements.stage import Stage


def count(stage: Stage, table, *kept) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(table).where(*kept)) or 0


def kept(stage: Stage) -> Confirmation:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Confirmation)).one()


def refused(stage: Stage, wish, act=confirm_statement, email: str = CHEN) -> str:
    with pytest.raises(RuleBroken) as told:
        stage.act(act, wish, email)
    return told.value.code


def a_limit(stage: Stage, minor: int, currency: str = "CNY") -> None:
    with stage.installation.work() as w:
        customer_id = stage.cast.customers["C1"]
        contact = Contact(customer_id=customer_id, name="Chen Wei", email=CHEN)
        w.session.add(contact)
        w.session.flush()
        w.session.add(SignatoryLimit(contact_id=contact.id, currency=currency, amount_minor=minor))


def test_a_clean_statement_is_confirmed(any_stage: Stage):
    any_stage.confirm()

    assert any_stage.statement.state == "confirmed"
    assert count(any_stage, Audit, Audit.kind == "statement.confirmed") == 1
    assert count(any_stage, Outbox, Outbox.kind == "certificate") == 1
    assert count(any_stage, Outbox, Outbox.kind == "confirmation") == 1


def test_differences_are_confirmed_as_such(any_stage: Stage):
    any_stage.differ(2, own=8_000_00)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)

    answers = json.loads(kept(any_stage).evidence)["answers"]
    assert any_stage.statement.state == "confirmed_with_differences"
    assert (answers["differences"][0]["difference"], answers["unanswered"]) == ("-419.00", 5)


def test_who_does_not_agree_says_why(stage: Stage):
    grant = stage.grant()
    wish = stage.wish(Result.REFUSED, grant=grant)

    assert refused(stage, wish) == "confirmation.remark_missing"


def test_a_refusal_is_an_answer(stage: Stage):
    stage.confirm(Result.REFUSED, remark="This is not our account.")

    assert stage.statement.state == "refused"


def test_confirming_over_differences_is_refused(stage: Stage):
    stage.differ(2)

    assert refused(stage, stage.wish(), check_confirmable) == "confirmation.differences_stand"


def test_the_same_answer_sent_again_is_the_same_answer(any_stage: Stage):
    first = any_stage.confirm()

    assert any_stage.act(confirm_statement, any_stage.wish()) == first
    assert count(any_stage, Confirmation) == 1


def test_a_second_answer_is_refused(stage: Stage):
    stage.confirm()

    assert refused(stage, stage.wish(key="another key")) == "statement.already_answered"


def test_ten_confirm_at_once_and_one_succeeds(any_stage: Stage):
    grant, came_of_it = any_stage.grant(), []

    def confirm(key: str) -> None:
        try:
            came_of_it.append(
                any_stage.act(confirm_statement, any_stage.wish(grant=grant, key=key))
            )
        except RuleBroken as broken:
            came_of_it.append(broken.code)

    threads = [threading.Thread(target=confirm, args=(f"key {n}",)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, int) for each in came_of_it) == 1
    assert count(any_stage, Confirmation) == 1
    assert count(any_stage, Audit, Audit.kind == "statement.confirmed") == 1
    assert count(any_stage, Outbox, Outbox.kind == "confirmation") == 1


def test_a_code_is_good_for_one_statement_only(stage: Stage):
    stage.request()
    typed = AnswerChallenge(
        stage.cast.ids[CHEN], PURPOSE, "another statement's hash", stage.cast.code(CHEN)
    )

    assert stage.act(answer_challenge, typed).grant is None


def test_somebody_elses_grant_is_refused(stage: Stage):
    with stage.installation.work() as w:
        w.session.add(
            Membership(
                user_id=stage.cast.ids[WANG],
                customer_id=stage.cast.customers["C1"],
                role="customer_signatory",
                since_at=w.now,
            )
        )
    wish = stage.wish(grant=stage.grant(CHEN))

    assert refused(stage, wish, email=WANG) == "code.grant_used"


def test_without_a_grant_nothing_is_signed(stage: Stage):
    assert refused(stage, stage.wish(grant="made up")) == "code.grant_used"


def test_two_clicks_send_one_code(stage: Stage):
    stage.request()
    stage.request()

    assert len(stage.cast.mails("code", CHEN)) == 1


def test_an_accountant_cannot_sign(stage: Stage):
    with pytest.raises(Denied):
        stage.request(WANG)


def test_another_customers_person_finds_no_statement_to_sign(stage: Stage):
    with pytest.raises(NotFound):
        stage.request(ADA)


def test_a_right_taken_away_a_moment_ago_counts(stage: Stage):
    grant, actor = stage.grant(), stage.actor()
    with stage.installation.work() as w:
        w.session.execute(
            update(Membership)
            .where(Membership.user_id == stage.cast.ids[CHEN])
            .values(suspended_at=w.now)
        )

    with pytest.raises(Denied):
        stage.cast.do(confirm_statement, stage.wish(grant=grant), actor=actor)


def test_authority_on_file_need_not_be_ticked(stage: Stage):
    a_limit(stage, 500_000_00)
    stage.confirm(is_authorised=False)

    signer = json.loads(kept(stage).evidence)["signer"]
    assert signer["authority"] == {"limit": "500000.00", "currency": "CNY"}


def test_authority_without_a_file_is_ticked(stage: Stage):
    wish = stage.wish(is_authorised=False)

    assert refused(stage, wish, check_confirmable) == "confirmation.authority_missing"


def test_a_replaced_statement_takes_no_answer(any_stage: Stage):
    wish = any_stage.wish(grant=any_stage.grant())
    with any_stage.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(any_stage.id))

    assert refused(any_stage, wish) == "statement.replaced"


def test_answers_that_changed_meanwhile_are_read_again(stage: Stage):
    wish = stage.wish(grant=stage.grant())
    stage.agree(1, email=WANG)

    assert refused(stage, wish) == "answers.stale"


def test_the_evidence_says_who_what_when_and_how(any_stage: Stage):
    any_stage.confirm(owes=True)
    confirmation = kept(any_stage)

    evidence = json.loads(confirmation.evidence)
    assert confirmation.evidence_sha256 == sha256_of_text(confirmation.evidence)
    assert evidence["statement"]["sha256"] == any_stage.statement.sha256
    assert evidence["signer"]["email"] == CHEN
    assert evidence["authentication"]["code"]["sent_to"] == CHEN
    names = [text["name"] for text in evidence["declarations"]]
    assert names == ["receipt", "correct", "owes", "authority", "consent"]
    assert count(any_stage, Declaration) == 5


def test_a_receipt_alone_acknowledges_no_debt(stage: Stage):
    stage.confirm()

    names = [text["name"] for text in json.loads(kept(stage).evidence)["declarations"]]
    assert "owes" not in names


def test_a_confirmation_cannot_be_changed(any_stage: Stage):
    any_stage.confirm()
    with pytest.raises(DatabaseError), any_stage.installation.work() as w:
        w.session.execute(update(Confirmation).values(result="refused"))
