"""A second person decides: never one's own, never what has changed, once, by whoever is first."""

import datetime as dt
import threading

import pytest

from portal.approvals.queries import ApprovalFilter, list_requests
from portal.approvals.stand_ins import NameStandIn, end_stand_in, name_stand_in
from portal.base.access import SYSTEM, Actor, Denied, NotFound
from portal.base.clock import Clock
from portal.core.errors import RuleBroken
from portal.tables.customers import Customer
from tests.approvals.inbox import Inbox

TODAY = dt.date(2026, 11, 20)


def refused(inbox: Inbox, approval_id: int, by: str) -> str:
    with pytest.raises(RuleBroken) as broken:
        inbox.approve(approval_id, by)
    return broken.value.code


def stand_in(inbox: Inbox, absent: str, other: str, by: str = "", **days: dt.date) -> int:
    told = {"from_on": TODAY, "until_on": TODAY, **days}
    with inbox.installation.work(inbox.actor(by or absent)) as w:
        return name_stand_in(w, NameStandIn(inbox.ids[absent], inbox.ids[other], **told))


def test_what_is_approved_is_done_and_told(inbox: Inbox):
    asked = inbox.ask()
    inbox.approve(asked, "li", "Fine.")

    row = inbox.row(asked)
    assert (row.state, row.decided_by, row.comment) == ("approved", inbox.ids["li"], "Fine.")
    assert inbox.facts.done == ["approved promise/17"]
    assert inbox.audited()[-2:] == ["approval.asked", "approval.approved"]
    assert inbox.mailed("approval_decided") == ["tom"]


def test_what_is_refused_is_not_done_and_says_why(inbox: Inbox):
    asked = inbox.ask()
    with pytest.raises(RuleBroken, match="comment_missing"):
        inbox.refuse(asked, "li", "  ")
    inbox.refuse(asked, "li", "Too late.")

    assert (inbox.row(asked).state, inbox.row(asked).comment) == ("refused", "Too late.")
    assert inbox.facts.done == ["refused promise/17"]


def test_everybody_who_may_decide_is_mailed_but_the_proposer(inbox: Inbox):
    inbox.ask("li")
    inbox.ask("li", "plan/4", "plan")

    assert inbox.mailed("approval_asked") == ["mo", "zhao", "ada", "zhao", "ada"]


def test_on_one_subject_one_request_waits(inbox: Inbox):
    inbox.ask()

    with pytest.raises(RuleBroken, match=r"approval\.waiting"):
        inbox.ask()


def test_nobody_approves_their_own(inbox: Inbox):
    assert refused(inbox, inbox.ask("li"), "li") == "approval.own"


def test_nobody_approves_what_they_made_the_offer_of(inbox: Inbox):
    inbox.facts.makers = (inbox.ids["li"],)

    assert refused(inbox, inbox.ask("tom"), "li") == "approval.own"


def test_a_role_that_does_not_decide_the_kind_is_told_so(inbox: Inbox):
    assert refused(inbox, inbox.ask(kind="plan"), "li") == "approval.role"
    with pytest.raises(Denied):
        inbox.approve(inbox.ask(), "tom")


def test_a_stand_in_decides_on_the_absent_colleagues_right(inbox: Inbox):
    stand_in(inbox, "zhao", "li")
    asked = inbox.ask(kind="plan")
    inbox.approve(asked, "li")

    row = inbox.row(asked)
    assert (row.decided_by, row.decided_for) == (inbox.ids["li"], inbox.ids["zhao"])


def test_who_has_the_right_decides_in_no_ones_place(inbox: Inbox):
    stand_in(inbox, "zhao", "li")
    asked = inbox.ask()
    inbox.approve(asked, "li")

    assert inbox.row(asked).decided_for is None


def test_a_stand_in_decides_nothing_of_their_own_nor_of_the_absent(inbox: Inbox):
    stand_in(inbox, "zhao", "li")

    assert refused(inbox, inbox.ask("li", "plan/1", "plan"), "li") == "approval.own"
    assert refused(inbox, inbox.ask("zhao", "plan/2", "plan"), "li") == "approval.own"


def test_standing_in_is_not_handed_on(inbox: Inbox):
    stand_in(inbox, "zhao", "li")
    stand_in(inbox, "li", "mo")

    assert refused(inbox, inbox.ask(kind="plan"), "mo") == "approval.role"


def test_a_chain_of_stand_ins_does_not_lead_back_to_the_proposer(inbox: Inbox):
    stand_in(inbox, "zhao", "li")
    stand_in(inbox, "li", "zhao")

    assert refused(inbox, inbox.ask("zhao", kind="plan"), "zhao") == "approval.own"


@pytest.mark.parametrize(("days", "code"), [(0, "approval.role"), (1, ""), (3, ""), (4, "role")])
def test_a_stand_in_counts_on_both_days_and_no_longer(inbox: Inbox, days: int, code: str):
    after = [TODAY + dt.timedelta(days=n) for n in (1, 3)]
    stand_in(inbox, "zhao", "li", from_on=after[0], until_on=after[1])
    asked = inbox.ask(kind="plan")
    later = inbox.installation.clock.now() + dt.timedelta(days=days)
    object.__setattr__(inbox.installation, "clock", Clock(fixed_at=later))

    if code:
        assert code in refused(inbox, asked, "li")
    else:
        inbox.approve(asked, "li")
        assert inbox.row(asked).state == "approved"


