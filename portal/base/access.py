"""Who may do what: the permissions, the roles that hold them, and the rows each actor can see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.tables.customers import Customer

ActorKind = Literal["customer", "staff", "system", "visitor"]

CUSTOMER_ROLES = ("customer_viewer", "customer_accountant", "customer_signatory", "customer_admin")
STAFF_ROLES = (
    "sales",
    "clerk",
    "collector",
    "collections_lead",
    "legal",
    "credit_manager",
    "admin",
    "auditor",
    "support",
)


class NotFound(Exception):  # noqa: N818 - it is an answer, not a fault
    """There is no such thing, or it is not yours: both look the same from outside."""


class Permission(StrEnum):
    """What can be allowed: noun.act, in alphabetical order."""

    ADVICE_GIVE = "advice.give"
    """Announce a payment and what it is for."""
    AGREEMENT_ACCEPT = "agreement.accept"
    """Accept the agreement on electronic reconciliation for a customer."""
    APPROVAL_DECIDE = "approval.decide"
    """Approve or refuse what somebody else proposed."""
    APPROVAL_VIEW = "approval.view"
    """See what waits for a second person."""
    AUDIT_REQUEST = "audit.request"
    """Choose a sample and ask customers for confirmations, as the auditor."""
    AUDIT_VIEW = "audit.view"
    """See the audit trail and export it."""
    CALENDAR_OWN = "calendar.own"
    """Have a calendar feed of one's own dates."""
    COMPANY_CHANGE = "company.change"
    """Change the company's settings."""
    COMPANY_VIEW = "company.view"
    """See the company's settings."""
    CONTRACT_KEEP = "contract.keep"
    """Keep contracts, their amendments, files and price lists."""
    CONTRACT_VIEW = "contract.view"
    """See contracts."""
    CREDIT_APPLY = "credit.apply"
    """Fill in an application for credit, and hand it in."""
    CREDIT_CHECK = "credit.check"
    """Ask whether an order may be shipped."""
    CREDIT_DECIDE = "credit.decide"
    """Score and review customers, propose limits, bar and clear them."""
    CREDIT_OWN = "credit.own"
    """See one's own limit, and what is used of it."""
    CREDIT_POST = "credit.post"
    """Post a credit note that was approved."""
    CREDIT_RELEASE = "credit.release"
    """Ask that a held order is released."""
    CREDIT_VIEW = "credit.view"
    """See customers' limits, exposure, grades and signals."""
    CUSTOMER_VIEW = "customer.view"
    """See a customer's file and position."""
    DELEGATION_MANAGE = "delegation.manage"
    """Hand one's own signing to a colleague for a time, or end what was handed over."""
    DESK_VIEW = "desk.view"
    """Be on the staff side at all."""
    DISPUTE_DECIDE = "dispute.decide"
    """Decide a dispute, with a reason the customer reads."""
    DISPUTE_NOTE = "dispute.note"
    """Write and read the house's own notes on a dispute."""
    DISPUTE_RAISE = "dispute.raise"
    """Say what is wrong with a document, or withdraw and reopen it."""
    DISPUTE_REPLY = "dispute.reply"
    """Write in the talk about a dispute."""
    DISPUTE_VIEW = "dispute.view"
    """See disputes, their talk and files."""
    EXPORT_RUN = "export.run"
    """Write lists and books out."""
    FILE_VIEW = "file.view"
    """Fetch files that were added to contracts, applications and securities."""
    HOME_VIEW = "home.view"
    """See one's own first page."""
    IMPORT_RUN = "import.run"
    """Import files."""
    IMPORT_VIEW = "import.view"
    """See imports and their reports."""
    INVOICE_CONFIRM = "invoice.confirm"
    """Let an invoice pass that differs from its contract, or send it back."""
    INVOICE_VIEW = "invoice.view"
    """See and download invoices."""
    MAILBOX_VIEW = "mailbox.view"
    """Read the demo's mailbox."""
    NOTIFICATION_OWN = "notification.own"
    """Choose which messages one gets."""
    PAYMENT_APPLY = "payment.apply"
    """Apply, un-apply, refund and transfer money by hand."""
    PAYMENT_VIEW = "payment.view"
    """See what was paid."""
    PERSON_CHANGE = "person.change"
    """Change or suspend a customer's person."""
    PERSON_INVITE = "person.invite"
    """Invite a person to a customer's portal."""
    PERSON_VIEW = "person.view"
    """See a customer's people."""
    PLAN_COUNTER = "plan.counter"
    """Answer a plan for the house: counter, sign or refuse it."""
    PLAN_OFFER = "plan.offer"
    """Build an instalment plan for a customer and offer it."""
    PLAN_SIGN = "plan.sign"
    """Sign an instalment plan for a customer."""
    PLAN_VIEW = "plan.view"
    """See instalment plans."""
    PROMISE_MAKE = "promise.make"
    """Promise a payment."""
    PROMISE_RECORD = "promise.record"
    """Record a promise that a customer gave on the phone."""
    PROMISE_VIEW = "promise.view"
    """See promises to pay."""
    PROMISE_WITHDRAW = "promise.withdraw"
    """Take back a promise that is still running."""
    PUBLIC = "public"
    """Nothing: everybody may."""
    REPORT_VIEW = "report.view"
    """See reports over all customers."""
    SECURITY_OWN = "security.own"
    """Manage one's own sessions and factors."""
    SIGNAL_NOTE = "signal.note"
    """Note danger signals and visits at a customer."""
    STANDIN_MANAGE = "standin.manage"
    """Name who decides for a colleague who is away."""
    STATEMENT_ACKNOWLEDGE = "statement.acknowledge"
    """Acknowledge that a statement was received, which is not agreeing to it."""
    STATEMENT_ANSWER = "statement.answer"
    """Tick lines of a statement and say what differs."""
    STATEMENT_CHASE = "statement.chase"
    """Remind customers who have not answered."""
    STATEMENT_COMPARE = "statement.compare"
    """Compare a statement with one's own ledger."""
    STATEMENT_CONFIRM = "statement.confirm"
    """Sign the answer to a statement."""
    STATEMENT_PREPARE = "statement.prepare"
    """Pass a statement to a signatory, or take it back."""
    STATEMENT_RESOLVE = "statement.resolve"
    """Settle differences and ask for a sign-off round."""
    STATEMENT_RUN = "statement.run"
    """Issue statements."""
    STATEMENT_VIEW = "statement.view"
    """See statements and their certificates."""
    STATEMENT_WITHDRAW = "statement.withdraw"
    """Take one's signature back in time."""
    STYLEGUIDE_VIEW = "styleguide.view"
    """See the style guide."""
    TASK_DO = "task.do"
    """Take tasks and finish them."""
    TERMS_CHANGE = "terms.change"
    """Draft a change of terms and hand it in."""
    TERMS_OWN = "terms.own"
    """See one's own terms in plain words."""
    TERMS_VIEW = "terms.view"
    """See terms, their versions and changes on their way."""
    USER_MANAGE = "user.manage"
    """Create and disable staff."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a customer's person, staff, the system itself, or a visitor."""

    kind: ActorKind
    user_id: int | None = None
    name: str = ""
    email: str = ""
    #: customer id → roles there
    memberships: Mapping[int, frozenset[str]] = field(default_factory=dict)
    staff_role: str | None = None
    #: The customers at which a signatory has handed their signing to this person, for now.
    signs_for: frozenset[int] = frozenset()

    @property
    def customer_ids(self) -> list[int]:
        return sorted(self.memberships)


