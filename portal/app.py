"""The roof: puts the features together into the application that a server runs."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.approvals.kinds import know_kinds
from portal.approvals.pages_staff import desk as approvals_desk
from portal.approvals.pages_stand_ins import desk as stand_ins_desk
from portal.approvals.pages_tasks import desk as tasks_desk
from portal.audit.pages_public import answers as audit_answers
from portal.audit.pages_samples import desk as samples_desk
from portal.audit.pages_seats import desk as seats_desk
from portal.audit.pages_trail import desk as audit_desk
from portal.bad_debts.pages_provisions import provisions as provisions_desk
from portal.bad_debts.pages_write_offs import write_offs as write_offs_desk
from portal.bad_debts.proposing import WRITE_OFF_KINDS
from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from portal.base.kept_files import KEPT_BACK
from portal.contracts.amending import AMENDMENT
from portal.contracts.pages_acts import acts as contract_acts
from portal.contracts.pages_checks import checks as contract_checks
from portal.contracts.pages_invoice import chain as invoice_chain
from portal.contracts.pages_staff import desk as contracts_desk
from portal.contracts.prices.pages_staff import prices as prices_desk
from portal.credit.applications import is_kept_back
from portal.credit.overriding import GRADE
from portal.credit.pages_application import application as credit_application
from portal.credit.pages_applications import desk as applications_desk
from portal.credit.pages_asking import asking as shipping_desk
from portal.credit.pages_customer import customer as credit
from portal.credit.pages_late_payers import late_payers_desk
from portal.credit.pages_limits import limits as limits_desk
from portal.credit.pages_opening import opening as opening_desk
from portal.credit.pages_orders import orders as orders_desk
from portal.credit.pages_rates import rates as rates_desk
from portal.credit.pages_reviews import desk as reviews_desk
from portal.credit.pages_securities import securities as securities_desk
from portal.credit.pages_signals import desk as signals_desk
from portal.credit.pages_staff import desk as credit_desk
from portal.credit.pages_standing import standing as standing_desk
from portal.credit.proposing import LARGE_LIMIT, LIMIT
from portal.credit.releases import RELEASE
from portal.customers.pages_contacts import contacts_desk
from portal.customers.pages_cycle import cycle_desk
from portal.customers.pages_files import files
from portal.customers.pages_glance import glance as glance_desk
from portal.customers.pages_staff import desk as customers_desk
from portal.demo_pages import demo
from portal.disputes.pages_credits import credits_desk
from portal.disputes.pages_customer import customer as disputes
from portal.disputes.pages_deciding import deciding
from portal.disputes.pages_record import record
from portal.disputes.pages_settings import desk_dispute_settings
from portal.disputes.pages_staff import desk as disputes_desk
from portal.disputes.second_person import CREDIT_NOTE
from portal.escalation.approving import LADDER_STEP
from portal.escalation.cases.approving import CASE
from portal.escalation.cases.pages_acts import acts as case_acts
from portal.escalation.cases.pages_demand import demanding as case_demand
from portal.escalation.cases.pages_opening import opening as case_opening
from portal.escalation.cases.pages_packs import packs as case_packs
from portal.escalation.cases.pages_staff import desk as cases_desk
from portal.escalation.due.pages_due import due as due_desk
from portal.escalation.due.pages_week import week as week_desk
from portal.escalation.ladders.pages_drafting import drafting as ladder_drafts
from portal.escalation.ladders.pages_ladders import desk as ladders_desk
from portal.escalation.notices.pages_customer import customer as own_notices
from portal.escalation.notices.pages_invoice import told as invoice_notices
from portal.escalation.notices.pages_sheet import sheet as notice_sheet
from portal.escalation.notices.pages_staff import desk as notices_desk
from portal.escalation.notices.pages_texts import desk as notice_texts_desk
from portal.escalation.pages_holds import holds as holds_desk
from portal.escalation.runs.pages_acts import acts as dunning_acts
from portal.escalation.runs.pages_runs import desk as dunning_desk
from portal.escalation.targets.pages_reports import collectors_desk
from portal.escalation.work.pages_acts import acts as work_acts
from portal.escalation.work.pages_queue import desk as work_desk
from portal.escalation.work.pages_talks import desk as talks_desk
from portal.home.pages_calendar import calendar_feed
from portal.home.pages_customer import customer as home
from portal.home.pages_health import health
from portal.home.pages_mailbox import mailbox
from portal.home.pages_staff import desk as home_desk
from portal.imports.pages_staff import desk as imports_desk
from portal.interest.approving import INTEREST_KIND
from portal.interest.pages_customer import customer as interest
from portal.interest.pages_staff import desk as interest_desk
from portal.invoices.pages_customer import customer as invoices
from portal.invoices.pages_deliveries import deliveries
from portal.invoices.pages_downloads import customer as downloads
from portal.menus import NAVIGATION
from portal.payments.bills.pages_staff import bills as bills_desk
from portal.payments.pages_advices import customer as advices
from portal.payments.pages_advices import desk as advices_desk
from portal.payments.pages_customer import customer as payments
from portal.payments.pages_staff import desk as receipts_desk
from portal.people.pages_customer import account
from portal.people.pages_delegations import delegations
from portal.people.pages_notices import notices
from portal.people.pages_people import people
from portal.people.pages_public import public as sign_in
from portal.people.pages_staff import desk as people_desk
from portal.promises.extending import EXTENSION
from portal.promises.pages_board import desk as promises_desk
from portal.promises.pages_customer import customer as promises
from portal.promises.pages_invoice import promised
from portal.promises.pages_promising import promising
from portal.promises.pages_recording import recording
from portal.promises.plans.approving import PLAN_KIND
from portal.promises.plans.pages_customer import customer as plans
from portal.promises.plans.pages_signing import plan_signing
from portal.promises.plans.pages_staff import desk as plans_desk
from portal.reports.pages_confirmations import confirmations_desk
from portal.reports.pages_limitation import limitation_desk
from portal.reports.pages_measures import desk as measures_desk
from portal.reports.pages_staff import desk as reports_desk
from portal.settings.pages_grades import desk_grades
from portal.settings.pages_overdue import desk_overdue
from portal.settings.pages_policy import desk_policy
from portal.settings.pages_staff import desk as settings_desk
from portal.statements.agreement.pages_agreement import company
from portal.statements.certificate.pages_public import public as verify
from portal.statements.chasing.pages_addresses import addresses
from portal.statements.comparison.pages_comparison import comparing
from portal.statements.comparison.pages_ledger import ledger
from portal.statements.issuing.pages_running import running
from portal.statements.issuing.pages_wizard import wizard
from portal.statements.pages_customer import customer as statements
from portal.statements.pages_staff import desk as statements_desk
from portal.statements.settling.pages_differences import differences
from portal.statements.settling.pages_settling import desk_settling
from portal.statements.signing.pages_batch import batch
from portal.statements.signing.pages_passing import passing_pages
from portal.statements.signing.pages_signing import signing
from portal.statements.versions.pages_versions import versions
from portal.statements.wording.pages_wording import desk_wording
from portal.terms.approving import TERMS_KIND
from portal.terms.pages_customer import customer as own_terms
from portal.terms.pages_editing import drafting as terms_drafting
from portal.terms.pages_impact import desk as terms_desk
from portal.web import sessions, traces
from portal.web.shell import furnish, new_app

BLUEPRINTS: tuple[Blueprint, ...] = (
    health,
    mailbox,
    demo,
    home,
    home_desk,
    tasks_desk,
    work_desk,
    work_acts,
    talks_desk,
    promises,
    promising,
    recording,
    own_terms,
    terms_drafting,
    terms_desk,
    promises_desk,
    plans,
    plan_signing,
    plans_desk,
    promised,
    approvals_desk,
    stand_ins_desk,
    sign_in,
    account,
    people,
    delegations,
    company,
    notices,
    own_notices,
    invoice_notices,
    notices_desk,
    notice_sheet,
    notice_texts_desk,
    calendar_feed,
    statements,
    comparing,
    ledger,
    differences,
    interest,
    interest_desk,
    invoices,
    downloads,
    deliveries,
    files,
    payments,
    advices,
    advices_desk,
    credit,
    credit_desk,
    reviews_desk,
    signals_desk,
    credit_application,
    applications_desk,
    limits_desk,
    opening_desk,
    securities_desk,
    orders_desk,
    shipping_desk,
    rates_desk,
    standing_desk,
    disputes,
    disputes_desk,
    deciding,
    record,
    credits_desk,
    signing,
    batch,
    passing_pages,
    versions,
    verify,
    wizard,
    running,
    statements_desk,
    desk_settling,
    people_desk,
    customers_desk,
    glance_desk,
    contacts_desk,
    cycle_desk,
    addresses,
    reports_desk,
    measures_desk,
    confirmations_desk,
    limitation_desk,
    late_payers_desk,
    receipts_desk,
    bills_desk,
    due_desk,
    week_desk,
    collectors_desk,
    provisions_desk,
    write_offs_desk,
    contracts_desk,
    contract_acts,
    contract_checks,
    invoice_chain,
    prices_desk,
    imports_desk,
    settings_desk,
    desk_grades,
    desk_overdue,
    desk_policy,
    desk_dispute_settings,
    desk_wording,
    dunning_desk,
    dunning_acts,
    ladders_desk,
    holds_desk,
    ladder_drafts,
    audit_desk,
    samples_desk,
    seats_desk,
    audit_answers,
    cases_desk,
    case_opening,
    case_acts,
    case_demand,
    case_packs,
)

know_kinds(
    (AMENDMENT, CREDIT_NOTE, EXTENSION, GRADE, PLAN_KIND, RELEASE, TERMS_KIND, LARGE_LIMIT, LIMIT)
)
know_kinds(WRITE_OFF_KINDS)
know_kinds((LADDER_STEP, CASE, INTEREST_KIND))
KEPT_BACK["application"] = is_kept_back


def create_app(installation: Installation | None = None, *, debug: bool = False) -> Flask:
    """The application over an installation: by default the one that the environment describes."""
    installation = installation or open_installation(read_config())
    app = new_app()
    app.debug = debug
    sessions.attach(app)  # language, tokens and errors ask who is signed in
    furnish(app, installation, NAVIGATION)
    traces.trace(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _trust_proxies(app, int(installation.config.proxies))
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believes that many proxies about the sender; the host is never theirs to say."""
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
