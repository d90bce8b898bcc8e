"""The customer's administrator keeps people, roles at branches, and limits; everybody is told."""

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.people.commands import (
    AtCustomer,
    ChangeAccess,
    InviteTo,
    SetLimits,
    change_access,
    invite_to,
    remove_person,
    set_limits,
)
from portal.people.limits import signing_limits
from portal.people.queries import list_members
from portal.people.recognising import actor_of
from portal.tables.customers import Contact
from portal.tables.people import Membership, User
from tests.people.cast import ADA, CHEN, TOM, WANG, Browser, Cast

ZOE = "zoe@huadong.example"
ACCOUNTANT, SIGNATORY = "customer_accountant", "customer_signatory"


def administer_both(cast: Cast) -> None:
    """Chen administers the second customer too."""
    with cast.installation.work() as w:
        w.session.add(
            Membership(
                user_id=cast.ids[CHEN],
                customer_id=cast.customers["C2"],
                role="customer_admin",
                since_at=w.now,
            )
        )


def do(cast: Cast, act, command, email: str = CHEN):
    return cast.do(act, command, actor=cast.read(actor_of, cast.ids[email]))


def roles(cast: Cast, email: str) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    codes = {customer_id: code for code, customer_id in cast.customers.items()}
    with cast.installation.reading(SYSTEM) as r:
        rows = select(Membership).join(User, User.id == Membership.user_id)
        for row in r.session.scalars(rows.where(User.email == email)):
            held.setdefault(codes[row.customer_id], set()).add(row.role)
    return held


def told(cast: Cast, change: str) -> set[str]:
    return {
        email
        for email in (CHEN, WANG, ADA, ZOE)
        for mail in cast.mails("security_notice", email)
        if mail["change"] == change
    }


def limits(cast: Cast, email: str) -> tuple[Money, ...]:
    with cast.installation.reading(SYSTEM) as r:
        members = list_members(r, cast.customers["C1"])
    return next(member.limits for member in members if member.email == email)


def wish(cast: Cast, email: str, *sums: Money) -> SetLimits:
    return SetLimits(cast.ids[email], cast.customers["C1"], sums)


def test_one_mail_invites_to_several_branches(any_cast: Cast):
    administer_both(any_cast)
    both = tuple(any_cast.customers.values())
    do(any_cast, invite_to, InviteTo(ZOE, "Zoe", frozenset({ACCOUNTANT, SIGNATORY}), both))

    assert roles(any_cast, ZOE) == {key: {ACCOUNTANT, SIGNATORY} for key in ("C1", "C2")}
    [mail] = any_cast.mails("invitation", ZOE)
    assert mail["where"] == "Huadong Trading, North Sea Foods"


def test_nobody_invites_to_a_branch_of_others(any_cast: Cast):
    both = tuple(any_cast.customers.values())
    with pytest.raises(NotFound):
        do(any_cast, invite_to, InviteTo(ZOE, "Zoe", frozenset({ACCOUNTANT}), both))

    assert roles(any_cast, ZOE) == {}


def test_the_roles_at_every_branch_are_changed_at_once(any_cast: Cast):
    administer_both(any_cast)
    c1, c2 = any_cast.customers.values()
    wanted = {c1: frozenset({SIGNATORY}), c2: frozenset()}
    do(any_cast, change_access, ChangeAccess(any_cast.ids[WANG], wanted))

    assert roles(any_cast, WANG) == {"C1": {SIGNATORY}}
    assert told(any_cast, "removed") == {CHEN, WANG}
    assert told(any_cast, "roles_changed") == {CHEN, WANG}


def test_half_a_change_is_none(any_cast: Cast):
    before = roles(any_cast, CHEN)
    c1, c2 = any_cast.customers.values()
    for wanted in (
        {c1: frozenset({SIGNATORY})},
        {c1: frozenset({"customer_admin"}), c2: frozenset({SIGNATORY})},
        {c1: frozenset()},
    ):
        with pytest.raises((RuleBroken, NotFound)):
            do(any_cast, change_access, ChangeAccess(any_cast.ids[CHEN], wanted))

    assert roles(any_cast, CHEN) == before


def test_who_is_removed_is_out_and_everybody_is_told(any_cast: Cast):
    wang = any_cast.ids[WANG]
    do(any_cast, remove_person, AtCustomer(wang, any_cast.customers["C1"]))

    assert roles(any_cast, WANG) == {"C2": {ACCOUNTANT}}
    assert told(any_cast, "removed") == {CHEN, WANG}
    with pytest.raises(NotFound):
        do(any_cast, remove_person, AtCustomer(wang, any_cast.customers["C1"]))


def test_the_last_administrator_cannot_be_removed(any_cast: Cast):
    with pytest.raises(RuleBroken, match=r"person\.last_admin"):
        do(any_cast, remove_person, AtCustomer(any_cast.ids[CHEN], any_cast.customers["C1"]))


