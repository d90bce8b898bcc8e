"""Who may do what: the permissions, the roles that hold them, and the rows each actor can see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.base.permissions import Permission as Permission  # noqa: PLC0414 - handed on
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
    #: The names and addresses of absent salespeople in whose place this one looks after customers.
    covers: frozenset[str] = frozenset()

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
    Permission.BAD_DEBT_PROPOSE: (
        (Staff("clerk", "collector", "collections_lead", "legal", "credit_manager", "admin"),),
    ),
    Permission.BAD_DEBT_VIEW: (
        (Staff(*(role for role in STAFF_ROLES if role not in {"sales", "support"})),),
    ),
    Permission.CALENDAR_OWN: ((signed_in,),),
    Permission.CASE_KEEP: ((Staff("collector", "collections_lead", "legal", "admin"),),),
    Permission.CASE_VIEW: ((ANY_STAFF,),),
    Permission.COMMENT_WRITE: ((Staff(*(role for role in STAFF_ROLES if role != "auditor")),),),
    Permission.COMPANY_CHANGE: ((Staff("admin"),),),
    Permission.COMPANY_VIEW: ((ANY_STAFF,),),
    Permission.CONTACT_LOG: (
        (COLLECTORS,),
        (Staff("legal", "support"),),
    ),
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
    Permission.DUE_ANSWER: ((COLLECTORS,),),
    Permission.ESCALATION_HOLD: (
        (COLLECTORS,),
        (Staff("legal"),),
    ),
    Permission.ESCALATION_RUN: ((Staff("collections_lead", "admin"),),),
    Permission.ESCALATION_VIEW: ((ANY_STAFF,),),
    Permission.EXPORT_RUN: ((BOOKKEEPERS,), (Staff("auditor"),)),
    Permission.FILE_VIEW: ((ANY_STAFF,), (WRITERS,)),
    Permission.HOME_VIEW: ((signed_in,),),
    Permission.IMPORT_RUN: ((Staff("clerk", "admin"),),),
    Permission.IMPORT_VIEW: ((BOOKKEEPERS,), (Staff("auditor"),)),
    Permission.INTEREST_CHARGE: ((Staff("clerk", "collections_lead", "admin"),),),
    Permission.INTEREST_VIEW: ((ANY_STAFF,),),
    Permission.INVOICE_CONFIRM: ((BOOKKEEPERS,),),
    Permission.INVOICE_VIEW: ((ANY_STAFF,), (ANY_MEMBER,)),
    Permission.LADDER_CHANGE: ((Staff("collections_lead", "credit_manager", "admin"),),),
    Permission.MAILBOX_VIEW: ((anybody,),),
    Permission.NOTICE_PRINT: (
        (Staff("clerk", "collector", "collections_lead", "legal", "admin"),),
    ),
    Permission.NOTICE_VIEW: (
        (ANY_STAFF,),
        (ANY_MEMBER,),
    ),
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
    Permission.PROVISION_KEEP: ((Staff("credit_manager", "admin"),),),
    Permission.PUBLIC: ((anybody,),),
    Permission.REPORT_VIEW: ((ANY_STAFF,),),
    Permission.SECURITY_OWN: ((signed_in,),),
    Permission.SIGNAL_NOTE: ((COLLECTORS,), (Staff("legal", "support"),)),
    Permission.STANDIN_MANAGE: ((COLLECTORS,), (Staff("legal"),)),
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
    Permission.TARGET_SET: ((Staff("collections_lead", "admin"),),),
    Permission.TASK_DO: ((COLLECTORS,), (Staff("legal"),)),
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
        owners = {actor.name, actor.email, *actor.covers} - {""}
        return customer_id.in_(select(Customer.id).where(Customer.owner.in_(sorted(owners))))
    return customer_id.in_(actor.customer_ids) if actor.memberships else false()


def visible_to(rows: Select[*Columns], actor: Actor, customer_id: CustomerId) -> Select[*Columns]:
    """The only way a query on customer data starts: the select, kept to what the actor may see."""
    condition = sees(actor, customer_id)
    return rows if condition is None else rows.where(condition)
