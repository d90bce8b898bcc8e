"""What is asked of lists of invoices, and the form that chooses some of them."""

from __future__ import annotations

from collections.abc import Collection

from flask import request

from portal.base.work import Reader
from portal.invoices.commands import OrderDownload
from portal.invoices.rows import InvoiceFilter
from portal.people.pages_branches import Branches, asked_branch
from portal.web import lists
from portal.web.forms import Form, day_typed

STATES = ("open", "overdue", "disputed", "promised", "paid")


def asked_invoices(
    r: Reader, branches: Branches, promised_ids: Collection[int] = ()
) -> InvoiceFilter:
    """The filter in the address; `NotFound` for a branch that is not the reader's."""
    return InvoiceFilter(
        customer_id=asked_branch(r, branches),
        state=lists.asked("state", STATES),
        promised_ids=frozenset(promised_ids),
        from_on=day_typed(lists.asked("from")),
        to_on=day_typed(lists.asked("to")),
        text=lists.asked("q"),
        currency=lists.asked("currency"),
        sort=lists.asked("sort") or "-date",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


class ChoiceForm(Form):
    """Rows of the list of invoices, ticked one by one, or all that its filter keeps."""

    @property
    def is_all(self) -> bool:
        """Whether everything is chosen that the address' filter keeps."""
        return request.form.get("all") == "1"

    def ids(self, r: Reader) -> list[int]:
        """The invoices that were ticked; a reference that is none of ours is left out."""
        found = (r.refs.id("iv", ref) for ref in request.form.getlist("chosen"))
        return [entry_id for entry_id in dict.fromkeys(found) if entry_id is not None]

    def command(self, entry_ids: list[int], language: str) -> OrderDownload:
        """The wish for these invoices in one archive."""
        return OrderDownload(tuple(entry_ids), language)
