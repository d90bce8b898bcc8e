"""Sessions live in the database: ended there, every copy of the cookie is worth nothing."""

import re

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.config import Config
from portal.people.commands import Device, disable_user, note_seen, start_session
from portal.tables.journal import AuditHead
from portal.tables.people import Session, User
from tests.kept import app_over
from tests.people.cast import CHEN, LI, TOM, WANG, Browser, Cast
from tests.people.conftest import any_cast, app, cast, chen, visitor

__all__ = ["any_cast", "app", "cast", "chen", "visitor"]


def sessions_in(cast: Cast) -> int:
    with cast.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(Session)) or 0


def is_in(browser: Browser) -> bool:
    return browser.client.get("/account/security").status_code == 200


def test_a_visitor_has_no_session(visitor: Browser, cast: Cast):
    visitor.visit("/login")

    assert sessions_in(cast) == 0
    assert visitor.cookie is None


def test_the_cookie_says_nothing(chen: Browser):
    assert re.fullmatch(r"[\w-]{43}", chen.cookie or "")


def test_the_cookies_flags_on_a_loopback(visitor: Browser):
    answer = visitor.sign_in(WANG).response
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("accord="))

    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    }


def test_the_cookies_flags_under_https(cast: Cast):
    config = Config(**{**vars(cast.installation.config), "public_url": "https://ar.example"})
    object.__setattr__(cast.installation, "config", config)
    browser = Browser(app_over(cast.installation))
    browser.client.environ_base |= {"HTTP_HOST": "ar.example", "wsgi.url_scheme": "https"}
    page = browser.visit("/login", base_url="https://ar.example")
    fields = page.form("/login") | {"email": CHEN, "password": "seven small teapots"}
    answer = browser.client.post("/login/password", data=fields, base_url="https://ar.example")

    cookies = answer.headers.getlist("Set-Cookie")
    ours = next(one for one in cookies if one.startswith("__Host-accord="))
    assert "Secure" in ours
    assert "Path=/" in ours
    assert "Domain" not in ours


def test_signing_in_begins_a_new_session(visitor: Browser):
    visitor.client.set_cookie("accord", "A" * 43)
    visitor.sign_in(CHEN)

    assert visitor.cookie != "A" * 43


def test_tokens_are_distinct(cast: Cast):
    from_many = {cast.do(start, cast.ids[CHEN]) for _ in range(100)}

    assert len(from_many) == 100


def start(w, user_id: int) -> str:
    return str(start_session(w, user_id, "password", Device()).token)


def test_leaving_kills_a_copied_cookie(chen: Browser, app):
    copied = chen.cookie
    thief = Browser(app)
    thief.client.set_cookie("accord", copied)
    assert is_in(thief)

    answer = chen.send("/logout").response
    assert not is_in(thief)
    assert not is_in(chen)
    assert '"cache"' in answer.headers["Clear-Site-Data"]


def test_leaving_is_a_post(chen: Browser):
    assert chen.client.get("/logout").status_code == 405
    assert is_in(chen)


def test_leaving_needs_a_token(chen: Browser):
    assert chen.client.post("/logout").status_code == 400
    assert is_in(chen)


def test_a_customers_session_ends_after_half_an_hour_of_nothing(chen: Browser, cast: Cast):
    cast.at(minutes=29)
    assert is_in(chen)
    cast.at(minutes=29)
    assert is_in(chen)
    cast.at(minutes=30)
    assert not is_in(chen)


def test_our_own_peoples_session_ends_after_eight_hours_of_nothing(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    cast.at(minutes=8 * 60 - 1)
    assert is_in(visitor)
    cast.at(minutes=8 * 60)
    assert not is_in(visitor)


def test_a_session_ends_after_half_a_day_however_busy(chen: Browser, cast: Cast):
    for _ in range(35):
        cast.at(minutes=20)
        assert is_in(chen)
    cast.at(minutes=20)
    assert not is_in(chen)


def test_disabling_ends_sessions_now(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[TOM]).staff_role = "admin"
    cast.do(disable_user, cast.ids[LI])

    assert not is_in(visitor)


def test_using_a_session_is_noted_once_a_minute(chen: Browser, cast: Cast):
    cast.at(minutes=0.5)
    chen.visit("/account/security")
    assert seen(cast) == 0
    cast.at(minutes=0.6)
    chen.visit("/account/security")
    assert seen(cast) == 66


def seen(cast: Cast) -> int:
    with cast.installation.reading(SYSTEM) as r:
        row = r.session.scalars(select(Session)).one()
        return int((row.seen_at - row.created_at).total_seconds())


@pytest.mark.usefixtures("chen")
def test_noting_is_not_an_act(cast: Cast):
    before = last_audit(cast)
    cast.at(minutes=5).do(note_seen, 1)

    assert last_audit(cast) == before


def last_audit(cast: Cast) -> int:
    with cast.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(AuditHead.last_id)) or 0


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 4000, "é", "'; drop table session --"])
def test_any_other_cookie_is_a_visitors(visitor: Browser, cookie: str):
    visitor.client.set_cookie("accord", cookie)

    assert not is_in(visitor)
    visitor.visit("/login")


def test_htmx_is_sent_to_sign_in_and_back(visitor: Browser):
    answer = visitor.client.get(
        "/account/security",
        headers={
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Target": "div#rows",
            "HX-Current-URL": "http://localhost/account/activity?page=2",
        },
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/account/activity?page%3D2"


def test_what_was_sent_too_late_is_carried_through_signing_in(chen: Browser, cast: Cast):
    form = chen.visit("/account/people").form("/account/people")
    form |= {"email": "zhao@huadong.example", "name": "Zhao “Zoe” <Min>"}
    cast.at(minutes=31)

    page = chen.look(chen.client.post("/account/people", data=form), 401)
    page = chen.fill(page, "/login", 200, email=CHEN)
    page = chen.fill(page, "/login/password", 200, password="seven small teapots")
    assert page.form("/account/people")["name"] == "Zhao “Zoe” <Min>"
    assert cast.mails("invitation") == []

    chen.fill(page, "/account/people")
    assert cast.mails("invitation", "zhao@huadong.example")


def test_what_was_sent_too_late_is_carried_past_the_second_factor(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    form = visitor.visit("/desk/users").form("/desk/users")
    form |= {"email": "new@northwind.example", "name": "New Person"}
    cast.at(minutes=8 * 60)

    page = visitor.look(visitor.client.post("/desk/users", data=form), 401)
    page = visitor.fill(page, "/login", 200, email=LI)
    page = visitor.fill(page, "/login/password", 200, password="seven small teapots")
    page = visitor.fill(page, "/login/mfa", 200, code=cast.app_code(LI))
    visitor.fill(page, "/desk/users")

    assert cast.mails("invitation", "new@northwind.example")


def test_a_form_that_somebody_made_up_is_not_carried(visitor: Browser):
    page = visitor.begin(CHEN)
    page = visitor.fill(
        page, "/login/password", password="seven small teapots", carried="gAAAAmade-up"
    )

    assert page.status == 303


def test_another_sites_form_is_not_carried(visitor: Browser):
    answer = visitor.client.post(
        "/account/people",
        data={"email": "x@evil.example"},
        headers={"Origin": "http://evil.example"},
    )

    assert answer.status_code == 400
    assert "x@evil.example" not in answer.text