SYSTEM = Actor("system", name="Accord")
VISITOR = Actor("visitor")

Predicate = Callable[[Actor, Any], bool]


class Denied(Exception):  # noqa: N818 - see NotFound
    """You may see it but not do it; `roles` says who can."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission
        self.roles = roles_holding(Permission(permission))


def anybody(_actor: Actor, _obj: Any) -> bool:
    """Everyone, signed in or not."""
    return True


def signed_in(actor: Actor, _obj: Any) -> bool:
    """A person who has signed in."""
    return actor.user_id is not None


class Staff:
    """Staff with one of these roles; every staff role when none is named."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles or STAFF_ROLES)

    def __call__(self, actor: Actor, obj: Any) -> bool:
        return actor.kind == "system" or actor.staff_role in self.roles


class Member:
    """A person with one of these roles at the object's customer; anywhere without an object."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles or CUSTOMER_ROLES)

    def __call__(self, actor: Actor, obj: Any) -> bool:
        if obj is None:
            return any(self.roles & held for held in actor.memberships.values())
        return bool(self.roles & actor.memberships.get(_customer_of(obj), frozenset()))


def delegate(actor: Actor, obj: Any) -> bool:
    """A person to whom a signatory of the object's customer has handed their signing, for now."""
    return bool(actor.signs_for) if obj is None else _customer_of(obj) in actor.signs_for


