"""Pages whole and in parts, headers, languages and what is said when something is refused."""

import gzip
import re
from dataclasses import replace

import pytest
from flask import Flask

from portal.base.config import ROOT
from portal.base.installation import Installation
from portal.web.cookies import path_here
from tests.page import Page, Visitor
from tests.web.conftest import CHEN, CLERK, SUPPORT, SignIn
from tests.web.sample import sample_app

PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#part"}


def test_a_region_is_answered_alone(visitor: Visitor):
    page = visitor.region("/sample", "part")

    assert page.source.startswith('<div id="part">')
    assert "HX-Target" in page.response.headers["Vary"]


def test_history_is_restored_with_the_whole_page(visitor: Visitor):
    headers = PART | {"HX-History-Restore-Request": "true"}

    assert visitor.visit("/sample", headers=headers).is_whole


def test_a_region_that_no_page_lists_leads_to_the_page(visitor: Visitor):
    answer = visitor.region("/sample?show=all", "elsewhere")

    assert answer.source == ""
    assert answer.response.headers["HX-Redirect"] == "/sample?show=all"


def test_an_act_renews_other_regions_and_says_so(visitor: Visitor):
    answer = visitor.send("/renew", 200, headers=PART)

    assert '<hx-partial hx-target="#other" hx-swap="outerHTML"><p id="other">' in answer.source
    assert '<hx-partial hx-target="#live" hx-swap="innerHTML">3 &lt; 4 left' in answer.source


def test_going_on_after_an_act_is_a_header_for_htmx(visitor: Visitor):
    fields = {"pay_on": "2026-11-05", "amount": "1.00", "way": "bank"}
    answer = visitor.send("/sample", 200, data=fields, headers=PART)

    assert answer.response.headers["HX-Redirect"] == "/sample"


def test_the_policy_has_a_nonce_of_its_own_for_each_answer(visitor: Visitor):
    first, second = visitor.visit("/sample"), visitor.visit("/sample")
    policy = first.response.headers["Content-Security-Policy"]
    nonce = first.root.all("script")[0].get("nonce")

    assert f"'nonce-{nonce}'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert nonce != second.root.all("script")[0].get("nonce")


def test_a_named_static_file_is_kept_for_good(visitor: Visitor):
    page = visitor.visit("/sample")
    sheet = next(one for one in page.root.all("link") if one.get("rel") == "stylesheet")
    with visitor.client.get(sheet.get("href")) as answer:
        headers = answer.headers

    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_style_sheet_comes_small_to_who_reads_it_so(visitor: Visitor):
    page = visitor.visit("/sample")
    sheet = next(one for one in page.root.all("link") if one.get("rel") == "stylesheet")
    with visitor.client.get(sheet.get("href")) as plain:
        whole = plain.get_data()
    with visitor.client.get(sheet.get("href"), headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert gzip.decompress(answer.get_data()) == whole


def test_the_style_sheets_come_as_one_file_with_every_rule(visitor: Visitor):
    with visitor.client.get("/static/css/accord.css") as answer:
        sent, tag = answer.get_data(as_text=True), answer.headers["ETag"]
    with visitor.client.get("/static/css/accord.css", headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.get_data()) == (304, b"")
    rules = [
        line.strip()
        for sheet in (ROOT / "static/css").glob("*.css")
        for line in re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL).splitlines()
    ]

    assert "/*" not in sent
    assert [rule for rule in rules if rule not in sent] == []
    assert sent.index("@layer reset, tokens") < sent.index("@layer base {")


def test_what_makes_swaps_safe_comes_with_htmx_itself(visitor: Visitor):
    scripts = [one.get("src") for one in visitor.visit("/sample").root.all("script")]
    with visitor.client.get(scripts[0]) as answer:
        sent = answer.get_data(as_text=True)

    assert [src.split("?")[0] for src in scripts] == ["/static/js/htmx.js", "/static/js/accord.js"]
    assert answer.mimetype == "text/javascript"
    assert sent.index("parseHTMLUnsafe") < sent.index('registerExtension("hx-csp"')


def test_a_page_is_never_packed(visitor: Visitor):
    page = visitor.visit("/sample", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in page.response.headers


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"}, "zh-CN"),
        ({"Accept-Language": "fr,de;q=0.9"}, "en"),
    ],
)
def test_a_page_speaks_the_chosen_language(
    visitor: Visitor, headers: dict[str, str], language: str
):
    assert visitor.visit("/sample", headers=headers).root.all("html")[0].get("lang") == language


