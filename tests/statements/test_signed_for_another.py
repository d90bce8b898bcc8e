"""Who signs on behalf of another signs within that one's limit, and the certificate names both."""

import datetime as dt
import json
import subprocess
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM, Denied
from portal.core.errors import RuleBroken
from portal.people.commands import (
    AnswerChallenge,
    HandOverSigning,
    answer_challenge,
    hand_over_signing,
    send_challenge,
)
from portal.statements.certificate.sealed import certificate_pdf
from portal.statements.signing.confirming import (
    BATCH_PURPOSE,
    ConfirmStatements,
    batch_subject,
    check_all_confirmable,
    confirm_statement,
    confirm_statements,
)
from portal.tables.people import User
from portal.tables.statements import Confirmation
from tests.people.cast import CHEN, WANG
from tests.statements.stage import AMOUNTS, Stage
from tests.statements.test_two_signatures import LUO, limit, refused, sign, with_luo

CLOSING = sum(AMOUNTS)


def hand_over(stage: Stage, giver: str = CHEN, taker: str = WANG) -> None:
    today = stage.cast.read(lambda r: r.today)
    wish = HandOverSigning(
        stage.cast.customers["C1"], stage.cast.ids[taker], today, today + dt.timedelta(10)
    )
    stage.act(hand_over_signing, wish, giver)


def evidence(stage: Stage) -> dict[str, Any]:
    with stage.installation.reading(SYSTEM) as r:
        return json.loads(r.session.scalars(select(Confirmation.evidence)).one())


def text_of(stage: Stage) -> str:
    with stage.installation.reading(SYSTEM) as r:
        confirmation_id = r.session.scalars(select(Confirmation.id)).one()
    pdf = certificate_pdf(stage.installation, confirmation_id)
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(said.stdout.decode().split())


def test_within_the_givers_limit_the_taker_signs_alone(any_stage: Stage):
    limit(any_stage, CHEN, CLOSING)
    hand_over(any_stage)
    sign(any_stage, WANG)

    signer = evidence(any_stage)["signer"]
    assert any_stage.statement.state == "confirmed"
    assert (signer["email"], signer["roles"]) == (WANG, ["customer_accountant"])
    assert signer["authority"]["on_behalf_of"]["name"] == "Chen Wei"
    assert signer["authority"]["limit"] == f"{CLOSING / 100:.2f}"


def test_above_it_the_giver_is_no_second_person(any_stage: Stage):
    limit(any_stage, CHEN, CLOSING - 1)
    hand_over(any_stage)

    assert sign(any_stage, WANG) is None
    assert refused(any_stage, CHEN) == "confirmation.same_signer"


def test_two_rights_are_two_signatures(any_stage: Stage):
    limit(with_luo(any_stage), CHEN, CLOSING - 1)
    hand_over(any_stage, LUO)
    sign(any_stage, CHEN)

    assert sign(any_stage, WANG) is not None
    assert evidence(any_stage)["first_signature"]["evidence"]["signer"]["email"] == CHEN


def test_a_giver_closed_out_a_moment_ago_takes_it_along(any_stage: Stage):
    hand_over(any_stage)
    grant, actor = any_stage.grant(WANG), any_stage.actor(WANG)
    with any_stage.installation.work() as w:
        w.session.execute(
            update(User).where(User.id == any_stage.cast.ids[CHEN]).values(disabled_at=w.now)
        )

    with pytest.raises(Denied):
        any_stage.cast.do(confirm_statement, any_stage.wish(grant=grant), actor=actor)


def test_the_day_after_the_last_it_is_over(any_stage: Stage):
    hand_over(any_stage)
    any_stage.cast.at(11 * 24 * 60)

    with pytest.raises(Denied):
        any_stage.request(WANG)


def test_the_certificate_names_both(stage: Stage):
    hand_over(stage)
    sign(stage, WANG, typed_name="Wang Fang")

    assert "on behalf of Chen Wei, delegated" in text_of(stage)


def test_the_certificate_of_two_signers_has_each_with_authority_and_code(stage: Stage):
    limit(with_luo(stage), CHEN, 100_000_00)
    sign(stage, CHEN, typed_name="Chen Wei", title="Chief accountant", remark="Checked.")
    stage.cast.at(5)
    sign(stage, LUO, typed_name="Luo Min", title="Finance director")

    text = text_of(stage)
    for words in (
        *("First signature", "Chen Wei", "Chief accountant", "On file, up to CNY 100,000.00"),
        *("Second signature", "Luo Min", "Finance director", "Declared with this signature"),
        *("Checked.", "c…n@huadong.example", "l…o@huadong.example"),
        *("How the signers were identified", "First of two signatures"),
    ):
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words
    assert text.count("One-time code sent to") == 2


# ── Several with one code ────────────────────────────────────────────────────


def batch_grant(stage: Stage) -> str:
    subject = batch_subject([stage.statement.sha256])
    user_id = stage.cast.ids[CHEN]
    stage.cast.do(send_challenge, user_id, BATCH_PURPOSE, subject, actor=stage.actor())
    typed = AnswerChallenge(user_id, BATCH_PURPOSE, subject, stage.cast.code(CHEN))
    return str(stage.act(answer_challenge, typed).grant)


def test_one_code_signs_what_it_is_bound_to(any_stage: Stage):
    batch = ConfirmStatements((any_stage.wish(),), batch_grant(any_stage))

    assert any_stage.act(check_all_confirmable, batch) is False
    [kept] = any_stage.act(confirm_statements, batch)
    assert any_stage.act(confirm_statements, batch) == [kept]
    assert evidence(any_stage)["authentication"]["code"]["sent_to"] == CHEN


def test_a_code_for_one_signs_no_batch(stage: Stage):
    with pytest.raises(RuleBroken, match=r"code\.grant_used"):
        stage.act(confirm_statements, ConfirmStatements((stage.wish(),), stage.grant()))


def test_a_subject_is_the_same_in_any_order():
    assert batch_subject(["b", "a"]) == batch_subject(["a", "b"])
    assert batch_subject(["a"]) != batch_subject(["a", "a"])
