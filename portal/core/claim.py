"""
What is claimed of a customer, item by item, and how well it is proven.

Figures are minor units of one currency; late interest is told by who reckons it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.core.case import Kind


class Evidence(StrEnum):
    """What proves an item: that it was agreed, delivered, invoiced, acknowledged and demanded."""

    CONTRACT = "contract"
    DELIVERY = "delivery"
    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    DEMAND = "demand"


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """A due part on a day: what is open and disputed of it, and its late interest."""

    open_minor: int
    disputed_minor: int = 0
    interest_minor: int = 0
    #: It is no invoice but a charge: a fee of a reminder, late interest that was charged.
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class ClaimSum:
    """What a claim comes to."""

    principal_minor: int
    charges_minor: int
    interest_minor: int

    @property
    def total_minor(self) -> int:
        """Everything together."""
        return self.principal_minor + self.charges_minor + self.interest_minor


def claimable(kind: Kind, item: ClaimItem) -> int:
    """
    What of an item a case of a kind is about.

    Rule: R408 — an agency is handed only what is not disputed; a court is asked about all that is
    open (S-146, S-150, S-151).

    >>> claimable(Kind.AGENCY, ClaimItem(100, 30)), claimable(Kind.LEGAL, ClaimItem(100, 30))
    (70, 100)
    """
    left = item.open_minor - item.disputed_minor if kind is Kind.AGENCY else item.open_minor
    return max(left, 0)


def claim_sum(kind: Kind, items: Iterable[ClaimItem]) -> ClaimSum:
    """
    What a case claims of its items together.

    Rule: R406 — a claim is what is open of its invoices, plus what is open of its charges, plus
    the late interest on them that was neither charged nor waived; no interest is asked on interest,
    and what the case costs is told beside it (S-139, S-155, RULES 2).

    >>> claim_sum(Kind.LEGAL, [ClaimItem(1000, interest_minor=25), ClaimItem(40, is_charge=True)])
    ClaimSum(principal_minor=1000, charges_minor=40, interest_minor=25)
    """
    principal = charges = interest = 0
    for item in items:
        asked = claimable(kind, item)
        if item.is_charge:
            charges += asked
        else:
            principal += asked
            interest += item.interest_minor if asked else 0
    return ClaimSum(principal, charges, interest)


def lacking(items: Mapping[str, frozenset[Evidence]]) -> dict[Evidence, list[str]]:
    """
    By kind of evidence, the items that have none of it, in their order.

    Rule: R407 — each item's evidence is complete with a contract, a delivery, who received it, an
    acknowledgement of the debt and a demand; what lacks is told by item, never passed over in
    silence (S-147, S-150, S-151).

    >>> found = frozenset({Evidence.CONTRACT, Evidence.DELIVERY, Evidence.RECEIPT})
    >>> {kind.value: numbers for kind, numbers in lacking({"INV-1": found}).items()}
    {'acknowledgement': ['INV-1'], 'demand': ['INV-1']}
    """
    told = {
        kind: [number for number, found in items.items() if kind not in found] for kind in Evidence
    }
    return {kind: numbers for kind, numbers in told.items() if numbers}
