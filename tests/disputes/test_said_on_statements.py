"""What differs on a signed statement becomes disputes, with its evidence, in one transaction."""

import re

import pytest
from sqlalchemy import event, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.confirmation import Reason, Result
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.living import WithdrawDispute, withdraw_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.statements.settling.own_documents import SayOwnDocument, say_own_document
from portal.statements.signing.withdrawing import WithdrawConfirmation, withdraw_confirmation
from portal.tables.disputes import Dispute, DisputedPart
from portal.tables.statements import Confirmation
from tests.kept import app_over
from tests.people.cast import CHEN, Browser, cast_into
from tests.statements.stage import Stage, staged

DIFFERS = Result.CONFIRMED_WITH_DIFFERENCES


@pytest.fixture
def stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))


def disputes(stage: Stage) -> list[Dispute]:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Dispute).order_by(Dispute.id)))


def marks(stage: Stage) -> list[tuple[int, int | None]]:
    with stage.installation.reading(SYSTEM) as r:
        running = select(DisputedPart).where(
            (DisputedPart.ended_on.is_(None)) | (DisputedPart.ended_on > r.today)
        )
        found = r.session.scalars(running.order_by(DisputedPart.id))
        return [(each.entry_id, each.amount_minor) for each in found]


def withdraw(stage: Stage) -> None:
    with stage.installation.reading(SYSTEM) as r:
        newest = select(Confirmation.verify_code).order_by(Confirmation.id.desc())
        code = r.session.scalars(newest).first()
    stage.act(withdraw_confirmation, WithdrawConfirmation(stage.id, str(code)))


def test_each_difference_is_a_dispute_with_the_confirmation_that_says_it(stage: Stage):
    stage.differ(1, own=128_000_00)
    stage.differ(3, own=1_900_00)
    signed = stage.confirm(DIFFERS)

    told = [(one.origin, one.amount_minor, one.reason, one.way) for one in disputes(stage)]
    assert told == [
        ("line-1", 400_00, "wrong_amount", "statement"),
        ("line-3", 1_000_00, "wrong_amount", "statement"),
    ]
    assert {one.confirmation_id for one in disputes(stage)} == {signed}


def test_the_parts_of_an_invoice_are_marked_by_the_difference(stage: Stage):
    stage.differ(1, own=128_000_00)
    stage.differ(3, own=1_900_00)
    stage.confirm(DIFFERS)

    assert marks(stage) == [(1, 400_00)]


def test_who_owes_more_by_their_own_books_disputes_no_amount(stage: Stage):
    stage.differ(1, own=130_000_00)
    stage.confirm(DIFFERS)

    assert [one.amount_minor for one in disputes(stage)] == [0]
    assert marks(stage) == []


def test_a_document_of_their_own_is_a_dispute_about_no_document_of_ours(stage: Stage):
    own = SayOwnDocument(
        stage.id, Reason.MISSING_DOCUMENT, "GR-7", None, Money(-50_00, "CNY"), "returned"
    )
    stage.act(say_own_document, own)
    stage.confirm(DIFFERS)

    [dispute] = disputes(stage)
    assert dispute.origin.startswith("own-")
    assert (dispute.entry_id, dispute.amount_minor, dispute.said) == (None, 50_00, "GR-7 returned")


def test_a_balance_that_is_not_agreed_is_one_dispute(stage: Stage):
    stage.confirm(Result.REFUSED, remark="This is not our account.")

    [dispute] = disputes(stage)
    assert (dispute.origin, dispute.reason, dispute.said) == (
        "whole",
        "refused",
        "This is not our account.",
    )


def test_a_signature_that_is_taken_back_takes_its_disputes_back(stage: Stage):
    stage.differ(1, own=128_000_00)
    stage.confirm(DIFFERS)
    withdraw(stage)

    assert [one.state for one in disputes(stage)] == ["withdrawn"]
    assert marks(stage) == []


def test_what_is_signed_again_is_said_again_and_not_anew(stage: Stage):
    stage.differ(1, own=128_000_00)
    stage.confirm(DIFFERS)
    withdraw(stage)
    stage.differ(1, own=127_000_00, version=1)
    second = stage.confirm(DIFFERS, key="another key")

    [dispute] = disputes(stage)
    assert (dispute.state, dispute.confirmation_id) == ("received", second)
    assert marks(stage) == [(1, 1_400_00)]


def test_a_clean_confirmation_asks_nothing_of_disputes(stage: Stage):
    said: list[str] = []
    engine = stage.installation.database.engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        stage.confirm()
        withdraw(stage)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert said
    assert [one for one in said if re.search(r"\b(dispute|disputed_part)\b", one)] == []


def test_a_signed_difference_leads_to_its_dispute(stage: Stage):
    stage.differ(1, own=128_000_00)
    stage.confirm(DIFFERS)
    visitor = Browser(app_over(stage.installation), but={"links"})
    visitor.sign_in(CHEN)
    page = visitor.visit(f"/statements/{stage.ref}/differences")

    assert page.links["DSP-1"].startswith("/disputes/di_")


def line_one(stage: Stage, said: str) -> int:
    about = About(statement_id=stage.id, seq=1)
    return stage.act(raise_dispute, RaiseDispute(about, "price", Money(100_00, "CNY"), said))


def test_a_line_that_is_disputed_already_is_not_disputed_twice(stage: Stage):
    line_one(stage, "Too dear")

    with pytest.raises(RuleBroken, match=r"dispute\.said_here"):
        line_one(stage, "Much too dear")


def test_a_line_whose_dispute_was_withdrawn_can_be_disputed_again(stage: Stage):
    first = line_one(stage, "Too dear")
    stage.act(withdraw_dispute, WithdrawDispute(first))

    assert line_one(stage, "Much too dear") == first
    assert [(one.state, one.said) for one in disputes(stage)] == [("received", "Much too dear")]
    assert marks(stage) == [(1, 100_00)]
