"""What a broken rule about tasks says to people: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_TASKS: dict[str, str] = {
    "comment.empty": N_("Write what you want to say."),
    "comment.person_cannot": N_(
        "One of these colleagues does not see this customer. Choose others to call in."
    ),
    "comment.too_long": N_("Say it in %(longest)s letters or fewer."),
    "talk.future": N_("A talk can be noted once it has been had."),
    "talk.next_past": N_("Choose a day from today on to go on with it."),
    "talk.next_too_far": N_("Choose a day until %(latest)s to go on with it."),
    "task.already_done": N_("This task is done already; look at what came of it."),
    "task.outcome_missing": N_("Write in a few words what came of it."),
    "task.owner_cannot": N_(
        "This colleague does no tasks, or does not see this customer. Choose another one."
    ),
    "task.snooze_past": N_("Choose a later day than today."),
    "task.snooze_reason": N_("Say why it rests longer than until Monday."),
    "task.snooze_too_long": N_("It can rest until %(latest)s at the latest."),
    "task.stale": N_("%(owner)s has taken this task. Hand it on if you are to do it."),
}
