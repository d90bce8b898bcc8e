"""R345–R347: what a notice must name, what it must not say, and how long a text may be."""

import pytest

from portal.core.notice_lint import complaints
from portal.core.notice_text import NoticeText
from portal.escalation.notices.texts import shipped_texts

ALL = "Pay {total}.\n\n{items}\n\n{payee}\n\n{links}"


def codes(body: str, channel: str = "email", strength: str = "polite", subject: str = "Due"):
    told = NoticeText("a", strength, channel, "en", subject, body)
    return [broken.code for broken in complaints(told)]


@pytest.mark.parametrize("text", shipped_texts(), ids=lambda text: text.name)
def test_nothing_is_wrong_with_what_is_shipped(text: NoticeText):
    assert list(complaints(text)) == []


def test_every_strength_has_its_texts_in_both_languages():
    """S-135, S-140: notice, warning and lawyer's letter, in each language."""
    found = {(text.strength, text.channel, text.language) for text in shipped_texts()}

    for language in ("en", "zh-CN"):
        for strength in ("polite", "firm", "final"):
            assert {(strength, each, language) for each in ("email", "sms", "letter")} <= found
        for strength in ("reminder_before", "due_today"):
            assert {(strength, each, language) for each in ("email", "sms")} <= found
        assert ("legal", "letter", language) in found


def test_a_text_that_names_what_it_must_passes():
    assert codes(ALL) == []


@pytest.mark.parametrize("name", ["{total}", "{items}", "{payee}", "{links}"])
def test_a_mail_names_the_sum_the_items_the_account_and_the_ways_to_answer(name: str):
    """R345"""
    assert codes(ALL.replace(name, "it")) == ["notice.name_missing"]


def test_a_final_demand_names_its_deadline_and_a_lawyers_letter_the_law():
    """S-136, S-139: a last day with what follows, and the law."""
    assert codes(ALL, strength="final") == ["notice.name_missing"]
    assert codes("By {deadline}.\n\n" + ALL, "letter", "legal") == ["notice.name_missing"]
    assert codes("By {deadline}, by {law}.\n\n" + ALL, "letter", "legal") == []


def test_a_text_without_words_or_subject_is_refused():
    assert codes(" ") == ["notice.empty"]
    assert codes(ALL, subject="") == ["notice.no_subject"]


@pytest.mark.parametrize(
    "words",
    [
        "You will regret this.",
        "Pay, or else.",
        "We know where you live.",
        "You are a CROOK.",
        "We will tell your customers.",
        "We will call the police.",
        "我们将让你好看。",
        "你们这些骗子！",
        "我们会报警抓人。",
        "将在网上曝光贵公司。",
        "后果自负。",
    ],
)
def test_threats_and_abuse_are_refused_in_both_languages(words: str):
    """R346; S-141."""
    assert "notice.threatens" in codes(f"{words}\n\n{ALL}")


@pytest.mark.parametrize(
    "words",
    [
        "We will hand the claim to a collection agency or take it to court.",
        "我方将委托专业机构追收或向法院提起诉讼。",
        "Further deliveries may have to wait.",
        "This comes to you by a company policy.",
    ],
)
def test_what_the_law_allows_may_be_announced(words: str):
    assert codes(f"{words}\n\n{ALL}") == []


@pytest.mark.parametrize(
    "words", ["We have filed a claim in court.", "我方已向法院起诉。", "法院已立案。"]
)
def test_a_suit_that_nobody_has_filed_is_not_told_of(words: str):
    assert "notice.pretends" in codes(f"{words}\n\n{ALL}")


def test_a_demand_does_not_say_that_it_is_none():
    words = "本函仅为复核账目之用，并非催款结算。"

    assert codes(f"{words}\n\n{ALL}") == ["notice.no_demand"]
    assert codes(f"{words}\n\n{{due_day}}\n\n{ALL}", strength="reminder_before") == []


def test_a_table_stands_in_a_paragraph_of_its_own():
    assert codes(ALL.replace("{items}", "You owe: {items}")) == ["notice.not_alone"]


def test_a_text_message_that_would_lose_its_end_is_refused():
    """R347"""
    assert codes("{supplier}: {total} is due.", "sms", subject="") == []
    assert codes("{total} " + "is due, " * 40, "sms", subject="") == ["notice.too_long"]
