"""What is odd about ladders, asked with the texts and the languages that there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from portal.base.language import LANGUAGES
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.ladder import Ladder
from portal.core.ladder_check import Finding, Text, Texts, check_ladders
from portal.core.notice_text import Wanted
from portal.escalation.notices.texts import has_text
from portal.tables.customers import Customer


def find_oddities(r: Reader, ladders: Sequence[Ladder]) -> list[Finding]:
    """What is odd about the ladders, texts that are missing included."""
    languages = _languages(r)
    return check_ladders(ladders, Texts(frozenset(_texts(r, ladders, languages)), languages))


def _languages(r: Reader) -> tuple[str, ...]:
    """The languages that customers read: the company's, and those that their files say."""
    told = set(r.session.scalars(select(Customer.language).distinct())) | {r.company.language}
    return tuple(language for language in LANGUAGES if language in told)


def _texts(r: Reader, ladders: Sequence[Ladder], languages: Sequence[str]) -> Iterator[Text]:
    for ladder in ladders:
        for step in ladder.steps:
            for language in languages:
                wanted = Wanted(step.strength, step.channel, language, step.name)
                if step.is_message and _is_there(r, wanted):
                    yield step.strength, step.channel, language


def _is_there(r: Reader, wanted: Wanted) -> bool:
    try:
        return has_text(r.policy, wanted)
    except RuleBroken:
        return False
