"""
What a statement says besides its figures: a demand, an acknowledgement, interest reserved.

The texts themselves are data; here is what they must and must not say. A letter that says it is for
checking only, and no demand, may cost the interruption of the limitation period.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import NamedTuple

from portal.core.errors import RuleBroken

#: What may be filled into a clause.
FACTS = ("amount", "day", "deadline", "supplier", "customer")
#: What the acknowledgement must name: how much, and as at which day.
NAMED = ("amount", "day")
LONGEST = 600


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


# "Only for checking", "no demand", "no payment asked for": each language's ways of saying so. What
# stands between may be a few words, but none that speaks of waiving a right: that is another thing.
_CHECKED = _any_of("复核 核对 对账 对帐 核账 核帐 查账 查帐 核实 核查 查对 参考 询证")
_IS_NOT = _any_of(
    "并非 非为 不是 不为 不作为 不作 不构成 不视为 不属于 不属 不代表 不等于 不得视为"
    " 无意 并无 并不 而非 而不是"
)
_DUNNING = _any_of(
    "催款 催收 催讨 催付 催告 催缴 催账 催帐 追款 追讨 索款 索要 索偿 讨债 付款要求 付款请求"
    " 付款通知 要求付款 请求付款 要求支付 请求支付 主张债权 主张权利 收款 结算"
)
_CHINESE = (
    rf"(?:仅|只|单纯|纯粹|专|唯).{{0,12}}{_CHECKED}",
    rf"{_IS_NOT}(?:(?!放弃|豁免|免除|影响|限制).){{0,8}}{_DUNNING}(?!.{{0,8}}(?:放弃|豁免|免除|影响))",
    r"(?:无需|无须|不必|不用|不要求).{0,8}(?:付款|支付|偿还|清偿)",
)
_ONLY = _any_of("only solely merely purely exclusively simply just alone")
_CHECKING = _any_of(
    r"check\w* verif\w* reconcil\w* compar\w* review\w* informati\w* reference audit\w*"
)
_KEPT = r"(?:(?!waiv|releas|affect|prejudic|withdraw|limit|renounc|forego|forgo)\w+ ){0,6}"
_ASKED = r"(?:request\w*|demand\w*|require\w*|ask\w*|sought|claimed)"
_DEMAND = (
    r"demand\w*|dunning|reminder|collection|collect\w*|seek\w* pay\w*|requir\w* pay\w*"
    r"|claim\w* (?:for|of) (?:payment|the|any)|request\w* (?:of )?pay\w*"
    r"|payment (?:request|demand|reminder|notice|claim)"
    r"|(?:request|call|ask\w*|invitation) (?:for|to) (?:pay\w*|settle\w*)"
)
_ENGLISH = (
    rf"\b{_ONLY} (?:\w+ ){{0,4}}(?:for|as|to) (?:\w+ ){{0,4}}{_CHECKING}",
    rf"\bfor (?:\w+ ){{0,4}}{_CHECKING} (?:\w+ ){{0,3}}{_ONLY}\b",
    rf"\bfor {_ONLY} (?:\w+ ){{0,3}}{_CHECKING}",
    rf"\b{_ONLY} (?:\w+ ){{0,3}}{_CHECKING} purposes?\b",
    rf"\b(?:not|no|nor|neither|never|without|isn t|nothing) {_KEPT}(?:{_DEMAND})\b",
    rf"\bno payment (?:\w+ ){{0,3}}{_ASKED}\b",
    rf"\bpayment (?:is|need) not (?:\w+ ){{0,2}}(?:{_ASKED}|be)\b",
    r"\b(?:need|do) not (?:\w+ ){0,2}pay\b",
)
_ENDS = re.compile(r"(?<=[。！？!?；;\n])|(?<=\.)\s")
_BLANKS = re.compile(r"[\W_]+")
_DISCLAIMS = (
    *((re.compile(pattern), True) for pattern in _CHINESE),
    *((re.compile(pattern), False) for pattern in _ENGLISH),
)
#: Traditional forms of the characters that the patterns look for.
_SIMPLE = str.maketrans(
    "復覈覆複帳賬並爲為單純專對實查參詢證視屬償還討構償無須結數權權認於價",
    "复核复复账账并为为单纯专对实查参询证视属偿还讨构偿无须结数权权认于价",
)


class Clauses(NamedTuple):
    """The texts of a statement in one language, with `{amount}` and the like to be filled in."""

    demand: str
    acknowledgement: str
    interest: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a statement says, frozen with it: chosen by law, in every language we print."""

    law: str
    #: Chosen deliberately: the demand is replaced by the sentence that it is none.
    for_checking_only: bool
    texts: Mapping[str, Clauses]

    def in_language(self, language: str) -> Clauses:
        """The texts in a language, else in English."""
        return self.texts.get(language) or self.texts["en"]


def disclaimer_in(text: str) -> str:
    """
    The sentence of a text which says that a letter is for checking only or no demand, or ''.

    Rule: R89 — a clause that takes the demand back, in whatever words, is found by its sentence
    (EVIDENCE 1).

    >>> disclaimer_in("请核对余额。本函仅为复核账目之用，并非催款结算。")
    '本函仅为复核账目之用，并非催款结算。'
    >>> disclaimer_in("Please pay what is due. This letter is for checking only; thank you.")
    'This letter is for checking only;'
    >>> disclaimer_in("Confirming it does not affect our claim for payment of interest.")
    ''
    """
    for sentence in [*_ENDS.split(text), text]:
        folded = unicodedata.normalize("NFKC", sentence).casefold().translate(_SIMPLE)
        joined, spaced = _BLANKS.sub("", folded), f"{_BLANKS.sub(' ', folded)} "
        for pattern, is_chinese in _DISCLAIMS:
            if pattern.search(joined if is_chinese else spaced):
                return sentence.strip()
    return ""


def check_clause(name: str, text: str, *, may_disclaim: bool) -> None:
    """
    Refuse a clause that says nothing, too much, or what it must not.

    Raises: wording.empty, wording.too_long, wording.unknown_fact, wording.fact_missing,
    wording.for_checking_only.
    """
    if not text.strip():
        raise RuleBroken("wording.empty", field=name)
    if len(text) > LONGEST:
        raise RuleBroken("wording.too_long", field=name, longest=LONGEST)
    facts = _facts_of(name, text)
    unknown = sorted(facts - set(FACTS))
    if unknown:
        known = ", ".join(f"{{{fact}}}" for fact in FACTS)
        raise RuleBroken("wording.unknown_fact", field=name, fact=unknown[0], known=known)
    missing = [fact for fact in NAMED if fact not in facts]
    if name.endswith("acknowledgement") and missing:
        raise RuleBroken("wording.fact_missing", field=name, fact=f"{{{missing[0]}}}")
    phrase = "" if may_disclaim else disclaimer_in(text)
    if phrase:
        raise RuleBroken("wording.for_checking_only", field=name, phrase=phrase)


def _facts_of(name: str, text: str) -> set[str]:
    """What a text asks to be filled in; only plain names in braces are allowed."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise RuleBroken("wording.unknown_fact", field=name, fact="{", known="{amount}") from error
    return {
        fact + (f":{form}" if form else "") + (f"!{turn}" if turn else "")
        for _, fact, form, turn in parts
        if fact is not None
    }


def filled(text: str, facts: Mapping[str, str]) -> str:
    """
    A clause with its facts in place.

    >>> filled("{amount} as at {day}", {"amount": "CNY 5.00", "day": "31 May 2026"})
    'CNY 5.00 as at 31 May 2026'
    """
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text
