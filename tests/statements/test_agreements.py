"""The agreement on electronic reconciliation, and what counts as agreed because of it."""

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.statements.agreement import agreements, deeming
from portal.statements.agreement.agreements import (
    AcceptAgreement,
    accept_agreement,
    revoke_agreement,
)
from portal.statements.queries import get_statement_by_id
from portal.tables.agreements import Agreement, Deemed
from portal.tables.customers import Customer
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.runs import Bounce
from portal.tables.statements import Confirmation
from tests.people.cast import ADA, CHEN, WANG
from tests.statements.stage import Stage

#: October's statement is answered by 4 December; ten workdays later is the 18th.
LONG_AFTER = dt.date(2026, 12, 31)


def deem(installation: Installation, on: dt.date) -> int:
    with installation.work(SYSTEM, on) as w:
        return deeming.deem(w)


def offer_sha256(stage: Stage) -> str:
    with stage.installation.reading(SYSTEM) as r:
        customer = r.session.get_one(Customer, stage.statement.customer_id)
        return agreements.offer_to(r, customer, CHEN).sha256


def wish(stage: Stage, **changes: Any) -> AcceptAgreement:
    given: dict[str, Any] = {
        "customer_id": stage.statement.customer_id,
        "sha256": offer_sha256(stage),
        "delivery_address": CHEN,
        "is_electronic": True,
        "counts_silence": True,
    }
    return AcceptAgreement(**(given | changes))


def accept(stage: Stage, email: str = CHEN, **changes: Any) -> int:
    return int(stage.act(accept_agreement, wish(stage, **changes), email))


def backdate(stage: Stage, **values: Any) -> None:
    """As if the agreement had been accepted before the statement was issued."""
    with stage.installation.work(SYSTEM) as w:
        before = stage.statement.issued_at - dt.timedelta(days=30)
        kept = w.session.scalars(select(Agreement)).one()
        facts = {c.name: getattr(kept, c.name) for c in Agreement.__table__.columns}
        kept.ended_at = kept.accepted_at
        w.session.flush()
        w.session.add(Agreement(**(facts | {"id": None, "accepted_at": before} | values)))
    deliver(stage, stage.statement.issued_at)


def deliver(stage: Stage, at: dt.datetime) -> None:
    """The mails about the statement were sent at a moment."""
    with stage.installation.work(SYSTEM) as w:
        w.session.execute(
            update(Outbox).where(Outbox.kind == "statement").values(state="sent", sent_at=at)
        )


def rows(stage: Stage, table: type) -> list[Any]:
    with stage.installation.reading(SYSTEM) as r:
        found = list(r.session.scalars(select(table)))
        r.session.expunge_all()
    return found


def first_day(stage: Stage) -> dt.date:
    with stage.installation.reading(SYSTEM) as r:
        last = r.calendar().add_workdays(stage.statement.confirm_by, 10)
    return last + dt.timedelta(days=1)


def test_an_acceptance_is_kept_with_its_evidence(any_stage: Stage):
    accept(any_stage)
    [kept] = rows(any_stage, Agreement)
    evidence = json.loads(kept.evidence)

    assert (kept.delivery_address, kept.silence_workdays) == (CHEN, 10)
    assert kept.text_sha256 == agreements.sha256_of_text(kept.body)
    assert evidence["accepted_by"]["email"] == CHEN
    assert evidence["parts"] == {"electronic": True, "silence": True}
    assert "within 10 workdays" in kept.body
    assert [audit.kind for audit in rows(any_stage, Audit)][-1] == "agreement.accepted"


def test_the_second_part_is_a_choice_of_its_own(any_stage: Stage):
    accept(any_stage, counts_silence=False)
    [kept] = rows(any_stage, Agreement)

    assert kept.silence_workdays is None
    assert "workdays" not in kept.body


def test_the_first_part_has_to_be_ticked(stage: Stage):
    with pytest.raises(RuleBroken, match=r"agreement\.electronic_missing"):
        accept(stage, is_electronic=False)


def test_things_are_delivered_to_somebody_who_may_answer(stage: Stage):
    with pytest.raises(RuleBroken, match=r"agreement\.address_unknown"):
        accept(stage, delivery_address="elsewhere@example.com")


def test_another_text_than_was_shown_is_not_accepted(stage: Stage):
    with pytest.raises(RuleBroken, match=r"agreement\.replaced"):
        accept(stage, sha256="of another text")


def test_only_a_signatory_or_an_administrator_accepts(stage: Stage):
    with pytest.raises(Denied):
        accept(stage, WANG)
    with pytest.raises(NotFound):
        accept(stage, ADA)


def test_the_same_acceptance_twice_is_one(any_stage: Stage):
    assert accept(any_stage) == accept(any_stage)
    assert len(rows(any_stage, Agreement)) == 1


def test_a_later_acceptance_takes_the_place_of_the_one_before(any_stage: Stage):
    accept(any_stage)
    accept(any_stage, counts_silence=False)
    first, second = rows(any_stage, Agreement)

    assert first.ended_at is not None
    assert second.ended_at is None


