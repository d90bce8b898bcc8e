"""Signing handed to a colleague: for a time, within a limit, and never truer than its giver."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from portal.base.access import SYSTEM, Actor, NotFound, allows
from portal.base.clock import Clock
from portal.core.errors import RuleBroken
from portal.people.commands import HandOverSigning, end_delegation, hand_over_signing
from portal.people.delegations import list_delegations
from portal.people.queries import at_customer
from portal.people.recognising import actor_of
from portal.tables.journal import Audit
from portal.tables.people import Membership, User
from portal.tables.signing import Delegation
from tests.kept import app_over
from tests.people.cast import ADA, CHEN, WANG, Browser, Cast, cast_into

FIRST, LAST = dt.date(2026, 11, 5), dt.date(2026, 11, 20)


@pytest.fixture
def here(installation) -> Cast:
    return cast_into(installation)


@pytest.fixture
def anywhere(any_installation) -> Cast:
    return cast_into(any_installation)


def actor(cast: Cast, email: str) -> Actor:
    return cast.read(actor_of, cast.ids[email])


def hand_over(cast: Cast, **changes) -> int:
    given = {
        "customer_id": cast.customers["C1"],
        "to_id": cast.ids[WANG],
        "from_on": FIRST,
        "until_on": LAST,
    } | changes
    return cast.do(hand_over_signing, HandOverSigning(**given), actor=actor(cast, CHEN))


def refused(cast: Cast, **changes) -> str:
    with pytest.raises(RuleBroken) as told:
        hand_over(cast, **changes)
    return told.value.code


def at(cast: Cast, moment: dt.datetime) -> None:
    object.__setattr__(cast.installation, "clock", Clock(fixed_at=moment))


def may_sign(cast: Cast, email: str = WANG, customer: str = "C1") -> bool:
    place = at_customer(cast.customers[customer])
    return allows(actor(cast, email), "statement.confirm", place)


# The company's day begins at 16:00 UTC of the day before.
@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        ("2026-11-04T15:59:59", False),
        ("2026-11-04T16:00:00", True),
        ("2026-11-20T15:59:59", True),
        ("2026-11-20T16:00:00", False),
    ],
)
def test_it_counts_from_its_first_day_to_the_end_of_its_last(
    anywhere: Cast, moment: str, counts: bool
):
    hand_over(anywhere)
    at(anywhere, dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC))

    assert may_sign(anywhere) is counts
    assert not may_sign(anywhere, customer="C2")


def running(cast: Cast) -> int:
    found = hand_over(cast)
    at(cast, dt.datetime(2026, 11, 10, tzinfo=dt.UTC))
    return found


def test_it_gives_no_role_and_no_more_than_signing(here: Cast):
    running(here)
    wang = actor(here, WANG)

    assert "customer_signatory" not in wang.memberships[here.customers["C1"]]
    assert not allows(wang, "person.invite", at_customer(here.customers["C1"]))


@pytest.mark.parametrize("ender", [CHEN, WANG])
def test_either_ends_it(anywhere: Cast, ender: str):
    found = running(anywhere)
    anywhere.do(end_delegation, found, actor=actor(anywhere, ender))

    assert not may_sign(anywhere)
    assert len(anywhere.mails("delegation")) == 4


def test_it_ends_once(here: Cast):
    found = running(here)
    for _ in range(2):
        here.do(end_delegation, found, actor=actor(here, CHEN))

    with here.installation.reading(SYSTEM) as r:
        ended = select(func.count()).where(Audit.kind == "delegation.ended")
        assert r.session.scalar(ended) == 1


def test_somebody_elses_is_not_found(here: Cast):
    found = running(here)

    with pytest.raises(NotFound):
        here.do(end_delegation, found, actor=actor(here, ADA))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Membership, {"suspended_at": dt.datetime(2026, 11, 9, tzinfo=dt.UTC)}),
        (Membership, {"role": "customer_viewer"}),
        (User, {"disabled_at": dt.datetime(2026, 11, 9, tzinfo=dt.UTC)}),
    ],
)
def test_who_cannot_sign_hands_nothing_over(anywhere: Cast, table, values: dict[str, object]):
    running(anywhere)
    owner = Membership.user_id if table is Membership else User.id
    with anywhere.installation.work() as w:
        chosen = update(table).where(owner == anywhere.ids[CHEN])
        if table is Membership:
            chosen = chosen.where(Membership.role == "customer_signatory")
        w.session.execute(chosen.values(**values))

    assert not may_sign(anywhere)


def test_the_list_says_that_it_is_void(here: Cast):
    running(here)
    with here.installation.work() as w:
        w.session.execute(update(User).where(User.id == here.ids[CHEN]).values(disabled_at=w.now))

    rows = here.read(list_delegations, here.customers["C1"], actor=actor(here, WANG))
    assert [row.state for row in rows] == ["void"]


def test_only_a_signatory_hands_over(here: Cast):
    wish = HandOverSigning(here.customers["C1"], here.ids[CHEN], FIRST, LAST)
    with pytest.raises(RuleBroken, match=r"delegation\.not_a_signatory"):
        here.do(hand_over_signing, wish, actor=actor(here, WANG))


def test_what_was_handed_over_is_not_handed_on(here: Cast):
    running(here)
    wish = HandOverSigning(here.customers["C1"], here.ids[CHEN], LAST, LAST)

    with pytest.raises(RuleBroken, match=r"delegation\.not_a_signatory"):
        here.do(hand_over_signing, wish, actor=actor(here, WANG))


def test_only_a_colleague_takes_it(here: Cast):
    assert refused(here, to_id=here.ids[ADA]) == "delegation.not_a_colleague"
    assert refused(here, to_id=here.ids[CHEN]) == "delegation.not_a_colleague"


def test_a_period_is_at_most_ninety_two_days(here: Cast):
    assert refused(here, until_on=FIRST + dt.timedelta(92)) == "delegation.too_long"
    assert hand_over(here, until_on=FIRST + dt.timedelta(91))


def test_the_same_colleague_has_it_once_at_a_time(here: Cast):
    hand_over(here)

    assert refused(here, from_on=LAST, until_on=LAST) == "delegation.overlaps"
    assert hand_over(here, from_on=LAST + dt.timedelta(1), until_on=LAST + dt.timedelta(9))


def test_its_row_cannot_be_changed(anywhere: Cast):
    hand_over(anywhere)

    with pytest.raises(DatabaseError), anywhere.installation.work() as w:
        w.session.execute(update(Delegation).values(until_on=dt.date(2027, 12, 31)))


def test_the_page_hands_over_and_ends(here: Cast):
    chen = Browser(app_over(here.installation))
    chen.sign_in(CHEN)
    page = chen.visit(chen.visit("/account/people").links[LINK])
    wang = next(
        option.get("value") for option in page.root.all("option") if option.text == "Wang Fang"
    )
    typed = {"to": wang, "from_on": "2026-11-05", "until_on": "2026-11-20", "note": "On leave"}
    page = chen.follow(chen.fill(page, "/account/delegations", **typed))

    assert "Wang Fang" in page.text
    assert "On leave" in page.text
    action = next(
        form.get("action") for form in page.root.all("form") if "/end" in form.get("action", "")
    )
    assert "ended" in chen.follow(chen.fill(page, action)).text


LINK = "Who signs for whom, and handing your signing over"


def test_the_page_says_what_is_wrong_and_keeps_it(here: Cast):
    chen = Browser(app_over(here.installation))
    chen.sign_in(CHEN)
    page = chen.visit("/account/delegations")
    typed = {"to": "", "from_on": "2026-11-05", "until_on": "2026-11-01", "note": "On leave"}
    told = chen.fill(page, "/account/delegations", 422, **typed)

    assert "Choose a colleague." in told.text
    assert "On leave" in [one.get("value") for one in told.root.all("input")]


def test_an_accountant_sees_the_list_and_no_form(here: Cast):
    wang = Browser(app_over(here.installation))
    wang.sign_in(WANG)

    assert "Only a signatory can hand their own signing over." in (
        wang.visit("/account/delegations").text
    )
