"""R158–R159 over the books: terms change from a day on, once a second person has approved it."""

import json

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request, ask_anew
from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.policies import decide
from portal.core.errors import RuleBroken
from portal.tables.approvals import Approval
from portal.tables.journal import Audit
from portal.tables.terms import CustomerTerms
from portal.terms.commands import (
    ChangeDraft,
    DraftChange,
    HandIn,
    Wanted,
    Withdraw,
    change_draft,
    draft_change,
    hand_in,
    withdraw,
)
from tests.terms.conftest import TODAY, Desk, on

NAMED = [{"name": "standard", "text": "net 30"}]


def test_what_is_approved_becomes_a_version_from_its_day_on(desk: Desk):
    desk.decided(begins=10, default_terms="net 45", grace_days=3)

    assert (desk.company("default_terms", 9), desk.company("grace_days", 9)) == ("", 0)
    assert (desk.company("default_terms", 10), desk.company("grace_days", 10)) == ("net 45", 3)
    [row] = desk.changes()
    assert (row.state, row.policy_id is not None) == ("approved", True)


def test_changes_of_different_days_compose_whichever_is_approved_first(desk: Desk):
    late = desk.handed_in(begins=30, grace_days=9)
    early = desk.handed_in(begins=10, default_terms="net 45")
    desk.approve(late)
    desk.approve(early)

    assert (desk.company("default_terms", 10), desk.company("grace_days", 10)) == ("net 45", 0)
    assert (desk.company("default_terms", 30), desk.company("grace_days", 30)) == ("net 45", 9)


def test_nobody_approves_what_they_drafted_or_handed_in(desk: Desk):
    drafted = desk.draft("ada", default_terms="net 45")
    approval_id = desk.does("zhao", hand_in, HandIn(drafted, 1))

    for own in ("ada", "zhao"):
        with pytest.raises(RuleBroken) as refused:
            desk.approve(approval_id, by=own)
        assert refused.value.code == "approval.own"
    assert desk.company("default_terms") == ""


def test_what_was_refused_changes_nothing(desk: Desk):
    desk.refuse(desk.handed_in(default_terms="net 45"))

    assert desk.company("default_terms") == ""
    assert desk.changes()[0].state == "refused"


def test_approved_later_than_its_day_it_begins_on_the_day_of_approval(quick: Desk):
    approval_id = quick.handed_in(begins=0, default_terms="net 45")
    with quick.installation.work(quick.actor("ada"), on(3)) as w:
        approve_request(w, ApproveRequest(approval_id))

    assert (quick.company("default_terms", 2), quick.company("default_terms", 3)) == ("", "net 45")
    assert quick.changes()[0].effective_on == on(3)


def test_what_is_in_force_meanwhile_overtakes_the_request(desk: Desk):
    approval_id = desk.handed_in(terms=[*NAMED, {"name": "key", "text": "net 90"}])
    with desk.installation.work(SYSTEM) as w:
        decide(w, {"terms": NAMED})

    with pytest.raises(RuleBroken) as refused:
        desk.approve(approval_id)
    assert refused.value.code == "approval.changed"

    with desk.installation.work(desk.actor("ada")) as w:
        anew = ask_anew(w, approval_id)
    desk.approve(anew)
    assert [each["name"] for each in desk.company("terms")] == ["standard", "key"]


def test_terms_that_a_colleague_named_meanwhile_stay(desk: Desk):
    approval_id = desk.handed_in(terms=NAMED)
    with desk.installation.work(SYSTEM) as w:
        decide(w, {"terms": [{"name": "key", "text": "net 90"}]})
    with desk.installation.work(desk.actor("ada")) as w:
        anew = ask_anew(w, approval_id)

    desk.approve(anew)

    assert {each["name"] for each in desk.company("terms")} == {"standard", "key"}


# ── One customer's own ───────────────────────────────────────────────────────


def test_a_customers_terms_get_a_dated_row(desk: Desk):
    desk.decided(own=True, begins=5, terms="net 60", grace_days=2)

    assert desk.own_rows() == [(on(5), "net 60", 2, "decision")]


def test_of_a_customer_too_changes_of_different_days_compose(desk: Desk):
    desk.decided(own=True, begins=30, grace_days=7)
    desk.decided(own=True, begins=10, terms="net 60")

    assert desk.own_rows() == [
        (on(30), "net 30", 7, "decision"),
        (on(10), "net 60", None, "decision"),
        (on(30), "net 60", 7, "decision"),
    ]


def test_a_rate_and_a_year_of_360_days_are_kept(desk: Desk):
    desk.decided(own=True, late_rate="12.25", day_count=360)

    with desk.installation.reading(SYSTEM) as r:
        row = r.session.scalars(select(CustomerTerms)).one()
        assert (str(row.late_rate), row.day_count, row.author) == ("12.25", 360, "Zhao")


# ── What is refused ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("after", "code", "field"),
    [
        ({"default_terms": "net soon"}, "policy.terms_unknown", "default_terms"),
        ({"terms": [{"name": "x", "text": "30% 15d"}]}, "terms.not_whole", "terms"),
        ({"terms": [{"name": "net 30", "text": "net 60"}]}, "terms.name_is_notation", "terms"),
        ({"terms": [{"name": "", "text": "net 60"}]}, "terms.name_missing", "terms"),
        ({"terms": [*NAMED, *NAMED]}, "policy.name_twice", "terms"),
        ({"grace_days": 91}, "terms.out_of_bounds", "grace_days"),
        ({"late_interest": {"annual_rate": "101"}}, "terms.rate_out_of_bounds", "late_interest"),
        ({"statement_issue_on_workday": 0}, "terms.out_of_bounds", "statement_issue_on_workday"),
        ({"grace_days": 0}, "terms.nothing_changes", None),
    ],
)
def test_company_terms_that_make_no_sense_are_refused(quick: Desk, after, code, field):
    with pytest.raises(RuleBroken) as refused:
        quick.draft(**after)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert quick.changes() == []


