"""What the desk calls its filters, the next step of a dispute, and how a decision stands."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _

STATE_FILTERS = {
    "open": N_("Waiting for us"),
    "due": N_("Due today or late"),
    "waiting": N_("With a second person"),
    "to_post": N_("Credit note to post"),
    "decided": N_("Decided"),
    "closed": N_("Closed"),
    "withdrawn": N_("Withdrawn"),
    "all": N_("All"),
}
NEXT_STEPS = {
    "take": N_("Take it"),
    "decide": N_("Decide"),
    "approve": N_("Wait for the second person"),
    "post": N_("Post the credit note"),
    "": "",
}
STANDINGS = {
    "counts": ("", ""),
    "waiting": (N_("Waits for a second person"), "warn"),
    "refused": (N_("Refused by a second person"), "bad"),
    "dropped": (N_("Came to nothing"), "neutral"),
}
CREDITS = {
    "waiting": (N_("Waits for a second person"), "warn"),
    "approved": (N_("To be posted"), "warn"),
    "refused": (N_("Refused"), "bad"),
    "posted": (N_("Posted to the account"), "ok"),
    "void": (N_("Not wanted any more"), "neutral"),
}
SPOKEN = {"en": "English", "zh-CN": "中文"}


def state_filters() -> dict[str, str]:
    """The desk's filters by state, in the language of the moment."""
    return {name: _(label) for name, label in STATE_FILTERS.items()}


def next_step_name(step: str) -> str:
    """What somebody has to do now; empty for nothing."""
    return _(NEXT_STEPS[step]) if step else ""


def standing_name(standing: str) -> tuple[str, str]:
    """How a decision stands, in words, and the tone; empty for one that counts."""
    word, tone = STANDINGS[standing]
    return (_(word), tone) if word else ("", "")


def credit_name(state: str) -> tuple[str, str]:
    """How a credit note that was asked for stands, and the tone."""
    word, tone = CREDITS[state]
    return _(word), tone
