"""The sealed letter of an agreed plan: printed from both signatures' evidence alone, made once."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import select

from portal.base import formats
from portal.base.access import NotFound
from portal.base.documents.letters import (
    OTHER,
    Letter,
    both,
    device_name,
    identity_of,
    letter_pdf,
    make_letter,
    moment,
    seal_line,
    stamped,
)
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import sheet_of
from portal.base.documents.sealing import Standing
from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.installation import Installation
from portal.base.language import N_, current_language, speaking
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.words import amount_in_words
from portal.promises.plans.names import rate_words
from portal.tables.promises import Plan, PlanSignature

#: Counts up when the template changes what is printed.
TEMPLATE = "plan/1"
KIND = "plan"
HEADINGS = {
    "title": N_("Instalment plan"),
    "parties": N_("Parties"),
    "schedule": N_("Schedule"),
    "items": N_("What it covers"),
    "declared": N_("What was declared"),
    "signatures": N_("Signatures"),
    "identities": N_("How the signers were identified"),
    "proof": N_("How to check this document"),
}


def plan_pdf(installation: Installation, plan_id: int) -> bytes:
    """The sealed letter of an agreed plan; made now where no worker has made it yet."""
    return letter_pdf(installation, lambda r: _letter(r, plan_id), (KIND, plan_id))


def make_plan_letter(installation: Installation, payload: dict[str, Any]) -> None:
    """The task that every agreement leaves behind."""
    plan_id = payload["plan_id"]
    make_letter(installation, lambda r: _letter(r, plan_id), (KIND, plan_id))


def _letter(r: Reader, plan_id: int) -> Letter:
    plan = r.session.get(Plan, plan_id)
    if plan is None or plan.agreed_offer_id is None:
        raise NotFound("plan letter")
    rows = r.session.scalars(
        select(PlanSignature)
        .where(PlanSignature.offer_id == plan.agreed_offer_id)
        .order_by(PlanSignature.side)  # the customer's first
    ).all()
    evidence = canonical_json({row.side: json.loads(row.evidence) for row in rows})
    told = json.loads(evidence)
    language = str(told["customer"]["context"]["language"])

    def job(fingerprint: str, standing: Standing) -> Job:
        return plan_job(evidence, language, fingerprint, standing)

    at = max(row.at for row in rows)
    return Letter(KIND, plan_id, plan.customer_id, evidence, at, "Instalment plan", job)


def plan_job(evidence: str, language: str, fingerprint: str, standing: Standing) -> Job:
    """The letter's PDF as a job: the same evidence gives the same bytes."""
    told, digest = json.loads(evidence), sha256_of_text(evidence)
    made_at = told["customer"]["at"]
    with speaking(language):
        html = sheet_of("plan", **_values(told, digest, fingerprint, standing))
    carried = (
        Attachment("evidence.json", evidence.encode(), "evidence", made_at),
        *stamped(standing, made_at),
    )
    return Job(html, "certificate", f"{TEMPLATE} {language} {digest}", carried)


def _values(
    told: dict[str, Any], digest: str, fingerprint: str, standing: Standing
) -> dict[str, object]:
    e = told["customer"]
    terms = e["terms"]
    total = Money.parse(terms["total"], terms["currency"])
    return {
        "lang": current_language(),
        "other": OTHER[current_language()],
        "headings": {name: both(message) for name, message in HEADINGS.items()},
        "e": e,
        "made_on": e["at"][:10],
        "currency": terms["currency"],
        "total": formats.money(total),
        "words": amount_in_words(total, current_language()),
        "rows": [_row(row, terms["currency"]) for row in terms["instalments"]],
        "sum": formats.amount(total.minor, total.currency),
        "has_interest": terms["interest_bp"] > 0,
        "rates": _rates(terms),
        "items": [_item(item, terms["currency"]) for item in e["items"]],
        "approval": _approval(told),
        "signatures": [_signature(told[side]) for side in ("customer", "house")],
        "digest": digest,
        "fingerprint": fingerprint,
        "seal": seal_line(standing, e["zone"]),
    }


def _day(text: str | None) -> str:
    return formats.day(dt.date.fromisoformat(text)) if text else "—"


def _amount(text: str, currency: str) -> str:
    return formats.amount(Money.parse(text, currency).minor, currency)


def _row(row: dict[str, str], currency: str) -> tuple[str, str, str]:
    return (
        _day(row["due_on"]),
        _amount(row["amount"], currency),
        _amount(row["interest"], currency),
    )


def _item(item: dict[str, Any], currency: str) -> tuple[str, str, str, str]:
    return (
        item["document"],
        _day(item["due_on"]),
        _day(item["cap"]["latest"]),
        _amount(item["planned"], currency),
    )


def _rates(terms: dict[str, Any]) -> list[str]:
    """What is said of interest: what the schedule bears, and what is late bears."""
    said = []
    if terms["interest_bp"]:
        rate = rate_words(terms["interest_bp"])
        said.append(_("Simple interest of %(rate)s a year, by days of 365, on top.", rate=rate))
    if terms["penalty_bp"]:
        rate = rate_words(terms["penalty_bp"])
        said.append(
            _("An instalment that is late bears %(rate)s a year from the day after it.", rate=rate)
        )
    return said


def _approval(told: dict[str, Any]) -> str:
    found, zone = told["house"]["approval"], told["house"]["zone"]
    if found is None:
        return ""
    return _(
        "Beyond the promise limit; approved by %(name)s, %(at)s.",
        name=found["by"],
        at=moment(found["at"], zone),
    )


def _signature(e: dict[str, Any]) -> dict[str, Any]:
    """One signature as it is printed: who, for whom, when, identified how, from where."""
    is_customer = e["side"] == "customer"
    party = e["customer"]["name"] if is_customer else e["supplier"]["name"]
    context = e["context"]
    return {
        "label": _("For the customer") if is_customer else _("For the supplier"),
        "name": e["signer"]["typed_name"] or e["signer"]["name"],
        "line": ", ".join(filter(None, (e["signer"]["title"], party))),
        "at": moment(e["at"], e["zone"]),
        "identity": [
            *identity_of(e),
            (
                _("Address and device"),
                " · ".join((context["address"] or _("not known"), device_name(context["agent"]))),
            ),
        ],
    }


TASKS = {"plan_letter": make_plan_letter}
