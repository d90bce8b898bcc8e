"""The customer's first page: what must I do, what do I owe, what has happened, whom do I ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel.lists import format_list
from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.formats import money
from portal.base.language import current_locale
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.home.queries import Branch, Overview, Owed, WaitingStatement, overview
from portal.people.queries import at_customer
from portal.reports.names import graded
from portal.web import current, respond
from portal.web.current import reader
from portal.web.guard import guard

customer = Blueprint("home", __name__)

#: So many duties of a kind are told one by one; the rest is a link to their list.
TOLD = 4
#: So many duties are seen at once (UX C2); the rest is folded away beneath them.
MOST = 5


@customer.get("/")
@guard("home.view")
def index() -> Response:
    if current.actor().kind == "staff":
        return respond.redirect_to("/desk")
    r = reader()
    seen = overview(r)
    return respond.page(
        "home/index.html",
        seen=seen,
        told=TOLD,
        most=MOST,
        lead=_in_a_sentence(seen),
        owed=[(total, _bar(total)) for total in seen.totals],
        waiting=[(each, _who_signs(each, seen)) for each in seen.waiting[:TOLD]],
        unasked=[each for each in seen.branches if each.is_undecided and _may_agree(each)],
        together=sum(1 for each in seen.waiting if _who_signs(each, seen) is None),
        owners=sorted({branch.owner for branch in seen.branches if branch.owner}),
        company=r.company,
        today=r.today,
        **_buttons(),
    )


def _buttons() -> dict[str, Any]:
    """What can be begun from what is owed."""
    actor = current.actor()
    return {
        "may_announce": allows(actor, "advice.give"),
        "may_promise": allows(actor, "promise.make"),
    }


def _may_agree(branch: Branch) -> bool:
    return allows(current.actor(), "agreement.accept", at_customer(branch.id))


def _in_a_sentence(seen: Overview) -> str:
    """What is owed, for who reads no further: it stands above the fold of a phone."""
    owing = [total for total in seen.totals if total.balance.minor > 0]
    if not owing:
        return _("You owe nothing today.")
    late = [total for total in owing if total.overdue.minor]
    sums = _list_of(total.balance for total in owing)
    if not late:
        return _("You owe %(sums)s; nothing is overdue.", sums=sums)
    overdue = _list_of(total.overdue for total in late)
    return _("You owe %(sums)s; %(overdue)s is overdue.", sums=sums, overdue=overdue)


def _list_of(amounts: Iterable[Money]) -> str:
    """Amounts of several currencies as people list them."""
    return format_list([money(amount) for amount in amounts], locale=current_locale())


def _bar(owed: Owed) -> list[tuple[int, str, object]]:
    return [*graded(owed.names, owed.buckets)]


def _who_signs(waiting: WaitingStatement, seen: Overview) -> tuple[str, ...] | None:
    """None where the reader signs; else who does, as far as that is known."""
    if allows(current.actor(), "statement.confirm", at_customer(waiting.customer_id)):
        return None
    return seen.branch(waiting.customer_id).signatories