def test_a_stand_in_that_was_ended_counts_no_more(inbox: Inbox):
    named = stand_in(inbox, "zhao", "li")
    with inbox.installation.work(inbox.actor("zhao")) as w:
        end_stand_in(w, named)

    assert refused(inbox, inbox.ask(kind="plan"), "li") == "approval.role"
    assert inbox.mailed("stand_in") == ["zhao", "li", "zhao", "li"]


def test_only_an_administrator_names_a_stand_in_for_somebody_else(inbox: Inbox):
    with pytest.raises(NotFound):
        stand_in(inbox, "zhao", "li", by="mo")
    stand_in(inbox, "zhao", "li", by="ada")

    assert inbox.audited()[-1] == "standin.named"


def test_a_stand_in_is_somebody_else_who_decides_requests(inbox: Inbox):
    for other, code in (("zhao", "same_person"), ("tom", "not_a_manager")):
        with pytest.raises(RuleBroken, match=code):
            stand_in(inbox, "zhao", other)
    stand_in(inbox, "zhao", "li")
    with pytest.raises(RuleBroken, match="overlaps"):
        stand_in(inbox, "zhao", "li")


def test_what_has_changed_since_is_not_approved(inbox: Inbox):
    asked = inbox.ask()
    inbox.facts.due = "2026-12-10"

    assert refused(inbox, asked, "li") == "approval.changed"
    assert (inbox.row(asked).state, inbox.facts.done) == ("waiting", [])


def test_what_has_changed_since_is_asked_anew_beside_the_new_facts(inbox: Inbox):
    asked = inbox.ask()
    inbox.facts.due = "2026-12-10"
    anew = inbox.ask_anew(asked, "li")
    inbox.approve(anew, "li")

    old, new = inbox.row(asked), inbox.row(anew)
    assert (old.state, new.state) == ("overtaken", "approved")
    assert '"due": "2026-12-10"' in new.before
    assert (new.proposer_id, new.asked_at, new.after) == (
        old.proposer_id,
        old.asked_at,
        old.after,
    )


def test_what_has_not_changed_is_not_asked_anew(inbox: Inbox):
    asked = inbox.ask()

    assert inbox.ask_anew(asked, "li") == asked


def test_who_asked_anew_is_no_proposer_and_who_proposed_stays_one(inbox: Inbox):
    asked = inbox.ask("mo")
    inbox.facts.due = "2026-12-10"
    anew = inbox.ask_anew(asked, "li")

    assert refused(inbox, anew, "mo") == "approval.own"


def test_a_second_press_does_nothing(inbox: Inbox):
    asked = inbox.ask()
    inbox.approve(asked, "li")
    inbox.approve(asked, "li")

    assert inbox.facts.done == ["approved promise/17"]
    assert inbox.audited().count("approval.approved") == 1


def test_who_comes_second_is_told_who_was_first(inbox: Inbox):
    asked = inbox.ask()
    inbox.refuse(asked, "mo")
    with pytest.raises(RuleBroken) as broken:
        inbox.approve(asked, "li")

    assert (broken.value.code, broken.value.facts) == ("approval.already_done", {"name": "Mo"})


def test_of_two_managers_at_once_one_wins_and_the_other_gets_a_sentence(inbox: Inbox):
    asked, told = inbox.ask(), []

    def press(by: str) -> None:
        try:
            inbox.approve(asked, by)
        except RuleBroken as broken:
            told.append(broken.code)

    both = [threading.Thread(target=press, args=(by,)) for by in ("li", "mo")]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert told == ["approval.already_done"]
    assert inbox.facts.done == ["approved promise/17"]


def test_a_salesperson_does_not_even_find_what_is_another_colleagues(inbox: Inbox):
    asked = inbox.ask()
    with inbox.installation.work(SYSTEM) as w:
        w.session.query(Customer).update({"owner": "Marta"})
    stranger = Actor("staff", inbox.ids["tom"], "Tom", staff_role="sales")

    with pytest.raises(NotFound), inbox.installation.work(stranger) as w:
        w.require("approval.decide", w.session.get_one(type(inbox.row(asked)), asked))


def counted(inbox: Inbox, by: str) -> list[str]:
    """The subjects that somebody's list of what they may decide holds."""
    with inbox.installation.reading(inbox.actor(by)) as r:
        found = list_requests(r, ApprovalFilter(is_mine=True)).rows
    assert all(row.may_decide for row in found)
    return [inbox.row(row.id).subject for row in found]


def test_ones_own_list_holds_just_what_one_may_decide(inbox: Inbox):
    stand_in(inbox, "zhao", "li")
    for by in ("tom", "li", "zhao"):
        inbox.ask(by, f"promise/{by}")
        inbox.ask(by, f"plan/{by}", "plan")

    assert counted(inbox, "li") == ["promise/tom", "plan/tom", "promise/zhao"]
    assert counted(inbox, "mo") == ["promise/tom", "promise/li", "promise/zhao"]
    assert counted(inbox, "zhao") == ["promise/tom", "plan/tom", "promise/li", "plan/li"]
    assert counted(inbox, "tom") == []
