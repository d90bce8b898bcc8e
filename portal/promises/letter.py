"""The promise letter as it is printed: everything a reader needs, from the evidence alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.base import formats
from portal.base.documents.letters import (
    OTHER,
    both,
    device_name,
    identity_of,
    moment,
    seal_line,
    stamped,
)
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import sheet_of
from portal.base.documents.sealing import Standing
from portal.base.evidence import sha256_of_text
from portal.base.formats import masked
from portal.base.language import N_, current_language, speaking
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.promise import Basis, Limit
from portal.core.words import amount_in_words
from portal.invoices.names import kind_name
from portal.promises.names import limit_words, method_name, reason_name, way_name

#: Counts up when the template changes what is printed.
TEMPLATE = "promise/1"
HEADINGS = {
    "title": N_("Promise to pay"),
    "parties": N_("Parties"),
    "promised": N_("What is promised"),
    "items": N_("Items"),
    "rule": N_("The rule"),
    "author": N_("Who promised"),
    "approval": N_("Approval"),
    "proof": N_("How to check this document"),
}


@dataclass(frozen=True)
class Sources:
    """What a letter is made from."""

    evidence: str
    number: str
    #: Number, previous hash and own hash of the act's audit entry.
    audit: tuple[int, str, str]
    url: str
    contact: str


def letter_job(sources: Sources, language: str, fingerprint: str, standing: Standing) -> Job:
    """The letter's PDF as a job: the same sources give the same bytes."""
    evidence = json.loads(sources.evidence)
    digest = sha256_of_text(sources.evidence)
    with speaking(language):
        html = sheet_of(
            "promise",
            **_values(sources, evidence),
            digest=digest,
            fingerprint=fingerprint,
            seal=seal_line(standing, evidence["zone"]),
        )
    carried = (
        Attachment("evidence.json", sources.evidence.encode(), "evidence", evidence["at"]),
        *stamped(standing, evidence["at"]),
    )
    return Job(html, "certificate", f"{TEMPLATE} {language} {digest}", carried)


def _values(sources: Sources, evidence: dict[str, Any]) -> dict[str, object]:
    amount = Money.parse(evidence["amount"], evidence["currency"])
    return {
        "lang": current_language(),
        "other": OTHER[current_language()],
        "headings": {name: both(message) for name, message in HEADINGS.items()},
        "e": evidence,
        "number": sources.number,
        "made_on": evidence["at"][:10],
        "day": formats.long_day(dt.date.fromisoformat(evidence["pay_on"])),
        "amount": formats.money(amount),
        "words": amount_in_words(amount, current_language()),
        "items": list(_items(evidence)),
        "facts": list(_facts(evidence)),
        "rule": _rule(evidence),
        "author": list(_author(evidence)),
        "approval": list(_approval(evidence)),
        "audit": sources.audit,
        "url": sources.url,
        "contact": sources.contact,
    }


def _items(evidence: dict[str, Any]) -> Iterator[dict[str, str]]:
    currency = evidence["currency"]
    for item in evidence["items"]:
        due = dt.date.fromisoformat(item["due_on"]) if item["due_on"] else None
        part = _(" (part %(part)s)", part=item["part"]) if item["part"] > 1 else ""
        yield {
            "document": f"{kind_name(item['kind'])} {item['document']}{part}",
            "due": formats.day(due),
            "open": formats.amount(Money.parse(item["open"], currency).minor, currency),
            "promised": formats.amount(Money.parse(item["promised"], currency).minor, currency),
        }


def _facts(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield _("How it came"), way_name(evidence["way"])
    yield _("Reason"), reason_name(evidence["reason"])
    if evidence["note"]:
        yield _("Remark"), evidence["note"]
    if evidence["method"]:
        yield _("How it will be paid"), method_name(evidence["method"])
    if evidence["replaces"]:
        yield _("In place of"), ", ".join(evidence["replaces"])


def _rule(evidence: dict[str, Any]) -> str:
    """How the last permitted day was reckoned, as its author read it."""
    told = evidence["rule"]
    latest, due = (
        told[name] and dt.date.fromisoformat(told[name]) for name in ("latest", "due_on")
    )
    limit = Limit(latest, Basis(told["basis"]), due, told["term_days"])
    return limit_words(limit, Fraction(told["fraction"]))


def _author(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    author, context = evidence["author"], evidence["context"]
    if author["given_by"]:
        yield _("Said by"), author["given_by"]
        yield _("Written down by"), author["name"]
    else:
        yield _("Account"), f"{author['name']} · {masked(author['email'])}"
    yield _("At"), moment(evidence["at"], evidence["zone"])
    yield from identity_of(evidence)
    if context["address"]:
        where = " · ".join((context["address"], device_name(context["agent"])))
        yield _("Address and device"), where


def _approval(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found = evidence["approval"]
    if found is None:
        return
    yield _("Approved by"), found["by"]
    yield _("Approved at"), moment(found["at"], evidence["zone"])
    yield _("Asked at"), moment(found["asked"]["at"], evidence["zone"])
    if found.get("comment"):
        yield _("Remark"), found["comment"]
