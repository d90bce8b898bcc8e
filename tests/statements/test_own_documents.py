"""A document that only the customer's books have is a difference like any other."""

import datetime as dt
import io
import json
import zipfile

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.confirmation import Reason, Result, own_closing_minor
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.statements.settling.own_documents import (
    SayOwnDocument,
    TakeBackOwnDocument,
    say_own_document,
    take_back_own_document,
)
from portal.statements.signing.confirming import answers_digest
from portal.tables.journal import Audit
from portal.tables.statements import Confirmation
from tests.people.cast import ADA, Browser
from tests.statements.stage import Stage

DAY = dt.date(2026, 10, 30)
TYPED = {
    "document": "GR-77",
    "dated_on": "2026-10-30",
    "own_amount": "1,250.00",
    "effect": "lowers",
    "reason": "missing_document",
    "note": "paid by bill",
}


def said(stage: Stage, minor: int = -1250_00, **changes) -> SayOwnDocument:
    given = {"reason": Reason.MISSING_DOCUMENT, "document": "GR-77", "dated_on": DAY} | changes
    return SayOwnDocument(stage.id, own_amount=Money(minor, "CNY"), **given)


def say(stage: Stage, *given, **changes) -> None:
    stage.act(say_own_document, said(stage, *given, **changes))


@pytest.fixture
def here(stage: Stage) -> str:
    return f"/statements/{stage.ref}"


def test_a_document_of_their_own_counts_with_its_amount(any_stage: Stage):
    say(any_stage)
    ticks = any_stage.ticks

    own = own_closing_minor(any_stage.statement.closing_minor, ticks.lines, ticks.differences)
    assert own == any_stage.statement.closing_minor - 1250_00
    assert ticks.answered == 0


def test_said_twice_it_stands_there_once(any_stage: Stage):
    say(any_stage)
    say(any_stage)

    assert len(any_stage.ticks.documents) == 1


def test_two_alike_but_for_their_day_both_count(any_stage: Stage):
    say(any_stage)
    say(any_stage, dated_on=None)

    days = [each.difference.dated_on for each in any_stage.ticks.documents]
    assert days == [None, DAY]


def test_it_is_taken_back_and_each_act_is_one_entry(any_stage: Stage):
    say(any_stage)
    command = TakeBackOwnDocument(any_stage.id, any_stage.ticks.documents[0].id)
    any_stage.act(take_back_own_document, command)
    any_stage.act(take_back_own_document, command)

    kinds = ("statement.difference_said", "statement.difference_taken_back")
    with any_stage.installation.reading(SYSTEM) as r:
        audited = select(func.count()).select_from(Audit).where(Audit.kind.in_(kinds))
        assert (any_stage.ticks.documents, r.session.scalar(audited)) == ((), 2)


def test_a_line_is_not_taken_back_as_a_document(stage: Stage):
    stage.differ(2)
    with pytest.raises(NotFound):
        stage.act(take_back_own_document, TakeBackOwnDocument(stage.id, 1))


def test_who_may_not_answer_may_not_say_it(stage: Stage):
    with pytest.raises((Denied, NotFound)):
        stage.cast.do(say_own_document, said(stage), actor=stage.actor(ADA))


def test_after_the_signature_nothing_is_added(stage: Stage):
    stage.confirm()
    with pytest.raises(RuleBroken) as refused:
        say(stage)

    assert refused.value.code == "statement.already_answered"


def test_what_was_shown_is_what_is_signed(stage: Stage):
    before = answers_digest(stage.ticks)
    say(stage)

    assert answers_digest(stage.ticks) != before


def test_the_evidence_names_it_without_a_line(any_stage: Stage):
    say(any_stage)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)

    with any_stage.installation.reading(SYSTEM) as r:
        answers = json.loads(r.session.scalars(select(Confirmation.evidence)).one())["answers"]
    assert answers["differences"] == [
        {
            "line": None,
            "kind": None,
            "document": "GR-77",
            "date": "2026-10-30",
            "reason": "missing_document",
            "ours": None,
            "own": "-1250.00",
            "difference": "-1250.00",
            "note": "",
        }
    ]
    assert answers["own_closing"] == "176498.56"


def test_it_is_added_and_removed_on_the_page(chen: Browser, here: str, stage: Stage):
    page = chen.visit(f"{here}/differences")
    page = chen.follow(chen.fill(page, f"{here}/differences", **TYPED))

    assert "GR-77" in page.text
    assert stage.ticks.difference_minor == -1250_00

    action = next(
        form.get("action") for form in page.root.all("form") if "/removal" in form.get("action", "")
    )
    assert "GR-77" not in chen.follow(chen.fill(page, action)).text.split("no longer")[0]
    assert stage.ticks.documents == ()


@pytest.mark.parametrize("field", ["document", "own_amount", "reason", "effect"])
def test_what_is_missing_is_asked_for_and_the_rest_kept(chen: Browser, here: str, field: str):
    page = chen.send(f"{here}/differences", 422, data=TYPED | {field: ""})

    kept = [one.get("value") for one in page.root.all("input")]
    assert ("GR-77" in kept) == (field != "document")


def test_the_certificate_lists_it_on_the_page_and_in_the_file(
    chen: Browser, here: str, stage: Stage
):
    stage.differ(2, own=8_000_00)
    say(stage)
    stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    text = chen.visit(f"{here}/certificate").text

    assert all(word in text for word in ("GR-77", "−1,250.00", "INV-2026-04102", "8,000.00"))


def test_the_export_lists_it_below_the_closing_balance(chen: Browser, here: str, stage: Stage):
    say(stage)
    lines = chen.client.get(f"{here}.csv").data.decode("utf-8-sig").splitlines()
    book = zipfile.ZipFile(io.BytesIO(chen.client.get(f"{here}.xlsx").data))

    assert "GR-77" in lines[-1]
    assert "-1250.00" in lines[-1]
    assert "GR-77" in book.read("xl/sharedStrings.xml").decode()
