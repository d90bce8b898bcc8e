"""The queue, talks and comments in words."""

from __future__ import annotations

from typing import Any

from portal.approvals.names import kind_name
from portal.approvals.task_kinds import task_sentence
from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.base.talks_said import CHANNELS, OUTCOMES
from portal.core.recovery import Curve
from portal.core.work_rank import per_mille_of_waiting
from portal.disputes.telling import printed_number
from portal.escalation.work.queue import WorkRow
from portal.promises.names import reason_name

#: What the queue is narrowed to.
GROUP_NAMES = {
    "call": N_("Calls and visits"),
    "broken": N_("Missed promises"),
    "promise": N_("Promises due today"),
    "dispute": N_("Disputes"),
    "reply": N_("Replies of customers"),
    "statement": N_("Statements without an answer"),
    "receipt": N_("Payments to apply"),
    "hold": N_("Orders that are held"),
    "approval": N_("Approvals"),
    "mention": N_("Comments that call you"),
    "task": N_("Other tasks"),
}
WHOSE_NAMES = {
    "mine_or_nobody": N_("Mine and nobody’s"),
    "mine": N_("Mine"),
    "nobody": N_("Nobody’s"),
    "all": N_("Everybody’s"),
}
#: How a call goes, by the strength of its step (S-140, S-145, S-146).
BEFORE = (
    N_("Look at the figures and the last talks first, and have the invoices at hand."),
    N_("Ask for the person who decides about payments, and note who that is."),
)
GUIDANCE = {
    "polite": (
        N_("Ask whether everything arrived and is right, and when it will be paid."),
        N_("Listen for the reason: short of cash, unwilling, a dispute, or nobody in charge."),
        N_("Agree on a day and an amount, and say that you will write it down."),
    ),
    "firm": (
        N_("Name the amount, the oldest day and what was promised, and ask for a day this week."),
        N_("Where cash is short offer a plan; where something is disputed take it up at once."),
        N_("Say what follows next without a payment, in plain words and without a threat."),
    ),
    "final": (
        N_("Say that this is the last talk before the debt goes to an agency or to court."),
        N_("Name the last day, and that interest and costs come on top as the contract says."),
        N_("Leave a way out: a payment today, a signed plan, or a security."),
    ),
}
AFTER = (N_("Stay polite whatever is said; end the talk with what was agreed."),)

#: Money that is no claim loses nothing by waiting; it is weighed as if it fell due today.
NO_CLAIMS = frozenset({"receipt", "order", "approval"})


#: A source that is no task → what is to be done.
SENTENCES = {
    "reply": N_("Answer the customer in dispute %(number)s over %(amount)s"),
    "dispute": N_("Decide dispute %(number)s over %(amount)s by %(day)s"),
    "promise": N_("%(amount)s is promised for today: see whether it comes"),
    "statement": N_("Ask for an answer to statement %(number)s over %(amount)s"),
    "receipt": N_("Apply %(amount)s of payment %(number)s"),
    "hold": N_(
        "Order %(number)s over %(amount)s may not be shipped: clear it, or ask for a release"
    ),
    "approval": N_("Decide: %(number)s, %(amount)s"),
    "approval_alone": N_("Decide: %(number)s"),
}


def said(row: WorkRow) -> str:
    """What is to be done, in the language of the moment."""
    if row.src == "task":
        return task_sentence(row.kind, row.facts)
    number, group = row.facts["number"], row.group
    if row.src == "dispute":
        number = printed_number(row.id)
    if row.src == "approval":
        number, group = kind_name(row.kind), "approval" if row.amount else "approval_alone"
    amount = formats.money(row.amount) if row.amount else ""
    told = {"number": number, "amount": amount, "day": formats.day(row.due_on)}
    return _(SENTENCES[group]) % told


def reason_of(row: WorkRow, curve: Curve) -> str:
    """Why it stands where it stands, in the language of the moment."""
    late = _late(row)
    if row.amount is None:
        return late
    if row.src in NO_CLAIMS or row.loss is None or not row.loss.minor:
        return _("%(amount)s waits. %(late)s", amount=formats.money(row.amount), late=late)
    whole, tenth = divmod(per_mille_of_waiting(curve, row.days_overdue), 10)
    return _(
        "Another month of waiting loses about %(loss)s (%(share)s %% of %(amount)s). %(late)s",
        loss=formats.money(row.loss),
        share=f"{whole}.{tenth}" if tenth else str(whole),
        amount=formats.money(row.amount),
        late=late,
    ).replace(" %", "\N{NO-BREAK SPACE}%")


def _late(row: WorkRow) -> str:
    if row.days_late > 0:
        return ngettext("%(num)s day past its day.", "%(num)s days past its day.", row.days_late)
    if row.days_late == 0:
        return _("Its day is today.")
    return ngettext("%(num)s day until its day.", "%(num)s days until its day.", -row.days_late)


def outcome_of(outcome: str) -> tuple[str, str]:
    """What came of a talk, as a word and its tone."""
    words, tone = OUTCOMES[outcome]
    return _(words), tone


def channel_of(channel: str) -> str:
    """How a talk was had."""
    return _(CHANNELS[channel])


#: What the templates of talks ask by name.
TALK_WORDS: dict[str, Any] = {
    "outcome_of": outcome_of,
    "channel_of": channel_of,
    "reason_name": reason_name,
}


def guidance_for(strength: str) -> list[str]:
    """How to have the talk, in the language of the moment; polite where no step asks otherwise."""
    between = GUIDANCE.get(strength, GUIDANCE["polite"])
    return [_(line) for line in (*BEFORE, *between, *AFTER)]
