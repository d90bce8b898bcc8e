"""One's own security: proof first, then the change; others' sessions end, mails tell."""

import pytest

from portal.base.access import SYSTEM
from portal.people import passwords
from portal.people.commands import send_challenge
from portal.people.passwords import check_password, is_password
from tests.people.cast import CHEN, LI, PASSWORD, Browser, Cast

NEW = "eight quite large kettles"


def test_a_password_is_changed_with_the_present_one(chen: Browser, cast: Cast):
    page = chen.visit("/account/security/password")
    chen.fill(page, "/account/security/password", current=PASSWORD, password=NEW)
    chen.visit("/account/security")
    chen.send("/logout")

    chen.sign_in(CHEN, PASSWORD, 422)
    chen.sign_in(CHEN, NEW)
    assert cast.mails("security_notice", CHEN)[-1]["change"] == "password_changed"


def test_changing_the_password_ends_all_other_sessions(chen: Browser, app):
    other = Browser(app)
    other.sign_in(CHEN)
    page = chen.visit("/account/security/password")
    chen.fill(page, "/account/security/password", current=PASSWORD, password=NEW)

    other.visit("/account/security", 303)
    chen.visit("/account/security")


def test_a_forgotten_password_is_replaced_with_a_mailed_code(visitor: Browser, cast: Cast):
    page = visitor.fill(visitor.visit("/recovery"), "/recovery", 200, email=CHEN)
    page = visitor.fill(page, "/login/code", code=cast.code(CHEN))
    page = visitor.follow(page)
    page = visitor.follow(visitor.fill(page, "/account/security/code"))
    visitor.fill(page, "/account/security/password", code=cast.code(CHEN), password=NEW)
    visitor.send("/logout")

    visitor.sign_in(CHEN, NEW)


@pytest.mark.parametrize("proof", [{}, {"current": "not it"}, {"code": "123456"}])
def test_without_proof_nothing_changes(chen: Browser, proof: dict):
    for path in ("password", "app", "app/removal", "recovery-codes"):
        page = chen.visit(f"/account/security/{path}")
        fields = {"password": NEW} if path == "password" else {}
        fields |= {"app_code": "000000"} if path == "app" else {}
        chen.fill(page, f"/account/security/{path}", 422, **fields, **proof)


def test_the_proof_of_signing_in_is_no_proof_here(chen: Browser, cast: Cast):
    cast.do(send_challenge, cast.ids[CHEN], "sign_in")
    page = chen.visit("/account/security/password")

    chen.fill(page, "/account/security/password", 422, code=cast.code(CHEN), password=NEW)


def test_guesses_at_the_present_password_are_limited(chen: Browser):
    page = chen.visit("/account/security/password")
    path = "/account/security/password"
    for _ in range(10):
        chen.fill(page, path, 422, current="not it", password=NEW)

    told = chen.fill(page, path, 422, current=PASSWORD, password=NEW)
    assert "too many tries" in told.text


def test_a_customers_person_sets_an_app_up_and_removes_it(chen: Browser, cast: Cast):
    page = chen.visit("/account/security/app")
    cast.totp[CHEN] = page.root.all("code")[0].text
    page = chen.fill(
        page, "/account/security/app", 200, current=PASSWORD, app_code=cast.app_code(CHEN)
    )
    assert len(page.root.all("code")) == 10
    assert "set up" in chen.visit("/account/security").text

    page = chen.visit("/account/security/app/removal")
    chen.fill(page, "/account/security/app/removal", current=PASSWORD)
    assert "not set up" in chen.visit("/account/security").text


def test_our_own_people_cannot_do_without(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    page = visitor.visit("/account/security/app/removal")

    told = visitor.fill(page, "/account/security/app/removal", 422, current=PASSWORD)
    assert "needs a second factor" in told.text


def test_new_recovery_codes_replace_the_old_ones(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    page = visitor.visit("/account/security/recovery-codes")
    first = visitor.fill(page, "/account/security/recovery-codes", 200, current=PASSWORD)
    second = visitor.fill(page, "/account/security/recovery-codes", 200, current=PASSWORD)
    old = first.root.all("code")[0].text
    new = second.root.all("code")[0].text
    visitor.send("/logout")

    page = visitor.follow(visitor.sign_in(LI))
    visitor.fill(page, "/login/mfa", 422, code=old)
    visitor.fill(page, "/login/mfa", code=new)


def test_a_session_elsewhere_can_be_ended(chen: Browser, app):
    other = Browser(app)
    other.sign_in(CHEN)
    page = chen.visit("/account/security")
    action = next(
        form.get("action") for form in page.root.all("form") if form.get("action").endswith("/end")
    )
    chen.fill(page, action)

    other.visit("/account/security", 303)
    chen.visit("/account/security")


def test_somebody_elses_session_is_not_found(chen: Browser, cast: Cast, app):
    other = Browser(app)
    other.sign_in_fully(LI, cast)
    with cast.installation.reading(SYSTEM) as r:
        refs = [r.refs.of("se", number) for number in (2, 3)]

    for ref in refs:
        chen.send(f"/account/security/sessions/{ref}/end", 404)
    other.visit("/account/security")


def test_the_activity_tells_what_happened(chen: Browser):
    assert "Signed in" in chen.visit("/account/activity").text


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("seven 7", "password.too_short"),
        ("x" * 129, "password.too_long"),
        ("Password1!", "password.well_known"),
        ("qwertyuiop", "password.well_known"),
        ("aaaaaaaaaaaa", "password.well_known"),
        ("CHEN@huadong.example", "password.well_known"),
        ("Chen Wei2026!", "password.well_known"),
        ("ｐａｓｓｗｏｒｄ", "password.well_known"),
    ],
)
def test_passwords_that_may_not_be_chosen(password: str, code: str):
    with pytest.raises(passwords.RuleBroken) as refused:
        check_password(password, CHEN, "Chen Wei")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password", ["七只小茶壶在唱歌吧", "only lower case", "1234 5678 9012", "xyz" * 42]
)
def test_passwords_need_length_and_nothing_else(password: str):
    check_password(password, CHEN)


def test_nothing_of_a_password_is_cut_off():
    kept = passwords.hash_password("x" * 100 + "one")

    assert is_password(kept, "x" * 100 + "one")
    assert not is_password(kept, "x" * 100 + "two")


def test_a_password_is_the_same_however_it_was_composed():
    assert is_password(passwords.hash_password("crème brûlée"), "cre\u0300me bru\u0302le\u0301e")


def test_the_shipped_hash_is_argon2id_and_slow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()

    assert passwords.hasher.type.name == "ID"
    assert passwords.hasher.memory_cost * passwords.hasher.time_cost >= 2 * 47104
