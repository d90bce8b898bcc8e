"""Signing in by code, link and password: the same words for everybody, and tries are counted."""

import time

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.people import passwords
from portal.people.passwords import hash_password
from portal.tables.people import Session, User
from tests.people.cast import ADA, CHEN, PASSWORD, WANG, Browser, Cast

STRANGER = "nobody@huadong.example"


def without_password(cast: Cast, email: str) -> None:
    with cast.installation.work() as w:
        w.session.execute(update(User).where(User.email == email).values(password_hash=None))


def test_a_password_signs_in(visitor: Browser):
    visitor.sign_in(CHEN)

    assert "Chen Wei" in visitor.visit("/account/security").text


def test_a_mailed_code_signs_in(visitor: Browser, cast: Cast):
    without_password(cast, CHEN)
    page = visitor.begin(CHEN)
    visitor.fill(page, "/login/code", code=cast.code(CHEN))

    assert "Chen Wei" in visitor.visit("/account/security").text


def test_the_address_is_taken_in_any_case(visitor: Browser):
    visitor.sign_in("  Chen@HUADONG.example ")

    visitor.visit("/account/security")


def test_the_link_of_the_mail_shows_a_button_and_the_button_signs_in(visitor: Browser, cast: Cast):
    without_password(cast, CHEN)
    visitor.begin(CHEN, "/account/activity")
    path = cast.mails("code", CHEN)[-1]["path"]
    for _ in range(5):
        visitor.client.head(path)
        page = visitor.visit(path)
    page = visitor.fill(page, path)

    assert page.response.headers["Location"] == "/account/activity"
    visitor.visit("/account/security")


def test_a_link_works_once(visitor: Browser, cast: Cast):
    without_password(cast, CHEN)
    visitor.begin(CHEN)
    path = cast.mails("code", CHEN)[-1]["path"]
    visitor.fill(visitor.visit(path), path)
    visitor.send("/logout")

    assert "run out" in visitor.fill(visitor.visit(path), path, 422).text


def test_a_link_of_yesterday_is_gone(visitor: Browser, monkeypatch: pytest.MonkeyPatch, cast: Cast):
    without_password(cast, CHEN)
    visitor.begin(CHEN)
    path = cast.mails("code", CHEN)[-1]["path"]
    later = time.time() + 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)

    visitor.visit(path, 410)


@pytest.mark.parametrize("path", ["/login/link/x", "/invites/x"])
def test_links_that_are_none_are_gone(visitor: Browser, path: str):
    visitor.visit(path, 410)


def test_nobody_learns_who_exists_by_the_words(visitor: Browser):
    known = visitor.begin(CHEN).text.replace(CHEN, "")
    unknown = visitor.begin(STRANGER).text.replace(STRANGER, "")

    assert known == unknown


def test_nobody_learns_who_exists_by_a_wrong_password(visitor: Browser):
    told = [
        visitor.sign_in(who, "not it at all", 422).text.replace(who, "") for who in (CHEN, STRANGER)
    ]

    assert told[0] == told[1]


def test_nobody_learns_who_exists_by_a_wrong_code(visitor: Browser, cast: Cast):
    without_password(cast, CHEN)
    told = []
    for who in (CHEN, STRANGER):
        page = visitor.begin(who)
        told.append(visitor.fill(page, "/login/code", 422, code="x").text.replace(who, ""))

    assert told[0] == told[1]


def test_nobody_learns_who_exists_by_being_slowed_down(visitor: Browser):
    def last_word(who: str) -> str:
        for _ in range(10):
            visitor.sign_in(who, "not it at all", 422)
        return visitor.sign_in(who, "not it at all", 422).text.replace(who, "")

    assert "Try again in" in last_word(CHEN)
    assert last_word(WANG) == last_word(STRANGER)


def test_nobody_learns_who_exists_by_the_time(visitor: Browser, monkeypatch: pytest.MonkeyPatch):
    compared: list[str] = []
    hasher = passwords.hasher

    class Watched:
        hash = staticmethod(hasher.hash)

        def verify(self, kept: str, typed: str) -> bool:
            compared.append(kept)
            return hasher.verify(kept, typed)

    monkeypatch.setattr(passwords, "hasher", Watched())
    for who in (CHEN, STRANGER):
        visitor.sign_in(who, "not it at all", 422)

    assert len(compared) == 2


