"""The transaction: a reader looks, a unit of work changes; one act, one commit, audited."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import failpoints
from portal.base.access import Actor, Denied, NotFound, allows, sees
from portal.base.clock import Clock
from portal.base.constraints import broken_rule
from portal.base.keys import Keys
from portal.base.policy import PolicyInForce, policy_on
from portal.base.refs import Refs
from portal.core.workdays import Calendar
from portal.tables.customers import Customer
from portal.tables.journal import Audit, AuditHead, Event, Outbox
from portal.tables.settings import Company

GENESIS = "0" * 64


class Reader:
    """Looks at the books for one actor, as of one moment."""

    def __init__(
        self, session: Session, actor: Actor, clock: Clock, keys: Keys, on: dt.date | None = None
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = clock.now()
        self.keys = keys
        self._clock = clock
        self._on = on

    @cached_property
    def company(self) -> Company:
        """The company; `NotFound` before `accord init`."""
        company = self.session.get(Company, 1)
        if company is None:
            raise NotFound("company")
        return company

    @cached_property
    def today(self) -> dt.date:
        """The business date in the company's zone, or the day that was asked for."""
        return self._on or self._clock.today(self.company.timezone)

    @cached_property
    def refs(self) -> Refs:
        return Refs(self.company.ref_key)

    @cached_property
    def policy(self) -> PolicyInForce:
        return policy_on(self.session, self.today)

    def calendar(self) -> Calendar:
        return self.policy.calendar()

    def seen_by(self, actor: Actor) -> Reader:
        """The same look for another actor: what was read already is not asked for again."""
        return Reader(self.session, actor, self._clock, self.keys, self._on)

    def id_of(self, prefix: str, ref: str) -> int:
        """The id behind a public reference; `NotFound` where there is none."""
        row_id = self.refs.id(prefix, ref)
        if row_id is None:
            raise NotFound(ref)
        return row_id


@dataclass(frozen=True)
class AuditNote:
    """An audit entry that waits for the commit."""

    kind: str
    subject: str
    customer_id: int | None
    facts: dict[str, Any]


def chained_hash(prev_hash: str, entry: dict[str, Any]) -> str:
    """
    The hash of an audit entry on top of the one before it.

    Rule: I-51 — h(n) = SHA-256(h(n−1) + entry n in sorted JSON) (S-200).
    """
    body = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}{body}".encode()).hexdigest()


def audit_entry(row: Audit) -> dict[str, Any]:
    """What of an audit row is hashed."""
    return {
        "id": row.id,
        "at": row.at.astimezone(dt.UTC).isoformat(),
        "kind": row.kind,
        "actor": [row.actor_kind, row.actor_id],
        "customer_id": row.customer_id,
        "subject": row.subject,
        "facts": json.loads(row.facts),
    }


class Work(Reader):
    """A unit of work: what happens inside happens wholly or not at all."""

    def __init__(
        self, session: Session, actor: Actor, clock: Clock, keys: Keys, on: dt.date | None = None
    ) -> None:
        super().__init__(session, actor, clock, keys, on)
        self._notes: list[AuditNote] = []
        #: Whether a worker has something to do once this is committed.
        self.wakes = False

    def require(self, permission: str, obj: Any = None) -> None:
        """Lets pass who may: `NotFound` for who cannot see it, `Denied` for who cannot do it."""
        if obj is not None and not self._can_see(obj):
            raise NotFound(permission)
        if not allows(self.actor, permission, obj):
            raise Denied(permission)

    def _can_see(self, obj: Any) -> bool:
        condition = sees(self.actor, Customer.id)
        if condition is None:
            return True
        customer_id = obj.id if isinstance(obj, Customer) else obj.customer_id
        found = select(Customer.id).where(Customer.id == customer_id, condition)
        return self.session.scalar(found) is not None

    def audit(
        self, kind: str, subject: str, *, customer_id: int | None = None, **facts: Any
    ) -> None:
        """Notes an act for the audit chain; written just before the commit."""
        self._notes.append(AuditNote(kind, subject, customer_id, facts))

    def tell(self, customer_id: int, subject: tuple[str, int], kind: str, **facts: Any) -> None:
        """Adds a step to the timeline of something the customer sees: `("statement", 17)`."""
        self.session.add(
            Event(
                customer_id=customer_id,
                subject_kind=subject[0],
                subject_id=subject[1],
                kind=kind,
                at=self.now,
                user_id=self.actor.user_id,
                facts=json.dumps(facts, ensure_ascii=False, sort_keys=True),
            )
        )

    def own_key(self, key: str) -> str:
        """The key of something sent, as its sender's own: the same one of another is another."""
        return f"{self.actor.user_id}/{key}"

    def later(self, key: str, kind: str, payload: dict[str, Any], **columns: Any) -> bool:
        """Puts a task or message into the outbox, once by its key; says whether it is new."""
        if self.session.scalar(select(Outbox.id).where(Outbox.key == key)) is not None:
            return False
        self.wakes = True
        defaults: dict[str, Any] = {
            "channel": "task",
            "to_address": "",
            "to_name": "",
            "language": "en",
            "documents": "[]",
            "on": self.today,
        }
        self.session.add(
            Outbox(
                key=key,
                kind=kind,
                payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
                state="pending",
                created_at=self.now,
                **{**defaults, **columns},
            )
        )
        return True

    def commit(self) -> None:
        """Everything at once; the audit chain's head is locked last, so it is held shortest."""
        self.session.flush()
        if self._notes:
            self._append_to_chain()
        failpoints.reached("work.before_commit")
        self.session.commit()
        failpoints.reached("work.after_commit")

    def _append_to_chain(self) -> None:
        head = self.session.scalars(select(AuditHead).with_for_update()).one()
        last_id, last_hash = head.last_id, head.hash
        for note in self._notes:
            last_id += 1
            row = Audit(
                id=last_id,
                at=self.now,
                kind=note.kind,
                actor_kind=self.actor.kind,
                actor_id=self.actor.user_id,
                customer_id=note.customer_id,
                subject=note.subject,
                facts=json.dumps(note.facts, ensure_ascii=False, sort_keys=True, default=str),
                prev_hash=last_hash,
                hash="",
            )
            row.hash = last_hash = chained_hash(last_hash, audit_entry(row))
            self.session.add(row)
        self.session.execute(
            update(AuditHead).values(last_id=last_id, hash=last_hash),
            execution_options={"synchronize_session": False},
        )
        self.session.flush()
        self._notes.clear()


@contextmanager
def unit_of_work(
    session: Session, actor: Actor, clock: Clock, keys: Keys, on: dt.date | None = None
) -> Iterator[Work]:
    """Commits when the block ends, rolls back when it fails; a lost race becomes a `RuleBroken`."""
    with session:
        work = Work(session, actor, clock, keys, on)
        try:
            yield work
            work.commit()
        except IntegrityError as error:
            session.rollback()
            raise broken_rule(error) from error
        except BaseException:
            session.rollback()
            raise
