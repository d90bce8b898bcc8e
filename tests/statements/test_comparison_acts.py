"""A ledger laid beside a statement: what was found, what people decide, and the answers of it."""

import json

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.confirmation import Reason, Result, own_closing_minor
from portal.core.errors import RuleBroken
from portal.statements.comparison.applying import (
    Applied,
    ApplyComparison,
    TakeBackApplied,
    apply_comparison,
    take_back_applied,
)
from portal.statements.comparison.uploading import (
    ForgetLedger,
    KeepLedger,
    forget_ledger,
    keep_ledger,
)
from portal.tables.comparison import Comparison, OwnRow
from portal.tables.files import StoredFile
from portal.tables.journal import Audit
from tests.people.cast import ADA, CHEN, WANG
from tests.statements.own_ledgers import (
    comparison_of,
    decided,
    laid,
    matches_of,
    planted_rows,
    right_rows,
)
from tests.statements.stage import Stage


def applied(stage: Stage, comparison_id: int, **said) -> Applied:
    version = comparison_of(stage, comparison_id).row_version
    return stage.act(apply_comparison, ApplyComparison(comparison_id, version, **said))


def counted(stage: Stage, what) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(what)) or 0


def audits(stage: Stage, kind: str) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).where(Audit.kind == kind)) or 0


def own_closing(stage: Stage) -> int:
    ticks = stage.ticks
    return own_closing_minor(stage.statement.closing_minor, ticks.lines, ticks.differences)


def test_a_ledger_that_says_the_same_agrees_to_every_line(any_stage: Stage):
    comparison_id = laid(any_stage, right_rows())

    assert applied(any_stage, comparison_id) == Applied(agreed=6, differing=0, documents=0)
    assert (any_stage.ticks.agreed, any_stage.ticks.differences) == (6, [])


def test_planted_differences_are_found_and_none_invented(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())

    counts = json.loads(comparison_of(any_stage, comparison_id).counts)
    assert counts == {"same": 4, "differs": 1, "ours": 1, "yours": 1, "rows": 6}


def test_applying_answers_the_whole_statement_in_one_act(any_stage: Stage):
    applied(any_stage, laid(any_stage, planted_rows()))

    ticks = any_stage.ticks
    assert (ticks.answered, ticks.agreed) == (6, 4)
    assert [(each.seq, each.reason, each.own_minor) for each in ticks.differences] == [
        (2, Reason.WRONG_AMOUNT, 8_000_00),
        (4, Reason.NOT_RECEIVED, None),
        (None, Reason.MISSING_DOCUMENT, -500_00),
    ]
    assert audits(any_stage, "comparison.applied") == 1


def test_what_is_applied_leads_to_the_customers_own_balance(stage: Stage):
    applied(stage, laid(stage, planted_rows()))

    assert own_closing(stage) == sum(row.amount_minor for row in planted_rows())


def test_a_fully_answered_statement_can_be_signed(stage: Stage):
    applied(stage, laid(stage, planted_rows()))
    stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)

    assert stage.statement.state == "confirmed_with_differences"


def test_the_customer_says_why_lines_are_missing(stage: Stage):
    applied(stage, laid(stage, planted_rows()), missing=Reason.TIMING)

    assert stage.ticks.of(4).difference.reason is Reason.TIMING


def test_a_reason_that_needs_another_amount_fits_no_missing_line(stage: Stage):
    with pytest.raises(RuleBroken) as told:
        applied(stage, laid(stage, planted_rows()), missing=Reason.WRONG_AMOUNT)

    assert told.value.code == "difference.reason_unfit"