def test_right_passwords_are_refused_too_once_there_were_too_many_wrong_ones(
    visitor: Browser, cast: Cast
):
    for _ in range(10):
        visitor.sign_in(CHEN, "not it at all", 422)

    visitor.sign_in(CHEN, PASSWORD, 422)
    cast.at(minutes=15)
    visitor.sign_in(CHEN)


def test_right_passwords_do_not_slow_anybody_down(visitor: Browser):
    for _ in range(12):
        visitor.sign_in(CHEN)
        visitor.send("/logout")


def test_one_address_that_tries_many_people_is_slowed_down(visitor: Browser):
    page = visitor.begin(CHEN)
    fields = page.form("/login/password") | {"password": "x"}
    for number in range(100):
        visitor.client.post("/login/password", data=fields | {"email": f"p{number}@x.example"})

    answer = visitor.client.post("/login/password", data=fields | {"email": WANG})
    assert "too many tries" in answer.text
    assert "too many tries" in visitor.begin(WANG, status=429).text


def test_codes_are_mailed_ten_times_at_most(visitor: Browser, cast: Cast):
    page = visitor.begin(CHEN)
    for _ in range(12):
        answer = visitor.client.post("/login", data=page.form("/login") | {"way": "code"})

    assert answer.status_code == 429
    assert len(cast.mails("code", CHEN)) <= 10


def test_password_people_are_mailed_no_code_unless_they_ask(visitor: Browser, cast: Cast):
    page = visitor.begin(CHEN)
    assert cast.mails("code") == []

    visitor.fill(page, "/login", 200, way="code")
    assert len(cast.mails("code", CHEN)) == 1


def test_who_belongs_nowhere_gets_no_code(visitor: Browser, cast: Cast):
    with cast.installation.work() as w:
        user = w.session.get_one(User, cast.ids[ADA])
        user.password_hash, user.disabled_at = None, w.now
    visitor.begin(ADA)

    assert cast.mails("code") == []


@pytest.mark.parametrize(
    "next_path",
    [
        "//evil.example/x",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aLocation: https://evil.example",
        "/\t/evil.example",
        " //evil.example",
    ],
)
def test_nobody_is_led_to_another_site(visitor: Browser, next_path: str):
    visitor.but = {"links"}  # some lead to no page, which is harmless
    page = visitor.visit("/login", query_string={"next": next_path})
    page = visitor.fill(page, "/login", 200, email=CHEN)
    page = visitor.fill(page, "/login/password", password=PASSWORD)

    where = page.response.headers["Location"]
    assert where.startswith("/")
    assert not where.startswith(("//", "/\\"))
    assert "\n" not in where


def test_what_one_wanted_to_see_is_kept_through_every_step(visitor: Browser):
    page = visitor.visit("/account/activity?page=2", 303)
    page = visitor.follow(page)
    page = visitor.fill(page, "/login", 200, email=CHEN)
    page = visitor.fill(page, "/login/password", 422, password="wrong one")
    page = visitor.fill(page, "/login/password", password=PASSWORD)

    assert page.response.headers["Location"] == "/account/activity?page=2"


def test_a_new_browser_is_told_by_mail(visitor: Browser, cast: Cast):
    visitor.sign_in(CHEN)
    visitor.send("/logout")
    assert cast.mails("security_notice") == []

    visitor.client.environ_base["HTTP_USER_AGENT"] = "Another/1.0"
    visitor.sign_in(CHEN)
    assert [mail["change"] for mail in cast.mails("security_notice", CHEN)] == ["new_device"]


def test_fields_of_absurd_size_are_refused(visitor: Browser):
    visitor.sign_in(CHEN, "x" * 100_000, 422)
    visitor.begin("x" * 100_000 + "@x.example", status=422)


def test_names_with_line_ends_stay_one_audit_entry(visitor: Browser):
    visitor.begin("a\r\nb@x.example", status=422)


def test_changing_the_hash_meanwhile_voids_the_proof(visitor: Browser, cast: Cast):
    hashed = hash_password("another one entirely")
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[CHEN]).password_hash = hashed

    visitor.sign_in(CHEN, PASSWORD, 422)


def test_a_session_says_how_it_began(visitor: Browser, cast: Cast):
    visitor.sign_in(CHEN)

    with cast.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Session.method)).all() == ["password"]
