"""What our core answers to a peer's scenario of bad debts: written off inside, claimed outside."""

from datetime import date

from portal.core.ledger import Kind, open_items
from tests.core.books import Ledger, euro

ON = date(2025, 6, 16)


def expected_after(given, _when):
    """What the house still expects once money, discount and write-off are applied (S-164)."""
    ledger = Ledger()
    ledger.invoice("I", ON, given["invoice"]["total"])
    ledger.pay("P", ON, given["payment"], pays="I")
    ledger.credit(Kind.DISCOUNT, "D", ON, given["discount"], pays="I")
    ledger.credit(Kind.WRITE_OFF, "W", ON, given["write_off"], pays="I")
    (item,) = open_items(ledger.book, ON)
    return {"remaining": item.house.major()}


def claim_after(given, when):
    """The claim stays as it was, though the house expects nothing more (S-165)."""
    invoice = given["invoice"]
    ledger = Ledger()
    ledger.invoice(invoice["id"], ON, invoice["total"])
    ledger.pay("P", ON, invoice["paid"], pays=invoice["id"])
    ledger.credit(Kind.WRITE_OFF, "W", ON, when["write_off"], pays=invoice["id"])
    (item,) = open_items(ledger.book, ON)
    assert item.house == euro("0.00")
    return {"open": item.claim.major(), "status": "partially_paid"}


BY_ID = {
    "idempiere-partial-split": expected_after,
    "metasfresh-writeoff": claim_after,
}
