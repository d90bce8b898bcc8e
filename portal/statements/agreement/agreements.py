"""
The agreement on electronic reconciliation: offered to a customer, accepted, declined, revoked.

It has two parts, each accepted on its own: the electronic form with the address that things are
delivered to, and that silence counts as agreeing. What was accepted is kept word for word.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select

from portal.base.access import Denied, NotFound, allows, visible_to
from portal.base.evidence import Surroundings, canonical_json, sha256_of_text
from portal.base.language import current_language
from portal.base.mail import queue_mail
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.people.notices import admins_of
from portal.people.recognising import actor_of, is_only_invited
from portal.statements.signing.declarations import DeclaredText, declared, keep_declaration
from portal.tables.agreements import Agreement, AgreementDeclined
from portal.tables.customers import Customer
from portal.tables.people import Membership, User

TEXT, ELECTRONIC, SILENCE = "agreement", "agreement_electronic", "agreement_silence"
#: Whose addresses statements are delivered to: who may answer them.
RECIPIENTS = ("customer_accountant", "customer_signatory", "customer_admin")


@dataclass(frozen=True)
class Offer:
    """The agreement as it would be accepted now, in the language of the moment."""

    text: DeclaredText
    electronic: DeclaredText
    silence: DeclaredText
    workdays: int

    @property
    def clauses(self) -> list[str]:
        """The paragraphs of the text."""
        return self.text.filled.strip().split("\n\n")

    def body(self, *, counts_silence: bool) -> str:
        """What was read and accepted, in full."""
        parts = [self.electronic, self.silence] if counts_silence else [self.electronic]
        return "\n\n".join([*self.clauses, *(part.filled for part in parts)])

    @property
    def sha256(self) -> str:
        """Names the texts as they stand in the file, and the time that silence takes."""
        hashes = [self.text.sha256, self.electronic.sha256, self.silence.sha256, self.workdays]
        return sha256_of_text(repr(hashes))


@dataclass(frozen=True)
class AcceptAgreement:
    """The parts that somebody ticked, of the texts that they were shown."""

    customer_id: int
    #: Of the offer that was shown.
    sha256: str
    delivery_address: str
    is_electronic: bool = False
    counts_silence: bool = False
    surroundings: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class AgreementView:
    """An acceptance as pages show it."""

    accepted_at: dt.datetime
    ended_at: dt.datetime | None
    who: str
    delivery_address: str
    #: None where only the first part was accepted.
    silence_workdays: int | None
    version: int
    text_sha256: str
    body: str

    @property
    def clauses(self) -> list[str]:
        """The paragraphs of what was accepted."""
        return self.body.split("\n\n")


def offer_to(r: Reader, customer: Customer, address: str) -> Offer:
    """The agreement between the company and a customer, with a delivery address filled in."""
    workdays = r.policy.silence_after_workdays
    facts = {
        "supplier": r.company.legal_name or r.company.name,
        "customer": customer.legal_name or customer.name,
        "address": address,
        "workdays": str(workdays),
    }
    text, electronic, silence = (
        declared(name, current_language(), facts) for name in (TEXT, ELECTRONIC, SILENCE)
    )
    return Offer(text, electronic, silence, workdays)


def accept_agreement(w: Work, c: AcceptAgreement) -> int:
    """
    The customer has agreed to reconcile electronically, with evidence; tells the agreement's id.

    A later acceptance takes the place of the one before; the very same again changes nothing.
    `RuleBroken`: agreement.electronic_missing, agreement.address_unknown, agreement.replaced.
    """
    customer = _locked(w, c.customer_id)
    if not c.is_electronic:
        raise RuleBroken("agreement.electronic_missing", field="is_electronic")
    if c.delivery_address not in delivery_addresses(w, customer.id):
        raise RuleBroken("agreement.address_unknown", field="delivery_address")
    offer = offer_to(w, customer, c.delivery_address)
    if c.sha256 != offer.sha256:
        raise RuleBroken("agreement.replaced")
    body = offer.body(counts_silence=c.counts_silence)
    standing = _standing(w, customer.id)
    if standing is not None and standing.body == body:
        return standing.id
    if standing is not None:
        _end(w, standing)
    for text in (offer.text, offer.electronic, *([offer.silence] if c.counts_silence else [])):
        keep_declaration(w, text)
    kept = _keep(w, c, offer, body)
    w.session.execute(delete(AgreementDeclined).where(AgreementDeclined.customer_id == customer.id))
    w.audit(
        "agreement.accepted",
        f"agreement/{kept.id}",
        customer_id=customer.id,
        text_sha256=kept.text_sha256,
        silence_workdays=kept.silence_workdays,
    )
    w.tell(customer.id, ("customer", customer.id), "agreement_accepted", agreement=kept.id)
    _mail(w, customer, kept)
    return kept.id


def _keep(w: Work, c: AcceptAgreement, offer: Offer, body: str) -> Agreement:
    assert w.actor.user_id is not None
    user = w.session.get_one(User, w.actor.user_id)
    evidence = {
        "accepted_by": {"name": user.name, "email": user.email, "title": user.title or ""},
        "at": w.now.isoformat(),
        "parts": {"electronic": c.is_electronic, "silence": c.counts_silence},
        "texts": {
            text.name: {"version": text.version, "sha256": text.sha256}
            for text in (offer.text, offer.electronic, offer.silence)
        },
        "surroundings": asdict(c.surroundings),
    }
    kept = Agreement(
        customer_id=c.customer_id,
        language=offer.text.language,
        version=offer.text.version,
        text_sha256=sha256_of_text(body),
        body=body,
        delivery_address=c.delivery_address,
        counts_silence=int(c.counts_silence),
        silence_workdays=offer.workdays if c.counts_silence else None,
        user_id=user.id,
        evidence=canonical_json(evidence),
        accepted_at=w.now,
    )
    w.session.add(kept)
    w.session.flush()
    return kept


def revoke_agreement(w: Work, customer_id: int) -> None:
    """
    The customer's agreement holds no longer; what was answered or noted under it stays so.

    `RuleBroken`: agreement.not_in_this_state.
    """
    customer = _locked(w, customer_id)
    standing = _standing(w, customer_id)
    if standing is None:
        raise RuleBroken("agreement.not_in_this_state")
    _end(w, standing)
    w.audit("agreement.revoked", f"agreement/{standing.id}", customer_id=customer_id)
    w.tell(customer_id, ("customer", customer_id), "agreement_revoked", agreement=standing.id)
    _mail(w, customer, standing)


def decline_agreement(w: Work, customer_id: int) -> None:
    """The customer is not asked again; the agreement can still be accepted on its page."""
    _locked(w, customer_id)
    if w.session.get(AgreementDeclined, customer_id) is not None:
        return
    assert w.actor.user_id is not None
    w.session.add(
        AgreementDeclined(customer_id=customer_id, user_id=w.actor.user_id, declined_at=w.now)
    )
    w.audit("agreement.declined", f"customer/{customer_id}", customer_id=customer_id)


def _locked(w: Work, customer_id: int) -> Customer:
    """The customer, for somebody who may agree for it at this very moment."""
    customer = w.session.get(Customer, customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("agreement.accept", customer)
    if not allows(actor_of(w, w.actor.user_id or 0), "agreement.accept", customer):
        raise Denied("agreement.accept")
    return customer


def _standing(r: Reader, customer_id: int) -> Agreement | None:
    return r.session.scalars(
        select(Agreement).where(Agreement.customer_id == customer_id, Agreement.ended_at.is_(None))
    ).first()


def _end(w: Work, agreement: Agreement) -> None:
    agreement.ended_at, agreement.ended_by = w.now, w.actor.user_id
    w.session.flush()


def _mail(w: Work, customer: Customer, agreement: Agreement) -> None:
    """A copy for who acted and for everybody who administers the customer."""
    actor = w.session.get_one(User, w.actor.user_id)
    for reader in {user.id: user for user in (actor, *admins_of(w, customer.id))}.values():
        what = "accepted" if agreement.ended_at is None else "revoked"
        key = f"agreement/{agreement.id}/{what}/{reader.id}"
        payload = {"agreement_id": agreement.id, "is_revoked": agreement.ended_at is not None}
        queue_mail(w, key, "agreement", reader, payload, customer_id=customer.id)


# ── Reading ──────────────────────────────────────────────────────────────────


def delivery_addresses(r: Reader, customer_id: int) -> list[str]:
    """The addresses of who may answer the customer's statements, in their order."""
    rows = (
        select(User.email)
        .distinct()
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.customer_id == customer_id,
            Membership.role.in_(RECIPIENTS),
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
            ~is_only_invited(),
        )
    )
    return list(r.session.scalars(rows.order_by(User.email)))


def list_agreements(r: Reader, customer_id: int) -> list[AgreementView]:
    """Every acceptance of a customer that the reader may see, the newest first."""
    rows = (
        visible_to(select(Agreement, User.name), r.actor, Agreement.customer_id)
        .join(User, User.id == Agreement.user_id)
        .where(Agreement.customer_id == customer_id)
        .order_by(Agreement.id.desc())
    )
    return [_view(row, name) for row, name in r.session.execute(rows)]


def _view(row: Agreement, name: str) -> AgreementView:
    said = json.loads(row.evidence)["accepted_by"]
    return AgreementView(
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        who=said["name"] or name,
        delivery_address=row.delivery_address,
        silence_workdays=row.silence_workdays,
        version=row.version,
        text_sha256=row.text_sha256,
        body=row.body,
    )


def is_undecided(customer_id: Any) -> ColumnElement[bool]:
    """Whether a customer has neither an agreement that stands nor declined one."""
    standing = select(Agreement.id).where(
        Agreement.customer_id == customer_id, Agreement.ended_at.is_(None)
    )
    declined = select(AgreementDeclined.customer_id).where(
        AgreementDeclined.customer_id == customer_id
    )
    return ~(exists(standing) | exists(declined))
