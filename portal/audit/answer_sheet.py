"""An answer to the auditor as it is printed: everything a reader needs, from its evidence alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from portal.base import formats
from portal.base.documents.letters import OTHER, both, moment
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import sheet_of
from portal.base.evidence import sha256_of_text
from portal.base.formats import masked
from portal.base.language import N_, current_language, speaking
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.words import amount_in_words

TEMPLATE = "audit_answer/1"
HEADINGS = {
    "title": N_("Answer to an audit confirmation request"),
    "parties": N_("Parties"),
    "answer": N_("Answer"),
    "open": N_("Open items shown"),
    "signature": N_("Signature"),
    "identity": N_("How the signer was identified"),
    "proof": N_("How to check this document"),
}
RESULTS = {
    "agreed": N_("The balance is correct"),
    "differs": N_("The balance differs"),
    "stated": N_("Balance by the customer’s books"),
}
FORMS = {
    "positive": N_("Positive: please answer in any case"),
    "negative": N_("Negative: please answer only if it differs"),
    "blank": N_("Blank: please state the balance by your books"),
}


def answer_job(text: str, fingerprint: str) -> Job:
    """The sheet's PDF as a job: the same evidence gives the same bytes."""
    evidence = json.loads(text)
    language, digest = evidence["context"]["language"], sha256_of_text(text)
    with speaking(language):
        html = sheet_of("audit_answer", **_values(evidence, digest, fingerprint))
    carried = (Attachment("answer.json", text.encode(), "answer", evidence["at"]),)
    return Job(html, "certificate", f"{TEMPLATE} {language} {digest}", carried)


def _values(e: dict[str, Any], digest: str, fingerprint: str) -> dict[str, object]:
    asked, answer = e["request"], e["answer"]
    currency = asked["currency"]
    own = _money(answer["own_balance"], currency) or _money(asked["balance_shown"], currency)
    assert own is not None
    return {
        "lang": current_language(),
        "other": OTHER[current_language()],
        "headings": {name: both(message) for name, message in HEADINGS.items()},
        "e": e,
        "made_on": e["at"][:10],
        "day": formats.day(dt.date.fromisoformat(asked["as_of"])),
        "form": _(FORMS[asked["form"]]),
        "result": _(RESULTS[answer["result"]]),
        "tone": {"agreed": "ok", "differs": "bad"}.get(answer["result"], "part"),
        "closing": formats.money(own),
        "words": amount_in_words(own, current_language()),
        "shown": formats.money(_money(asked["balance_shown"], currency))  # type: ignore[arg-type]
        if asked["balance_shown"] is not None
        else "",
        "open_items": list(_open(asked)),
        "signed_at": moment(e["at"], e["zone"]),
        "identity": [
            (_("One-time code sent to"), masked(e["code"]["sent_to"])),
            (_("Code sent at"), moment(e["code"]["sent_at"], e["zone"])),
            (_("Code entered at"), moment(e["code"]["answered_at"], e["zone"])),
            (_("Tries"), str(e["code"]["tries"])),
            (_("Network address"), e["context"]["address"] or "—"),
        ],
        "digest": digest,
        "fingerprint": fingerprint,
    }


def _money(major: str | None, currency: str) -> Money | None:
    return None if major is None else Money.parse(major, currency)


def _open(asked: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for each in asked["open_items"] or ():
        due = formats.day(dt.date.fromisoformat(each["due_on"])) if each["due_on"] else "—"
        yield (
            each["document"],
            formats.day(dt.date.fromisoformat(each["dated_on"])),
            due,
            formats.amount(each["open_minor"], asked["currency"]),
        )
