"""The sections of the policy's text, each key with its kind and its place among the values."""

from portal.core import policy_kinds as kinds
from portal.core.policy_schema import LAWS, LISTS, LONGEST_TERMS, MOST_GRACE, Key, Section

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
            Key(
                "round_daily",
                kinds.truth,
                "late_interest_round_daily",
                hint="the interest of each day, not of the whole",
            ),
            Key(
                "cap",
                kinds.one_of(kinds.NO_CAP, *kinds.LATE_CAPS),
                "late_interest_cap",
                hint="the law that caps rates that were agreed; those of a law itself it leaves",
            ),
            Key(
                "most_percent",
                kinds.whole_or_never(1, 1000),
                "late_interest_most_percent",
                hint='of what was owed, however late it is; or "never"',
            ),
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
            Key(
                "reward_percent",
                kinds.whole(0, 100),
                "credit_reward_percent",
                hint="more limit for who pays on time; 0: none",
            ),
            Key(
                "lot_types",
                kinds.names,
                "credit_lot_types",
                hint="who is shipped to in small lots; * everybody",
            ),
            Key("lot_least_days", kinds.whole(1, 365), "credit_lot_least_days"),
            Key(
                "lot_most_days",
                kinds.whole(1, 365),
                "credit_lot_most_days",
                hint="of usual purchases",
            ),
            Key("lot_holds", kinds.truth, "credit_lot_holds", hint="false: it is advice"),
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
        "warning",
        (
            Key(
                "days_overdue",
                kinds.whole_or_never(1, 3650),
                "warning_days_overdue",
                hint="of the oldest item; these mark a customer and make a task",
            ),
            Key("overdue_amount", kinds.amounts, "warning_overdue_amount", hint="by currency"),
            Key(
                "share_of_limit_percent",
                kinds.whole_or_never(1, 1000),
                "warning_share_of_limit_percent",
                hint="of the credit limit that are overdue",
            ),
        ),
    ),
    Section(
        "reminders",
        (
            Key("before_due_days", kinds.wholes(0, 90, falls=True), "reminders_before_due_days"),
            Key("quiet_hours", kinds.hours, "reminders_quiet_hours"),
            Key(
                "days_off",
                kinds.one_of("as_country", "wait", "send"),
                "reminders_days_off",
                hint="whether messages to customers rest on days off",
            ),
            Key(
                "deadline_workdays",
                kinds.whole(1, 60),
                "reminders_deadline_workdays",
                hint="that a demand gives",
            ),
            Key(
                "hold_first_run",
                kinds.truth,
                "reminders_hold_first_run",
                hint="and one with far more steps than usual, until a person approves it",
            ),
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
    Section(
        "invoices",
        (
            Key(
                "invoice_within_days",
                kinds.whole(0, 365),
                "invoice_within_days",
                hint="of the delivery",
            ),
        ),
    ),
    Section(
        "bad_debts",
        (
            Key(
                "one_approval_up_to",
                kinds.amounts,
                "write_off_with_one_approval",
                hint="by currency; above it, and in others, two people approve a write-off",
            ),
            Key(
                "securities_lower_provisions",
                kinds.truth,
                "provision_securities",
                hint="what they cover is not provided for",
            ),
        ),
    ),
    Section("retention", (Key("years", kinds.whole(1, 100), "retention_years"),)),
)

#: What the policy keeps, whatever it is called in the text.
VALUES = frozenset(
    [key.value for section in SECTIONS for key in section.keys if key.value]
    + [rows.value for rows in LISTS]
)
