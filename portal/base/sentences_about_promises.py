"""What a broken rule about promises to pay says to people: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_PROMISES: dict[str, str] = {
    "extension.reason_missing": N_("Say in a sentence why you need more time; we read it."),
    "extension.waiting": N_(
        "More time for one of these items, until %(pay_on)s, is asked for already. Wait for the "
        "answer, or take that request back first."
    ),
    "import.undo_promised": N_(
        "%(number)s is promised to be paid (%(promise)s). An import cannot be taken back once "
        "somebody relies on it."
    ),
    "import.undo_promises": N_(
        "This import told of promises, which are not taken back as a whole. Take them back one by "
        "one."
    ),
    "promise.cooling_down": N_(
        "%(count)s promises were missed and are still unpaid. Pay those first, or ask for more "
        "time: we look at it."
    ),
    "promise.currencies_differ": N_(
        "%(number)s is not in %(currency)s. Make one promise for each currency."
    ),
    "promise.day_off": N_(
        "Nobody can pay on this day: it is a day off. Choose %(before)s or %(after)s."
    ),
    "promise.day_over": N_("This day is over. Choose %(today)s or a later day."),
    "promise.exceeds_open": N_("Only %(open)s is open of %(number)s. Write that or less."),
    "promise.giver_missing": N_("Write who of the customer said so."),
    "promise.item_paid": N_("%(number)s is paid; nothing of it is left to promise. Take it out."),
    "promise.no_amount": N_("Write an amount above zero for %(number)s, or take its tick away."),
    "promise.not_in_this_state": N_(
        "%(number)s does not run any more, so it cannot be taken back. Nothing was changed."
    ),
    "promise.not_possible": N_(
        "One of these items was to be paid at once or has no due date yet, so the rule allows no "
        "promise for it. Take it out, or ask for more time."
    ),
    "promise.note_missing": N_("Say in a sentence what the reason is."),
    "promise.nothing_chosen": N_("Tick at least one item."),
    "promise.of_plan": N_(
        "%(number)s is an instalment of an agreed plan, which stands as it was signed."
    ),
    "promise.promised_already": N_(
        "%(promised)s of %(number)s is promised already; %(left)s is left. Write that or less, or "
        "tick that this promise replaces the earlier one."
    ),
    "promise.reason_unfit": N_("Choose a reason from the list."),
    "promise.stale": N_(
        "%(number)s has changed since you opened this page: %(before)s could be promised of it, "
        "now it is %(now)s. Look at it again; what you typed is kept."
    ),
    "promise.too_far": N_("Choose %(farthest)s or an earlier day."),
    "promise.too_late": N_(
        "The rule allows a promise until %(latest)s. Choose that or an earlier day, or ask for "
        "more time."
    ),
}
