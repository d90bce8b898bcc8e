"""What reasons, states and decisions of disputes are called, on pages, in mails and files alike."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.language import N_, current_language, pgettext
from portal.base.language import gettext as _
from portal.core.dispute import Reason, Settlement, State, Verdict

#: The shipped reasons, and those that are said of a line of a statement.
REASONS = {
    "price": N_("Another price than agreed"),
    "quantity": N_("Another quantity than delivered"),
    "quality": N_("Quality, damage or defect"),
    "not_delivered": N_("Not delivered"),
    "duplicate": N_("Invoiced twice"),
    "already_paid": N_("Already paid"),
    "wrong_branch": N_("Belongs to another branch"),
    "missing_order": N_("Purchase order number is missing or wrong"),
    "tax": N_("Tax or tax invoice"),
    "terms": N_("Payment terms or due date"),
    "contract_content": N_("Content differs from the contract"),
    "contract_amount": N_("Amount differs from the contract"),
    "contract_date": N_("Date differs from the contract"),
    "many_products": N_("Many products or specifications"),
    "terms_per_product": N_("Other terms for each product"),
    "returns": N_("Transfers, returns or exchanges"),
    "payment_not_matched": N_("Payment not matched document by document"),
    "netting": N_("Rebates, damages or promotion set off"),
    "other": N_("Another reason"),
    "wrong_amount": N_("Wrong amount"),
    "not_received": N_("Not received"),
    "price_or_quantity": N_("Price or quantity"),
    "timing": N_("Timing, still in transit"),
    "not_in_books": N_("Not in the customer’s books"),
    "missing_document": N_("Only in the customer’s books"),
    "other_opening": N_("Another opening balance"),
    "refused": N_("The balance as a whole is not agreed"),
}
#: Why it came to it, as the house finds.
ROOT_CAUSES = {
    "many_products": N_("Many products or specifications"),
    "terms_per_product": N_("Other terms for each product"),
    "returns": N_("Transfers, returns or exchanges"),
    "payment_not_matched": N_("Payment not matched document by document"),
    "netting": N_("Rebates, damages or promotion set off"),
    "price_master": N_("Price kept wrongly by us"),
    "contract_not_followed": N_("Contract not followed"),
    "delivery": N_("Delivery"),
    "quality": N_("Quality"),
    "invoicing": N_("Invoicing mistake"),
    "bookkeeping": N_("Bookkeeping mistake"),
    "timing": N_("Timing, still in transit"),
    "customer_error": N_("The customer's mistake"),
    "other": N_("Another reason"),
}
#: state → what both sides read, and its tone; one that was received has a word of its own below
STATES = {
    State.CHECKING: (N_("Being checked"), "info"),
    State.DECIDED: (N_("Decided"), "ok"),
    State.CLOSED: (N_("Closed"), "neutral"),
    State.WITHDRAWN: (N_("Withdrawn"), "neutral"),
}
VERDICTS = {
    Verdict.ACCEPT: (N_("Accepted"), "ok"),
    Verdict.ACCEPT_PART: (N_("Accepted in part"), "warn"),
    Verdict.REJECT: (N_("Not accepted"), "bad"),
}
SETTLEMENTS = {
    Settlement.CREDIT_NOTE: N_("Credit note"),
    Settlement.DISCOUNT: N_("Discount"),
    Settlement.TAKE_BACK_GOODS: N_("Goods are taken back"),
    Settlement.COLLATERAL: N_("Collateral"),
    Settlement.LEGAL: N_("Legal help"),
    Settlement.PRESERVATION: N_("Assets are preserved"),
    Settlement.CORRECTION: N_("Corrected, nothing is owed less"),
}
WAYS = {
    "portal": N_("On the portal"),
    "statement": N_("With the answer to a statement"),
    "phone": N_("On the phone"),
}


def own_title(reason: Reason, language: str = "") -> str:
    """What the policy itself calls a reason; empty where it is a shipped one."""
    spoken = language or current_language()
    return reason.titles.get(spoken) or next(iter(reason.titles.values()), "")


def reason_name(name: str, known: Mapping[str, Reason]) -> str:
    """A dispute reason in words: the policy's, else the shipped ones; old ones keep theirs."""
    return _named(name, known, REASONS)


def cause_name(name: str, known: Mapping[str, Reason]) -> str:
    """A root cause in words: the policy's, else the shipped ones; old ones keep theirs."""
    return _named(name, known, ROOT_CAUSES)


def _named(name: str, known: Mapping[str, Reason], shipped: Mapping[str, str]) -> str:
    title = own_title(known[name]) if name in known else ""
    return title or (_(shipped[name]) if name in shipped else name)


def state_name(state: str) -> tuple[str, str]:
    """Where a dispute stands, in words, and the tone."""
    if state == State.RECEIVED:
        return received_name(), "info"
    word, tone = STATES[State(state)]
    return _(word), tone


def received_name() -> str:
    """What a dispute is called that nobody has looked at yet; money is received otherwise."""
    return pgettext("dispute", "Received")


def step_names() -> list[str]:
    """The steps of a dispute as its page shows them."""
    return [
        received_name(),
        _("Being checked"),
        pgettext("dispute", "Decision"),
        _("Closed"),
    ]


def verdict_name(verdict: str) -> tuple[str, str]:
    """What was decided, in words, and the tone."""
    word, tone = VERDICTS[Verdict(verdict)]
    return _(word), tone


def settlement_name(settlement: str) -> str:
    """How an accepted amount is settled; empty for nothing."""
    return _(SETTLEMENTS[Settlement(settlement)]) if settlement else ""


def way_name(way: str) -> str:
    """By which way a dispute was raised."""
    return _(WAYS[way])
