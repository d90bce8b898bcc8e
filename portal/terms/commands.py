"""Changing terms: drafted by one person, handed in with its impact seen, decided by another."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.base.access import Permission
from portal.base.evidence import canonical_json
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.later_versions import check_beginning, meet
from portal.core.money import Money
from portal.core.readable import readable
from portal.tables.customers import Customer
from portal.tables.terms import TermsChange
from portal.terms.change_figures import REACHES as REACH_FIGURES
from portal.terms.change_figures import figures_of
from portal.terms.impact_figures import impact_figures
from portal.terms.values import COMPANY, CUSTOMER, Values, check_values, values_in_force

KIND = "terms"
REACHES = ("new", "open")
#: What the lead of collections drafts as well: whom we remind when, and with which words.
OF_ESCALATION = frozenset({"ladders", "notices"})
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Wanted:
    """What is to change from a day on, and why."""

    effective_on: dt.date
    #: The values that are to be otherwise; those that are as they are now fall away.
    after: Values
    reason: str
    #: new: invoices dated from that day on; open: those that are open then are dated anew as well.
    reach: str = "new"


@dataclass(frozen=True)
class DraftChange:
    """A change of the company's terms, or of one customer's."""

    wanted: Wanted
    customer_id: int | None = None


@dataclass(frozen=True)
class ChangeDraft:
    """What a draft says now."""

    change_id: int
    row_version: int
    wanted: Wanted


@dataclass(frozen=True)
class HandIn:
    """That a draft waits for a second person; `impact` is what the page showed of it."""

    change_id: int
    row_version: int
    impact: str = ""


@dataclass(frozen=True)
class Withdraw:
    """That a change is taken back before it was decided."""

    change_id: int
    row_version: int


def draft_change(w: Work, c: DraftChange) -> int:
    """
    The id of the draft; the same from the same person again is the one that is there.

    Raises: terms.begins_in_the_past, terms.nothing_changes, terms.reason_missing, and what
    `check_values` raises.
    """
    customer = None
    if c.customer_id is not None:
        customer = lock_customer(w, c.customer_id)
    w.require(_permission(c.wanted.after), customer)
    before, after = _checked(w, customer, c.wanted)
    row = TermsChange(
        scope=COMPANY if customer is None else CUSTOMER,
        customer_id=c.customer_id,
        author_id=w.actor.user_id,
        drafted_at=w.now,
        state="draft",
        **_columns(c.wanted, before, after),
    )
    twin = _twin(w, row)
    if twin is not None:
        return twin
    w.session.add(row)
    w.session.flush()
    _audit(w, row, "terms_change.drafted")
    return row.id


def change_draft(w: Work, c: ChangeDraft) -> None:
    """
    The draft says something else now.

    Raises: terms.not_in_this_state, terms.stale, and what drafting raises.
    """
    row, customer = _locked(w, c.change_id, c.row_version, "draft")
    w.require(_permission(c.wanted.after), customer)
    before, after = _checked(w, customer, c.wanted)
    told = _columns(c.wanted, before, after)
    if all(getattr(row, name) == value for name, value in told.items()):
        return
    for name, value in told.items():
        setattr(row, name, value)
    row.impact = ""
    row.row_version += 1
    w.session.flush()
    _audit(w, row, "terms_change.changed")


def hand_in(w: Work, c: HandIn) -> int:
    """
    The id of the request that now waits for a second person.

    Raises: terms.not_in_this_state, terms.stale, terms.overlaps, and what drafting raises.
    """
    row, customer = _locked(w, c.change_id, c.row_version, "draft")
    wanted = Wanted(row.effective_on, json.loads(row.after), row.reason, row.reach)
    before, after = _checked(w, customer, wanted)
    _refuse_overlap(w, row, after)
    row.before, row.after = canonical_json(dict(before)), canonical_json(dict(after))
    row.impact, row.state = c.impact, "waiting"
    row.row_version += 1
    then, later = figures_of(before, after)
    begins = {"begins": row.effective_on.isoformat(), "reach": REACH_FIGURES[row.reach]}
    row.approval_id = ask_approval(
        w,
        Proposal(
            kind=KIND,
            subject=f"terms_change/{row.id}",
            customer_id=row.customer_id,
            amount=Money.zero(w.company.currency),
            before=then,
            after={**later, **begins, **impact_figures(c.impact)},
            fingerprint=fingerprint_of(before),
            reason=row.reason,
        ),
    )
    w.session.flush()
    _audit(w, row, "terms_change.handed_in")
    return row.approval_id


def withdraw(w: Work, c: Withdraw) -> None:
    """
    The change is taken back; nobody decides it any more. Taken back twice, once.

    Raises: terms.not_in_this_state, terms.stale.
    """
    row, _customer = _locked(w, c.change_id, c.row_version, "draft", "waiting", "withdrawn")
    if row.state == "withdrawn":
        return
    if row.state == "waiting":
        withdraw_request(w, KIND, f"terms_change/{row.id}")
    row.state = "withdrawn"
    row.row_version += 1
    w.session.flush()
    _audit(w, row, "terms_change.withdrawn")


def fingerprint_of(before: Values) -> str:
    """Of what a change stands on: the values that it changes, as they are without it."""
    return hashlib.sha256(canonical_json(dict(before)).encode()).hexdigest()[:32]


def before_of(r: Reader, row: TermsChange, on: dt.date) -> dict[str, Any]:
    """The values that a change changes, as they are on a day without it."""
    customer = r.session.get(Customer, row.customer_id) if row.customer_id else None
    held = values_in_force(r, customer, on)
    return {name: held[name] for name in json.loads(row.after)}


def _permission(after: Values) -> Permission:
    """Who may write such a change: of ladders alone more than of terms."""
    is_escalation = bool(after) and OF_ESCALATION.issuperset(after)
    return Permission.LADDER_CHANGE if is_escalation else Permission.TERMS_CHANGE


def _locked(
    w: Work, change_id: int, row_version: int, *states: str
) -> tuple[TermsChange, Customer | None]:
    row = lock_row(w, TermsChange, change_id)
    customer = w.session.get(Customer, row.customer_id) if row.customer_id else None
    if customer is None:
        w.require(Permission.TERMS_VIEW)
    w.require(_permission(json.loads(row.after)), customer)
    if row.state not in states:
        raise RuleBroken("terms.not_in_this_state")
    if row.row_version != row_version and row.state != "withdrawn":
        raise RuleBroken("terms.stale")
    return row, customer


def _checked(
    w: Work, customer: Customer | None, wanted: Wanted
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What becomes what, of the values that change."""
    check_beginning(wanted.effective_on, w.today)
    if not readable(wanted.reason):
        raise RuleBroken("terms.reason_missing", field="reason")
    assert wanted.reach in REACHES
    check_values(w, customer, wanted.after, wanted.effective_on)
    held = values_in_force(w, customer, wanted.effective_on)
    after = {name: value for name, value in wanted.after.items() if value != held[name]}
    if not after:
        raise RuleBroken("terms.nothing_changes")
    return {name: held[name] for name in after}, after


