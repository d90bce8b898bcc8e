"""What the states of a run and of its rows are called."""

from __future__ import annotations

from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.ladder_difference import Fate
from portal.escalation.runs.rows import Going

#: state → its word and tone
STATES = {
    "held": (N_("Waits for approval"), "warn"),
    "approved": (N_("Approved"), "info"),
    "running": (N_("Running"), "info"),
    "paused": (N_("Paused"), "warn"),
    "sending": (N_("Sending"), "info"),
    "failed": (N_("Partly failed"), "bad"),
    "done": (N_("Done"), "ok"),
    "overtaken": (N_("Overtaken by a later day"), "neutral"),
}
#: Why a run is held.
WHY_HELD = {
    "first": N_("It is the first run ever: look at it before anybody is written to."),
    "changed": N_("It would do far more than the runs before: look at it before it goes."),
    "asked": N_("Somebody asked to look at it first."),
}
#: state of a planned row → its word and tone
PLANNED = {
    "planned": (N_("planned"), "neutral"),
    "left_out": (N_("left out"), "warn"),
    "done": (N_("done as planned"), "ok"),
    "changed": (N_("done with other figures"), "info"),
    "gone": (N_("nothing due any more"), "neutral"),
}
#: result of a step → its word and tone
STEPS = {
    "waiting": (N_("waits for approval"), "warn"),
    "done": (N_("done"), "ok"),
    "task": (N_("put to the queue"), "ok"),
    "unsent": (N_("not sent"), "bad"),
    "failed": (N_("not delivered"), "bad"),
    "refused": (N_("not approved"), "bad"),
    "cancelled": (N_("settled meanwhile"), "neutral"),
}
#: What a change since the preview is, with its tone.
FATES = {
    Fate.NEW: (N_("comes in"), "info"),
    Fate.GONE: (N_("falls away"), "neutral"),
    Fate.OTHER_STEP: (N_("another step"), "warn"),
    Fate.OTHER_AMOUNT: (N_("another amount"), "warn"),
}


def going_said(told: Going) -> str:
    """What the button that approves a run does, in numbers."""
    customers = ngettext("%(num)s customer", "%(num)s customers", told.customers)
    if not told.others:
        return ngettext(
            "Send %(num)s message to %(customers)s",
            "Send %(num)s messages to %(customers)s",
            told.messages,
            customers=customers,
        )
    others = ngettext("%(num)s other step", "%(num)s other steps", told.others)
    if not told.messages:
        return _("Do %(others)s for %(customers)s", others=others, customers=customers)
    return ngettext(
        "Send %(num)s message and do %(others)s: %(customers)s",
        "Send %(num)s messages and do %(others)s: %(customers)s",
        told.messages,
        others=others,
        customers=customers,
    )