def test_everybody_who_administers_the_customer_gets_a_copy(stage: Stage):
    accept(stage)
    revoke(stage)
    mails = [mail for mail in rows(stage, Outbox) if mail.kind == "agreement"]

    assert [(mail.to_address, json.loads(mail.payload)["is_revoked"]) for mail in mails] == [
        (CHEN, False),
        (CHEN, True),
    ]


def revoke(stage: Stage) -> None:
    stage.act(revoke_agreement, stage.statement.customer_id)


def test_what_was_accepted_cannot_be_changed(any_stage: Stage):
    accept(any_stage)

    with pytest.raises(IntegrityError), any_stage.installation.database.engine.begin() as books:
        books.execute(update(Agreement).values(silence_workdays=1))


def test_without_an_agreement_nothing_counts_as_agreed(any_stage: Stage):
    """Rule R67."""
    assert deem(any_stage.installation, LONG_AFTER) == 0
    assert rows(any_stage, Deemed) == []


def test_the_databases_refuse_it_without_an_agreement_that_says_so(any_stage: Stage):
    """Rule R67, held by the foreign key."""
    accept(any_stage, counts_silence=False)
    [kept] = rows(any_stage, Agreement)
    statement = any_stage.statement
    row = {
        "statement_id": statement.id,
        "customer_id": statement.customer_id,
        "agreement_id": kept.id,
        "on": LONG_AFTER,
        "noted_at": any_stage.installation.clock.now(),
    }
    for changes in ({}, {"counts_silence": 0}, {"agreement_id": kept.id + 1}):
        with (
            pytest.raises(IntegrityError),
            any_stage.installation.database.engine.begin() as books,
        ):
            books.execute(Deemed.__table__.insert().values(**(row | changes)))


def test_an_agreement_without_the_second_part_makes_silence_say_nothing(any_stage: Stage):
    accept(any_stage, counts_silence=False)
    backdate(any_stage)

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_an_agreement_made_after_the_statement_does_not_reach_back(any_stage: Stage):
    accept(any_stage)
    moment = any_stage.statement.issued_at + dt.timedelta(seconds=1)
    backdate(any_stage, accepted_at=moment)

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_silence_counts_after_the_last_workday_has_passed_whole(any_stage: Stage):
    """Rule R68."""
    accept(any_stage)
    backdate(any_stage)
    on = first_day(any_stage)

    assert deem(any_stage.installation, on - dt.timedelta(days=1)) == 0
    assert deem(any_stage.installation, on) == 1
    assert [row.on for row in rows(any_stage, Deemed)] == [on]


def test_silence_about_a_mail_that_was_held_back_says_nothing(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    with any_stage.installation.work(SYSTEM) as w:
        w.session.execute(update(Outbox).values(state="pending", sent_at=None))

    assert deem(any_stage.installation, LONG_AFTER) == 0

    deliver(any_stage, dt.datetime(2026, 12, 28, 9, tzinfo=dt.UTC))
    assert deem(any_stage.installation, LONG_AFTER) == 0
    assert deem(any_stage.installation, dt.date(2027, 1, 31)) == 1


def test_silence_says_nothing_where_the_agreed_address_sent_the_mail_back(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    with any_stage.installation.work(SYSTEM) as w:
        mail = w.session.scalars(
            select(Outbox).where(Outbox.kind == "statement", Outbox.to_address == CHEN)
        ).one()
        w.session.add(
            Bounce(
                outbox_id=mail.id,
                address=CHEN,
                customer_id=mail.customer_id,
                statement_id=any_stage.id,
                problem="550",
                at=w.now,
            )
        )

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_it_is_noted_once_and_nothing_is_signed(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)

    assert deem(any_stage.installation, LONG_AFTER) == 1
    assert deem(any_stage.installation, LONG_AFTER) == 0
    assert any_stage.statement.state == "issued"
    assert rows(any_stage, Confirmation) == []
    assert [one.kind for one in rows(any_stage, Event)].count("deemed") == 1
    assert not [mail for mail in rows(any_stage, Outbox) if mail.kind == "certificate"]


def test_who_revoked_the_agreement_since_is_not_silent(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    revoke(any_stage)

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_a_line_that_differs_is_not_silence(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    any_stage.differ(1)

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_an_answered_statement_does_not_count_as_agreed(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    any_stage.confirm()

    assert deem(any_stage.installation, LONG_AFTER) == 0


def test_what_counts_as_agreed_can_still_be_answered(any_stage: Stage):
    accept(any_stage)
    backdate(any_stage)
    deem(any_stage.installation, LONG_AFTER)
    with any_stage.installation.reading(SYSTEM) as r:
        assert get_statement_by_id(r, any_stage.id).row.deemed_on == LONG_AFTER

    any_stage.confirm()
    assert any_stage.statement.state == "confirmed"
