"""
What the policy's text can hold: its sections and lists, each key with its kind and its place.

Nothing is read here; INTERFACES section 7 is its example. A value of the policy that has no place
here would be lost on its way out, which a test forbids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core import policy_kinds as kinds
from portal.core import policy_shipped as shipped
from portal.core.policy_kinds import Kind
from portal.core.scorecard import FACTORS

#: That a key must be told.
REQUIRED = object()
#: What takes a matter out of the house, and so always needs a second person.
ALWAYS_APPROVED = frozenset({"agency", "legal"})
CHANNELS = ("email", "sms", "letter", "call", "visit", "registered_letter", "agency", "legal")
STRENGTHS = ("polite", "firm", "final")
#: The grades of ageing that follow from a step; the others follow from dates.
RAISED = ("overdue", "final_demand", "agency", "legal", "bad_debt")
APPLIES_TO = ("customer_id", "customer_type", "grade", "region", "owner")
LAWS = ("cn", "eu", "uk", "us")
LONGEST_TERMS = 1000
MOST_GRACE = 90


@dataclass(frozen=True)
class Key:
    """A key of a section or of an entry: its kind, and which value of the policy it is."""

    name: str
    kind: Kind
    #: The policy's own name of it; in entries of lists it is `name`.
    value: str = ""
    #: In entries: what holds where it is absent; None: then it stays absent.
    default: Any = REQUIRED
    hint: str = ""
    #: Written as tables below the section rather than in one line.
    is_tables: bool = False


@dataclass(frozen=True)
class Section:
    """`[name]`: keys that are told one by one, the others staying as they are."""

    name: str
    keys: Sequence[Key]


@dataclass(frozen=True)
class Rows:
    """`[[path]]`: a list that is told as a whole; `below` are lists within its entries."""

    path: tuple[str, ...]
    value: str
    keys: Sequence[Key]
    shipped: Sequence[Mapping[str, Any]] = ()
    below: Sequence["Rows"] = ()
    most: int = kinds.LONGEST_LIST


def applies_to(told: Any) -> dict[str, str]:
    """Which customers a ladder is for; `*` stands for any."""
    read = {}
    for name, each in kinds.table(told).items():
        read[kinds.one_of(*APPLIES_TO)(name)] = kinds.words(required=True)(each)
    return read


#: The company's own record: it has no versions.
COMPANY = (
    Key("name", kinds.words(required=True)),
    Key("legal_name", kinds.words(required=True)),
    Key("tax_id", kinds.words()),
    Key("address", kinds.words(600, lines=True)),
    Key("country", kinds.words(2)),
    Key("timezone", kinds.words(60, required=True)),
    Key("currency", kinds.words(3, required=True)),
    Key("language", kinds.words(10, required=True)),
    Key("help_email", kinds.words()),
    Key("help_phone", kinds.words()),
    Key("bank_name", kinds.words()),
    Key("bank_holder", kinds.words()),
    Key("bank_account", kinds.words()),
)
COMPANY_NAMES = frozenset(key.name for key in COMPANY)

SECTIONS = (
    Section(
        "company",
        (
            *COMPANY,
            Key(
                "default_terms",
                kinds.words(LONGEST_TERMS),
                "default_terms",
                hint="of whoever has none",
            ),
        ),
    ),
    Section(
        "calendar",
        (
            Key("country", kinds.words(2), "calendar_country", hint="whose holidays count"),
            Key("days_off", kinds.days, "calendar_days_off"),
            Key("workdays", kinds.days, "calendar_workdays", hint="weekend days that are worked"),
        ),
    ),
    Section(
        "ageing",
        (
            Key(
                "buckets",
                kinds.wholes(1, 3650),
                "ageing_buckets",
                hint="upper bounds, days overdue",
            ),
        ),
    ),
    Section(
        "statement",
        (
            Key(
                "issue_on_workday",
                kinds.whole(1, 20),
                "statement_issue_on_workday",
                hint="of the month after",
            ),
            Key("confirm_within_workdays", kinds.whole(1, 60), "statement_confirm_within_workdays"),
            Key("remind_after_workdays", kinds.wholes(1, 60), "statement_remind_after_workdays"),
            Key(
                "silence_after_workdays",
                kinds.whole(1, 60),
                "statement_silence_after_workdays",
                hint="where silence was agreed to count",
            ),
            Key("deliveries", kinds.one_of("beside", "inside"), "statement_deliveries"),
            Key("wording_law", kinds.one_of(*LAWS), "statement_wording_law"),
            Key("for_checking_only", kinds.truth, "statement_for_checking_only"),
            Key("interest_reserved", kinds.truth, "statement_interest_reserved"),
            Key("clauses", kinds.texts_by(3), "statement_clauses", is_tables=True),
        ),
    ),
    Section(
        "promise",
        (
            Key("fraction_of_term", kinds.ratio, "promise_fraction_of_term"),
            Key(
                "max_broken",
                kinds.whole(0, 20),
                "promise_max_broken",
                hint="0: however many, the next one needs no approval",
            ),
            Key("tolerance_days", kinds.whole(0, 30), "promise_tolerance_days"),
        ),
    ),
    Section(
        "plan",
        (
            Key("max_instalments", kinds.whole(1, 120), "plan_max_instalments"),
            Key("max_months", kinds.whole(1, 120), "plan_max_months"),
            Key("needs_approval", kinds.truth, "plan_needs_approval"),
            Key("tolerance_days", kinds.whole(0, 60), "plan_tolerance_days"),
            Key(
                "interest_bp",
                kinds.whole(0, 10_000),
                "plan_interest_bp",
                hint="a year; 850 is 8.5 per cent",
            ),
            Key("penalty_bp", kinds.whole(0, 10_000), "plan_penalty_bp"),
        ),
    ),
    Section(
        "dispute",
        (
            Key("answer_within_workdays", kinds.whole(1, 60), "dispute_answer_within_workdays"),
            Key("reopen_within_days", kinds.whole(1, 365), "dispute_reopen_within_days"),
            Key("credit_without_approval", kinds.amounts, "dispute_credit_without_approval"),
            Key("answers", kinds.texts_by(3), "dispute_answers", is_tables=True),
        ),
    ),
    Section(
        "late_payment",
        (
            Key(
                "grace_days",
                kinds.whole(0, MOST_GRACE),
                "grace_days",
                hint="of whose terms say nothing else",
            ),
            Key("interest", kinds.late_interest, "late_interest"),
        ),
    ),
    Section(
        "credit",
        (
            Key("watch_percent", kinds.whole(1, 100), "credit_watch_percent"),
            Key(
                "hold_overdue_days",
                kinds.whole_or_never(0, 3650),
                "credit_hold_overdue_days",
                hint='of customers without a grade; or "never"',
            ),
            Key("review_dealer_types", kinds.names, "credit_review_dealer_types"),
            Key("review_dealer_months", kinds.whole(1, 120), "credit_review_dealer_months"),
            Key("signals_warn_at", kinds.whole(1, 28), "credit_signals_warn_at"),
            Key("limit_without_admin", kinds.amounts, "credit_limit_without_admin"),
        ),
    ),
    Section(
        "scorecard",
        (
            Key("coverage_floor_percent", kinds.whole(0, 100), "scorecard_coverage_floor_percent"),
            Key("hysteresis_points", kinds.whole(0, 50), "scorecard_hysteresis_points"),
            Key("limit_factor", kinds.decimal("0", "100"), "scorecard_limit_factor"),
        ),
    ),
    Section(
        "reminders",
        (
            Key("before_due_days", kinds.wholes(0, 90, falls=True), "reminders_before_due_days"),
            Key("quiet_hours", kinds.hours, "reminders_quiet_hours"),
        ),
    ),
    Section(
        "allocation",
        (
            Key(
                "automatic",
                kinds.truth,
                "allocation_automatic",
                hint="oldest due first, without asking",
            ),
            Key("tolerance_percent", kinds.decimal("0", "10"), "allocation_tolerance_percent"),
        ),
    ),
    Section("retention", (Key("years", kinds.whole(1, 100), "retention_years"),)),
)

TERMS = Rows(
    ("terms",),
    "terms",
    (
        Key("name", kinds.name),
        Key("text", kinds.words(LONGEST_TERMS, required=True)),
        Key("grace_days", kinds.whole(0, MOST_GRACE), default=0),
        Key("late_interest", kinds.late_interest, default=None),
    ),
)
GRADES = Rows(
    ("grade",),
    "grades",
    (
        Key("name", kinds.name),
        Key("min_score", kinds.whole(0, 100)),
        Key("terms", kinds.words(LONGEST_TERMS), default=""),
        Key("limit_cap", kinds.amounts, default={}),
        Key("review_months", kinds.whole(1, 120), default=12),
        Key("hold_overdue_days", kinds.whole(0, 3650), default=None),
        Key("prepayment_only", kinds.truth, default=False),
    ),
    shipped.GRADES,
    most=26,
)
SCORECARD = Rows(
    ("scorecard", "factor"),
    "scorecard_factors",
    (
        Key("name", kinds.one_of(*FACTORS)),
        Key("weight", kinds.number("0.001", "1000")),
        Key("bands", kinds.bands, default=None),
        Key("linear", kinds.bands, default=None),
    ),
    shipped.FACTORS,
)
STEPS = Rows(
    ("ladder", "step"),
    "step",
    (
        Key("name", kinds.name),
        Key("days_overdue", kinds.whole(-90, 3650), default=None),
        Key("after_previous_days", kinds.whole(0, 3650), default=None),
        Key("until_days", kinds.whole(-90, 3650), default=None),
        Key("channel", kinds.one_of(*CHANNELS)),
        Key("responsible", kinds.name, default="system"),
        Key("strength", kinds.one_of(*STRENGTHS), default="polite"),
        Key("approval", kinds.truth, default=False),
        Key("fee", kinds.amounts, default={}),
        Key("with_previous", kinds.truth, default=False),
        Key("raises_grade_to", kinds.one_of(*RAISED), default=None),
    ),
    most=50,
)
LADDERS = Rows(
    ("ladder",),
    "ladders",
    (
        Key("name", kinds.name),
        Key("applies_to", applies_to, default={}),
        Key("minimum", kinds.amounts, default={}),
        Key("min_gap_days", kinds.whole(0, 365), default=2),
    ),
    shipped.LADDERS,
    (STEPS,),
    most=50,
)
_REASON = (
    Key("name", kinds.name),
    Key("titles", kinds.texts_by(1), default=None),
    Key("answer_within_workdays", kinds.whole(1, 60), default=None),
)
REASONS = Rows(("dispute", "reason"), "dispute_reasons", _REASON, shipped.DISPUTE_REASONS)
ROOT_CAUSES = Rows(
    ("dispute", "root_cause"), "dispute_root_causes", _REASON, shipped.ROOT_CAUSES_OF_DISPUTES
)

LISTS = (TERMS, GRADES, SCORECARD, LADDERS, REASONS, ROOT_CAUSES)
#: What the policy keeps, whatever it is called in the text.
VALUES = frozenset(
    [key.value for section in SECTIONS for key in section.keys if key.value]
    + [rows.value for rows in LISTS]
)
