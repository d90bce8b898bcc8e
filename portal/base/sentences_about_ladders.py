"""What a broken rule about ladders and their runs says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_LADDERS: dict[str, str] = {
    "ladder.ends_early": N_(
        "This step is reached on day %(day)s. Let its last day be that day or a later one."
    ),
    "ladder.first_step": N_(
        "The first step has none before it. Count its days from the due date, and let it go alone."
    ),
    "ladder.last_one": N_("This is the only ladder. Write another one before you take it out."),
    "ladder.no_day": N_("Enter a number of days, or let it go in the run of the step before."),
    "ladder.no_steps": N_("This ladder has no steps. Add one."),
    "ladder_run.already_done": N_("This run is over. What it did is listed below."),
    "ladder_run.changed": N_(
        "Something has changed: it would be %(steps)s steps to %(customers)s customers now, not "
        "%(steps_then)s to %(customers_then)s. Look at it again, then approve it."
    ),
    "ladder_run.not_in_this_state": N_(
        "Somebody was faster: the run is in another state now. Look at it again."
    ),
    "ladder_run.nothing_chosen": N_("Choose at least one row."),
    "ladder_run.overtaken": N_("A later day was run already, so this run does nothing any more."),
    "ladder_run.reason_missing": N_("Write why these are left out; the run keeps it."),
}
