"""The roof's menus: what stands in them on both sides, and which pages stand beside each other."""

from __future__ import annotations

from portal.base.language import N_
from portal.web.navigation import MenuItem, Navigation

OWN = (
    MenuItem("notices.choose", N_("Messages")),
    MenuItem("calendar_feed.show", N_("Calendar")),
    MenuItem("account.security", N_("Security")),
    MenuItem("account.activity", N_("Activity")),
)
#: What stands under Credit at the desk.
CREDIT_PAGES = (
    *("desk_limits", "desk_opening", "desk_securities"),
    *("desk_orders", "desk_shipping", "desk_rates", "desk_standing"),
    *("desk_reviews", "desk_signals", "desk_applications", "desk_terms", "desk_contracts"),
    *("terms_drafting", "desk_prices", "desk_invoice_checks", "desk_bills"),
    "desk_deliveries",
)
#: What stands under Collect.
COLLECT_PAGES = (
    "dunning_acts",
    "desk_due",
    "desk_week",
    "desk_ladders",
    "ladder_drafts",
    *("desk_cases", "desk_case_opening", "desk_case_acts", "desk_case_demand", "desk_case_packs"),
    *("desk_notices", "desk_interest"),
)
#: What stands under Reports.
REPORT_PAGES = (
    *("desk_measures", "desk_confirmations", "desk_limitation", "desk_collectors"),
    "desk_late_payers",
    *("desk_provisions", "desk_write_offs"),
)
#: What stands under Settings.
SETTINGS_PAGES = (
    "desk_wording",
    "desk_notice_texts",
    "desk_dispute_settings",
    "desk_grades",
    "desk_overdue",
    "desk_policy",
)
NAVIGATION = Navigation(
    customer=(
        MenuItem("home.index", N_("Overview")),
        MenuItem("statements.index", N_("Statements")),
        MenuItem("invoices.index", N_("Invoices"), ("own_notices", "interest")),
        MenuItem("promises.index", N_("Promises")),
        MenuItem("payments.index", N_("Payments")),
        MenuItem("credit.index", N_("Credit"), ("credit_application", "terms")),
        MenuItem("disputes.index", N_("Disputes")),
        MenuItem("people.index", N_("People")),
    ),
    staff=(
        MenuItem("desk_home.index", N_("Today")),
        MenuItem("desk_work.index", N_("Work"), ("desk_tasks",)),
        MenuItem("desk_customers.index", N_("Customers"), ("desk_talks",)),
        MenuItem("desk_statements.index", N_("Statements")),
        MenuItem("desk_promises.index", N_("Promises")),
        MenuItem("desk_disputes.index", N_("Disputes")),
        MenuItem("desk_dunning.index", N_("Collect"), COLLECT_PAGES),
        MenuItem("desk_receipts.index", N_("Receipts")),
        MenuItem("desk_credit.index", N_("Credit"), CREDIT_PAGES),
        MenuItem("desk_approvals.index", N_("Approvals")),
        MenuItem("desk_reports.ageing", N_("Reports"), REPORT_PAGES),
        MenuItem("desk_imports.index", N_("Imports")),
        MenuItem("desk_people.users", N_("Users")),
        MenuItem("desk_audit.index", N_("Audit")),
        MenuItem("desk_settings.company", N_("Settings"), SETTINGS_PAGES),
    ),
    customer_own=(
        MenuItem("company.show", N_("Your company")),
        MenuItem("downloads.index", N_("Downloads")),
        *OWN,
    ),
    staff_own=OWN,
    home={"customer": "home.index", "staff": "desk_home.index"},
    search={"customer": "invoices.index", "staff": "desk_customers.index"},
    demo=(
        MenuItem("demo.logins", N_("Who can sign in")),
        MenuItem("mailbox.index", N_("Mailbox")),
    ),
    sign_in="sign_in.show",
    sign_out="sign_in.sign_out",
    stay="account.stay",
    tabs={
        "credit": (
            MenuItem("desk_credit.index", N_("Overview")),
            MenuItem("desk_orders.index", N_("Orders")),
            MenuItem("desk_reviews.index", N_("Reviews")),
            MenuItem("desk_applications.index", N_("Applications")),
            MenuItem("desk_terms.index", N_("Terms")),
            MenuItem("desk_contracts.index", N_("Contracts")),
        ),
        "collect": (
            MenuItem("desk_due.index", N_("Due")),
            MenuItem("desk_week.index", N_("Week")),
            MenuItem("desk_dunning.index", N_("Runs")),
            MenuItem("desk_ladders.index", N_("Ladders")),
            MenuItem("desk_notices.index", N_("Notices")),
            MenuItem("desk_cases.index", N_("Cases")),
            MenuItem("desk_interest.index", N_("Late interest")),
        ),
        "settings": (
            MenuItem("desk_settings.company", N_("Company")),
            MenuItem("desk_settings.statements", N_("Statements and terms")),
            MenuItem("desk_wording.show", N_("Wording")),
            MenuItem("desk_notice_texts.index", N_("Notices")),
            MenuItem("desk_dispute_settings.show", N_("Disputes")),
            MenuItem("desk_grades.promises", N_("Promises and plans")),
            MenuItem("desk_grades.grades", N_("Grades")),
            MenuItem("desk_grades.scorecard", N_("Scorecard")),
            MenuItem("desk_overdue.show", N_("Overdue")),
            MenuItem("desk_policy.show", N_("Policy as text")),
        ),
        "reports": (
            MenuItem("desk_reports.ageing", N_("Ageing")),
            MenuItem("desk_measures.dso", N_("DSO")),
            MenuItem("desk_confirmations.confirmations", N_("Confirmations")),
            MenuItem("desk_promises.kept", N_("Promises kept")),
            MenuItem("desk_limitation.index", N_("Limitation")),
            MenuItem("desk_late_payers.index", N_("Late payers")),
            MenuItem("desk_collectors.collectors", N_("Collectors")),
            MenuItem("desk_collectors.doubtful", N_("Doubtful")),
            MenuItem("desk_provisions.index", N_("Provisions")),
            MenuItem("desk_write_offs.index", N_("Write-offs")),
        ),
        "own_credit": (
            MenuItem("credit.index", N_("Limit")),
            MenuItem("terms.index", N_("Terms")),
            MenuItem("credit_application.index", N_("Application")),
        ),
    },
)
