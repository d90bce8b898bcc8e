"""Talks with customers in words: how they were had, what came of them, why money is late."""

from __future__ import annotations

from portal.base.language import N_

CHANNELS = {
    "call": N_("Call"),
    "visit": N_("Visit"),
    "meeting": N_("Meeting"),
    "email": N_("E-mail"),
    "message": N_("Message"),
    "letter": N_("Letter"),
    "fax": N_("Fax"),
}
#: What came of a talk, and the tone in which lists show it.
OUTCOMES = {
    "promised": (N_("Promised to pay"), "ok"),
    "will_answer": (N_("Will come back to us"), "info"),
    "paid": (N_("Says it is paid"), "ok"),
    "disputes": (N_("Disputes it"), "warn"),
    "refuses": (N_("Refuses to pay"), "bad"),
    "no_answer": (N_("Nobody answered"), "neutral"),
    "wrong_person": (N_("Not the right person"), "neutral"),
    "lost": (N_("Cannot be found any more"), "bad"),
    "other": (N_("Something else"), "neutral"),
}
