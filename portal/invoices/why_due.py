"""Why an invoice is due when it is due: whose terms it was posted with, since when they held."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.terms_said import short_in_words
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.invoices.due_parts import parsed_terms
from portal.invoices.rows import InvoiceView


@dataclass(frozen=True, slots=True)
class Why:
    """Why an invoice is due when it is due."""

    #: In words, in the language of the moment.
    sentence: str
    #: Where its due date was moved: from what, and when that was done.
    moved_from: dt.date | None = None
    moved_at: dt.datetime | None = None
    #: The change of terms that moved it last, by its public reference.
    moved_by: str = ""


def why_due(r: Reader, view: InvoiceView) -> Why:
    """The reason for the due date of an invoice that the reader may see."""
    said = {"due": _due(view), "when": _when(view)}
    sentence = _sentence(view, said, formats.day(view.since) if view.since else "")
    if view.row.due_on is None and said["when"]:
        sentence = _("%(why)s That day is not known yet.", why=sentence)
    if view.moved is None:
        return Why(sentence)
    moved = view.moved
    return Why(sentence, moved.from_on, moved.at, r.refs.of("tc", moved.change_id))


def _due(view: InvoiceView) -> str:
    if view.row.due_on is None:
        return _("Not due yet")
    if len(view.parts) > 1:
        return _("Due in parts")
    return _("Due %(day)s", day=formats.day(view.row.due_on))


def _when(view: InvoiceView) -> str:
    """What the terms say, as it stands within a sentence."""
    if not view.detail.terms_text:
        return ""
    try:
        terms = parsed_terms(view.detail.terms_text)
    except RuleBroken:
        return ""
    return short_in_words(terms, view.row.amount.currency)


#: Where nothing was looked up: the invoice says it, or nobody does.
SAID_ITSELF = {
    "due_date": N_("The invoice itself names its due date."),
    "parts": N_("The invoice itself names its parts and their days."),
    "none": N_("Nothing was agreed about paying later: it is due on its date."),
}


def _sentence(view: InvoiceView, said: dict[str, str], since: str) -> str:
    source = view.detail.terms_source if said["when"] else "none"
    if view.detail.terms_source in SAID_ITSELF:
        source = view.detail.terms_source
    if source in SAID_ITSELF:
        return _(SAID_ITSELF[source])
    if source == "invoice":
        return _("%(due)s: %(when)s, as the invoice itself says.", **said)
    if source == "contract":
        return _by_contract(said | {"contract": view.detail.contract_code}, since)
    return _by_customer(said, since) if source == "customer" else _by_company(said, since)


def _by_company(said: dict[str, str], since: str) -> str:
    if since:
        return _(
            "%(due)s: %(when)s, by our general terms in force since %(since)s.", **said, since=since
        )
    return _("%(due)s: %(when)s, by our general terms.", **said)


def _by_contract(said: dict[str, str], since: str) -> str:
    if since:
        return _(
            "%(due)s: %(when)s, by contract %(contract)s as amended on %(since)s.",
            **said,
            since=since,
        )
    return _("%(due)s: %(when)s, by contract %(contract)s.", **said)


def _by_customer(said: dict[str, str], since: str) -> str:
    if since:
        return _(
            "%(due)s: %(when)s, by the customer's own terms in force since %(since)s.",
            **said,
            since=since,
        )
    return _("%(due)s: %(when)s, by the customer's own terms.", **said)