@pytest.mark.parametrize(("cookie", "language"), [("en", "en"), ("xx", "zh-CN")])
def test_a_choice_goes_before_what_the_browser_asks_for(
    visitor: Visitor, cookie: str, language: str
):
    visitor.client.set_cookie("accord_language", cookie)
    page = visitor.visit("/sample", headers={"Accept-Language": "zh"})

    assert page.root.all("html")[0].get("lang") == language


def test_a_language_is_chosen_once(visitor: Visitor):
    page = visitor.send("/language", data={"language": "zh-CN", "next": "/sample"})

    assert page.response.headers["Location"] == "/sample"
    assert visitor.visit("/sample").root.all("html")[0].get("lang") == "zh-CN"


def test_light_dark_and_keys_are_chosen_once(visitor: Visitor):
    visitor.send("/display", data={"theme": "dark", "keys": "off", "next": "/sample"})
    page = visitor.visit("/sample")

    assert page.root.all("html")[0].get("data-theme") == "dark"
    assert page.root.all("body")[0].get("data-keys") == "off"


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil", "/a\r\nb", "", "javascript:x"]
)
def test_going_on_never_leads_elsewhere(path: str):
    assert path_here(path) == "/"


def test_a_visitor_is_sent_to_sign_in_and_back(visitor: Visitor):
    page = visitor.visit("/desk/imports-sample?page=2", 303)

    assert page.response.headers["Location"] == "/sample?next=/desk/imports-sample?page%3D2"


def test_a_visitor_of_a_region_leaves_the_page_to_sign_in(visitor: Visitor):
    headers = PART | {"HX-Current-URL": "http://localhost/statements?year=2026"}
    answer = visitor.client.get("/desk/imports-sample", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sample?next=/statements?year%3D2026"


def test_who_may_see_but_not_do_is_told_who_can(sign_in: SignIn):
    page = sign_in(SUPPORT).visit("/desk/imports-sample", 403)

    assert "Who can do this: AR clerk, Administrator." in page.text


def test_the_other_side_of_the_house_is_not_there(sign_in: SignIn):
    assert sign_in(CHEN).visit("/desk/imports-sample", 404).heading == "There is nothing here"


def test_who_may_sees_it_in_the_menu(sign_in: SignIn):
    clerk = sign_in(CLERK)

    assert clerk.visit("/sample").links["Imports"] == "/desk/imports-sample"
    assert clerk.client.get("/desk/imports-sample").text == "imported"


def test_who_may_not_does_not_see_it_in_the_menu(sign_in: SignIn):
    assert "Imports" not in sign_in(SUPPORT).visit("/sample").links


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fail/denied", 403, "You may see this, but not do it"),
        ("/fail/missing", 404, "There is nothing here"),
        ("/nowhere", 404, "There is nothing here"),
        ("/language", 405, "This cannot be done here"),
        ("/fail/zero", 500, "Something went wrong on our side"),
    ],
)
def test_a_problem_is_a_page(visitor: Visitor, path: str, status: int, words: str):
    assert visitor.visit(path, status).heading == words


def test_a_problem_of_a_region_is_a_notice_above_the_page(visitor: Visitor):
    answer = visitor.client.get("/fail/missing", headers=PART)

    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#alerts"
    assert not Page(answer).is_whole


def test_a_fault_gives_a_reference_and_no_reason(visitor: Visitor):
    page = visitor.visit("/fail/zero", 500)
    reference = page.response.headers["Accord-Reference"]

    assert reference in page.text
    assert "the reason" not in page.source


def test_a_fault_is_told_even_without_books(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("portal.web.shell.frame_of", lambda _: 1 / 0)
    answer = app.test_client().get("/sample")

    assert answer.status_code == 500
    assert "没有保存任何内容" in answer.text


def test_a_foreign_host_name_is_refused(visitor: Visitor):
    assert visitor.client.get("/sample", headers={"Host": "evil.example"}).status_code == 400


def test_under_https_cookies_are_bound_and_browsers_come_back_by_https(installation: Installation):
    config = replace(installation.config, public_url="https://pay.northwind.example")
    client = sample_app(replace(installation, config=config)).test_client()
    answer = client.get("/sample", base_url="https://pay.northwind.example")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["Set-Cookie"].startswith("__Host-accord_visitor=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_status_that_flask_knows_is_a_page_too(visitor: Visitor):
    assert visitor.visit("/fail/busy", 503).heading == "Something went wrong on our side"
    assert visitor.visit("/fail/gone", 410).heading == "This link has run out"


def test_the_wrong_method_is_told_which_is_right(visitor: Visitor):
    assert visitor.client.get("/language").headers["Allow"] == "OPTIONS, POST"