@pytest.mark.parametrize(
    ("after", "code", "part"),
    [
        ({"terms": "30% 15d, premium 45d"}, "terms.share_missing", "premium 45d"),
        ({"late_rate": "much"}, "terms.rate_out_of_bounds", None),
        ({"day_count": 364}, "policy.day_count", None),
        ({"terms": "net 30"}, "terms.nothing_changes", None),
    ],
)
def test_own_terms_that_make_no_sense_point_at_the_part(quick: Desk, after, code, part):
    with pytest.raises(RuleBroken) as refused:
        quick.draft(own=True, **after)

    assert (refused.value.code, refused.value.facts.get("part")) == (code, part)


def test_a_day_that_is_over_is_refused(quick: Desk):
    with pytest.raises(RuleBroken) as refused:
        quick.draft(begins=-1, default_terms="net 45")

    assert (refused.value.code, refused.value.field) == (
        "terms.begins_in_the_past",
        "effective_on",
    )


def test_a_change_needs_a_reason(quick: Desk):
    with pytest.raises(RuleBroken, match=r"terms\.reason_missing"):
        quick.does("zhao", draft_change, DraftChange(Wanted(TODAY, {"grace_days": 3}, " ")))


def test_who_waits_for_the_same_from_the_same_day_or_later_comes_first(desk: Desk):
    desk.handed_in(begins=20, grace_days=5)
    desk.handed_in(begins=20, promise_max_broken=5)
    desk.handed_in(begins=20, own=True, grace_days=5)

    for begins in (10, 20):
        with pytest.raises(RuleBroken) as refused:
            desk.handed_in("ada", begins, grace_days=7)
        assert (refused.value.code, refused.value.facts["begins"]) == ("terms.overlaps", on(20))
    desk.handed_in("ada", 21, grace_days=7)


def test_only_who_may_changes_terms(quick: Desk):
    for name in ("tom", "li"):
        with pytest.raises(Denied):
            quick.draft(name, grace_days=5)


def test_a_change_that_is_not_there_is_not_found(quick: Desk):
    with pytest.raises(NotFound):
        quick.does("zhao", hand_in, HandIn(99, 1))


# ── Drafts ───────────────────────────────────────────────────────────────────


def test_the_same_draft_twice_is_one(desk: Desk):
    assert desk.draft(grace_days=5) == desk.draft(grace_days=5)
    assert desk.draft(grace_days=6) != desk.draft(grace_days=5)


def test_a_draft_can_say_something_else_until_it_is_handed_in(desk: Desk):
    change_id = desk.draft(grace_days=5)
    desk.does("ada", change_draft, ChangeDraft(change_id, 1, Wanted(on(4), {"grace_days": 6}, "x")))
    view = desk.change(change_id)

    assert (view.after, view.effective_on, view.row_version) == ({"grace_days": 6}, on(4), 2)
    with pytest.raises(RuleBroken, match=r"terms\.stale"):
        desk.does(
            "zhao", change_draft, ChangeDraft(change_id, 1, Wanted(on(4), {"grace_days": 7}, "x"))
        )
    desk.does("zhao", hand_in, HandIn(change_id, 2))
    with pytest.raises(RuleBroken, match=r"terms\.not_in_this_state"):
        desk.does(
            "zhao", change_draft, ChangeDraft(change_id, 3, Wanted(on(4), {"grace_days": 7}, "x"))
        )


def test_handed_in_twice_it_waits_once(desk: Desk):
    change_id = desk.draft(grace_days=5)
    desk.does("zhao", hand_in, HandIn(change_id, 1))

    with pytest.raises(RuleBroken, match=r"terms\.not_in_this_state"):
        desk.does("zhao", hand_in, HandIn(change_id, 1))


def test_what_is_taken_back_is_not_decided_any_more(desk: Desk):
    approval_id = desk.handed_in(grace_days=5)
    change_id = desk.changes()[0].id
    for _twice in range(2):
        desk.does("zhao", withdraw, Withdraw(change_id, 2))

    with pytest.raises(RuleBroken, match=r"approval\.not_in_this_state"):
        desk.approve(approval_id)
    assert desk.changes()[0].state == "withdrawn"
    assert desk.company("grace_days") == 0


def test_the_request_shows_what_becomes_what(quick: Desk):
    approval_id = quick.handed_in(
        begins=5, default_terms="net 45", terms=NAMED, plan_interest_bp=450, reach="open"
    )
    with quick.installation.reading(SYSTEM) as r:
        row = r.session.get_one(Approval, approval_id)

    assert json.loads(row.before) == {
        "default_terms": "none",
        "terms:standard": "none",
        "plan_interest_bp": "0 %",
    }
    assert json.loads(row.after) == {
        "default_terms": "net 45",
        "terms:standard": "net 30",
        "plan_interest_bp": "4.5 %",
        "begins": "2026-11-25",
        "reach": "also_open",
    }


def test_every_step_is_audited(quick: Desk):
    quick.decided(grace_days=5)

    with quick.installation.reading(SYSTEM) as r:
        kinds = list(r.session.scalars(select(Audit.kind).order_by(Audit.id)))
    assert [kind for kind in kinds if kind.startswith(("terms", "policy", "approval"))] == [
        "terms_change.drafted",
        "approval.asked",
        "terms_change.handed_in",
        "approval.approved",
        "policy.changed",
        "terms_change.approved",
    ]
