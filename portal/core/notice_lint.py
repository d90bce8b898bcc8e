"""
What a text of a notice must and must not say, found before anybody is sent it.

Whether it is kind or clever is for people to judge; that a demand can be paid from, threatens
nobody and does not take itself back is judged here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from portal.core.errors import RuleBroken
from portal.core.notice_text import BEFORE, BLOCKS, SMS, NoticeText, Strength, filled, names_in
from portal.core.texting import SEGMENTS, plain, segments
from portal.core.wording import disclaimer_in

#: What every mail and letter names, so that who reads it can pay, promise or object.
NAMED = ("total", "items", "payee", "links")
NAMED_BY_STRENGTH: Mapping[str, tuple[str, ...]] = {
    Strength.REMINDER_BEFORE: ("due_day",),
    Strength.FINAL: ("deadline",),
    Strength.LEGAL: ("deadline", "law"),
}
#: How long a link of ours is, at the most, behind a text.
LINK = "https://receivables.example.com/notices/nt_0123456789"
#: What stands for a fact while a text's length is judged: as long as they usually get.
USUAL: Mapping[str, Mapping[str, str]] = {
    "en": {
        "supplier": "Northwind Supply Ltd",
        "customer": "Harbour Trading Ltd",
        "contact": "Ada Lovelace",
        "invoices": "12 invoices",
        "total": "CNY 1,234,567.00",
        "oldest": "INV-2026-0001",
        "oldest_day": "30 Sept 2026",
        "days_overdue": "45 days",
        "due_day": "30 Sept 2026",
        "today": "30 Sept 2026",
        "deadline": "30 Sept 2026",
        "payee": "account ending in 1234",
        "help": "+49 30 1234567",
    },
    "zh-CN": {
        "supplier": "华东精密机械有限公司",
        "customer": "江南贸易有限公司",
        "contact": "陈薇",
        "invoices": "12张发票",
        "total": "CNY 1,234,567.00",
        "oldest": "INV-2026-0001",
        "oldest_day": "2026年9月30日",
        "days_overdue": "45天",
        "due_day": "2026年9月30日",
        "today": "2026年9月30日",
        "deadline": "2026年9月30日",
        "payee": "尾号1234的账户",
        "help": "021-12345678",
    },
}

_ABUSE_EN = (
    r"thie(?:f|ves)|crooks?|scum|liars?|swindlers?|fraudsters?|deadbeats?|scoundrels?|bastards?",
    r"idiots?|shameless|parasites?|parasitic",
    r"regret (?:it|this)|or else|watch your(?:self| back)|we know where you",
    r"(?:hurt|harm|ruin|destroy|beat|break) you",
    r"(?:come|visit you|call) (?:to|at) your (?:home|house)|your (?:family|children|wife|husband)",
    r"(?:tell|inform|warn) (?:all )?your (?:customers|neighbou?rs|employer|friends|partners)",
    r"(?:shame|expose|publish) (?:you|your)|name and shame|blacklist you",
    r"police|arrest(?:ed)?|jail|prison|criminal (?:charges|complaint|proceedings)",
)
_ABUSE_ZH = (
    "骗子 老赖 无赖 赖账鬼 恶棍 混蛋 王八 人渣 败类 无耻 不要脸 厚颜 黑社会 抓你 坐牢 判刑 蹲监狱"
    " 刑事责任 刑事追究 报警 公安机关 曝光 示众 让你好看 走着瞧 等着瞧 小心点 你的家人 你家人"
    " 您的家人 上门闹 堵门 泼漆 收拾你 不得好死 后果自负 通知你的客户 通知贵司客户 告知贵方客户"
)
_THREATENS = (
    *(re.compile(rf"\b(?:{pattern})\b") for pattern in _ABUSE_EN),
    re.compile("|".join(_ABUSE_ZH.split())),
)
#: Said of a suit that nobody has filed (S-138).
_PRETENDS = (
    re.compile(
        r"\b(?:(?:has|have) (?:been )?(?:filed|sued|brought (?:an )?action)|(?:is|are) suing"
        r"|court (?:has|date is)|summons)\b"
    ),
    re.compile(r"已(?:经)?(?:向\S{0,12})?(?:起诉|立案|提起诉讼|申请仲裁|申请强制执行)|法院已|传票"),
)
_SPACES = re.compile(r"\s+")


def check_text(text: NoticeText) -> None:
    """
    Refuse a text at the first thing that is wrong with it.

    Raises: what `complaints` tells.
    """
    for broken in complaints(text):
        raise broken


def complaints(text: NoticeText) -> Iterator[RuleBroken]:
    """
    Everything that is wrong with a text, in the order in which it is best put right.

    >>> rude = NoticeText("a", "polite", "sms", "en", "", "Pay {total}, you crook.")
    >>> [broken.code for broken in complaints(rude)]
    ['notice.threatens']
    """
    text = replace(text, body=text.body.replace("\r\n", "\n"))
    if not text.body.strip():
        yield RuleBroken("notice.empty", field="body")
        return
    if text.channel != SMS and not text.subject.strip():
        yield RuleBroken("notice.no_subject", field="subject")
    try:
        named = [*names_in(text.subject, SMS), *names_in(text.body, text.channel)]
    except RuleBroken as broken:
        yield broken
        return
    yield from _missing(text, frozenset(named))
    yield from _inside(text)
    yield from _forbidden(text)
    yield from _too_long(text)


def _missing(text: NoticeText, named: frozenset[str]) -> Iterator[RuleBroken]:
    """
    What a text does not name, and who reads it could not do without.

    Rule: R345 — a mail or letter names the sum, the items, the payee's account and the ways to pay,
    promise or object; a reminder the day, a final demand its deadline, a lawyer's letter the law
    too; a text message the sum (S-096, S-136, S-139).
    """
    asked = (
        ("total",) if text.channel == SMS else (*NAMED, *NAMED_BY_STRENGTH.get(text.strength, ()))
    )
    for name in asked:
        if name not in named:
            yield RuleBroken("notice.name_missing", field="body", name=f"{{{name}}}")


def _inside(text: NoticeText) -> Iterator[RuleBroken]:
    """A table, an account or buttons in the middle of a sentence."""
    for paragraph in text.body.split("\n\n") if text.channel != SMS else ():
        told = paragraph.strip()
        for name in BLOCKS:
            if f"{{{name}}}" in told and told != f"{{{name}}}":
                yield RuleBroken("notice.not_alone", field="body", name=f"{{{name}}}")


def _forbidden(text: NoticeText) -> Iterator[RuleBroken]:
    """
    What no text of ours says.

    Rule: R346 — a notice neither threatens nor abuses anybody, does not tell of a suit that nobody
    has filed, and does not say that it is no demand (S-138, S-141, EVIDENCE 1).
    """
    for field, words in (("subject", text.subject), ("body", text.body)):
        folded = _SPACES.sub(" ", unicodedata.normalize("NFKC", words).casefold())
        for patterns, code in ((_THREATENS, "notice.threatens"), (_PRETENDS, "notice.pretends")):
            found = next((hit for each in patterns if (hit := each.search(folded))), None)
            if found:
                yield RuleBroken(code, field=field, words=found.group())
        # Each paragraph by itself: what two of them say together is no sentence.
        phrases = map(disclaimer_in, words.split("\n\n")) if text.strength not in BEFORE else ()
        phrase = next(filter(None, phrases), "")
        if phrase:
            yield RuleBroken("notice.no_demand", field=field, words=phrase)


def _too_long(text: NoticeText) -> Iterator[RuleBroken]:
    """
    A text message that would lose its end.

    Rule: R347 — a text message, filled in with facts of usual length and with its link, takes at
    most two segments (S-127, R138).
    """
    if text.channel != SMS:
        return
    usual = filled(text.body, USUAL.get(text.language, USUAL["en"]))
    whole = f"{plain(' '.join(usual.split()))} {LINK}"
    if segments(whole) > SEGMENTS:
        yield RuleBroken("notice.too_long", field="body", segments=segments(whole), most=SEGMENTS)