def test_a_limit_hangs_on_the_contact_that_is_made_for_it(any_cast: Cast):
    do(any_cast, set_limits, wish(any_cast, CHEN, Money(500_000_00, "CNY"), Money(100_00, "EUR")))

    assert limits(any_cast, CHEN) == (Money(500_000_00, "CNY"), Money(100_00, "EUR"))
    with any_cast.installation.reading(SYSTEM) as r:
        contact = r.session.scalars(select(Contact)).one()
        assert (contact.email, contact.customer_id) == (CHEN, any_cast.customers["C1"])
        counted = signing_limits(r, any_cast.customers["C1"])
    assert counted == {(CHEN, "CNY"): 500_000_00, (CHEN, "EUR"): 100_00}
    assert told(any_cast, "limits_changed") == {CHEN}


def test_the_same_limits_again_change_and_tell_nothing(any_cast: Cast):
    for _time in range(2):
        do(any_cast, set_limits, wish(any_cast, CHEN, Money(1_00, "CNY")))

    assert len(any_cast.mails("security_notice", CHEN)) == 1


def test_limits_are_taken_away_again(any_cast: Cast):
    do(any_cast, set_limits, wish(any_cast, CHEN, Money(1_00, "CNY")))
    do(any_cast, set_limits, wish(any_cast, CHEN))

    assert limits(any_cast, CHEN) == ()


def test_a_limit_below_nothing_is_refused(cast: Cast):
    with pytest.raises(RuleBroken, match=r"contact\.negative_limit"):
        do(cast, set_limits, wish(cast, CHEN, Money(-1, "CNY")))


def test_who_signs_for_strangers_too_is_not_limited_from_here(any_cast: Cast):
    with pytest.raises(RuleBroken, match=r"person\.elsewhere_too"):
        do(any_cast, set_limits, wish(any_cast, WANG, Money(1_00, "CNY")))
    do(any_cast, set_limits, wish(any_cast, WANG, Money(1_00, "CNY")), TOM)

    assert limits(any_cast, WANG) == (Money(1_00, "CNY"),)


def test_the_limits_of_a_strangers_contact_are_not_set_from_here(any_cast: Cast):
    with any_cast.installation.work() as w:
        strange = any_cast.customers["C2"]
        w.session.add(Contact(customer_id=strange, name="Chen Wei", email=CHEN))

    with pytest.raises(RuleBroken, match=r"person\.elsewhere_too"):
        do(any_cast, set_limits, wish(any_cast, CHEN, Money(1_00, "CNY")))
    assert limits(any_cast, CHEN) == ()


def test_only_the_administrator_changes_people(cast: Cast):
    wanted = {cast.customers["C1"]: frozenset({SIGNATORY})}
    with pytest.raises(Denied):
        do(cast, change_access, ChangeAccess(cast.ids[WANG], wanted), WANG)
    with pytest.raises(Denied):
        do(cast, set_limits, wish(cast, CHEN, Money(1_00, "CNY")), WANG)


# ── Pages ────────────────────────────────────────────────────────────────────


def path_of(cast: Cast, email: str, sub: str = "") -> str:
    with cast.installation.reading(SYSTEM) as r:
        return f"/account/people/{r.refs.of('us', cast.ids[email])}{sub}"


def test_the_page_sets_limits_and_shows_them(chen: Browser, cast: Cast):
    path = path_of(cast, CHEN)
    page = chen.follow(chen.fill(chen.visit(path), f"{path}/limits", limit_CNY="1,500,000"))

    assert "How much Chen Wei may sign for is changed." in page.text
    assert "CNY 1,500,000.00" in chen.visit("/account/people").text


def test_a_limit_that_is_none_is_said_on_its_field(chen: Browser, cast: Cast):
    path = path_of(cast, CHEN)
    page = chen.fill(chen.visit(path), f"{path}/limits", 422, limit_CNY="much")

    assert "limit_CNY-error" in page.source
    assert page.form(path)["customer"]


def test_removing_asks_first(chen: Browser, cast: Cast):
    page = chen.visit(path_of(cast, WANG))
    page = chen.visit(page.links["Remove Wang Fang"])
    assert "What Wang Fang signed stays signed" in page.text
    page = chen.follow(chen.fill(page, path_of(cast, WANG, "/removal")))

    assert "Wang Fang is removed from Huadong Trading." in page.text
    assert roles(cast, WANG) == {"C2": {ACCOUNTANT}}


def test_a_page_with_nothing_ticked_is_refused(chen: Browser, cast: Cast):
    path = path_of(cast, WANG)
    page = chen.visit(path)
    sent = {name: value for name, value in page.form(path).items() if not name.startswith("cu_")}
    page = chen.look(chen.client.post(path, data=sent), 422)

    assert "Choose at least one role, or remove the person." in page.text


def test_the_people_are_a_file_too(chen: Browser):
    answer = chen.client.get("/account/people.csv")

    assert answer.mimetype == "text/csv"
    assert "Wang Fang,wang@huadong.example,customer_accountant" in answer.text
