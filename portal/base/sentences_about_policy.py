"""What is said about a policy as text that cannot be read, and about pages that change it."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_POLICY: dict[str, str] = {
    "policy.amount_below_zero": N_("%(value)s is below zero. Write an amount of zero or more."),
    "policy.bands_both_ways": N_(
        "The points go up and down. Let them only fall or only rise with the bounds."
    ),
    "policy.bands_malformed": N_(
        "Give at least two pairs of a bound and its points, such as 0 and 100, 30 and 40, 60 and 0."
    ),
    "policy.bands_not_rising": N_("Write each bound once, from the lowest to the highest."),
    "policy.bands_or_linear": N_("Give this factor either bands or linear, and not both."),
    "policy.blanks_around": N_("Take the blanks at the beginning and end of the name away."),
    "policy.breaks_later": N_(
        "A version that begins on %(on)s was decided already, and would not fit together with "
        "this. Take that one over anew together with this, from %(on)s."
    ),
    "policy.country_unknown": N_(
        "The holidays of %(value)s are not known. Use the two letters of a country, such as CN, "
        "or an empty text."
    ),
    "policy.currency_fixed": N_(
        "There are documents already, so the company's currency stays %(currency)s. Leave it as "
        "it is."
    ),
    "policy.currency_unknown": N_(
        "%(value)s is not a currency code. Use the three letters of ISO 4217, for example CNY."
    ),
    "policy.day_count": N_("Count 365 or 360 days a year."),
    "policy.empty": N_("This cannot be empty. Write something."),
    "policy.first_step_alone": N_(
        "The first step has none before it. Give it days_overdue, without with_previous."
    ),
    "policy.key_missing": N_("%(name)s is missing. Add it."),
    "policy.ladder_without_steps": N_("This ladder has no steps. Add one as [[ladder.step]]."),
    "policy.language_unknown": N_("%(value)s is not a language here. Write en or zh-CN."),
    "policy.name_twice": N_("%(name)s stands here already. Give each a name of its own."),
    "policy.not_a_day": N_('%(value)s is not a day. Write days such as ["2026-12-24"].'),
    "policy.not_a_decimal": N_(
        "Write a number from %(least)s to %(most)s, such as 1.5, not %(value)s."
    ),
    "policy.not_a_fraction": N_("Write a part from 0 to 1, such as 1/3, not %(value)s."),
    "policy.not_a_list": N_(
        "Write a list in brackets with at most %(longest)s entries, not %(value)s."
    ),
    "policy.not_a_table": N_("Write keys and values here, not %(value)s."),
    "policy.not_a_truth": N_("Write true or false, not %(value)s."),
    "policy.not_entries": N_("Write each entry of this list under its own [[%(name)s]]."),
    "policy.not_falling": N_("Write each number once, from the highest to the lowest."),
    "policy.not_hours": N_('Write two different hours, such as ["20:00", "08:00"], not %(value)s.'),
    "policy.not_one_of": N_("%(value)s is not known here. Write one of these: %(known)s."),
    "policy.not_rising": N_("Write each number once, from the lowest to the highest."),
    "policy.not_toml": N_("This line cannot be read as TOML: %(problem)s. Put it right."),
    "policy.not_utf8": N_(
        "The file is not written in UTF-8 (line %(line)s). Save it as UTF-8, and try again."
    ),
    "policy.not_whole": N_("Write a whole number from %(least)s to %(most)s, not %(value)s."),
    "policy.not_whole_or_never": N_(
        'Write a whole number from %(least)s to %(most)s or "never", not %(value)s.'
    ),
    "policy.not_words": N_(
        "Write a text in quotes of at most %(longest)s characters, not %(value)s."
    ),
    "policy.nothing_chosen": N_("Choose a file, or write the text."),
    "policy.one_rate": N_("Give one of annual_rate, daily_rate and statute."),
    "policy.scores_not_falling": N_(
        "This score is not below that of %(name)s above it. Write the grades from the best to the "
        "worst, each with a score of its own."
    ),
    "policy.step_ends_early": N_(
        "This step is reached on day %(day)s. Let until_days be that day or a later one."
    ),
    "policy.step_with_two_days": N_("Give days_overdue or after_previous_days, and not both."),
    "policy.step_without_day": N_("Give this step days_overdue or after_previous_days."),
    "policy.steps_fall": N_(
        "This step is reached on day %(day)s, before the one above it on day %(before)s. Put the "
        "steps in the order of their days."
    ),
    "policy.terms_in_use": N_(
        "%(names)s: customers or contracts still have these terms by their name. Give them others "
        "first, or keep the name."
    ),
    "policy.terms_unknown": N_(
        "%(value)s is neither a name of [[terms]] nor terms that make sense. Write one of these: "
        "%(known)s; or terms such as net 30."
    ),
    "policy.timezone_fixed": N_(
        "There are documents already, so the company's time zone stays %(timezone)s. Leave it as "
        "it is."
    ),
    "policy.timezone_unknown": N_(
        "%(value)s is not a time zone. Write one such as Asia/Shanghai or Europe/Berlin."
    ),
    "policy.too_deep": N_("The text has brackets within brackets without end. Write it simpler."),
    "policy.too_fine": N_("Enter at most two decimals."),
    "policy.too_long": N_("A policy has at most %(most)s kB. Choose a smaller file."),
    "policy.too_many": N_("There can be at most %(most)s of these. Take some away."),
    "policy.unknown_key": N_("There is no key %(name)s here. The keys are: %(known)s."),
    "policy.unknown_section": N_("There is no section %(name)s. The sections are: %(known)s."),
    "policy.unseen_characters": N_(
        "There are characters in this text that nobody can see. Write it anew without them."
    ),
}
