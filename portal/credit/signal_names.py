"""What the danger signals are called; their order is that of their sources."""

from __future__ import annotations

from collections.abc import Iterable

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.signals import SIGNALS, Among

SIGNAL_NAMES = {
    "cheaper_office": N_("Moves to a cheaper office"),
    "staff_changes": N_("Managers and staff change often"),
    "sued": N_("Is sued by others"),
    "finance_evasive": N_("Its finance people are evasive"),
    "slower_payments": N_("Pays more slowly, or after the last day"),
    "broken_promises": N_("Breaks promises again and again"),
    "boss_unreachable": N_("The owner cannot be reached"),
    "boss_accident": N_("Something has happened to the owner"),
    "management_conflict": N_("Its managers are in conflict"),
    "unclear_investments": N_("Invests unclearly, as in shares or futures"),
    "calls_unanswered": N_("Calls are not answered"),
    "many_bills": N_("Gives many bills that fall due later"),
    "bounced_cheque": N_("A cheque or bill was not honoured"),
    "own_receivables": N_("Is itself owed too much"),
    "changing_banks": N_("Changes its banks often"),
    "selling_below_cost": N_("Sells below cost"),
    "oversize_order": N_("Suddenly orders far more than usual"),
    "growing_too_fast": N_("Grows too fast"),
    "running_costs": N_("Cannot pay its running costs"),
    "manager_missing": N_("Its manager is away without a reason"),
    "buyers_changed": N_("Its buyers change often"),
    "deep_discounts": N_("Sells far below what suppliers ask"),
    "suppliers_leaving": N_("Suppliers leave it"),
    "empty_shelves": N_("Many shelves are empty"),
    "gifts_offset": N_("Pays with gifts and goods instead of money"),
    "many_bounced_cheques": N_("Several cheques were not honoured"),
    "abnormal_stocktake": N_("Takes stock at odd times"),
    "no_shoppers": N_("Nobody shops there"),
}
GROUPS = {Among.DEBTOR: N_("Of any debtor"), Among.RETAIL: N_("Of shops")}


def signal_name(signal: str) -> str:
    """What a signal is called."""
    return _(SIGNAL_NAMES[signal]) if signal in SIGNAL_NAMES else signal


def signal_groups(without: Iterable[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """The signals by whose they are, as name and words, but for those that are running."""
    left_out = set(without)
    return [
        (
            _(title),
            [
                (name, signal_name(name))
                for name, whose in SIGNALS.items()
                if whose is among and name not in left_out
            ],
        )
        for among, title in GROUPS.items()
    ]
