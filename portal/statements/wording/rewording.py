"""An admin decides what statements say: by which law, in which words, and what they leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.base.policies import decide
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.wording import check_clause
from portal.statements.wording.wording import CLAUSES, LANGUAGES, LAWS, Texts, shipped_texts

DELIVERIES = ("beside", "inside")
#: The clause that replaces the demand, and so may say what the others must not.
DISCLAIMER = "checking_only"


@dataclass(frozen=True)
class ChangeWording:
    """The wording of statements from today on; texts by language and clause."""

    law: str
    for_checking_only: bool
    interest_reserved: bool
    deliveries: str
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def field_of(language: str, clause: str) -> str:
    """
    What a clause is called on a form.

    >>> field_of("zh-CN", "demand")
    'zh_cn_demand'
    """
    return f"{language.replace('-', '_').lower()}_{clause}"


def change_wording(w: Work, c: ChangeWording) -> int | None:
    """
    The id of the new version of the policy; None when it says what is in force already.

    Statements that are issued say what they were issued with; this counts for those to come.
    Raises: wording.law_unknown, wording.empty, wording.too_long, wording.unknown_fact,
    wording.fact_missing, wording.for_checking_only.
    """
    w.require("company.change")
    check_wording(c)
    edited = {law: dict(texts) for law, texts in w.policy.values["statement_clauses"].items()}
    edited[c.law] = _edited(c)
    return decide(
        w,
        {
            "statement_wording_law": c.law,
            "statement_for_checking_only": c.for_checking_only,
            "statement_interest_reserved": c.interest_reserved,
            "statement_deliveries": c.deliveries,
            "statement_clauses": {law: texts for law, texts in edited.items() if texts},
        },
    )


def check_wording(c: ChangeWording) -> None:
    """Refuses what could not be printed, and what takes the demand back unless that is chosen."""
    if c.law not in LAWS or c.deliveries not in DELIVERIES:
        raise RuleBroken("wording.law_unknown", field="law")
    for language, texts in c.texts.items():
        for clause, text in texts.items():
            may_disclaim = c.for_checking_only or clause == DISCLAIMER
            check_clause(field_of(language, clause), text.strip(), may_disclaim=may_disclaim)


def edited_texts(c: ChangeWording) -> Texts:
    """The edits of a command as the policy keeps them."""
    return {c.law: _edited(c)}


def _edited(c: ChangeWording) -> dict[str, dict[str, str]]:
    """Of each language what differs from the shipped text."""
    shipped = shipped_texts()[c.law]
    found = {
        language: {
            clause: c.texts[language][clause].strip()
            for clause in CLAUSES
            if clause in c.texts.get(language, {})
            and c.texts[language][clause].strip() != shipped[language][clause]
        }
        for language in LANGUAGES
    }
    return {language: texts for language, texts in found.items() if texts}
