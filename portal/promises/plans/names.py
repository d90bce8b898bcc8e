"""What states, steps and sides of plans are called, on pages, in letters and in mails alike."""

from __future__ import annotations

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.instalment import MOST_STEPS, Interval
from portal.promises.plans.rows import Offer, PlanRow

#: state → its word and tone
STATES = {
    "draft": (N_("Draft"), "neutral"),
    "with_supplier": (N_("With supplier"), "info"),
    "countered": (N_("Countered"), "warn"),
    "approved": (N_("Approved, to be signed"), "warn"),
    "agreed": (N_("Agreed by both sides"), "ok"),
    "active": (N_("Active"), "ok"),
    "broken": (N_("Plan broken"), "bad"),
    "done": (N_("Done"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
    "ended": (N_("Ended"), "neutral"),
}
INTERVALS = {
    Interval.MONTHS.value: N_("months"),
    Interval.WEEKS.value: N_("weeks"),
    Interval.DAYS.value: N_("days"),
}
#: step of a plan's life → what is said, and its tone
STEPS = {
    "asked": (N_("Asked for, offer %(offer)s"), "info"),
    "offered": (N_("Offered to the customer"), "info"),
    "countered": (N_("Countered with offer %(offer)s"), "warn"),
    "approval_asked": (N_("A second person’s approval was asked for"), "info"),
    "accepted": (N_("Accepted, ready to be signed"), "ok"),
    "approved": (N_("Approved, ready to be signed"), "ok"),
    "not_approved": (N_("Not approved"), "bad"),
    "signed_by_customer": (N_("Signed by the customer"), "ok"),
    "signed_by_house": (N_("Signed by the supplier"), "ok"),
    "agreed": (N_("Agreed: both have signed"), "ok"),
    "broken": (N_("An instalment was missed"), "bad"),
    "refused": (N_("Refused: %(reason)s"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
    "ended": (N_("Ended: %(reason)s"), "neutral"),
}
#: What only the house reads of a plan's life.
INSIDE = frozenset({"approval_asked", "not_approved"})
assert set(INTERVALS) == set(MOST_STEPS)


def state_of(row: PlanRow, *, is_house: bool = False) -> tuple[str, str]:
    """A plan's state and its tone; what the house offered first is no counter-offer."""
    word, tone = STATES[row.state]
    if is_house and row.waits_for == "house":
        is_signed = row.offer.signature("customer") is not None
        return _("Signed, waiting for us") if is_signed else _("Waiting for us"), tone
    if row.state == "countered" and row.offer.nth == 1:
        return _("Offered"), tone
    if row.state == "with_supplier" and row.offer.signature("customer"):
        return _("Signed by the customer"), tone
    if row.state == "approved" and row.waits_for == "house":
        return _("Waits for the supplier’s signature"), tone
    return _(word), tone


def state_choices() -> list[tuple[str, str]]:
    """The states that a list can be narrowed to."""
    return [(state, _(word)) for state, (word, _tone) in STATES.items()]


def schedule_words(offer: Offer) -> str:
    """A schedule in a few words: how many instalments, from when to when."""
    return ngettext(
        "%(num)s payment on %(first)s",
        "%(num)s instalments, %(first)s to %(last)s",
        len(offer.rows),
        first=formats.day(offer.first_on),
        last=formats.day(offer.last_on),
    )


def changes_of(before: Offer, after: Offer) -> list[tuple[str, str, str]]:
    """What is not the same in two offers, by its name: as it was, and as it is now."""
    pairs = [
        (_("Total"), formats.money(before.total), formats.money(after.total)),
        (_("Instalments"), str(len(before.rows)), str(len(after.rows))),
        (_("First payment"), formats.day(before.first_on), formats.day(after.first_on)),
        (_("Last payment"), formats.day(before.last_on), formats.day(after.last_on)),
        (_("Interest a year"), rate_words(before.interest_bp), rate_words(after.interest_bp)),
        (
            _("Penalty interest a year"),
            rate_words(before.penalty_bp),
            rate_words(after.penalty_bp),
        ),
        *_row_changes(before, after),
    ]
    return [each for each in pairs if each[1] != each[2]]


def _row_changes(before: Offer, after: Offer) -> list[tuple[str, str, str]]:
    rows = []
    for nth in range(max(len(before.rows), len(after.rows))):
        was, now = (_row_words(offer, nth) for offer in (before, after))
        rows.append((_("Instalment %(nth)s", nth=nth + 1), was, now))
    return rows


def _row_words(offer: Offer, nth: int) -> str:
    if nth >= len(offer.rows):
        return "—"
    row = offer.rows[nth]
    return f"{formats.day(row.due_on)} · {formats.money(row.amount)}"


def rate_words(rate_bp: int) -> str:
    """
    A yearly rate as people read it.

    >>> rate_words(0), rate_words(1225), rate_words(600)
    ('none', '12.25 %', '6 %')
    """
    return f"{percent(rate_bp)} %" if rate_bp else _("none")


def percent(rate_bp: int) -> str:
    """
    Basis points as a plain percentage.

    >>> percent(1225), percent(600), percent(0)
    ('12.25', '6', '0')
    """
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
