"""Contracts as people keep them: passed, amended with a second person, looked at, each once."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.base.access import Denied, NotFound
from portal.contracts.agreements import amendments_in_force, values_on
from portal.contracts.amending import AmendContract, amend_contract
from portal.contracts.confirming import DecideInvoice, confirm_invoice, return_invoice
from portal.contracts.daily import run
from portal.contracts.keeping import (
    KeepContract,
    PassContract,
    check_authority,
    keep_contract,
    pass_contract,
)
from portal.contracts.looking import LookAtContract, look_at_contract
from portal.contracts.queries import get_contract
from portal.core.errors import RuleBroken
from portal.tables.approvals import Approval, Task
from portal.tables.contracts import Contract, ContractAmendment, ContractNote, InvoiceCheck
from portal.tables.credit import CreditStanding
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice
from portal.tables.journal import Audit
from tests.contracts.keeping import CLERK, LEAD, OTHER, SALES, Archive, day

VALUES: dict[str, Any] = {
    "code": "K-1",
    "starts_on": day("2026-01-01"),
    "ends_on": day("2026-12-31"),
    "payment_terms": "net 30",
    "late_interest_rate": Decimal("12.25"),
    "breach_liability": "Double the loss",
    "sealed_with": "contract_seal",
}


def kept(archive: Archive, email: str = CLERK, **changes: Any) -> int:
    command = KeepContract(archive.customer_id(), VALUES | changes)
    return int(archive.act(email, keep_contract, command))


def refused(archive: Archive, act: Any, command: Any, email: str = CLERK) -> RuleBroken:
    with pytest.raises(RuleBroken) as broken:
        archive.act(email, act, command)
    return broken.value


def only(archive: Archive, table: Any = Contract) -> Any:
    [row] = archive.rows(table)
    return row


# ── Keeping ──────────────────────────────────────────────────────────────────


def test_a_contract_is_kept_with_what_was_written(any_archive: Archive):
    kept(any_archive)
    row = only(any_archive)

    assert (row.code, row.payment_terms, row.late_interest_rate) == (
        "K-1",
        "net 30",
        Decimal("12.25"),
    )
    assert [each.kind for each in any_archive.rows(Audit) if "contract." in each.kind] == [
        "contract.kept"
    ]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ends_on": day("2025-12-31")}, "contract.ends_before_it_starts", "ends_on"),
        ({"payment_terms": "nett"}, "terms.unknown_word", "payment_terms"),
        ({"late_interest_rate": Decimal(-1)}, "contract.rate", "late_interest_rate"),
        ({"currency": "XYZ"}, "contract.currency_unknown", "currency_code"),
    ],
)
def test_what_makes_no_sense_is_refused_on_its_field(
    archive: Archive, changes: dict[str, Any], code: str, field: str
):
    broken = refused(archive, keep_contract, KeepContract(archive.customer_id(), VALUES | changes))

    assert (broken.code.split(".")[0], broken.field) == (code.split(".", maxsplit=1)[0], field)
    assert archive.rows(Contract) == []


def test_a_number_that_is_here_already_is_refused(archive: Archive):
    kept(archive)

    assert (
        refused(archive, keep_contract, KeepContract(archive.customer_id(), VALUES)).code
        == "contract.known"
    )


def test_what_a_colleague_saved_since_is_not_overwritten(archive: Archive):
    contract_id = kept(archive)
    change = KeepContract(archive.customer_id(), VALUES | {"category": "frame"}, contract_id, 1)
    archive.act(CLERK, keep_contract, change)
    late = replace(change, values=VALUES | {"category": "supply"})

    assert refused(archive, keep_contract, late, OTHER).code == "contract.changed"
    assert only(archive).category == "frame"


def test_sales_see_contracts_and_keep_none(archive: Archive):
    with pytest.raises(Denied):
        kept(archive, SALES)


def test_a_contract_of_a_customer_that_one_does_not_see_is_not_there(archive: Archive):
    contract_id = kept(archive)
    with archive.installation.work() as w:
        w.session.query(Customer).update({"owner": "Somebody else"})
        ref = w.refs.of("ko", contract_id)

    with pytest.raises(NotFound):
        archive.read(get_contract, ref, email=SALES)


# ── Passing, and authority (S-058, S-059) ────────────────────────────────────


def test_with_a_barred_customer_nothing_is_signed(archive: Archive):
    """S-031."""
    contract_id = kept(archive)
    with archive.installation.work(archive.actor(OTHER)) as w:
        standing = CreditStanding(
            customer_id=archive.customer_id(),
            kind="blacklisted",
            from_on=w.today,
            reason="Owes for years",
            set_by=archive.ids[OTHER],
            set_at=w.now,
        )
        w.session.add(standing)
    again = refused(archive, pass_contract, PassContract(contract_id))

    assert again.code == "contract.customer_barred"


def test_a_contract_is_passed_once_by_somebody_with_a_name(archive: Archive):
    contract_id = kept(archive)
    archive.act(OTHER, pass_contract, PassContract(contract_id))

    assert only(archive).reviewed_by == archive.ids[OTHER]
    again = refused(archive, pass_contract, PassContract(contract_id))
    assert again.code == "contract.reviewed_already"


@pytest.mark.parametrize("seal", ["private_seal", "signature"])
def test_one_without_the_contract_seal_is_not_passed_without_a_why(archive: Archive, seal: str):
    contract_id = kept(archive, sealed_with=seal)

    assert refused(archive, pass_contract, PassContract(contract_id)).field == "note"
    archive.act(CLERK, pass_contract, PassContract(contract_id, "Power of attorney"))
    assert only(archive).authority_note == "Power of attorney"


def test_another_signer_is_looked_at_anew(archive: Archive):
    contract_id = kept(archive, sealed_with="signature", signer_name="Wu")
    archive.act(CLERK, check_authority, PassContract(contract_id, "Register of 3 May"))
    values = VALUES | {"sealed_with": "signature", "signer_name": "Zhao"}
    archive.act(CLERK, keep_contract, KeepContract(archive.customer_id(), values, contract_id, 2))

    assert only(archive).authority_checked_at is None


# ── Amendments (S-061) ───────────────────────────────────────────────────────


def amended(archive: Archive, contract_id: int, on: str = "2026-06-01", **changes: Any) -> int:
    command = AmendContract(contract_id, day(on), changes, "As agreed in May")
    return int(archive.act(CLERK, amend_contract, command))


def said(archive: Archive, on: str, name: str = "payment_terms") -> Any:
    def read(r: Any) -> Any:
        contract = r.session.query(Contract).one()
        made = amendments_in_force(r, [contract.id]).get(contract.id, [])
        return values_on(contract, made, day(on), (name,))[name]

    return archive.read(read)


def approval(archive: Archive) -> int:
    [row] = archive.rows(Approval, Approval.state == "waiting")
    return int(row.id)


def test_what_changes_no_payment_holds_at_once_from_its_day(any_archive: Archive):
    amended(any_archive, kept(any_archive), transport="by rail", ends_on="2027-12-31")

    assert said(any_archive, "2026-05-31", "transport") is None
    assert said(any_archive, "2026-06-01", "transport") == "by rail"
    assert said(any_archive, "2026-06-01", "ends_on") == day("2027-12-31")


@pytest.mark.parametrize("change", [{"payment_terms": "net 60"}, {"late_interest_rate": "18"}])
def test_what_changes_how_is_paid_waits_for_a_second_person(
    any_archive: Archive, change: dict[str, str]
):
    amended(any_archive, kept(any_archive), **change)

    assert only(any_archive, ContractAmendment).state == "waiting"
    assert said(any_archive, "2026-06-01") == "net 30"


def test_nobody_agrees_to_their_own_amendment(archive: Archive):
    contract_id = kept(archive)
    command = AmendContract(contract_id, day("2026-06-01"), {"payment_terms": "net 60"})
    archive.act(LEAD, amend_contract, command)

    broken = refused(archive, approve_request, ApproveRequest(approval(archive)), LEAD)
    assert broken.code == "approval.own"


def test_once_agreed_to_it_holds_from_its_day(any_archive: Archive):
    amended(any_archive, kept(any_archive), payment_terms="net 60")
    any_archive.act(LEAD, approve_request, ApproveRequest(approval(any_archive)))

    assert [said(any_archive, on) for on in ("2026-05-31", "2026-06-01")] == ["net 30", "net 60"]


def test_a_refused_one_never_holds(archive: Archive):
    amended(archive, kept(archive), payment_terms="net 60")
    archive.act(LEAD, refuse_request, RefuseRequest(approval(archive), "Too long"))

    assert only(archive, ContractAmendment).state == "refused"
    assert said(archive, "2026-06-01") == "net 30"


def test_one_that_the_contract_changed_under_is_not_agreed_to_unseen(archive: Archive):
    contract_id = kept(archive)
    amended(archive, contract_id, payment_terms="net 60")
    amended(archive, contract_id, "2026-05-01", transport="by rail")

    broken = refused(archive, approve_request, ApproveRequest(approval(archive)), LEAD)
    assert broken.code == "approval.changed"


def test_the_same_amendment_sent_twice_is_one(archive: Archive):
    contract_id = kept(archive)

    assert amended(archive, contract_id, transport="by rail") == amended(
        archive, contract_id, transport="by rail"
    )
    assert len(archive.rows(ContractAmendment)) == 1


@pytest.mark.parametrize(
    ("on", "changes", "code"),
    [
        ("2025-12-31", {"transport": "by rail"}, "contract.amendment_too_early"),
        ("2027-01-01", {"transport": "by rail"}, "contract.amendment_too_late"),
        ("2026-06-01", {"payment_terms": "net 30"}, "contract.amendment_empty"),
        ("2026-06-01", {"payment_terms": "nett 30"}, "terms."),
    ],
)
def test_an_amendment_that_makes_no_sense_is_refused(
    archive: Archive, on: str, changes: dict[str, str], code: str
):
    command = AmendContract(kept(archive), day(on), changes)

    assert refused(archive, amend_contract, command).code.startswith(code)


def test_a_contract_that_has_ended_is_amended_no_more(archive: Archive):
    contract_id = kept(archive, ends_on=day("2026-11-19"))
    command = AmendContract(contract_id, day("2026-06-01"), {"transport": "by rail"})

    assert refused(archive, amend_contract, command).code == "contract.ended"


# ── Invoices that stand on it ────────────────────────────────────────────────


def invoiced(archive: Archive, terms: str | None = None) -> int:
    """INV-2 of 5 October, due on 25 November, names the contract."""
    with archive.installation.work() as w:
        entry = w.session.query(Entry).filter_by(number="INV-2").one()
        row = w.session.get(Invoice, entry.id)
        if row is None:
            row = Invoice(entry_id=entry.id, terms_source="due_date")
            w.session.add(row)
        row.contract_code, row.terms_text = "K-1", terms
        return entry.id


def check(archive: Archive) -> InvoiceCheck:
    found: InvoiceCheck = only(archive, InvoiceCheck)
    return found


def test_an_approved_amendment_compares_its_invoices_anew(any_archive: Archive):
    invoiced(any_archive)
    contract_id = kept(any_archive, payment_terms="net 51")
    assert check(any_archive).state == "fits"
    amended(any_archive, contract_id, "2026-10-01", payment_terms="net 30")
    assert check(any_archive).state == "fits"
    any_archive.act(LEAD, approve_request, ApproveRequest(approval(any_archive)))

    assert check(any_archive).state == "held"
    [told] = json.loads(check(any_archive).differences)
    assert (told["invoice"], told["contract"]) == ("2026-11-25", "2026-11-04")


def test_terms_under_invoices_are_not_put_right_past_the_second_person(archive: Archive):
    invoiced(archive)
    contract_id = kept(archive)
    change = KeepContract(
        archive.customer_id(), VALUES | {"payment_terms": "net 51"}, contract_id, 1
    )

    assert refused(archive, keep_contract, change).code == "contract.needs_amendment"
    assert only(archive).payment_terms == "net 30"


def held(archive: Archive) -> DecideInvoice:
    entry_id = invoiced(archive)
    kept(archive)
    return DecideInvoice(entry_id, check(archive).fingerprint, "Agreed by mail of 3 May")


def test_a_person_lets_a_held_invoice_pass_and_that_is_audited(any_archive: Archive):
    command = held(any_archive)
    any_archive.act(CLERK, confirm_invoice, command)
    row = check(any_archive)

    assert (row.state, row.decided_by, row.comment) == (
        "confirmed",
        any_archive.ids[CLERK],
        "Agreed by mail of 3 May",
    )
    [noted] = any_archive.rows(Audit, Audit.kind == "invoice.confirmed")
    assert "due_on" in noted.facts


def test_pressed_twice_it_is_confirmed_once(archive: Archive):
    command = held(archive)
    archive.act(CLERK, confirm_invoice, command)
    archive.act(CLERK, confirm_invoice, command)

    assert len(archive.rows(Audit, Audit.kind == "invoice.confirmed")) == 1
    assert refused(archive, return_invoice, command, OTHER).code.startswith("invoice_check.not_in")


def test_a_return_says_what_is_to_be_put_right_and_keeps_it_held(archive: Archive):
    command = held(archive)

    assert refused(archive, return_invoice, replace(command, comment=" ")).field == "comment"
    archive.act(CLERK, return_invoice, command)
    assert check(archive).state == "returned"
    archive.act(OTHER, confirm_invoice, command)
    assert check(archive).state == "confirmed"


def test_what_changed_on_the_page_is_not_let_pass_unseen(archive: Archive):
    command = replace(held(archive), fingerprint="of an hour ago")

    assert refused(archive, confirm_invoice, command).code == "invoice_check.changed"
    assert check(archive).state == "held"


def test_sales_let_nothing_pass(archive: Archive):
    command = held(archive)

    with pytest.raises(Denied):
        archive.act(SALES, confirm_invoice, command)
    assert check(archive).state == "held"


# ── Every day (S-062) ────────────────────────────────────────────────────────


def tasks(archive: Archive) -> list[tuple[str, str, bool]]:
    return sorted(
        (task.kind, task.subject, task.done_at is not None) for task in archive.rows(Task)
    )


def test_a_contract_that_ends_and_one_to_be_looked_at_make_one_task_each(any_archive: Archive):
    contract_id = kept(any_archive, next_look_on=day("2026-11-20"))
    today = dt.date(2026, 11, 20)
    run(any_archive.installation, today)
    run(any_archive.installation, today)

    assert tasks(any_archive) == [
        ("contract_ends", f"contract/{contract_id}/2026-12-31", False),
        ("contract_look", f"contract/{contract_id}/2026-11-20", False),
    ]


def test_a_contract_that_an_amendment_makes_longer_makes_no_task(archive: Archive):
    amended(archive, kept(archive), ends_on="2027-12-31")
    run(archive.installation, dt.date(2026, 11, 20))

    assert tasks(archive) == []


def test_who_looks_writes_what_they_found_and_when_to_look_again(any_archive: Archive):
    contract_id = kept(any_archive, next_look_on=day("2026-11-20"))
    run(any_archive.installation, dt.date(2026, 11, 20))
    look = LookAtContract(contract_id, "partly", "They pay late", day("2027-02-01"))
    any_archive.act(CLERK, look_at_contract, look)

    assert only(any_archive, ContractNote).outcome == "partly"
    assert only(any_archive).next_look_on == day("2027-02-01")
    done = {kind: is_done for kind, _subject, is_done in tasks(any_archive)}
    assert done == {"contract_ends": False, "contract_look": True}


def test_a_look_that_is_sent_twice_is_one(any_archive: Archive):
    look = LookAtContract(kept(any_archive), "kept", "All is well", day("2027-02-01"))
    first, again = (any_archive.act(CLERK, look_at_contract, look) for _ in range(2))

    assert first == again == only(any_archive, ContractNote).id


@pytest.mark.parametrize(
    ("look", "field"),
    [
        (LookAtContract(1, "kept", "  "), "note"),
        (LookAtContract(1, "kept", "\u200b\u2060\u3164"), "note"),
        (LookAtContract(1, "kept", "Fine", day("2026-11-20")), "next_look_on"),
    ],
)
def test_a_look_without_words_or_into_the_past_is_refused(
    archive: Archive, look: LookAtContract, field: str
):
    kept(archive)

    assert refused(archive, look_at_contract, look).field == field
