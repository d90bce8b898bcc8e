"""What a broken rule about notices and their texts says to people: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_NOTICES: dict[str, str] = {
    "notice.empty": N_("Write the text."),
    "notice.name_missing": N_(
        "%(name)s is missing: without it nobody could pay, answer or object. Put it in."
    ),
    "notice.no_demand": N_(
        "“%(words)s” says that this is no demand for payment, which would spoil it as one. "
        "Take the sentence out."
    ),
    "notice.no_subject": N_("Write the subject."),
    "notice.no_text": N_("There is no text for %(strength)s, %(channel)s. Write one."),
    "notice.not_to_print": N_("This letter is not waiting to be printed any more."),
    "notice.not_alone": N_("%(name)s has to stand in a paragraph of its own."),
    "notice.not_printed": N_("Print the letter first; then say when it was posted and delivered."),
    "notice.delivered_early": N_("It cannot have been delivered before it was printed."),
    "notice.nobody_to_test": N_("You have no mail address here to send the test to."),
    "notice.nothing_chosen": N_("Choose at least one letter."),
    "notice.pretends": N_(
        "“%(words)s” tells of a suit or a judgment. Say it only in the papers of a case."
    ),
    "notice.threatens": N_(
        "“%(words)s” threatens or abuses the reader, which is forbidden and helps nobody. "
        "Say what you will do, and from which day."
    ),
    "notice.too_long": N_(
        "With its link this text takes %(segments)s messages; it may take %(most)s. Shorten it."
    ),
    "notice.unknown_name": N_("%(name)s is not known here. What can be filled in: %(known)s."),
}
