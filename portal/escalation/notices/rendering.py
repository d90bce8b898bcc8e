"""
How a notice reads: its text filled in for one reader, as a mail, a text message or a letter.

Nothing is sent or kept here; the worker, the preview of a run and the settings ask the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.lists import format_list

from portal.base import formats
from portal.base.language import current_locale, ngettext, speaking
from portal.base.language import gettext as _
from portal.base.mail import Written, write_mail
from portal.base.payee import payee_of
from portal.base.sms import write_text
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.notice_text import SMS, Block, NoticeText, Wanted, blocks_of, filled
from portal.core.texting import plain
from portal.escalation.notices.matter import Matter
from portal.escalation.notices.readers import LETTERS, Addressee
from portal.escalation.notices.telling import Told, ToldItem
from portal.escalation.notices.texts import law_of, text_for
from portal.invoices.names import kind_name

#: How many digits of the payee's account a mail or a text message shows.
MAIL = "ladder"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of items, in the words of the moment."""

    document: str
    reference: str
    due: str
    late: str
    amount: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where a reader sees all of it, promises, or says what is wrong; paths of ours."""

    see: str
    promise: str
    dispute: str


@dataclass(frozen=True, slots=True)
class Content:
    """A notice in one language for one reader, ready for a template."""

    language: str
    subject: str
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...]
    is_late: bool
    has_references: bool
    set_off: str
    total: str
    payee: Mapping[str, str] | None
    #: None: the reader has no access to the portal, and answers by mail or telephone.
    links: Links | None


def content_of(
    r: Reader, matter: Matter, told: Told, to: Addressee, text: NoticeText | None = None
) -> Content:
    """What a reader is told, in their language; with a text of its own for a preview."""
    with speaking(to.language):
        wanted = Wanted(matter.strength, to.channel, to.language, matter.step)
        text = text or text_for(r.policy, wanted)
        facts = facts_of(r, told, to)
        in_short = {**facts, "supplier": r.company.name}
        links = links_of(r, matter, told)
        return Content(
            language=to.language,
            subject=filled(text.subject, in_short),
            blocks=blocks_of(text.body, text.channel, in_short if to.channel == SMS else facts),
            rows=tuple(_row(item) for item in told.items),
            is_late=any(item.days_overdue > 0 for item in told.items),
            has_references=any(item.reference for item in told.items),
            set_off=_figure(-told.set_off) if told.set_off.minor else "",
            total=formats.money(told.total),
            payee=payee_of(r.company, in_full=to.channel in LETTERS),
            links=links if to.user_id is not None or to.channel in LETTERS else None,
        )


def facts_of(r: Reader, told: Told, to: Addressee) -> dict[str, str]:
    """What fills the names in a text, in the language of the moment."""
    oldest, locale = told.oldest, current_locale()
    count = len({item.entry_id for item in told.items})
    account = payee_of(r.company)
    return {
        "customer": told.customer_name,
        "contact": to.name or told.customer_name,
        "supplier": r.company.legal_name or r.company.name,
        "invoices": ngettext("%(num)s invoice", "%(num)s invoices", count),
        "total": formats.money(told.total),
        "oldest": oldest.number,
        "oldest_day": formats.day(oldest.due_on),
        "days_overdue": days_words(oldest.days_overdue),
        "due_day": formats.day(max(item.due_on for item in told.items)),
        "today": formats.day(r.today),
        "deadline": formats.day(told.deadline),
        "earlier": format_list([formats.day(on) for on in told.earlier[-3:]], locale=locale),
        "set_off": formats.money(told.set_off) if told.set_off.minor else "",
        "interest": formats.money(told.interest) if told.interest else "",
        "contract": told.contract,
        "clause": told.clause,
        "law": law_of(r, to.language),
        "payee": _("account ending in %(digits)s", digits=account["digits"]) if account else "",
        "help": " · ".join(each for each in (r.company.help_phone, r.company.help_email) if each),
    }


def days_words(days: int) -> str:
    """So many days, in words that a sentence can hold; nothing before the day."""
    return ngettext("%(num)s day", "%(num)s days", days) if days > 0 else ""


def _row(item: ToldItem) -> Row:
    named = item.number if item.kind == "invoice" else f"{kind_name(item.kind)} {item.number}"
    part = _(" (part %(part)s)", part=item.part) if item.part > 1 else ""
    return Row(
        document=f"{named}{part}",
        reference=item.reference,
        due=formats.day(item.due_on),
        late=days_words(item.days_overdue),
        amount=_figure(item.amount),
    )


def _figure(amount: Money) -> str:
    return formats.amount(amount.minor, amount.currency)


def links_of(r: Reader, matter: Matter, told: Told) -> Links:
    """The paths that a notice leads to."""
    refs = {item.ref for item in told.items}
    see = f"/notices/{r.refs.of('nt', matter.notice_id)}" if matter.notice_id else "/notices"
    dispute = f"/disputes/new?invoice={min(refs)}" if len(refs) == 1 else f"{see}#items"
    account = {"customer": r.refs.of("cu", told.customer_id), "currency": told.total.currency}
    return Links(see, f"/promises/new?{urlencode(account)}", dispute)


def values_of(content: Content) -> dict[str, Any]:
    """What the templates of mails and texts are filled with, besides what every mail has."""
    spoken = " ".join(block.words for block in content.blocks if block.kind == "words")
    see = content.links.see if content.links else ""
    return {"notice": content, "sentence": plain(spoken), "path": see}


# ── As it would leave now ────────────────────────────────────────────────────


def written(r: Reader, content: Content, to: Addressee, absolute: str) -> Written:
    """The mail or text message as it would leave now."""
    values = {
        **values_of(content),
        "company": r.company,
        "to_name": to.name or to.address,
        "zone": r.company.timezone,
        "absolute": lambda path: absolute + path,
    }
    if to.channel == SMS:
        text = write_text(MAIL, to.language, values)
        return Written("", text.text, "")
    return write_mail(MAIL, to.language, values)