def _customer_of(obj: Any) -> int:
    """The id of the customer that an object is, or is about."""
    found: int = obj.id if isinstance(obj, Customer) else obj.customer_id
    return found


ANY_STAFF = Staff()
ANY_MEMBER = Member()
#: Who writes for a customer.
WRITERS = Member("customer_accountant", "customer_signatory", "customer_admin")
#: Who talks with customers about money.
COLLECTORS = Staff("sales", "clerk", "collector", "collections_lead", "credit_manager", "admin")
BOOKKEEPERS = Staff("clerk", "collections_lead", "credit_manager", "admin")

#: permission → alternatives; each is a tuple of predicates that must all hold.
GRANTS: dict[Permission, tuple[tuple[Predicate, ...], ...]] = {
    Permission.ADVICE_GIVE: ((WRITERS,),),
    Permission.AGREEMENT_ACCEPT: ((Member("customer_signatory", "customer_admin"),),),
    Permission.APPROVAL_DECIDE: ((Staff("collections_lead", "credit_manager", "admin"),),),
    Permission.APPROVAL_VIEW: ((ANY_STAFF,),),
    Permission.AUDIT_REQUEST: ((Staff("auditor"),),),
    Permission.AUDIT_VIEW: ((Staff("auditor", "admin"),),),
    Permission.CALENDAR_OWN: ((signed_in,),),
    Permission.COMPANY_CHANGE: ((Staff("admin"),),),
    Permission.COMPANY_VIEW: ((ANY_STAFF,),),
    Permission.CONTRACT_KEEP: (
        (Staff("clerk", "collections_lead", "legal", "credit_manager", "admin"),),
    ),
    Permission.CONTRACT_VIEW: ((ANY_STAFF,),),
    Permission.CREDIT_APPLY: ((WRITERS,), (Staff("sales", "clerk", "credit_manager", "admin"),)),
    Permission.CREDIT_CHECK: ((COLLECTORS,), (Staff("support"),)),
    Permission.CREDIT_DECIDE: ((Staff("credit_manager", "admin"),),),
    Permission.CREDIT_OWN: ((ANY_MEMBER,),),
    Permission.CREDIT_POST: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.CREDIT_RELEASE: ((COLLECTORS,),),
    Permission.CREDIT_VIEW: ((ANY_STAFF,),),
    Permission.CUSTOMER_VIEW: ((ANY_STAFF,),),
    Permission.DELEGATION_MANAGE: ((ANY_MEMBER,),),
    Permission.DESK_VIEW: ((ANY_STAFF,),),
    Permission.DISPUTE_DECIDE: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.DISPUTE_NOTE: ((Staff(*(role for role in STAFF_ROLES if role != "auditor")),),),
    Permission.DISPUTE_RAISE: ((WRITERS,), (COLLECTORS,)),
    Permission.DISPUTE_REPLY: ((WRITERS,), (COLLECTORS,)),
    Permission.DISPUTE_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.EXPORT_RUN: ((BOOKKEEPERS,), (Staff("auditor"),)),
    Permission.FILE_VIEW: ((ANY_STAFF,), (WRITERS,)),
    Permission.HOME_VIEW: ((signed_in,),),
    Permission.IMPORT_RUN: ((Staff("clerk", "admin"),),),
    Permission.IMPORT_VIEW: ((BOOKKEEPERS,), (Staff("auditor"),)),
    Permission.INVOICE_CONFIRM: ((BOOKKEEPERS,),),
    Permission.INVOICE_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.MAILBOX_VIEW: ((anybody,),),
    Permission.NOTIFICATION_OWN: ((signed_in,),),
    Permission.PAYMENT_APPLY: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.PAYMENT_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.PERSON_CHANGE: ((Staff("clerk", "admin"),), (Member("customer_admin"),)),
    Permission.PERSON_INVITE: ((Staff("clerk", "admin"),), (Member("customer_admin"),)),
    Permission.PERSON_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.PLAN_COUNTER: ((COLLECTORS,),),
    Permission.PLAN_OFFER: ((WRITERS,), (COLLECTORS,)),
    Permission.PLAN_SIGN: ((Member("customer_signatory"),),),
    Permission.PLAN_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.PROMISE_MAKE: ((WRITERS,),),
    Permission.PROMISE_RECORD: ((COLLECTORS,),),
    Permission.PROMISE_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.PROMISE_WITHDRAW: ((WRITERS,), (COLLECTORS,)),
    Permission.PUBLIC: ((anybody,),),
    Permission.REPORT_VIEW: ((ANY_STAFF,),),
    Permission.SECURITY_OWN: ((signed_in,),),
    Permission.SIGNAL_NOTE: ((COLLECTORS,), (Staff("legal", "support"),)),
    Permission.STANDIN_MANAGE: ((Staff("collections_lead", "credit_manager", "admin"),),),
    Permission.STATEMENT_ACKNOWLEDGE: ((WRITERS,),),
    Permission.STATEMENT_ANSWER: ((WRITERS,),),
    Permission.STATEMENT_CHASE: ((Staff("clerk", "collector", "collections_lead", "admin"),),),
    Permission.STATEMENT_COMPARE: ((WRITERS,),),
    Permission.STATEMENT_CONFIRM: ((Member("customer_signatory"),), (delegate,)),
    Permission.STATEMENT_PREPARE: ((WRITERS,),),
    Permission.STATEMENT_RESOLVE: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.STATEMENT_RUN: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.STATEMENT_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.STATEMENT_WITHDRAW: ((Member("customer_signatory"),), (delegate,)),
    Permission.STYLEGUIDE_VIEW: ((anybody,),),
    Permission.TASK_DO: ((COLLECTORS,),),
    Permission.TERMS_CHANGE: ((Staff("credit_manager", "admin"),),),
    Permission.TERMS_OWN: ((ANY_MEMBER,),),
    Permission.TERMS_VIEW: ((ANY_STAFF,),),
    Permission.USER_MANAGE: ((Staff("admin"),),),
}


