"""What a task says: each kind's sentence, filled from the facts that its maker gave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.money import Money

#: kind → what is to be done. Facts: `number` of what it is about, `on` (ISO), `amount` and
#: `missing` in major units of `currency`; a kind uses those that it needs.
SENTENCES: dict[str, str] = {
    "promise_broken": N_(
        "%(missing)s of promise %(number)s over %(amount)s did not come by %(day)s: ask why, and "
        "for a new day"
    ),
    "plan_broken": N_(
        "%(amount)s of plan %(number)s did not come by %(day)s: talk to the customer before the "
        "plan ends"
    ),
    "credit_to_post": N_("Post the approved credit note over %(amount)s for %(number)s"),
    "lapsing": N_(
        "The claim to %(amount)s of %(number)s lapses on %(day)s: have it acknowledged, or take "
        "it to court"
    ),
}

#: kind → its name, for filters.
KIND_NAMES: dict[str, str] = {
    "promise_broken": N_("Missed promise"),
    "plan_broken": N_("Broken plan"),
    "credit_to_post": N_("Credit note to post"),
    "lapsing": N_("Claim about to lapse"),
}


def task_sentence(kind: str, facts: Mapping[str, str]) -> str:
    """What is to be done, in the language of the moment."""
    told = {
        "number": facts.get("number", ""),
        "day": formats.day(dt.date.fromisoformat(facts["on"])) if facts.get("on") else "",
        **{name: _amount(facts, name) for name in ("amount", "missing")},
    }
    return _(SENTENCES[kind]) % told


def _amount(facts: Mapping[str, str], name: str) -> str:
    text = facts.get(name, "")
    return formats.money(Money.parse(text, facts["currency"])) if text else ""
