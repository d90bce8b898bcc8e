"""What answers of the round, and what is shown of it, are called."""

from __future__ import annotations

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.due_round import Answer, Given

ANSWERS = {
    Answer.ON_TIME.value: N_("On time"),
    Answer.LATER.value: N_("Later"),
    Answer.PROBLEM.value: N_("Problem"),
}
SHOWN = {
    "asked": N_("To answer"),
    "soon": N_("Due soon"),
    "month": N_("Due within a month"),
    "overdue": N_("Overdue"),
    "answered": N_("Answered"),
}


def answer_name(answer: str) -> str:
    """What was answered."""
    return _(ANSWERS[answer])


def shown_options() -> list[tuple[str, str]]:
    """What the list can be narrowed to."""
    return [(name, _(word)) for name, word in SHOWN.items()]


def given_words(given: Given) -> str:
    """The last answer, in words."""
    said = _(ANSWERS[given.answer.value])
    if given.pay_on is None:
        return _("%(answer)s, said on %(on)s", answer=said, on=formats.short_day(given.on))
    return _(
        "%(answer)s, on %(day)s, said on %(on)s",
        answer=said,
        day=formats.short_day(given.pay_on),
        on=formats.short_day(given.on),
    )
