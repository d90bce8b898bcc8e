"""What the parts of a ladder are called, and what is odd about one, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.ladder import Step
from portal.core.ladder_check import Finding, Problem
from portal.core.money import Money

STRENGTHS = {
    "polite": N_("Polite"),
    "firm": N_("Firm"),
    "final": N_("Final"),
}
#: The grades of ageing that a step can raise an item to.
RAISED = {
    "overdue": N_("Overdue"),
    "final_demand": N_("Final demand"),
    "agency": N_("Agency"),
    "legal": N_("Legal"),
    "bad_debt": N_("Bad debt"),
}
#: What a ladder can ask of a customer.
APPLIES_TO = {
    "customer_id": N_("Customer code"),
    "customer_type": N_("Customer type"),
    "grade": N_("Grade"),
    "region": N_("Region"),
    "owner": N_("Sales owner"),
}
#: What a ladder that comes with the portal is called.
PRESETS = {
    "four_stages": N_("Ladder A: four stages"),
    "twelve_steps": N_("Ladder B: twelve steps"),
}
PROBLEMS: Mapping[Problem, str] = {
    Problem.UNREACHABLE: N_(
        "This step is never done: it comes on day %(day)s at the earliest and ends on day "
        "%(until)s."
    ),
    Problem.NEVER_CHOSEN: N_(
        "This ladder is never used: “%(before)s” stands before it and is for the same customers."
    ),
    Problem.NO_TEXT: N_("There is no text of this strength and channel in %(language)s."),
    Problem.NOBODY: N_("Nobody does this step: name a role that is responsible."),
    Problem.GAP: N_("From day %(first)s to day %(last)s no step holds."),
    Problem.OVERLAP: N_(
        "From day %(first)s to day %(last)s “%(before)s” holds as well; both are done, one a day."
    ),
    Problem.NO_END: N_("After day %(day)s nothing is done any more."),
    Problem.AFTER_CASE: N_(
        "While the case with the agency or the court stands, this step is not done."
    ),
    Problem.NOT_EVERYBODY: N_("Customers whom no ladder is for are not chased."),
    Problem.DELAYED: N_(
        "It comes on day %(comes)s rather than on day %(day)s: one step a run, and days between "
        "two messages."
    ),
    Problem.SOFTER: N_("It is softer than a step before it."),
    Problem.EARLY: N_("On day %(day)s nothing is overdue yet: only a polite text fits."),
}
#: How many of a channel there are.
COUNTED: Mapping[str, Callable[[int], str]] = {
    "email": lambda n: ngettext("%(num)s e-mail", "%(num)s e-mails", n),
    "sms": lambda n: ngettext("%(num)s text message", "%(num)s text messages", n),
    "letter": lambda n: ngettext("%(num)s letter", "%(num)s letters", n),
    "registered_letter": lambda n: ngettext(
        "%(num)s registered letter", "%(num)s registered letters", n
    ),
    "call": lambda n: ngettext("%(num)s call", "%(num)s calls", n),
    "visit": lambda n: ngettext("%(num)s visit", "%(num)s visits", n),
    "agency": lambda n: ngettext("%(num)s case for an agency", "%(num)s cases for an agency", n),
    "legal": lambda n: ngettext("%(num)s legal case", "%(num)s legal cases", n),
}
LANGUAGES = {"en": N_("English"), "zh-CN": N_("Chinese")}


def finding_said(finding: Finding) -> str:
    """What is odd, as a sentence."""
    facts = dict(finding.facts)
    if "language" in facts:
        facts["language"] = _(LANGUAGES.get(str(facts["language"]), str(facts["language"])))
    return _(PROBLEMS[finding.problem], **facts)


def step_when(step: Step) -> str:
    """When a step is reached, in words."""
    if step.days_overdue is None:
        return _after_previous(step)
    day = step.days_overdue
    if step.until_days is not None and step.until_days > day:
        return _("Days overdue %(first)s to %(last)s", first=day, last=step.until_days)
    if day < 0:
        return _("%(num)s days before the due date", num=-day)
    return _("On the due date") if day == 0 else _("From day %(day)s overdue", day=day)


def _after_previous(step: Step) -> str:
    days = step.after_previous_days or 0
    if step.with_previous and not days:
        return _("Together with the step before")
    if days == 0:
        return _("The day after the step before")
    return _("%(num)s days after the step before", num=days)


def applies_said(applies_to: Mapping[str, str]) -> str:
    """Whom a ladder is for, in words."""
    told = [
        _("%(what)s: %(value)s", what=_(APPLIES_TO[name]), value=value)
        for name, value in applies_to.items()
        if value != "*"
    ]
    return " · ".join(told) or _("Everybody")


def difference_said(channel: str, more: int) -> str:
    """So many more of something, or so many fewer."""
    steps = COUNTED[channel](abs(more))
    return _("%(steps)s more", steps=steps) if more > 0 else _("%(steps)s fewer", steps=steps)


def amounts_said(amounts: Mapping[str, str]) -> str:
    """Amounts by currency, one after the other; those of nothing are left out."""
    told = [Money.parse(amount, currency) for currency, amount in amounts.items()]
    return " · ".join(formats.money(each) for each in told if each.minor)
