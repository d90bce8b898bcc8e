"""The certificate as it is printed: everything a reader needs, from the evidence alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

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
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.documents.sealing import Standing
from portal.base.evidence import sha256_of_text
from portal.base.formats import masked
from portal.base.language import N_, current_language, speaking
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.words import amount_in_words
from portal.statements.names import (
    EVENTS,
    behalf_words,
    event_name,
    kind_name,
    reason_name,
    result_name,
)
from portal.statements.signing.confirmations import signed_in

#: Counts up when the template changes what is printed.
TEMPLATE = "certificate/2"
HEADINGS = {
    "title": N_("Balance confirmation"),
    "parties": N_("Parties"),
    "declared": N_("What was declared"),
    "differences": N_("Differences"),
    "remark": N_("Remark"),
    "signature": N_("Signature"),
    "signatures": N_("Signatures"),
    "identity": N_("How the signer was identified"),
    "identities": N_("How the signers were identified"),
    "life": N_("What happened, and when"),
    "proof": N_("How to check this document"),
}


@dataclass(frozen=True)
class Sources:
    """What a certificate is made from."""

    evidence: str
    payload: str
    statement_pdf: bytes
    #: Number, previous hash and own hash of the act's audit entry.
    audit: tuple[int, str, str]
    fingerprint: str
    public_url: str
    contact: str
    #: What the page says of its own seal.
    standing: Standing = field(default_factory=Standing)


def certificate_job(sources: Sources, language: str) -> Job:
    """The certificate's PDF as a job: the same sources give the same bytes."""
    evidence = json.loads(sources.evidence)
    digest = sha256_of_text(sources.evidence)
    with speaking(language):
        html = sheet_of("certificate", **_values(sources, evidence, digest))
    carried = (
        Attachment("evidence.json", sources.evidence.encode(), "evidence", evidence["at"]),
        Attachment("statement.json", sources.payload.encode(), "statement", evidence["at"]),
        *stamped(sources.standing, evidence["at"]),
    )
    return Job(html, "certificate", f"{TEMPLATE} {language} {digest}", carried)


def _values(sources: Sources, evidence: dict[str, Any], digest: str) -> dict[str, object]:
    said = evidence["statement"]
    closing = Money.parse(said.get("to_confirm", said["closing"]), said["currency"])
    url = f"{sources.public_url}/verify/{evidence['verify_code']}"
    period = formats.period(*(dt.date.fromisoformat(day) for day in said["period"]))
    return {
        "lang": current_language(),
        "other": OTHER[current_language()],
        "headings": {name: both(message) for name, message in HEADINGS.items()},
        "e": evidence,
        "said": said,
        "period": period,
        "day": formats.day(dt.date.fromisoformat(said["period"][1])),
        "made_on": evidence["at"][:10],
        "result": result_name(evidence["result"]),
        "tone": {"confirmed": "ok", "refused": "bad"}.get(evidence["result"], "part"),
        "closing": formats.money(closing),
        "words": amount_in_words(closing, current_language()),
        "differences": list(differences_of(evidence)),
        "own_closing": _figure(evidence["answers"]["own_closing"], said["currency"]),
        "has_owed": all(_has_owed(each) for each in signed_in(evidence)),
        "signatures": [_signature(each) for each in signed_in(evidence)],
        "life": list(_life(evidence)),
        "digest": digest,
        "pdf_sha256": hashlib.sha256(sources.statement_pdf).hexdigest(),
        "audit": sources.audit,
        "fingerprint": sources.fingerprint,
        "seal": seal_line(sources.standing, evidence["zone"]),
        "contact": sources.contact,
        "url": url,
        "qr": qr_svg(url, _("Address where this certificate can be checked")),
    }


def _figure(major: str, currency: str) -> str:
    return formats.amount(Money.parse(major, currency).minor, currency)


def differences_of(evidence: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What was signed to differ, as it is read: document, reason, both amounts, difference."""
    currency = evidence["statement"]["currency"]
    for each in evidence["answers"]["differences"]:
        yield {
            "document": _subject(each),
            "reason": reason_name(each["reason"]),
            "note": each["note"],
            "ours": "—" if each["ours"] is None else _figure(each["ours"], currency),
            "own": "—" if each["own"] is None else _figure(each["own"], currency),
            "difference": _figure(each["difference"], currency),
        }


def _subject(said: dict[str, Any]) -> str:
    """What a difference is about: kind and number, or the document of the customer's books."""
    if said["line"] is not None:
        return f"{kind_name(said['kind'])} {said['document']}"
    day = formats.day(dt.date.fromisoformat(said["date"])) if said["date"] else ""
    return " · ".join(filter(None, [said["document"], day])) or "—"


def _has_owed(evidence: dict[str, Any]) -> bool:
    """Whether a signer acknowledged the debt too."""
    return any(text["name"] == "owes" for text in evidence["declarations"])


def _signature(evidence: dict[str, Any]) -> dict[str, Any]:
    """One signature as it is printed: who, when, on which right, identified how, from where."""
    signer, context = evidence["signer"], evidence["context"]
    return {
        "name": signer["typed_name"],
        "line": ", ".join(filter(None, (signer["title"], evidence["customer"]["name"]))),
        "at": moment(evidence["at"], evidence["zone"]),
        "account": f"{signer['name']} · {masked(signer['email'])}",
        "authority": _authority(evidence),
        "behalf": behalf_words(signer["authority"]),
        "remark": evidence["remark"],
        "identity": list(identity_of(evidence)),
        "where": " · ".join((context["address"] or _("not known"), device_name(context["agent"]))),
    }


def _authority(evidence: dict[str, Any]) -> str:
    authority = evidence["signer"]["authority"]
    if "limit" in authority:
        limit = Money.parse(authority["limit"], authority["currency"])
        return _("On file, up to %(limit)s", limit=formats.money(limit))
    if authority["declared"] == "now":
        return _("Declared with this signature")
    at = dt.datetime.fromisoformat(authority["declared"])
    return _(
        "Declared on %(day)s", day=formats.day(at.astimezone(ZoneInfo(evidence["zone"])).date())
    )


def _life(evidence: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for event in evidence["events"]:
        if event["kind"] in EVENTS:
            name = event_name(event["kind"])
            address = event["facts"].get("address", "")
            who = event["by"] or (masked(address) if "@" in address else "")
            yield moment(event["at"], evidence["zone"]), name, who
    signer = evidence["signer"]["typed_name"]
    yield moment(evidence["at"], evidence["zone"]), result_name(evidence["result"]), signer
