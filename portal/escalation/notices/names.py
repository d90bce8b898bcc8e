"""The words of notices: how they speak, how they stand, as people read them."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.escalation.notices.rows import NoticeRow

STRENGTHS: dict[str, str] = {
    "reminder_before": N_("Before the day"),
    "due_today": N_("On the day"),
    "polite": N_("Polite"),
    "firm": N_("Firm"),
    "final": N_("Final"),
    "legal": N_("Lawyer’s letter"),
}
#: What it is called for who gets it.
TITLES: dict[str, str] = {
    "reminder_before": N_("Reminder before the due day"),
    "due_today": N_("Reminder of today’s due day"),
    "polite": N_("Reminder of what is past due"),
    "firm": N_("Demand for payment"),
    "final": N_("Final demand for payment"),
    "legal": N_("Letter before action"),
}
#: state → its word and tone
STATES: dict[str, tuple[str, str]] = {
    "queued": (N_("Leaves soon"), "info"),
    "sent": (N_("Sent"), "ok"),
    "failed": (N_("Not delivered"), "bad"),
    "cancelled": (N_("No longer needed"), "neutral"),
    "to_print": (N_("To be printed"), "warn"),
    "printed": (N_("Printed, not posted"), "warn"),
}
#: What became of an item that somebody was told of.
ITEM_STATES: dict[str, tuple[str, str]] = {
    "paid": (N_("Paid"), "ok"),
    "disputed": (N_("Disputed"), "info"),
    "promised": (N_("Promised"), "info"),
    "open": (N_("Open"), "bad"),
}


def strength_name(strength: str) -> str:
    """How a notice speaks, in the language of the moment."""
    return _(STRENGTHS[strength])


def title_of(strength: str) -> str:
    """What a notice is called for its reader."""
    return _(TITLES[strength])


def state_of(row: NoticeRow) -> tuple[str, str]:
    """The word and the tone of a notice's state; a letter's is about the post."""
    if row.state == "sent" and row.is_letter:
        told = _("Handed over by the post") if row.delivered_on else _("Given to the post")
        return told, "ok"
    word, tone = STATES[row.state]
    return _(word), tone


def item_state_of(state: str) -> tuple[str, str]:
    """The word and the tone of what became of an item."""
    word, tone = ITEM_STATES[state]
    return _(word), tone
