"""
A case is opened: one person proposes it with its items, a second one approves it.

Until then its items are chased as before; from then on they are left to the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval
from portal.base.access import NotFound, Permission
from portal.base.evidence import sha256_of_text
from portal.base.locks import lock_customer
from portal.base.people import colleague_may
from portal.base.work import Reader, Work
from portal.core.case import LONGEST_TEXT, Stage
from portal.core.case import Kind as CaseKind
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.escalation.cases.candidates import STANDING, list_candidates
from portal.escalation.cases.rows import Candidate
from portal.invoices.position import list_open_items
from portal.tables.cases import CasePart, CollectionCase
from portal.tables.escalation import Dunning

KIND, SUBJECT = "case", "case"
LONGEST_NAME = 200


@dataclass(frozen=True)
class Partner:
    """Who has a case: the agency, the law firm or the court, and how to reach it."""

    name: str = ""
    contact: str = ""
    number: str = ""

    def columns(self) -> dict[str, str]:
        """As a case keeps it."""
        return {
            "partner": self.name.strip()[:LONGEST_NAME],
            "partner_contact": self.contact.strip()[:LONGEST_NAME],
            "partner_number": self.number.strip()[:LONGEST_NAME],
        }


@dataclass(frozen=True)
class ProposeCase:
    """That what is overdue of an account be handed to an agency or brought to law, and why."""

    customer_id: int
    kind: CaseKind
    currency: str
    #: The due parts that it is about, each as document and part.
    parts: Sequence[tuple[int, int]]
    reason: str
    partner: Partner = field(default_factory=Partner)
    owner_id: int | None = None
    #: The step of the ladder that asks for it.
    dunning_id: int | None = None


def propose_case(w: Work, c: ProposeCase) -> int:
    """
    The id of the case, which waits for a second person; sent twice it is one.

    Raises: case.reason_missing, case.items_missing, case.item_not_open, case.item_elsewhere,
    case.stands_already, task.owner_cannot.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CASE_KEEP, customer)
    twin = _twin(w, c)
    if twin is not None:
        return twin
    items = _checked(w, c)
    row = CollectionCase(
        number=f"new/{customer.id}/{c.currency}/{c.kind}",
        customer_id=customer.id,
        currency=c.currency,
        kind=c.kind.value,
        state="proposed",
        stage=Stage.PREPARING.value,
        reason=c.reason.strip()[:LONGEST_TEXT],
        owner_id=c.owner_id,
        dunning_id=_step(w, c),
        opened_by=w.actor.user_id,
        opened_on=w.today,
        **c.partner.columns(),
    )
    w.session.add(row)
    w.session.flush()
    row.number = f"CAS-{row.id}"
    _keep_parts(w, row, items)
    _ask(w, row, items)
    return row.id


def _twin(w: Work, c: ProposeCase) -> int | None:
    """The case that this very proposal has made already; another one that stands is refused."""
    standing = select(CollectionCase).where(
        CollectionCase.customer_id == c.customer_id,
        CollectionCase.currency == c.currency,
        CollectionCase.kind == c.kind.value,
        CollectionCase.state.in_(STANDING),
    )
    row = w.session.scalars(standing).first()
    if row is None:
        return None
    is_same = row.state == "proposed" and row.opened_by == w.actor.user_id
    if is_same and set(parts_of(w, row)) == set(c.parts):
        return row.id
    raise RuleBroken("case.stands_already", number=row.number)


def parts_of(r: Reader, row: CollectionCase) -> list[tuple[int, int]]:
    """The due parts that a case is about."""
    found = r.session.execute(
        select(CasePart.entry_id, CasePart.part)
        .where(CasePart.customer_id == row.customer_id, CasePart.case_id == row.id)
        .order_by(CasePart.entry_id, CasePart.part)
    )
    return [(entry_id, part) for entry_id, part in found]


