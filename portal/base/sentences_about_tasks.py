"""What a broken rule about tasks says to people: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_TASKS: dict[str, str] = {
    "task.already_done": N_("This task is done already; look at what came of it."),
    "task.outcome_missing": N_("Write in a few words what came of it."),
    "task.owner_cannot": N_(
        "This colleague does no tasks, or does not see this customer. Choose another one."
    ),
    "task.stale": N_("%(owner)s has taken this task. Hand it on if you are to do it."),
}
