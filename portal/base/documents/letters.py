"""
What sealed letters have alike: both languages, moments, how a signer was identified, the seal.

A letter is printed from evidence alone, sealed, kept, and made once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_gmt
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM
from portal.base.documents.archive import PDF
from portal.base.documents.fetching import Unanswered
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import print_pdf
from portal.base.documents.seal import open_seal
from portal.base.documents.sealing import (
    PATIENCE,
    SECONDS_IN_SIGHT,
    Sealed,
    Sealing,
    Standing,
    authority_of,
    sealed_in_time,
    sealed_plainly,
)
from portal.base.formats import masked
from portal.base.installation import Installation
from portal.base.language import N_, current_language, current_locale, gettext, speaking
from portal.base.language import gettext as _
from portal.base.storage import keep_file
from portal.base.transport import TryLater
from portal.base.work import Reader
from portal.tables.promises import SealedLetter

#: A letter speaks its signer's language, and says in the other what each part is.
OTHER = {"en": "zh-CN", "zh-CN": "en"}
METHODS = {
    "code": N_("a code by mail"),
    "password": N_("a password"),
    "totp": N_("an authenticator app"),
    "recovery": N_("a recovery code"),
    "device": N_("a remembered device"),
    "statement_link": N_("the personal link of the mail"),
}


def both(message: str) -> tuple[str, str]:
    """A heading in the language of the moment, and in the other one."""
    with speaking(OTHER[current_language()]):
        other = gettext(message)
    return gettext(message), other


def stamped(standing: Standing, made_at: str) -> Iterator[Attachment]:
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


def identity_of(evidence: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How a signer proved who they are, line by line."""
    found, zone = evidence["authentication"], evidence["zone"]
    methods = [_(METHODS[name]) for name in found["signed_in_by"].split("+") if name in METHODS]
    if methods:
        yield _("Signed in with"), ", ".join(methods)
    if found["signed_in_at"]:
        yield _("Signed in at"), moment(found["signed_in_at"], zone)
    code = found.get("code")
    if code is None:
        return
    yield _("One-time code sent to"), masked(code["sent_to"])
    yield _("Code sent at"), moment(code["sent_at"], zone)
    yield _("Code entered at"), moment(code["answered_at"], zone)
    yield _("Tries"), str(code["tries"])


def device_name(agent: str) -> str:
    """What kind of device a browser said that it runs on."""
    if not agent:
        return _("Unknown device")
    return _("Phone or tablet") if "Mobi" in agent or "Android" in agent else _("Computer")


@dataclass(frozen=True)
class Letter:
    """A letter that is about to be made: whose, from which evidence, and how it is printed."""

    kind: str
    subject_id: int
    customer_id: int
    evidence: str
    #: When what it tells happened: so long a worker waits for an authority from then on.
    at: dt.datetime
    reason: str
    #: By the fingerprint of the seal's key, and what the page says of its seal.
    job: Callable[[str, Standing], Job]


def letter_pdf(
    installation: Installation, letter: Callable[[Reader], Letter], key: tuple[str, int]
) -> bytes:
    """The sealed letter; made now where no worker has made it yet, by our key alone if need be."""
    with installation.reading(SYSTEM) as r:
        digest = find_letter(r, *key)
    if digest is None:
        digest = _make(installation, letter, SECONDS_IN_SIGHT)
    return installation.storage.get(digest)


def make_letter(
    installation: Installation, letter: Callable[[Reader], Letter], key: tuple[str, int]
) -> None:
    """The letter as a task; it waits a few hours for an authority."""
    with installation.reading(SYSTEM) as r:
        if find_letter(r, *key) is not None:
            return
    _make(installation, letter)


def find_letter(r: Reader, kind: str, subject_id: int) -> str | None:
    """The SHA-256 of a letter's file; None while there is none."""
    return r.session.scalar(
        select(SealedLetter.file_sha256).where(
            SealedLetter.kind == kind, SealedLetter.subject_id == subject_id
        )
    )


def _make(
    installation: Installation, letter: Callable[[Reader], Letter], seconds: int | None = None
) -> str:
    with installation.reading(SYSTEM) as r:
        seal = open_seal(installation.config, r.company.legal_name, r.now)
        told, now = letter(r), r.now
    by = Sealing(seal, told.reason, now)

    def printed(standing: Standing) -> bytes:
        return print_pdf(told.job(seal.fingerprint, standing))

    authority = authority_of(installation.config, *([seconds] if seconds else []))
    try:
        made = (
            sealed_in_time(printed, told.evidence, by, authority)
            if authority
            else sealed_plainly(printed, by, is_missed=False)
        )
    except Unanswered as reason:
        if seconds is None and now - told.at < PATIENCE:
            raise TryLater(f"The timestamp authority: {reason}") from reason
        made = sealed_plainly(printed, by, is_missed=True)
    try:
        return _keep(installation, told, made)
    except IntegrityError:  # somebody else has just made it: theirs counts
        with installation.reading(SYSTEM) as r:
            digest = find_letter(r, told.kind, told.subject_id)
        assert digest is not None
        return digest


def _keep(installation: Installation, told: Letter, made: Sealed) -> str:
    with installation.work(SYSTEM) as w:
        kept = find_letter(w, told.kind, told.subject_id)
        if kept is not None:
            return kept
        digest = keep_file(w, installation.storage, made.pdf, PDF)
        w.session.add(
            SealedLetter(
                customer_id=told.customer_id,
                kind=told.kind,
                subject_id=told.subject_id,
                file_sha256=digest,
                level=made.found.level,
                key_fingerprint=made.found.fingerprint,
                sealed_at=w.now,
            )
        )
        w.audit(
            f"{told.kind}.lettered",
            f"{told.kind}/{told.subject_id}",
            customer_id=told.customer_id,
            file_sha256=digest,
            key_fingerprint=made.found.fingerprint,
            level=made.found.level,
            token_serial=made.found.token_serial or "none",
        )
    return digest