def _checked(w: Work, c: ProposeCase) -> list[Candidate]:
    """What is proposed, as it can be claimed today."""
    if not c.reason.strip():
        raise RuleBroken("case.reason_missing", field="reason")
    if not c.parts:
        raise RuleBroken("case.items_missing", field="items")
    does = Permission.CASE_KEEP
    if c.owner_id is not None and not colleague_may(w, c.owner_id, does, c.customer_id):
        raise RuleBroken("task.owner_cannot", field="owner")
    wanted = set(c.parts)
    found = list_candidates(w, c.customer_id, c.kind, c.currency)
    items = [each for each in found if (each.entry_id, each.part) in wanted]
    if len(items) != len(wanted):
        raise RuleBroken("case.items_changed", field="items")
    for item in items:
        if item.elsewhere:
            facts = {"number": item.number, "other": item.elsewhere}
            raise RuleBroken("case.item_elsewhere", field="items", **facts)
        if not item.claimable.minor:
            raise RuleBroken("case.item_not_open", field="items", number=item.number)
    return items


def _step(w: Work, c: ProposeCase) -> int | None:
    """The step of the ladder that asks for it, where it is one of this account's."""
    if c.dunning_id is None:
        return None
    found = w.session.get(Dunning, c.dunning_id)
    if found is None or (found.customer_id, found.currency) != (c.customer_id, c.currency):
        raise NotFound("dunning")
    return found.id


def _keep_parts(w: Work, row: CollectionCase, items: Sequence[Candidate]) -> None:
    w.session.add_all(
        CasePart(
            customer_id=row.customer_id,
            case_id=row.id,
            entry_id=item.entry_id,
            part=item.part,
            amount_minor=item.claimable.minor,
        )
        for item in items
    )
    w.session.flush()


def _ask(w: Work, row: CollectionCase, items: Sequence[Candidate]) -> None:
    total = total_of(row.currency, items)
    before = figures_of(items, row.currency)
    after = {"case_kind": row.kind} | ({"partner": row.partner} if row.partner else {})
    row.approval_id = ask_approval(
        w,
        Proposal(
            kind=KIND,
            subject=f"{SUBJECT}/{row.id}",
            customer_id=row.customer_id,
            amount=total,
            before=before,
            after={**before, **after},
            fingerprint=fingerprint_of(items),
            reason=row.reason,
        ),
    )
    w.audit(
        "case.proposed",
        f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        number=row.number,
        what=row.kind,
        amount=f"{row.currency} {total.major()}",
        items=len(items),
        approval=row.approval_id,
    )


def total_of(currency: str, items: Sequence[Candidate]) -> Money:
    """What a case about these items would claim."""
    return Money.total((item.claimable for item in items), currency)


def figures_of(items: Sequence[Candidate], currency: str) -> dict[str, str]:
    """The figures of a case as a request for approval tells them."""
    told = {
        "items": str(len(items)),
        "amount": f"{currency} {total_of(currency, items).major()}",
        "open": f"{currency} {Money.total((each.open for each in items), currency).major()}",
    }
    disputed = Money.total((each.disputed for each in items), currency)
    if disputed.minor:
        told["disputed"] = f"{currency} {disputed.major()}"
    if items:
        told["due"] = min(each.due_on for each in items).isoformat()
    return told


def fingerprint_of(items: Sequence[Candidate]) -> str:
    """Of what a case stands on: what may be claimed of each of its items."""
    told = sorted((each.entry_id, each.part, each.claimable.minor) for each in items)
    return sha256_of_text(repr(told))


def audit_case(w: Work, row: CollectionCase, kind: str, **facts: object) -> None:
    """Notes an act on a case."""
    w.audit(kind, f"{SUBJECT}/{row.id}", customer_id=row.customer_id, number=row.number, **facts)


def open_minor(r: Reader, row: CollectionCase) -> int:
    """What is open of the items of a case today, disputed or not."""
    items = list_open_items(r, row.customer_id, currency=row.currency)
    parts = set(parts_of(r, row))
    return sum(each.open.minor for each in items if (each.entry_id, each.part) in parts)