def _columns(wanted: Wanted, before: Values, after: Values) -> dict[str, Any]:
    return {
        "effective_on": wanted.effective_on,
        "reach": wanted.reach,
        "before": canonical_json(dict(before)),
        "after": canonical_json(dict(after)),
        "reason": wanted.reason.strip()[:LONGEST_REASON],
    }


def _twin(w: Work, row: TermsChange) -> int | None:
    """The draft that says just this already, by the same person."""
    names = ("scope", "customer_id", "author_id", "state", "effective_on", "reach", "reason")
    same = [getattr(TermsChange, name) == getattr(row, name) for name in (*names, "after")]
    return w.session.scalar(select(TermsChange.id).where(*same))


def _refuse_overlap(w: Work, row: TermsChange, after: Values) -> None:
    """What waits already for the same values from the same day or a later one comes first."""
    waiting = select(TermsChange).where(
        TermsChange.state == "waiting",
        TermsChange.scope == row.scope,
        TermsChange.customer_id.is_(None)
        if row.customer_id is None
        else TermsChange.customer_id == row.customer_id,
        TermsChange.id != row.id,
    )
    for other in w.session.scalars(waiting.order_by(TermsChange.id)):
        if meet(set(after), row.effective_on, set(json.loads(other.after)), other.effective_on):
            raise RuleBroken("terms.overlaps", begins=other.effective_on)


def _audit(w: Work, row: TermsChange, kind: str) -> None:
    w.audit(
        kind,
        f"terms_change/{row.id}",
        customer_id=row.customer_id,
        effective_on=row.effective_on.isoformat(),
        reach=row.reach,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )


def find_change(w: Work, change_id: int) -> TermsChange:
    """A change under its lock, for the approval of it."""
    row = lock_row(w, TermsChange, change_id)
    if row.state != "waiting":
        raise RuleBroken("terms.not_in_this_state")
    return row
