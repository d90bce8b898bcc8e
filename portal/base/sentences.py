"""What a broken rule says to people: code → sentence, alphabetically; each says what to do."""

from __future__ import annotations

from portal.base.language import N_, gettext
from portal.core.errors import RuleBroken

SENTENCES: dict[str, str] = {
    "act.already_done": N_("This was done already; nothing was done twice."),
    "allocation.exceeds_credit": N_(
        "That is more than is left of the payment. Enter a smaller amount."
    ),
    "allocation.exceeds_part": N_(
        "That is more than is open on the invoice. Enter a smaller amount."
    ),
    "difference.already_said": N_("Somebody answered this line a moment ago. Look at it again."),
    "person.already_here": N_(
        "Somebody with this e-mail address is here already. Change them instead."
    ),
    "statement.already_answered": N_(
        "This statement has been answered already. Nothing was changed."
    ),
}


def sentence(broken: RuleBroken) -> str:
    """The sentence for a broken rule in the language of the moment."""
    template = SENTENCES.get(broken.code)
    if template is None:
        raise KeyError(f"no sentence for {broken.code}")
    return gettext(template, **broken.facts) if broken.facts else gettext(template)
