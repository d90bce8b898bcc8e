"""The certificate as it is printed: everything a reader needs, from the evidence alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_gmt

from portal.base import formats
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.evidence import sha256_of_text
from portal.base.language import N_, current_language, current_locale, gettext, speaking
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.words import amount_in_words
from portal.people.commands.challenges import masked
from portal.statements.certificate.sealing import Standing
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
#: The certificate speaks its signer's language, and says in the other what each part is.
OTHER = {"en": "zh-CN", "zh-CN": "en"}
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
METHODS = {
    "code": N_("a code by mail"),
    "password": N_("a password"),
    "totp": N_("an authenticator app"),
    "recovery": N_("a recovery code"),
    "device": N_("a remembered device"),
    "statement_link": N_("the personal link of the mail"),
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


def both(message: str) -> tuple[str, str]:
    """A heading in the language of the moment, and in the other one."""
    with speaking(OTHER[current_language()]):
        other = gettext(message)
    return gettext(message), other


def certificate_job(sources: Sources, language: str) -> Job:
    """The certificate's PDF as a job: the same sources give the same bytes."""
    evidence = json.loads(sources.evidence)
    digest = sha256_of_text(sources.evidence)
    with speaking(language):
        html = sheet_of("certificate", **_values(sources, evidence, digest))
    carried = (
        Attachment("evidence.json", sources.evidence.encode(), "evidence", evidence["at"]),
        Attachment("statement.json", sources.payload.encode(), "statement", evidence["at"]),
        *_stamped(sources.standing, evidence["at"]),
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


def _stamped(standing: Standing, made_at: str) -> Iterator[Attachment]:
    """The timestamp of the evidence, beside it, for `openssl ts -verify -token_in`."""
    if standing.token is not None:
        yield Attachment("evidence.tst", standing.token.der, "timestamp", made_at)


def seal_line(standing: Standing, zone: str) -> str:
    """How far the seal goes, and which timestamp shows when."""
    if standing.token is None:
        if standing.is_missed:
            return _("PAdES B-B, by the supplier’s own key; the timestamp authority did not answer")
        return _("PAdES B-B, by the supplier’s own key; no timestamp authority")
    return _(
        "PAdES %(level)s, by the supplier’s own key; timestamp %(serial)s of %(authority)s, %(at)s",
        level=standing.level,
        serial=standing.token.serial,
        authority=standing.token.authority.removeprefix("Common Name: "),
        at=moment(standing.token.at.isoformat(), zone),
    )


def moment(text: str, zone: str) -> str:
    """A moment in the company's zone with its offset, and in UTC."""
    at = dt.datetime.fromisoformat(text)
    local = at.astimezone(ZoneInfo(zone))
    pattern = "y年M月d日 HH:mm:ss" if current_language() == "zh-CN" else "d MMM y, HH:mm:ss"
    shown = format_datetime(local, pattern, tzinfo=ZoneInfo(zone), locale=current_locale())
    offset = get_timezone_gmt(local, "iso8601_short", locale=current_locale())
    return f"{shown} UTC{offset} ({at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}Z)"


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
        "identity": list(_identity(evidence)),
        "where": " · ".join((context["address"] or _("not known"), _device(context["agent"]))),
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


def _identity(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found, zone = evidence["authentication"], evidence["zone"]
    methods = [_(METHODS[name]) for name in found["signed_in_by"].split("+") if name in METHODS]
    if methods:
        yield _("Signed in with"), ", ".join(methods)
    if found["signed_in_at"]:
        yield _("Signed in at"), moment(found["signed_in_at"], zone)
    code = found["code"]
    yield _("One-time code sent to"), masked(code["sent_to"])
    yield _("Code sent at"), moment(code["sent_at"], zone)
    yield _("Code entered at"), moment(code["answered_at"], zone)
    yield _("Tries"), str(code["tries"])


def _life(evidence: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for event in evidence["events"]:
        if event["kind"] in EVENTS:
            name = event_name(event["kind"])
            address = event["facts"].get("address", "")
            who = event["by"] or (masked(address) if "@" in address else "")
            yield moment(event["at"], evidence["zone"]), name, who
    signer = evidence["signer"]["typed_name"]
    yield moment(evidence["at"], evidence["zone"]), result_name(evidence["result"]), signer


def _device(agent: str) -> str:
    if not agent:
        return _("Unknown device")
    return _("Phone or tablet") if "Mobi" in agent or "Android" in agent else _("Computer")
