"""What factors, their sources, reviews and their outcomes are called, and how figures are shown."""

from __future__ import annotations

from decimal import Decimal

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.scorecard import Factor
from portal.credit.scoring import Input

FACTOR_NAMES = {
    "days_late": N_("Days late on average"),
    "late_trend": N_("Days later than before"),
    "paid_on_time": N_("Paid in time"),
    "promises_kept": N_("Promises kept"),
    "dispute_validity": N_("Disputes that were right"),
    "dealing_months": N_("Months of dealing"),
    "invoices_a_month": N_("Invoices a month"),
    "limit_use": N_("Use of the limit"),
    "debt_ratio": N_("Debts of assets"),
    "current_ratio": N_("Current assets to current debts"),
    "cash_flow": N_("Operating cash flow of sales"),
    "net_margin": N_("Profit of sales"),
    "asset_size": N_("Assets, in thousands"),
    "external_report": N_("External report"),
    "reputation": N_("Reputation"),
    "management": N_("Management"),
    "market": N_("Market"),
}
#: How the figure of a factor is made.
FACTOR_MEANINGS = {
    "days_late": N_("by amount, of what was paid and of what is overdue"),
    "late_trend": N_("the last 90 days compared with the year before them"),
    "paid_on_time": N_("by number, of what was paid or is overdue"),
    "promises_kept": N_("by number, of those of the last year that are over"),
    "dispute_validity": N_("wholly or in part, of those decided in the last year"),
    "dealing_months": N_("since the first invoice"),
    "invoices_a_month": N_("of the last year"),
    "limit_use": N_("what is owed on account, of the limit"),
    "debt_ratio": N_("all debts divided by all assets"),
    "current_ratio": N_("how often current assets cover current debts"),
    "cash_flow": N_("cash flow from operations divided by sales"),
    "net_margin": N_("profit after tax divided by sales"),
    "asset_size": N_("all assets, in the company's currency"),
    "external_report": N_("from 0 to 100, by what an agency reports"),
    "reputation": N_("from 0 to 100, by what the trade says"),
    "management": N_("from 0 to 100, by how able its managers are"),
    "market": N_("from 0 to 100, by how its market goes"),
}
PER_CENT = frozenset(
    {
        *("paid_on_time", "promises_kept", "dispute_validity", "limit_use"),
        *("debt_ratio", "cash_flow", "net_margin"),
    }
)
SOURCES = {
    "books": N_("Books"),
    "application": N_("Application"),
    "judged": N_("Judged"),
    "agency": N_("Agency"),
}
#: Why a factor is not known.
REASONS = {
    "nothing_due": N_("Nothing was due yet"),
    "nothing_to_compare": N_("Too little was paid to compare"),
    "nothing_promised": N_("No promise is over"),
    "nothing_disputed": N_("No dispute was decided"),
    "nothing_bought": N_("Nothing was bought yet"),
    "no_limit": N_("No limit is set in the currency of the account"),
    "not_told": N_("Nobody has told it"),
    "stale": N_("Older than 18 months"),
    "expired": N_("No longer valid"),
}
WHYS = {
    "new": N_("New customer, before the first deal"),
    "regular": N_("Regular review"),
    "dealer": N_("Half-yearly review of a dealer"),
    "signals": N_("Several danger signals at once"),
    "late_pattern": N_("Pays much later than before"),
}
STANDINGS = {
    "overdue": (N_("Overdue"), "bad"),
    "due": (N_("Due today"), "warn"),
    "near": (N_("Due soon"), "neutral"),
    "later": (N_("Later"), "neutral"),
    "exempt": (N_("Exempt"), "neutral"),
}
OUTCOMES = {
    "kept": (N_("Grade kept"), "neutral"),
    "raised": (N_("Grade raised"), "ok"),
    "lowered": (N_("Grade lowered"), "warn"),
    "stopped": (N_("Credit stopped"), "bad"),
}


def factor_name(name: str) -> str:
    """What a factor is called."""
    return _(FACTOR_NAMES[name]) if name in FACTOR_NAMES else name


def factor_meaning(name: str) -> str:
    """How its figure is made, in half a sentence."""
    return _(FACTOR_MEANINGS[name]) if name in FACTOR_MEANINGS else ""


def source_name(source: str) -> str:
    """Where a figure comes from."""
    return _(SOURCES[source]) if source in SOURCES else source


def reason_name(reason: str) -> str:
    """Why a factor is not known."""
    return _(REASONS[reason]) if reason in REASONS else reason


def why_name(why: str) -> str:
    """Why a review is due."""
    return _(WHYS[why])


def standing_of(standing: str) -> tuple[str, str]:
    """How near a review is: its word and tone."""
    word, tone = STANDINGS[standing]
    return _(word), tone


def outcome_of(outcome: str) -> tuple[str, str]:
    """What a review came to: its word and tone."""
    word, tone = OUTCOMES[outcome]
    return _(word), tone


def figure_said(name: str, value: Decimal | None) -> str:
    """
    A factor's figure as people read it.

    >>> figure_said("days_late", Decimal("8.2563")), figure_said("debt_ratio", Decimal(62))
    ('8.3', '62 %')
    """
    if value is None:
        return "—"
    shown = format(round(value, 1 if abs(value) >= 1 else 2).normalize(), "f").replace("-", "−")
    return f"{shown} %" if name in PER_CENT else shown


def points_said(points: Decimal | None) -> str:
    """Points as people read them: whole where they are."""
    return "—" if points is None else format(points.normalize(), "f")


def score_said(points: Decimal | None) -> str:
    """A score as people read it, with two decimals so that columns align."""
    return "—" if points is None else format(points, ".2f")


def note_said(each: Input) -> str:
    """What is noted beside a factor: the remark and its day, or why nothing is known."""
    of = _("of %(day)s", day=formats.day(each.as_of)) if each.as_of else ""
    said = reason_name(each.reason) if each.reason else each.note
    return " · ".join(text for text in (said, of) if text)


def bands_said(factor: Factor) -> list[tuple[str, str]]:
    """Each step of a factor in words, with its points."""
    words = _("from %(bound)s") if factor.more_is_better else _("up to %(bound)s")
    if factor.linear:
        words = "%(bound)s"
    return [
        (words % {"bound": figure_said(factor.name, bound)}, points_said(points))
        for bound, points in factor.steps
    ]
