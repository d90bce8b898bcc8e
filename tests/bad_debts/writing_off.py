"""Write-offs for tests: proposed, approved by whoever may, and money that comes in after all."""

import datetime as dt
import secrets

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.bad_debts.expected import by_key, expected_parts
from portal.bad_debts.proposing import ProposeWriteOff, propose_write_off
from portal.base.access import SYSTEM
from portal.core.bad_debt import Reason
from portal.core.ledger import Book, Entry, Kind
from portal.core.money import Money
from portal.payments.commands import ApplyByHand, Take, apply_by_hand
from portal.tables.approvals import Approval
from portal.tables.bad_debts import WriteOff
from portal.tables.invoices import Entry as Posted
from tests.credit.limiting import actor, customer_id
from tests.desk import Office
from tests.ledgers import count_on, store


def expected(office: Office, code: str = "HUADONG") -> dict[str, int]:
    """What the house expects, in minor units, by document."""
    with office.installation.reading(SYSTEM) as r:
        return {
            part.number: part.expected.minor
            for part in expected_parts(r, customer_id(office, code))
        }


def propose(office: Office, user_id: int, amounts: dict[str, int], key: str = "") -> int:
    whose = customer_id(office, "HUADONG")
    with office.installation.work(actor(office.installation, user_id)) as w:
        known = by_key(expected_parts(w, whose))
        chosen = {
            part.key: Money(amounts[part.number], part.expected.currency)
            for part in known.values()
            if part.number in amounts
        }
        command = ProposeWriteOff(
            whose, chosen, Reason.BANKRUPT, "It was wound up.", key or secrets.token_hex(8)
        )
        return propose_write_off(w, command)


def approve(office: Office, user_id: int) -> None:
    """The one request that waits is approved."""
    with office.installation.work(actor(office.installation, user_id)) as w:
        waiting = w.session.scalars(select(Approval).where(Approval.state == "waiting")).one()
        approve_request(w, ApproveRequest(waiting.id, ""))


def write_off(office: Office) -> WriteOff:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(WriteOff).order_by(WriteOff.id.desc())).one()


def pay(office: Office, user_id: int, invoice: str, minor: int) -> None:
    """Money comes in, and is applied to an invoice."""
    amount = Money(minor, "CNY")
    paid = Entry(500, "HUADONG", Kind.PAYMENT, "RCT-500", dt.date(2026, 11, 18), -amount)
    store(office.installation, Book((paid,), ()))
    count_on(office.installation)
    with office.installation.work(actor(office.installation, user_id)) as w:
        by_number = {row.number: row.id for row in w.session.scalars(select(Posted))}
        take = Take(by_number[invoice], 1, amount)
        apply_by_hand(w, ApplyByHand(by_number["RCT-500"], (take,), w.today))
