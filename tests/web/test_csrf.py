"""Nobody else's page can post here."""

import pytest

from tests.page import Visitor
from tests.web.conftest import CHEN, CLERK, SignIn

LANGUAGE = {"language": "zh-CN"}


def test_a_form_without_a_token_is_refused(visitor: Visitor):
    visitor.visit("/sample")

    assert visitor.client.post("/language", data=LANGUAGE).status_code == 400


def test_the_token_of_another_session_is_refused(sign_in: SignIn):
    stolen = sign_in(CLERK).token()
    answer = sign_in(CHEN).client.post("/language", data=LANGUAGE | {"csrf_token": stolen})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_sent_by_another_site_is_refused(visitor: Visitor, headers: dict[str, str]):
    assert visitor.send("/language", 400, data=LANGUAGE, headers=headers).status == 400


def test_a_form_of_our_own_site_passes(visitor: Visitor):
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}

    assert visitor.send("/language", data=LANGUAGE, headers=headers).status == 303


def test_a_token_that_is_not_text_is_refused_politely(visitor: Visitor):
    answer = visitor.client.post("/language", data={"csrf_token": "对账单"})

    assert answer.status_code == 400


def test_the_visitors_cookie_is_kept_from_scripts(visitor: Visitor):
    answer = visitor.client.get("/sample")

    assert "accord_visitor=" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_reports_of_the_policy_need_no_token(visitor: Visitor):
    assert visitor.client.post("/csp", data=b"{}").status_code == 204


def test_what_no_database_keeps_in_a_text_is_refused(visitor: Visitor):
    visitor.visit("/sample")

    assert visitor.client.get("/sample?q=%00").status_code == 404
    assert visitor.send("/sample", 400, data={"way": "bank\0"}).status == 400
