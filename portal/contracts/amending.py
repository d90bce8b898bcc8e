"""
Amendments: what a contract says otherwise from a day on, and what a second person agrees to.

What is in force is read by everybody from the amendments themselves; the contract's first words
stay as they were.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval
from portal.approvals.kinds import Facts, Kind
from portal.base.evidence import sha256_of_text
from portal.base.kept_files import HOUSE, Files, keep_files
from portal.base.work import Reader, Work
from portal.contracts.agreements import amendments_in_force, values_on
from portal.contracts.checking import check_contracts
from portal.contracts.keeping import check_values, locked_contract
from portal.core.contract import AMENDABLE, Span, check_amendment, is_about_paying
from portal.core.money import Money
from portal.tables.approvals import Approval
from portal.tables.contracts import Contract, ContractAmendment

KIND = "amendment"
LONGEST_CONTENT = 10_000


@dataclass(frozen=True)
class AmendContract:
    """What a contract says otherwise from a day on; the values in plain text, None for nothing."""

    contract_id: int
    effective_on: dt.date
    changes: Mapping[str, str | None]
    content: str = ""
    files: Files | None = None


def amend_contract(w: Work, c: AmendContract) -> int:
    """
    The amendment's id; the same one twice is one. What changes how is paid waits for a colleague.

    Raises: contract.amendment_*, contract.ended, contract.rate, contract.currency_unknown, terms.*.
    """
    contract = locked_contract(w, c.contract_id)
    said = _said_on(w, contract, c.effective_on)
    changes = {
        name: value
        for name, value in c.changes.items()
        if name in AMENDABLE and _as_text(said[name]) != (value or "")
    }
    same = _same_one(w, c, changes)
    if same is not None:
        return same
    check_values(w, changes)
    check_amendment(_span_now(w, contract), c.effective_on, changes, w.today)
    assert w.actor.user_id is not None
    row = ContractAmendment(
        customer_id=contract.customer_id,
        contract_id=contract.id,
        effective_on=c.effective_on,
        changes=json.dumps(changes, ensure_ascii=False, sort_keys=True),
        content=c.content.strip()[:LONGEST_CONTENT],
        author_id=w.actor.user_id,
        at=w.now,
        state="waiting" if is_about_paying(changes) else "in_force",
    )
    w.session.add(row)
    w.session.flush()
    keep_files(w, f"contract/{contract.id}", contract.customer_id, "amendment", HOUSE, c.files)
    _audit(w, contract, row, "contract.amended", state=row.state)
    if row.state == "waiting":
        row.approval_id = _ask(w, contract, row)
    else:
        check_contracts(w, [contract.code])
    return row.id


def _same_one(w: Work, c: AmendContract, changes: Mapping[str, Any]) -> int | None:
    """The amendment that says just this already, sent by the same person."""
    same = select(ContractAmendment.id).where(
        ContractAmendment.contract_id == c.contract_id,
        ContractAmendment.effective_on == c.effective_on,
        ContractAmendment.author_id == w.actor.user_id,
        ContractAmendment.content == c.content.strip()[:LONGEST_CONTENT],
        ContractAmendment.changes.in_(
            [json.dumps(each, ensure_ascii=False, sort_keys=True) for each in (changes, c.changes)]
        ),
        ContractAmendment.state != "refused",
    )
    return w.session.scalar(same.limit(1))


def _said_on(r: Reader, contract: Contract, on: dt.date) -> dict[str, Any]:
    amendments = amendments_in_force(r, [contract.id]).get(contract.id, [])
    return values_on(contract, amendments, on, AMENDABLE)


def _span_now(r: Reader, contract: Contract) -> Span:
    """The first and the last day as all amendments in force leave them."""
    return Span(contract.starts_on, _said_on(r, contract, dt.date.max)["ends_on"])


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


# ── The second person ────────────────────────────────────────────────────────


def _ask(w: Work, contract: Contract, row: ContractAmendment) -> int:
    currency = contract.currency or w.company.currency
    changes = json.loads(row.changes)
    return ask_approval(
        w,
        Proposal(
            kind=KIND,
            subject=f"{KIND}/{row.id}",
            customer_id=contract.customer_id,
            amount=Money(contract.amount_minor or 0, currency),
            before=_before(w, contract, row),
            after={
                "contract": contract.code,
                "effective_on": row.effective_on.isoformat(),
                **{name: _as_text(value) or "—" for name, value in changes.items()},
            },
            fingerprint=_fingerprint(w, contract),
            reason=row.content,
        ),
    )


def _before(r: Reader, contract: Contract, row: ContractAmendment) -> dict[str, str]:
    said = _said_on(r, contract, row.effective_on)
    names = json.loads(row.changes)
    return {"contract": contract.code} | {name: _as_text(said[name]) or "—" for name in names}


def _fingerprint(r: Reader, contract: Contract) -> str:
    """Of the contract and of the amendments in force: what the decision stands on."""
    first = {name: getattr(contract, name) for name in ("starts_on", *AMENDABLE)}
    amendments = amendments_in_force(r, [contract.id]).get(contract.id, [])
    return sha256_of_text(repr((sorted(first.items(), key=str), amendments)))


def _asked(r: Reader, approval: Approval) -> tuple[Contract, ContractAmendment]:
    row = r.session.get_one(ContractAmendment, int(approval.subject.partition("/")[2]))
    return r.session.get_one(Contract, row.contract_id), row


def _facts(r: Reader, approval: Approval) -> Facts:
    contract, row = _asked(r, approval)
    return Facts(_fingerprint(r, contract), _before(r, contract, row), (row.author_id,))


def _approve(w: Work, approval: Approval) -> None:
    """From its day on the contract reads as amended; its invoices are compared anew."""
    contract, row = _asked(w, approval)
    check_amendment(_span_now(w, contract), row.effective_on, json.loads(row.changes), w.today)
    row.state = "in_force"
    w.session.flush()
    _audit(w, contract, row, "contract.amendment_in_force", approval=approval.id)
    check_contracts(w, [contract.code])


def _refuse(w: Work, approval: Approval) -> None:
    """The contract stays as it is."""
    contract, row = _asked(w, approval)
    row.state = "refused"
    w.session.flush()
    _audit(w, contract, row, "contract.amendment_refused", approval=approval.id)


def _audit(w: Work, contract: Contract, row: ContractAmendment, kind: str, **facts: Any) -> None:
    w.audit(
        kind,
        f"contract/{contract.id}",
        customer_id=contract.customer_id,
        number=contract.code,
        amendment=row.id,
        effective_on=row.effective_on.isoformat(),
        changes=sorted(json.loads(row.changes)),
        **facts,
    )


AMENDMENT = Kind(
    name=KIND,
    facts=_facts,
    approve=_approve,
    refuse=_refuse,
    page=("desk_contracts.amendment", "am"),
)
