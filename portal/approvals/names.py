"""What kinds of requests, their states and their figures are called, and how figures are read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.approval import changes
from portal.core.errors import RuleBroken
from portal.core.money import Money

#: kind → what is asked for
KINDS = {
    "amendment": N_("Contract amendment"),
    "case": N_("Case with an agency or lawyer"),
    "credit_note": N_("Credit note"),
    "extension": N_("Extension"),
    "grade": N_("Grade against the score"),
    "interest": N_("Charge of late interest"),
    "ladder_step": N_("Step of a ladder"),
    "large_limit": N_("High credit limit"),
    "limit": N_("Credit limit"),
    "plan": N_("Instalment plan"),
    "release": N_("Release of a held order"),
    "terms": N_("Change of terms"),
    "write_off": N_("Write-off"),
    "write_off_second": N_("Write-off, second approval"),
}
#: state → its word and tone
STATES = {
    "waiting": (N_("Waiting"), "warn"),
    "approved": (N_("Approved"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "overtaken": (N_("Overtaken"), "neutral"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
#: The figures of a request, by the names that `Proposal.before` and `after` use.
FIGURES = {
    "above_cap": N_("Warning: above the cap of the grade"),
    "acceptance_manner": N_("Manner of acceptance"),
    "ageing_buckets": N_("Columns of the ageing"),
    "allocation_automatic": N_("Oldest due first without asking"),
    "allocation_tolerance_percent": N_("Difference that matching writes off, in %"),
    "amount": N_("Amount"),
    "begins": N_("From"),
    "below_exposure": N_("Warning: below what is used"),
    "breach_liability": N_("Liability for breach"),
    "by_score": N_("Grade by the score"),
    "calendar_country": N_("Country whose holidays count"),
    "calendar_days_off": N_("Days off"),
    "calendar_workdays": N_("Weekend days that are worked"),
    "case_kind": N_("Kind of case"),
    "cause": N_("Root cause"),
    "collection_manner": N_("Agreed manner of collection"),
    "contract": N_("Contract"),
    "credit": N_("Credit note"),
    "credit_hold_overdue_days": N_("Days overdue that hold orders"),
    "credit_limit_without_admin": N_("Limits without the admin"),
    "credit_lot_holds": N_("Larger lots are held"),
    "credit_lot_least_days": N_("Fewest days of purchases in a lot"),
    "credit_lot_most_days": N_("Most days of purchases in a lot"),
    "credit_lot_types": N_("Who is shipped to in small lots"),
    "credit_review_dealer_months": N_("Months between reviews of dealers"),
    "credit_review_dealer_types": N_("Who is a dealer"),
    "credit_reward_percent": N_("Per cent more limit for paying on time"),
    "credit_signals_warn_at": N_("Danger signals that warn"),
    "credit_watch_percent": N_("Per cent of the limit that are watched"),
    "crossing": N_("Customers who cross a limit"),
    "currency": N_("Currency"),
    "day_count": N_("Days of a year"),
    "default_terms": N_("Terms of customers without their own"),
    "dispute_answer_within_workdays": N_("Workdays to answer a dispute in"),
    "dispute_answers": N_("Answers to disputes"),
    "dispute_credit_without_approval": N_("Credit notes without a second person"),
    "dispute_reasons": N_("Reason of disputes"),
    "dispute_reopen_within_days": N_("Days to open a dispute again"),
    "dispute_root_causes": N_("Root cause of disputes"),
    "disputed": N_("Disputed"),
    "due": N_("Due"),
    "effective_on": N_("In force from"),
    "ends_on": N_("Last day"),
    "expected": N_("Expected inside the house"),
    "exposure": N_("Used"),
    "exposure_unknown": N_("Warning: what is used is not known"),
    "first": N_("First payment"),
    "from": N_("Valid from"),
    "frozen": N_("Warning: the customer is barred"),
    "gap": N_("Warning: days without a limit since"),
    "grace_days": N_("Days of grace"),
    "grade": N_("Grade"),
    "grades": N_("Grade"),
    "instalments": N_("Instalments"),
    "insured": N_("Insured"),
    "interest": N_("Interest"),
    "invoice": N_("Invoice"),
    "invoice_within_days": N_("Days after a delivery to invoice it in"),
    "items": N_("Items"),
    "ladders": N_("Ladder"),
    "accrued": N_("Accrued and not asked for yet"),
    "last": N_("Last payment"),
    "late_interest": N_("Late interest"),
    "late_interest_cap": N_("Law that caps agreed late interest"),
    "late_interest_most_percent": N_("Most late interest, per cent of what was owed"),
    "late_interest_rate": N_("Late interest, per cent a year"),
    "late_interest_round_daily": N_("Late interest is rounded each day"),
    "late_rate": N_("Late interest in % a year"),
    "latest": N_("Latest day by the rule"),
    "limit": N_("Limit"),
    "moved": N_("Due dates that move"),
    "moved_days": N_("Days that they move on average"),
    "no_review": N_("Warning: no review holds; the last held until"),
    "open": N_("Open"),
    "order": N_("Order"),
    "overdue_then": N_("Overdue on that day"),
    "overtaken": N_("Warning: another limit is decided from"),
    "partner": N_("Handed to"),
    "pay_on": N_("Day of payment"),
    "payment_method": N_("Payment method"),
    "payment_terms": N_("Payment terms"),
    "plan_interest_bp": N_("Interest of a plan"),
    "plan_max_instalments": N_("Most instalments"),
    "plan_max_months": N_("Most months of a plan"),
    "plan_needs_approval": N_("A second person approves every plan"),
    "plan_penalty_bp": N_("Penalty interest of a plan"),
    "plan_tolerance_days": N_("Days that an instalment may be late"),
    "price_list": N_("Price list"),
    "promise_fraction_of_term": N_("Part of the term that may be promised beyond it"),
    "promise_limits": N_("Promise limits that move"),
    "promise_max_broken": N_("Broken promises before an approval"),
    "promise_tolerance_days": N_("Days that a promise may be late"),
    "provision_securities": N_("Securities lower provisions"),
    "quality_standard": N_("Quality standard"),
    "reach": N_("What changes"),
    "reason": N_("Reason"),
    "recent_days": N_("New invoices: days later on average"),
    "reminders_before_due_days": N_("Days of reminders before the due date"),
    "reminders_quiet_hours": N_("Quiet hours"),
    "reminders_days_off": N_("Messages on days off"),
    "reminders_deadline_workdays": N_("Workdays that a demand gives"),
    "reminders_hold_first_run": N_("The first run of the ladders waits for a person"),
    "notices": N_("Texts of notices"),
    "reference_rates": N_("Reference rate"),
    "renewal": N_("Renewal"),
    "retention_years": N_("Years that records are kept"),
    "through": N_("Up to and with"),
    "score": N_("Score"),
    "scorecard_coverage_floor_percent": N_("Least known weight in %"),
    "scorecard_factors": N_("Factor of the scorecard"),
    "scorecard_hysteresis_points": N_("Points beyond a bound"),
    "scorecard_limit_factor": N_("Factor of the suggested limit"),
    "step": N_("Step"),
    "statement_clauses": N_("Wording of statements"),
    "statement_confirm_within_workdays": N_("Workdays to answer a statement in"),
    "statement_deliveries": N_("Deliveries on statements"),
    "statement_for_checking_only": N_("Statements for checking only"),
    "statement_interest_reserved": N_("Interest is reserved"),
    "statement_issue_on_workday": N_("Workday on which statements are issued"),
    "statement_remind_after_workdays": N_("Workdays after which statements are reminded of"),
    "statement_silence_after_workdays": N_("Workdays after which silence counts"),
    "statement_wording_law": N_("Law of the wording"),
    "terms": N_("Terms"),
    "total": N_("Total"),
    "transport": N_("Transport"),
    "until": N_("Valid until"),
    "warning_days_overdue": N_("Days overdue that warn"),
    "warning_overdue_amount": N_("Overdue amounts that warn"),
    "warning_share_of_limit_percent": N_("Overdue per cent of the limit that warn"),
    "why": N_("Why it holds"),
    "written_off": N_("Written off"),
}
#: What stands in a figure's place where it is no amount and no day.
WORDS = {
    "agency": N_("Collection agency"),
    "also_open": N_("Also invoices that are open then"),
    "barred": N_("barred or frozen"),
    "legal": N_("Lawyer and court"),
    "never": N_("never"),
    "no": N_("no"),
    "none": N_("nothing"),
    "none_set": N_("no limit set"),
    "not_limited": N_("not limited"),
    "only_new": N_("Only invoices dated from that day on"),
    "rate_missing": N_("an exchange rate is missing"),
    "yes": N_("yes"),
}
#: Stands where a figure has none.
NONE = "—"
NOTHING = frozenset({"", NONE})
DAY = re.compile(r"\d{4}-\d\d-\d\d")
AMOUNT = re.compile(r"([A-Z]{3}) (-?\d+(?:\.\d+)?)")


def kind_name(kind: str) -> str:
    """What a kind of request asks for."""
    return _(KINDS[kind]) if kind in KINDS else kind


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def figure_name(name: str) -> str:
    """
    What a figure is called; one that nobody has named speaks for itself.

    >>> figure_name("terms:a"), figure_name("due"), figure_name("what:ever")
    ('Terms “a”', 'Due', 'what:ever')
    """
    of, _colon, entry = name.partition(":")
    if entry and of in FIGURES:
        return _("%(figure)s “%(name)s”", figure=_(FIGURES[of]), name=entry)
    return _(FIGURES[name]) if name in FIGURES else name


def figure_said(value: str) -> str:
    """
    A figure as people read it: days and amounts in their language, anything else as it is.

    >>> figure_said("2026-11-05"), figure_said("3 x"), figure_said("2026-13-40")
    ('5 Nov 2026', '3 x', '2026-13-40')
    """
    if value in WORDS:
        return _(WORDS[value])
    amount = AMOUNT.fullmatch(value)
    try:
        if DAY.fullmatch(value):
            return formats.day(dt.date.fromisoformat(value))
        if amount:
            return formats.money(Money.parse(amount[2], amount[1]))
    except (ValueError, RuleBroken):
        return value
    return value


def shown_changes(
    before: Mapping[str, str], after: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Each figure that was told before and will be another one: its name, then and after."""
    return [
        (figure_name(name), figure_said(was), figure_said(will))
        for name, was, will in changes(before, after)
        if was not in NOTHING and will not in NOTHING
    ]


def shown_facts(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """The figures that only one side tells, or both alike: name and value."""
    changed = {
        name for name, was, will in changes(before, after) if {was, will}.isdisjoint(NOTHING)
    }
    told = {name: after.get(name) or was for name, was in before.items()} | dict(after)
    return [
        (figure_name(name), figure_said(value))
        for name, value in told.items()
        if name not in changed and value not in NOTHING
    ]
