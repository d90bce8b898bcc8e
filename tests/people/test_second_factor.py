"""The second factor: our own people always, customers' people once they want to; no code twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.people.commands import AnswerSecondFactor, Device, answer_second_factor, start_session
from portal.people.factors import matching_step, new_secret
from portal.tables.people import Session, User
from tests.people.cast import CHEN, LI, PASSWORD, TOM, Browser, Cast


def enrol(visitor: Browser, cast: Cast, email: str) -> list[str]:
    """Sets up the app that the enrolment page offers; the recovery codes."""
    page = visitor.follow(visitor.sign_in(email))
    secret = page.root.all("code")[0].text
    cast.totp[email] = secret
    page = visitor.fill(page, "/login/mfa/app", 200, code=cast.app_code(email))
    return [code.text for code in page.root.all("code")]


def test_our_own_people_are_not_in_before_their_second_factor(visitor: Browser):
    visitor.sign_in(LI)

    assert visitor.visit("/desk/users", 303).response.headers["Location"].startswith("/login/mfa")
    visitor.visit("/account/security", 303)


def test_the_code_of_the_app_lets_in(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)

    visitor.visit("/desk/users")


def test_a_mailed_code_does_not_spare_the_second_factor(visitor: Browser, cast: Cast):
    page = visitor.fill(visitor.begin(LI), "/login", 200, way="code")
    page = visitor.fill(page, "/login/code", code=cast.code(LI))

    assert page.response.headers["Location"].startswith("/login/mfa")


def test_a_code_of_the_app_works_once(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    visitor.send("/logout")
    page = visitor.follow(visitor.sign_in(LI))

    visitor.fill(page, "/login/mfa", 422, code=cast.app_code(LI))
    visitor.fill(page, "/login/mfa", 422, code=cast.app_code(LI, steps=-1))
    visitor.fill(page, "/login/mfa", code=cast.app_code(LI, steps=1))


def test_twenty_threads_with_one_code_of_the_app_let_one_in(any_cast: Cast):
    token = any_cast.do(start_session, any_cast.ids[LI], "password", Device()).token
    wish = AnswerSecondFactor(token, any_cast.app_code(LI), Device())

    with ThreadPoolExecutor(20) as threads:
        told = list(threads.map(lambda _: any_cast.do(answer_second_factor, wish), range(20)))

    assert len([one for one in told if one.token]) == 1


def test_codes_of_another_time_are_wrong():
    secret, now = new_secret(), dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    shown = pyotp.TOTP(secret)

    taken = [
        seconds
        for seconds in range(-120, 121, 30)
        if matching_step(secret, shown.at(now + dt.timedelta(seconds=seconds)), now) is not None
    ]
    assert taken == [-30, 0, 30]


def test_wrong_codes_are_limited(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(LI))
    for _ in range(10):
        visitor.fill(page, "/login/mfa", 422, code="000000")

    told = visitor.fill(page, "/login/mfa", 422, code=cast.app_code(LI))
    assert "too many wrong codes" in told.text


def test_halfway_ends_after_ten_minutes(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(LI))
    cast.at(minutes=10)

    visitor.fill(page, "/login/mfa", 400, code=cast.app_code(LI))
    assert visitor.visit("/login/mfa", 303).response.headers["Location"].startswith("/login?")


def test_who_has_no_app_sets_one_up_and_gets_ten_codes_once(visitor: Browser, cast: Cast):
    codes = enrol(visitor, cast, TOM)

    assert len(set(codes)) == 10
    visitor.visit("/account/security")
    assert [mail["change"] for mail in cast.mails("security_notice", TOM)] == ["second_factor_set"]


def test_a_recovery_code_lets_in_once(visitor: Browser, cast: Cast):
    code = enrol(visitor, cast, TOM)[0]
    visitor.send("/logout")
    page = visitor.follow(visitor.sign_in(TOM))
    visitor.fill(page, "/login/mfa", code=code.lower().replace("-", " "))
    visitor.send("/logout")
    page = visitor.follow(visitor.sign_in(TOM))

    visitor.fill(page, "/login/mfa", 422, code=code)
    assert cast.mails("security_notice", TOM)[-1]["change"] == "recovery_code_used"


def test_a_wrong_code_keeps_the_key_that_was_offered(visitor: Browser):
    page = visitor.follow(visitor.sign_in(TOM))
    secret = page.root.all("code")[0].text
    page = visitor.fill(page, "/login/mfa/app", 422, code="000000")

    assert page.root.all("code")[0].text == secret


def test_an_offer_made_to_somebody_else_is_not_taken(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(TOM))
    stolen = page.form("/login/mfa/app")["offer"]
    cast.totp[TOM] = page.root.all("code")[0].text
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[LI]).totp_secret = None
    page = visitor.follow(visitor.sign_in(LI))

    visitor.fill(page, "/login/mfa/app", 422, offer=stolen, code=cast.app_code(TOM))


def test_who_has_an_app_cannot_set_up_another_one_halfway(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(TOM))
    fields = page.form("/login/mfa/app")
    cast.totp[TOM] = page.root.all("code")[0].text
    visitor.sign_in(LI)

    visitor.look(
        visitor.client.post("/login/mfa/app", data=fields | {"code": cast.app_code(TOM)}), 400
    )


def test_secrets_of_apps_are_encrypted(cast: Cast):
    with cast.installation.reading(SYSTEM) as r:
        kept = r.session.scalar(select(User.totp_secret).where(User.email == LI))

    assert cast.totp[LI] not in kept


@pytest.fixture
def with_app(cast: Cast) -> Cast:
    """Chen Wei with an authenticator app."""
    cast.totp[CHEN] = cast.totp[LI]
    with cast.installation.work() as w:
        kept = w.session.get_one(User, cast.ids[LI]).totp_secret
        w.session.get_one(User, cast.ids[CHEN]).totp_secret = kept
    return cast


def test_a_remembered_device_is_not_asked_again_for_thirty_days(visitor: Browser, with_app: Cast):
    page = visitor.follow(visitor.sign_in(CHEN))
    visitor.fill(page, "/login/mfa", code=with_app.app_code(CHEN), remembers="y")
    visitor.send("/logout")

    assert visitor.sign_in(CHEN).response.headers["Location"] == "/"
    visitor.send("/logout")
    with_app.at(minutes=30 * 24 * 60)
    assert "/login/mfa" in visitor.sign_in(CHEN).response.headers["Location"]


def test_our_own_people_have_no_remembered_devices(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(LI))
    visitor.fill(page, "/login/mfa", code=cast.app_code(LI), remembers="y")

    assert visitor.client.get_cookie("accord_device") is None


def test_signing_in_with_an_app_begins_a_new_session(visitor: Browser, cast: Cast):
    page = visitor.follow(visitor.sign_in(LI))
    halfway = visitor.cookie
    visitor.fill(page, "/login/mfa", code=cast.app_code(LI))

    assert visitor.cookie != halfway
    with cast.installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(Session).order_by(Session.id)).all()
    assert [(row.complete, row.ended_at is None) for row in rows] == [(False, False), (True, True)]


def test_the_password_is_asked_before_the_second_factor(visitor: Browser, cast: Cast):
    page = visitor.visit("/recovery")
    token = page.form("/recovery")["csrf_token"]
    answer = visitor.client.post(
        "/login/mfa", data={"csrf_token": token, "code": cast.app_code(LI), "password": PASSWORD}
    )

    assert "Begin again" in answer.text
