"""What an admin decides about disputes: reasons, root causes, days, what a clerk grants alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from portal.base.policies import decide
from portal.base.work import Work
from portal.core import dispute
from portal.core.dispute import Reason, read_reasons
from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES, Money

#: The languages of a reason's own words, in the order of its line.
LANGUAGES = ("en", "zh-CN")
MOST_WORKDAYS, MOST_DAYS = 60, 365


@dataclass(frozen=True)
class ChangeDisputeRules:
    """How disputes are raised and answered from today on; lists as text, one entry a line."""

    answer_within_workdays: int
    reopen_within_days: int
    reasons: str
    root_causes: str
    #: By currency the most that is credited without a second person: `CNY 5000.00`.
    credit_alone: str


def change_dispute_rules(w: Work, c: ChangeDisputeRules) -> int | None:
    """
    The id of the new version of the policy; None when it says what is in force already.

    Raises: policy.deadline_out_of_reach, policy.reason_malformed, policy.reason_twice,
    policy.amount_malformed.
    """
    w.require("company.change")
    for field, days, most in (
        ("answer_within_workdays", c.answer_within_workdays, MOST_WORKDAYS),
        ("reopen_within_days", c.reopen_within_days, MOST_DAYS),
    ):
        if not 1 <= days <= most:
            raise RuleBroken("policy.deadline_out_of_reach", field=field)
    return decide(
        w,
        {
            "dispute_answer_within_workdays": c.answer_within_workdays,
            "dispute_reopen_within_days": c.reopen_within_days,
            "dispute_reasons": _told("reasons", c.reasons, dispute.REASONS),
            "dispute_root_causes": _told("root_causes", c.root_causes, dispute.ROOT_CAUSES),
            "dispute_credit_without_approval": _amounts(c.credit_alone),
        },
    )


def _told(field: str, text: str, shipped: Sequence[str]) -> list[dict[str, Any]]:
    """A list as the policy keeps it; the shipped one is kept as none, and grows with its kind."""
    with _blaming(field):
        rows = [_row(line) for line in text.splitlines() if line.strip()]
        read_reasons(rows)
    return [] if rows == [{"name": name} for name in shipped] else rows


@contextmanager
def _blaming(field: str) -> Iterator[None]:
    """Puts a rule of core that breaks inside onto a field of the form."""
    try:
        yield
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field=field, **broken.facts) from broken


def _row(line: str) -> dict[str, Any]:
    r"""
    An entry of a list from its line: name, words by language, workdays.

    >>> _row("packing | Packing | 包装 | 5")
    {'name': 'packing', 'titles': {'en': 'Packing', 'zh-CN': '包装'}, 'answer_within_workdays': 5}
    >>> _row("price")
    {'name': 'price'}
    """
    name, *more = (part.strip() for part in line.split("|"))
    words, days = more[: len(LANGUAGES)], more[len(LANGUAGES) :]
    titles = {language: word for language, word in zip(LANGUAGES, words, strict=False) if word}
    if len(days) > 1 or not all(each.isdecimal() for each in days if each):
        raise RuleBroken("policy.reason_malformed", name=name)
    row: dict[str, Any] = {"name": name}
    if titles:
        row["titles"] = titles
    if days and days[0]:
        row["answer_within_workdays"] = int(days[0])
    return row


def written(reasons: Mapping[str, Reason]) -> str:
    """A list as text, one entry a line, as it is read back."""
    return "\n".join(_line(each) for each in reasons.values())


def _line(reason: Reason) -> str:
    days = reason.answer_within_workdays
    parts = [reason.name, *(reason.titles.get(language, "") for language in LANGUAGES)]
    return " | ".join([*parts, str(days or "")]).rstrip("| ")


def _amounts(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        currency, _blank, amount = line.strip().partition(" ")
        if not currency:
            continue
        if currency not in CURRENCIES:
            raise RuleBroken("policy.amount_malformed", field="credit_alone", line=line.strip())
        with _blaming("credit_alone"):
            found[currency] = Money.parse(amount.strip(), currency).major()
    return found
