"""Texts are chosen on the page of messages, by who has a number, and only where they are sent."""

from dataclasses import replace

import pytest
from flask import Flask

from portal.base.access import SYSTEM
from portal.core.errors import RuleBroken
from portal.people.commands import ChooseNotices, ChooseTexts, choose_notices
from portal.people.queries import NoticeChoices, get_notice_choices
from portal.people.recognising import actor_of
from tests.kept import app_over
from tests.people.cast import CHEN, Browser, Cast

PAGE = "/account/notifications"


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast of an installation that sends texts."""
    config = replace(cast.installation.config, sms_url="console:")
    return replace(cast, installation=replace(cast.installation, config=config))


@pytest.fixture
def app(cast: Cast) -> Flask:
    return app_over(cast.installation)


def chosen(cast: Cast) -> NoticeChoices:
    return cast.read(get_notice_choices, actor=cast.read(actor_of, cast.ids[CHEN]))


def choose(cast: Cast, phone: str, *events: str) -> None:
    command = ChooseNotices("en", texts=ChooseTexts(phone, frozenset(events)))
    cast.do(choose_notices, command, actor=cast.read(actor_of, cast.ids[CHEN]))


def test_the_page_keeps_a_number_and_what_is_texted(chen: Browser, cast: Cast):
    page = chen.visit(PAGE)
    chen.fill(page, PAGE, phone="+49 171 1234567", text_statements="y")

    assert (chosen(cast).phone, chosen(cast).texts) == ("+491711234567", {"statements"})
    assert chen.visit(PAGE).form(PAGE)["phone"] == "+491711234567"


def test_a_text_without_a_number_is_refused_and_what_was_ticked_stays(chen: Browser, cast: Cast):
    page = chen.fill(chen.visit(PAGE), PAGE, 422, phone="", text_statements="y")

    assert "Enter the number of your mobile phone" in page.text
    assert page.form(PAGE)["text_statements"] == "y"
    assert chosen(cast).texts == frozenset()


def test_a_national_number_is_one_of_the_companys_country(cast: Cast):
    with cast.installation.work(SYSTEM) as w:
        w.company.country = "CN"
    choose(cast, "138 0013 8000", "statements")

    assert chosen(cast).phone == "+8613800138000"


@pytest.mark.parametrize(("phone", "code"), [("soon", "malformed"), ("13800138000", "no_country")])
def test_what_cannot_be_dialled_is_refused(cast: Cast, phone: str, code: str):
    with pytest.raises(RuleBroken, match=rf"phone\.{code}"):
        choose(cast, phone, "statements")


def test_giving_up_the_number_ends_the_texts(cast: Cast):
    choose(cast, "+8613800138000", "statements")
    choose(cast, "")

    assert (chosen(cast).phone, chosen(cast).texts) == ("", frozenset())


def test_an_event_that_has_no_text_is_left_out(cast: Cast):
    choose(cast, "+8613800138000", "statements", "codes")

    assert chosen(cast).texts == {"statements"}