def allows(actor: Actor, permission: str, obj: Any = None) -> bool:
    """Whether the actor may do this, to this object when one is given."""
    return any(
        all(holds(actor, obj) for holds in alternative)
        for alternative in GRANTS[Permission(permission)]
    )


def roles_holding(permission: Permission) -> list[str]:
    """The roles that hold a permission, for the sentence that says who can."""
    predicates = [p for alternative in GRANTS[permission] for p in alternative]
    held = {role for p in predicates if isinstance(p, Staff | Member) for role in p.roles}
    return [role for role in CUSTOMER_ROLES + STAFF_ROLES if role in held]


Columns = TypeVarTuple("Columns")
#: Null where a row concerns no single customer: only who sees all customers sees it.
CustomerId = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


def sees(actor: Actor, customer_id: CustomerId) -> ColumnElement[bool] | None:
    """The condition that keeps an actor to their rows; None is no restriction."""
    if actor.kind == "system" or (actor.staff_role and actor.staff_role != "sales"):
        return None
    if actor.staff_role == "sales":
        own = select(Customer.id).where(
            or_(Customer.owner == actor.name, Customer.owner == actor.email)
        )
        return customer_id.in_(own)
    return customer_id.in_(actor.customer_ids) if actor.memberships else false()


def visible_to(rows: Select[*Columns], actor: Actor, customer_id: CustomerId) -> Select[*Columns]:
    """The only way a query on customer data starts: the select, kept to what the actor may see."""
    condition = sees(actor, customer_id)
    return rows if condition is None else rows.where(condition)