def test_applying_again_changes_nothing(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    applied(any_stage, comparison_id)
    before = any_stage.ticks
    applied(any_stage, comparison_id)

    assert any_stage.ticks.by_line == before.by_line
    assert len(any_stage.ticks.documents) == 1


def test_answers_by_hand_that_contradict_are_left_alone_and_named(any_stage: Stage):
    any_stage.agree(2)
    any_stage.agree(1)

    done = applied(any_stage, laid(any_stage, planted_rows()))

    assert (done.contradicting, any_stage.ticks.of(2).mark) == ((2,), "agree")


def test_they_are_answered_too_where_that_is_asked_for(stage: Stage):
    stage.agree(2)

    done = applied(stage, laid(stage, planted_rows()), overrides=True)

    assert (done.contradicting, stage.ticks.of(2).mark) == ((), "differ")


def test_a_later_decision_is_applied_over_what_was_applied(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    applied(any_stage, comparison_id)
    decided(any_stage, comparison_id, "difference", [4], [], reason="duplicate", note="see June")
    decided(any_stage, comparison_id, "timing", [], [9])

    done = applied(any_stage, comparison_id)

    said = any_stage.ticks.of(4).difference
    assert (done.contradicting, said.reason, said.note) == ((), Reason.DUPLICATE, "see June")
    assert [each.difference.reason for each in any_stage.ticks.documents] == [Reason.TIMING]


def test_what_was_applied_can_be_taken_back(any_stage: Stage):
    any_stage.agree(1)
    comparison_id = laid(any_stage, planted_rows())
    applied(any_stage, comparison_id)

    count = any_stage.act(take_back_applied, TakeBackApplied(comparison_id))

    assert (count, any_stage.ticks.answered, any_stage.ticks.documents) == (5, 1, ())


def test_a_pair_that_is_not_the_same_stands_on_both_sides(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    decided(any_stage, comparison_id, "apart", [2], [3])

    found = matches_of(any_stage, comparison_id)
    assert {found["ours [2] []"].decided, found["yours [] [3]"].decided} == {"apart"}


def test_a_decision_can_be_taken_back(stage: Stage):
    comparison_id = laid(stage, planted_rows())
    decided(stage, comparison_id, "apart", [2], [3])
    decided(stage, comparison_id, "back", [2], [])

    assert matches_of(stage, comparison_id)["differs [2] [3]"].decided == ""


def test_what_stands_alone_on_both_sides_can_be_joined(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    decided(any_stage, comparison_id, "join", [4], [9])

    assert matches_of(any_stage, comparison_id)["differs [4] [9]"].how == "person"


def test_joining_needs_both_sides(stage: Stage):
    with pytest.raises(RuleBroken) as told:
        decided(stage, laid(stage, planted_rows()), "join", [4], [])

    assert told.value.code == "comparison.choose_both"


def test_a_decision_on_an_older_page_is_told(stage: Stage):
    comparison_id = laid(stage, planted_rows())
    decided(stage, comparison_id, "apart", [2], [3])
    with pytest.raises(RuleBroken) as told:
        decided(stage, comparison_id, "timing", [2], [3])

    assert told.value.code == "comparison.stale"


def test_applying_what_was_decided_anew_meanwhile_is_told(stage: Stage):
    comparison_id = laid(stage, planted_rows())
    version = comparison_of(stage, comparison_id).row_version
    decided(stage, comparison_id, "timing", [], [9])
    with pytest.raises(RuleBroken) as told:
        stage.act(apply_comparison, ApplyComparison(comparison_id, version))

    assert told.value.code == "comparison.stale"


def test_the_bridge_adds_up_and_explains_everything(any_stage: Stage):
    bridge = json.loads(comparison_of(any_stage, laid(any_stage, planted_rows())).bridge)

    steps = bridge["opening"] + bridge["only_ours"] - bridge["only_yours"] + bridge["amounts"]
    assert bridge["yours"] + steps + bridge["unexplained"] == bridge["ours"]
    assert (bridge["ours"], bridge["unexplained"]) == (any_stage.statement.closing_minor, 0)


def test_deleted_rows_leave_the_counts_and_that_they_were_deleted(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    digest = comparison_of(any_stage, comparison_id).file_sha256
    storage = any_stage.installation.storage
    any_stage.act(forget_ledger, ForgetLedger(storage, comparison_id))

    left = comparison_of(any_stage, comparison_id)
    assert (left.state, left.file_sha256, json.loads(left.counts)["same"]) == ("deleted", None, 4)
    assert (counted(any_stage, OwnRow), audits(any_stage, "comparison.deleted")) == (0, 1)
    with pytest.raises(FileNotFoundError):
        storage.get(digest)


def test_a_file_that_somebody_else_keeps_too_is_not_deleted(any_stage: Stage):
    comparison_id = laid(any_stage, planted_rows())
    row = comparison_of(any_stage, comparison_id)
    with any_stage.installation.work(SYSTEM) as w:
        same = ("customer_id", "statement_id", "user_id", "file_name", "file_sha256", "created_at")
        other = {name: getattr(row, name) for name in same}
        empty = dict.fromkeys(("counts", "decisions", "applied"), "{}")
        w.session.add(Comparison(state="uploaded", problems="[]", **other, **empty))
    any_stage.act(forget_ledger, ForgetLedger(any_stage.installation.storage, comparison_id))

    assert (counted(any_stage, StoredFile), audits(any_stage, "comparison.deleted")) == (1, 1)


def test_the_same_file_again_is_the_same_comparison(any_stage: Stage):
    assert laid(any_stage, planted_rows()) == laid(any_stage, planted_rows())


def test_an_answered_statement_is_compared_no_more_and_its_rows_can_still_be_deleted(stage: Stage):
    comparison_id = laid(stage, right_rows())
    stage.confirm()
    with pytest.raises(RuleBroken) as told:
        applied(stage, comparison_id)
    stage.act(forget_ledger, ForgetLedger(stage.installation.storage, comparison_id))

    assert told.value.code == "statement.already_answered"
    assert comparison_of(stage, comparison_id).state == "deleted"


def test_a_prepared_statement_is_compared_no_more(stage: Stage):
    comparison_id = laid(stage, right_rows())
    with stage.installation.work(SYSTEM) as w:
        w.session.merge(stage.statement).state = "prepared"
    with pytest.raises(RuleBroken) as told:
        applied(stage, comparison_id)

    assert told.value.code == "statement.with_approver"


def test_strangers_find_nothing_and_our_own_people_may_not(stage: Stage):
    upload = KeepLedger(stage.installation.storage, stage.id, "own.csv", b"a,b\n")
    with pytest.raises(NotFound):
        stage.act(keep_ledger, upload, ADA)
    with pytest.raises(Denied):
        stage.act(keep_ledger, upload, "li@northwind.example")


def test_two_colleagues_see_one_comparison(stage: Stage):
    assert laid(stage, planted_rows(), CHEN) == laid(stage, planted_rows(), WANG)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b" \n", "own_ledger.empty"), (b"x" * 11_000_000, "own_ledger.too_large")],
    ids=["nothing", "too much"],
)
def test_a_file_is_refused_that_holds(stage: Stage, content: bytes, code: str):
    upload = KeepLedger(stage.installation.storage, stage.id, "own.csv", content)
    with pytest.raises(RuleBroken) as told:
        stage.act(keep_ledger, upload)

    assert told.value.code == code
