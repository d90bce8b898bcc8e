"""What a broken rule about scores, grades, reviews and signals says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_SCORES: dict[str, str] = {
    "grade.is_in_force": N_(
        "Grade %(grade)s is in force already. Choose another one, or leave it as it is."
    ),
    "grade.name_unknown": N_("There is no grade %(grade)s. Choose one of: %(known)s."),
    "grade.override_waits": N_(
        "A grade against the score waits for its approval already. Wait for it, or withdraw it."
    ),
    "grade.reason_missing": N_("Write why this grade is right although the score says another."),
    "grade.until_too_far": N_("A grade against the score holds until %(latest)s at most."),
    "grade.until_wrong": N_("Choose a day after today on which this grade ends."),
    "review.changed": N_(
        "The score or the grade has changed since you opened this page. Nothing was saved: look at "
        "the figures again and decide once more."
    ),
    "review.day_wrong": N_("Choose today or a later day from which the new grade holds."),
    "review.exempt": N_("This customer is exempt from review."),
    "review.grade_missing": N_(
        "Choose the grade that holds from now on: too little is known for the score to give one."
    ),
    "review.next_wrong": N_("Choose a day after today, at most two years on, for the next review."),
    "review.note_missing": N_("Write what you found; the next reviewer reads it."),
    "review.stale_figures": N_(
        "These figures are too old to decide on: %(factors)s. Enter those of a newer balance "
        "sheet, or tick that they are left out as unknown."
    ),
    "score.day_of_figure": N_(
        "Enter the day that the figures are of; it cannot lie in the future."
    ),
    "score.figure_malformed": N_("%(value)s is no number. Enter one such as 62.5."),
    "score.figure_out_of_range": N_("Enter a number from %(least)s to %(most)s."),
    "scorecard.bands_missing": N_(
        "Factor %(name)s needs either bands or linear points, such as [[0, 100], [60, 0]]."
    ),
    "scorecard.bands_wrong": N_(
        "The bands of %(name)s make no sense: write at least two pairs [bound, points] with rising "
        "bounds and points from 0 to 100 that only rise or only fall."
    ),
    "scorecard.factor_twice": N_("Factor %(name)s stands in the scorecard twice. Keep one."),
    "scorecard.factor_unknown": N_("There is no factor %(name)s. Choose one of: %(known)s."),
    "scorecard.weight_wrong": N_("The weight of %(name)s must be a number of 0 or more."),
    "scorecard.weightless": N_("Give at least one factor a weight above 0."),
    "signal.already_cleared": N_("This signal was cleared already; nothing was done twice."),
    "signal.already_noted": N_("This signal is noted already. Clear it first if it has ended."),
    "signal.none_chosen": N_("Choose the signal that was noticed."),
    "signal.note_missing": N_("Write what you saw or heard; the credit manager reads it."),
    "signal.why_cleared": N_("Write why it is no danger any more."),
    "visit.day_wrong": N_("Choose the day of the visit: today or an earlier one."),
    "visit.next_wrong": N_("Choose a day after the visit, at most a year on, for the next one."),
    "visit.nothing_told": N_("Write what the customer plans to pay, or how its business goes."),
}
