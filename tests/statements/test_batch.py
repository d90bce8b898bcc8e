"""Several statements confirmed with one code: all or none, a certificate each, the rest named."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM, NotFound
from portal.core.errors import RuleBroken
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.people.recognising import actor_of
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.signing import batching
from portal.statements.signing.batching import Sorted
from portal.statements.signing.confirming import (
    BATCH_PURPOSE,
    ConfirmStatement,
    ConfirmStatements,
    Result,
)
from portal.tables.customers import Contact, SignatoryLimit
from portal.tables.journal import Outbox
from portal.tables.people import Membership
from portal.tables.statements import Confirmation, Statement
from tests.desk import OCTOBER, day
from tests.ledgers import store
from tests.people.cast import ADA, CHEN, WANG, Browser
from tests.statements.stage import Stage

BATCH = "/confirmations/batch"


def second_branch(stage: Stage) -> Stage:
    """North Sea owes in two currencies, and Chen signs there too; the run is made again."""
    made, parts = [], []
    for number, minor, currency in ((901, 70_00, "CNY"), (902, 90_00, "EUR")):
        amount = Money(minor, currency)
        made.append(Entry(number, "C2", Kind.INVOICE, f"NS-{number}", day("10-09"), amount, "PO-9"))
        parts.append(Part(number, 1, day("11-09"), amount))
    store(stage.installation, Book(tuple(made), tuple(parts)))
    with stage.installation.work() as w:
        w.session.add(
            Membership(
                user_id=stage.cast.ids[CHEN],
                customer_id=stage.cast.customers["C2"],
                role="customer_signatory",
                since_at=w.now,
            )
        )
    issue_statements(lambda: stage.installation.work(SYSTEM), IssueStatements(OCTOBER))
    return stage


@pytest.fixture
def three(any_stage: Stage) -> Stage:
    return second_branch(any_stage)


def sorted_for(stage: Stage, email: str = CHEN) -> Sorted:
    actor = stage.actor(email)
    with stage.installation.reading(actor) as r:
        return batching.sort_out(r, batching.waiting_refs(r))


def command(stage: Stage, grant: str = "", key: str = "one") -> ConfirmStatements:
    return ConfirmStatements(
        tuple(
            ConfirmStatement(
                statement_id=item.id,
                result=Result.CONFIRMED,
                sha256=item.sha256,
                answers_sha256=item.answers_sha256,
                typed_name="Chen Wei",
                is_authorised=True,
                key=f"{key}/{item.id}",
            )
            for item in sorted_for(stage).items
        ),
        grant,
    )


def granted(stage: Stage) -> str:
    found = sorted_for(stage)
    stage.act(batching.request_batch_code, [item.id for item in found.items])
    code = stage.cast.code(CHEN)
    typed = AnswerChallenge(stage.cast.ids[CHEN], BATCH_PURPOSE, found.subject, code)
    answer = stage.act(answer_challenge, typed)
    return str(answer.grant)


def count(stage: Stage, table: Any, *kept: Any) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(table).where(*kept)) or 0


def test_sums_stand_apart_by_currency(three: Stage):
    totals = sorted_for(three).totals

    assert [(how_many, total.currency) for how_many, total in totals] == [(2, "CNY"), (1, "EUR")]
    assert totals[1][1] == Money(90_00, "EUR")


def test_one_code_confirms_all_and_stands_in_the_evidence_of_each(three: Stage):
    asked = command(three, granted(three))
    kept = three.act(batching.confirm_together, asked)

    assert len(set(kept)) == 3
    with three.installation.reading(SYSTEM) as r:
        evidence = [json.loads(row.evidence) for row in r.session.scalars(select(Confirmation))]
        states = set(r.session.scalars(select(Statement.state)))
    proofs = [json.dumps(each["authentication"], sort_keys=True) for each in evidence]
    assert len(set(proofs)) == 1
    assert states == {"confirmed"}
    assert count(three, Outbox, Outbox.kind == "certificate") == 3


def test_the_same_page_twice_is_one_effect(three: Stage):
    asked = command(three, granted(three))
    kept = three.act(batching.confirm_together, asked)

    assert three.act(batching.confirm_together, asked) == kept
    assert count(three, Confirmation) == 3


def test_all_or_none(three: Stage):
    asked = command(three, granted(three))
    with three.installation.work(SYSTEM) as w:
        w.session.get_one(Statement, asked.answers[-1].statement_id).state = "refused"
    with pytest.raises(RuleBroken):
        three.act(batching.confirm_together, asked)

    assert count(three, Confirmation) == 0


def test_a_code_for_others_signs_nothing(three: Stage):
    grant = granted(three)
    asked = command(three, grant)
    fewer = ConfirmStatements(asked.answers[:2], grant)
    with pytest.raises(RuleBroken, match=r"code\."):
        three.act(batching.confirm_together, fewer)

    assert count(three, Confirmation) == 0


def reasons(stage: Stage) -> dict[str, str]:
    return {item.number: item.reason for item in sorted_for(stage).left_out}


def test_what_differs_is_left_out_and_named(three: Stage):
    three.differ(1)

    assert list(reasons(three).values()) == ["differs"]
    assert len(sorted_for(three).items) == 2


def test_what_is_above_the_limit_is_left_out_and_named(three: Stage):
    with three.installation.work() as w:
        contact = Contact(customer_id=three.cast.customers["C1"], name="Chen", email=CHEN)
        w.session.add(contact)
        w.session.flush()
        for currency, minor in (("CNY", 70_00), ("EUR", 89_99)):
            w.session.add(
                SignatoryLimit(contact_id=contact.id, currency=currency, amount_minor=minor)
            )

    assert sorted(reasons(three).values()) == ["above_limit", "above_limit"]
    assert [item.closing for item in sorted_for(three).items] == [Money(70_00, "CNY")]


def test_a_limit_that_sank_meanwhile_stops_the_whole(three: Stage):
    asked = command(three, granted(three))
    with three.installation.work() as w:
        contact = Contact(customer_id=three.cast.customers["C1"], name="Chen", email=CHEN)
        w.session.add(contact)
        w.session.flush()
        w.session.add(SignatoryLimit(contact_id=contact.id, currency="CNY", amount_minor=1))
    with pytest.raises(RuleBroken, match=r"batch\.replaced"):
        three.act(batching.confirm_together, asked)

    assert count(three, Confirmation) == 0


def test_another_customers_statement_is_not_found(three: Stage):
    with three.installation.reading(SYSTEM) as r:
        ref = r.refs.of("st", three.id)
    with (
        three.installation.reading(three.cast.read(actor_of, three.cast.ids[ADA])) as r,
        pytest.raises(NotFound),
    ):
        batching.sort_out(r, [ref])


# ── Pages ────────────────────────────────────────────────────────────────────


@pytest.fixture
def branches(stage: Stage) -> Stage:
    return second_branch(stage)


def test_the_pages_confirm_what_was_ticked_in_the_list(branches: Stage, visitor: Browser):
    visitor.sign_in(CHEN)
    page = visitor.visit("/statements")
    boxes = [one.get("value") for one in page.root.all("input") if one.get("name") == "statement"]
    assert len(boxes) == 3
    page = visitor.visit(BATCH, query_string={"statement": boxes})
    assert "2 statements in CNY" in page.text
    assert "1 statement in EUR" in page.text

    visitor.client.post(f"{BATCH}/code", data={"csrf_token": visitor.token(), "statement": boxes})
    page = visitor.visit(BATCH, query_string={"statement": boxes})
    assert "We sent it to" in page.text
    items = [one.get("value") for one in page.root.all("input") if one.get("name") == "item"]
    form = page.form(BATCH) | {
        "statement": boxes,
        "item": items,
        "is_authorised": "y",
        "code": branches.cast.code(CHEN),
    }
    for _time in range(2):
        answer = visitor.client.post(BATCH, data=form)
        assert answer.status_code == 303
    assert "3 statements are confirmed" in visitor.visit(answer.headers["Location"]).text
    assert count(branches, Confirmation) == 3


def test_a_wrong_code_is_said_on_its_field_and_nothing_is_signed(branches: Stage, visitor: Browser):
    visitor.sign_in(CHEN)
    found = [item.ref for item in sorted_for(branches).items]
    visitor.client.post(f"{BATCH}/code", data={"csrf_token": visitor.token(), "statement": found})
    page = visitor.visit(BATCH)
    items = [one.get("value") for one in page.root.all("input") if one.get("name") == "item"]
    form = page.form(BATCH) | {"statement": found, "item": items, "is_authorised": "y"}
    page = visitor.look(visitor.client.post(BATCH, data=form | {"code": "000000"}), 422)

    assert "This code is not right" in page.text
    assert count(branches, Confirmation) == 0


def test_what_is_left_out_is_told_with_its_reason(branches: Stage, visitor: Browser):
    branches.differ(1)
    visitor.sign_in(CHEN)

    page = visitor.visit(BATCH, query_string={"statement": [branches.ref]})
    assert "Nothing to confirm together" in page.text
    assert "lines are marked as different" in page.text


@pytest.mark.usefixtures("branches")
def test_the_first_page_leads_there(visitor: Browser):
    visitor.sign_in(CHEN)

    assert visitor.visit("/").links["Review together"] == BATCH


@pytest.mark.usefixtures("branches")
def test_who_cannot_sign_has_no_such_page(visitor: Browser):
    visitor.sign_in(WANG)

    visitor.visit(BATCH, 403)
    assert "Confirm the chosen together" not in visitor.visit("/statements").text
