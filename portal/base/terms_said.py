"""Terms in plain words: the notation as a sentence in the language of the moment."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.datesteps import Step, StepKind
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.named_terms import LateInterest
from portal.core.terms import ShareKind, Terms, TermsPart

#: The day from which terms count, as it stands within a sentence.
BASELINES = {
    "invoice": N_("the invoice date"),
    "delivery": N_("the day of delivery"),
    "shipment": N_("the day of shipment"),
    "acceptance": N_("the day on which the goods are accepted"),
    "receipt": N_("the day on which the invoice is received"),
    "statement": N_("the day of the statement"),
}
STATUTES = {
    "eu": N_("Late payment costs what the law of the European Union says."),
    "uk": N_("Late payment costs what the law of the United Kingdom says."),
    "cn": N_("Late payment costs what the law of China says."),
    "cn_court": N_("Late payment costs what the courts in China award."),
    "de": N_("Late payment costs what the law of Germany says."),
    "fr": N_("Late payment costs what the law of France says."),
}


def terms_in_words(terms: Terms, currency: str) -> list[str]:
    """
    What terms say, a sentence for each thing they say.

    >>> from portal.core.terms import parse_terms
    >>> terms_in_words(parse_terms("2/10 net 30"), "CNY")[0]
    'Due 30 days from the invoice date.'
    """
    return [*due_in_words(terms, currency), *discount_in_words(terms, currency)]


def due_in_words(terms: Terms, currency: str) -> list[str]:
    """When what falls due, a sentence a part."""
    baseline = _(BASELINES[terms.baseline_kind])
    if terms.at_once == "prepaid":
        return [_("Paid before delivery: due on %(baseline)s.", baseline=baseline)]
    if terms.at_once == "cod":
        return [_("Paid on delivery: due on %(baseline)s.", baseline=baseline)]
    if len(terms.parts) == 1:
        return [_("Due %(when)s.", when=when_said(terms.parts[0].steps, baseline))]
    return [_part_said(part, baseline, currency) for part in terms.parts]


def short_in_words(terms: Terms, currency: str) -> str:
    """When it falls due, as it stands within a sentence."""
    baseline = _(BASELINES[terms.baseline_kind])
    if terms.at_once or len(terms.parts) > 1:
        return formats.together(due_in_words(terms, currency)).rstrip(".。")
    return when_said(terms.parts[0].steps, baseline)


def discount_in_words(terms: Terms, currency: str) -> list[str]:
    """What is taken off for whoever pays early; nothing where nothing is."""
    offer = terms.discount
    if offer is None:
        return []
    when = when_said(offer.steps, _(BASELINES[terms.baseline_kind]))
    if offer.share.kind is ShareKind.PERCENT:
        percent = formats.number(offer.share.value)
        return [
            _(
                "%(percent)s %% less if all is paid by this day: %(when)s.",
                percent=percent,
                when=when,
            )
        ]
    off = _share(offer, currency)
    return [_("%(amount)s less if all is paid by this day: %(when)s.", amount=off, when=when)]


def late_in_words(late: LateInterest | None) -> str:
    """What late payment costs."""
    if late is None:
        return _("No late interest is agreed.")
    if late.statute is not None:
        return _(STATUTES[late.statute])
    if late.daily_rate is not None:
        rate = formats.number(late.daily_rate)
        return _("Late payment costs %(rate)s %% a day.", rate=rate)
    return _(
        "Late payment costs %(rate)s %% a year, by days of a year of %(days)s.",
        rate=formats.number(late.annual_rate or Decimal(0)),
        days=late.day_count,
    )


def grace_in_words(days: int) -> str:
    """How long after the due day nothing is charged."""
    if not days:
        return _("There are no days of grace.")
    return ngettext(
        "Who pays within %(num)s day after the due day pays no late interest.",
        "Who pays within %(num)s days after the due day pays no late interest.",
        days,
    )


def when_said(steps: Sequence[Step], baseline: str) -> str:
    """
    The day to which steps lead, in words.

    >>> from portal.core.terms import parse_terms
    >>> when_said(parse_terms("30d eom").parts[0].steps, "the invoice date")
    '30 days from the invoice date, then the end of that month'
    """
    moving = [step for step in steps if step.count or step.kind not in _COUNTED]
    if not moving:
        return _("on %(baseline)s", baseline=baseline)
    said = _first_said(moving[0], baseline)
    for step in moving[1:]:
        said = _next_said(step, said)
    return said


_COUNTED = {StepKind.DAYS, StepKind.WEEKS, StepKind.MONTHS}


def _first_said(step: Step, baseline: str) -> str:
    match step.kind:
        case StepKind.DAYS:
            return ngettext(
                "%(num)s day from %(baseline)s",
                "%(num)s days from %(baseline)s",
                step.count,
                baseline=baseline,
            )
        case StepKind.WEEKS:
            return ngettext(
                "%(num)s week from %(baseline)s",
                "%(num)s weeks from %(baseline)s",
                step.count,
                baseline=baseline,
            )
        case StepKind.MONTHS:
            return ngettext(
                "%(num)s month from %(baseline)s",
                "%(num)s months from %(baseline)s",
                step.count,
                baseline=baseline,
            )
        case StepKind.END_OF_MONTH:
            return _("at the end of the month of %(baseline)s", baseline=baseline)
        case StepKind.DAY_OF_MONTH:
            return _(
                "on day %(day)s of a month, the next one from %(baseline)s on",
                day=step.count,
                baseline=baseline,
            )
        case _:
            return _("on the first workday from %(baseline)s on", baseline=baseline)


def _next_said(step: Step, said: str) -> str:
    match step.kind:
        case StepKind.DAYS:
            return ngettext(
                "%(before)s, then %(num)s day more",
                "%(before)s, then %(num)s days more",
                step.count,
                before=said,
            )
        case StepKind.WEEKS:
            return ngettext(
                "%(before)s, then %(num)s week more",
                "%(before)s, then %(num)s weeks more",
                step.count,
                before=said,
            )
        case StepKind.MONTHS:
            return ngettext(
                "%(before)s, then %(num)s month more",
                "%(before)s, then %(num)s months more",
                step.count,
                before=said,
            )
        case StepKind.END_OF_MONTH:
            return _("%(before)s, then the end of that month", before=said)
        case StepKind.DAY_OF_MONTH:
            return _(
                "%(before)s, then the next day %(day)s of a month", before=said, day=step.count
            )
        case _:
            return _("%(before)s, or the next workday if that is a day off", before=said)


def _part_said(part: TermsPart, baseline: str, currency: str) -> str:
    when = when_said(part.steps, baseline)
    if part.share.kind is ShareKind.BALANCE:
        return _("The rest is due %(when)s.", when=when)
    if part.share.kind is ShareKind.PERCENT:
        percent = formats.number(part.share.value)
        return _("%(percent)s %% is due %(when)s.", percent=percent, when=when)
    return _("%(amount)s is due %(when)s.", amount=_share(part, currency), when=when)


def _share(part: TermsPart, currency: str) -> str:
    try:
        return formats.money(Money.parse(str(part.share.value), currency))
    except RuleBroken:  # more decimals than the currency has
        return formats.number(part.share.value)
