"""R342–R344: a closed palette, paragraphs that have nothing to say, and which text is taken."""

import pytest

from portal.core.errors import RuleBroken
from portal.core.notice_text import (
    PALETTE,
    Block,
    NoticeText,
    Wanted,
    blocks_of,
    choose,
    filled,
    names_in,
    palette_of,
)


def text(name: str = "a", **changes: str) -> NoticeText:
    told = {"strength": "polite", "channel": "email", "language": "en", "body": "Pay."}
    return NoticeText.read({"name": name, **told, **changes})


@pytest.mark.parametrize(
    "body",
    [
        "{customer.name}",
        "{customer[0]}",
        "{total!r}",
        "{total:>10}",
        "{0}",
        "{}",
        "{secret}",
        "{% for x in y %}",
        "{ total }",
        "{customer",
        "customer}",
    ],
)
def test_anything_but_a_name_of_the_palette_is_refused_by_its_name(body: str):
    """R342"""
    with pytest.raises(RuleBroken) as refused:
        names_in(body, "email")

    assert refused.value.code == "notice.unknown_name"
    assert "{total}" in str(refused.value.facts["known"])


def test_a_text_message_has_no_table():
    assert "items" in palette_of("letter")
    with pytest.raises(RuleBroken):
        names_in("{items}", "sms")


def test_every_name_of_the_palette_can_be_filled_in():
    body = "\n\n".join(f"{{{name}}}" for name in PALETTE)

    assert set(names_in(body, "letter")) == set(PALETTE)


def test_braces_can_be_written_twice():
    assert filled("{{total}} is {total}", {"total": "5"}) == "{total} is 5"


def test_what_is_filled_in_is_never_read_as_a_text():
    assert filled("{customer}", {"customer": "{total} {items}"}) == "{total} {items}"


def test_a_paragraph_whose_fact_has_nothing_to_say_is_left_out():
    """R343"""
    body = "Pay {total}.\n\nInterest to {today}: {interest}.\n\n{items}\n\nRegards"

    blocks = blocks_of(body, "email", {"total": "5", "today": "today", "interest": ""})

    assert blocks == (Block("words", "Pay 5."), Block("items"), Block("words", "Regards"))


def test_the_own_text_of_a_step_is_taken_first_then_an_admins_then_the_shipped_one():
    """R344; S-140."""
    shipped = [text("shipped")]
    own = [text("own"), text("of the step", step="first")]

    assert choose(Wanted("polite", "email", "en", "first"), own, shipped).name == "of the step"
    assert choose(Wanted("polite", "email", "en", "other"), own, shipped).name == "own"
    assert choose(Wanted("polite", "email", "en"), [], shipped).name == "shipped"


def test_a_text_of_another_step_is_never_taken():
    own = [text("of the step", step="first")]

    assert (
        choose(Wanted("polite", "email", "en", "other"), own, [text("shipped")]).name == "shipped"
    )


def test_a_missing_channel_takes_the_nearest_and_a_missing_language_english():
    shipped = [text("mail"), text("letter", channel="letter", strength="firm")]

    assert choose(Wanted("polite", "sms", "zh-CN"), [], shipped).name == "mail"
    assert choose(Wanted("firm", "registered_letter", "en"), [], shipped).name == "letter"
    with pytest.raises(RuleBroken):
        choose(Wanted("final", "sms", "en"), [], shipped)
