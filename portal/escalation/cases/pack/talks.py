"""What was said and sent about a claim, as a pack tells it; never the house's own notes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Select, or_, select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.kept_files import subject_is
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.talks_said import CHANNELS, OUTCOMES
from portal.base.work import Reader
from portal.disputes.attachments import NOTE
from portal.disputes.dossier import dossier_pdf
from portal.disputes.queries import get_dispute
from portal.escalation.cases.names import FILE_KINDS
from portal.escalation.cases.pack.packing import (
    Content,
    Lack,
    Packing,
    Piece,
    Record,
    Table,
    kept_piece,
    record_piece,
    text_piece,
)
from portal.promises.names import state_of
from portal.promises.plans.sheet import plan_pdf
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.promises.sealed import letter_pdf
from portal.tables.collecting import ContactLog
from portal.tables.disputes import Attachment, Dispute
from portal.tables.escalation import Notice
from portal.tables.files import KeptFile
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.promises import Plan, PlannedPart, Promise
from portal.tables.statements import StatementLine

#: Notices that have left the house.
LEFT = ("sent", "printed")
#: Files of the case that went out or came from a court.
PAPERS = ("demand", "court", "judgment")


# ── Promises and plans ───────────────────────────────────────────────────────


def promised(p: Packing) -> Content:
    """The promises about the items and the plans that were agreed, each with its sealed letter."""
    with p.reading() as r:
        rows = [
            row
            for row in list_promises(r, PromiseFilter(customer_id=p.customer_id))
            if row.plan_id is None and any(item.entry_id in p.entries for item in row.items)
        ]
        plans = _plans(p, r)
    content: Content = []
    if rows:
        content.append(record_piece(p, _("promises"), _promise_record(rows)))
    for row in rows:
        content += _promise(p, row)
    for plan_id in plans:
        title = _("Instalment plan %(number)s", number=f"PLN-{plan_id}")
        content.append(
            Piece(f"PLN-{plan_id}.pdf", title, partial(plan_pdf, p.installation, plan_id))
        )
    return content


def _promise_record(rows: list[PromiseRow]) -> Record:
    heads = [_("Promise"), _("Made on"), _("Amount"), _("Day of payment"), _("What became of it")]
    told = [
        [
            *(row.number, formats.day(row.made_on), formats.money(row.amount)),
            *(formats.day(row.promised_on), state_of(row.state, row.ended_as)[0]),
        ]
        for row in sorted(rows, key=lambda row: (row.made_on, row.id))
    ]
    return Record(_("Promises to pay"), tables=[Table(heads, told)])


def _promise(p: Packing, row: PromiseRow) -> Iterator[Piece | Lack]:
    """A promise's letter and evidence; one that came by a file has neither."""
    if row.way == "import":
        yield Lack(_("Promise %(number)s came by a file and has no letter.", number=row.number))
        return
    title = _("Promise %(number)s", number=row.number)
    yield Piece(f"{row.number}.pdf", title, partial(letter_pdf, p.installation, row.id))
    yield Piece(f"{row.number}-evidence.json", _("What was promised"), partial(_told, p, row.id))


def _told(p: Packing, promise_id: int) -> bytes:
    with p.installation.reading(SYSTEM) as r:
        return r.session.get_one(Promise, promise_id).evidence.encode()


def _plans(p: Packing, r: Reader) -> list[int]:
    rows = (
        select(Plan.id)
        .join(PlannedPart, PlannedPart.plan_id == Plan.id)
        .where(
            Plan.customer_id == p.customer_id,
            Plan.agreed_offer_id.is_not(None),
            PlannedPart.entry_id.in_(list(p.entries)),
        )
    )
    return sorted(set(r.session.scalars(rows)))


# ── Disputes ─────────────────────────────────────────────────────────────────


def disputed(p: Packing) -> Content:
    """The disputes about the items as their customer sees them, with both sides' files."""
    with p.reading() as r:
        refs = {each: r.refs.of("di", each) for each in _disputes(p, r)}
        files = _attachments(r, list(refs))
    content: Content = []
    for dispute_id, ref in refs.items():
        number = f"DSP-{dispute_id}"
        title = _("Dispute %(number)s with our answer", number=number)
        content.append(Piece(f"{number}.pdf", title, partial(_dossier, p, ref)))
        for each in files.get(dispute_id, ()):
            name, told = f"{number} {each.file_name}", _("File of dispute %(number)s")
            content.append(kept_piece(p, name, told % {"number": number}, each.file_sha256))
    return content


def _disputes(p: Packing, r: Reader) -> list[int]:
    on_lines = select(StatementLine.statement_id).where(
        StatementLine.customer_id == p.customer_id, StatementLine.entry_id.in_(list(p.entries))
    )
    rows = select(Dispute.id).where(
        Dispute.customer_id == p.customer_id,
        or_(
            Dispute.entry_id.in_(list(p.entries)),
            Dispute.entry_id.is_(None) & Dispute.statement_id.in_(on_lines),
        ),
    )
    return list(r.session.scalars(rows.order_by(Dispute.id)))


def _attachments(r: Reader, dispute_ids: list[int]) -> dict[int, list[Attachment]]:
    """The files of both sides; those of the house's notes are not there."""
    rows = select(Attachment).where(Attachment.dispute_id.in_(dispute_ids), Attachment.side != NOTE)
    found: dict[int, list[Attachment]] = {}
    for each in r.session.scalars(rows.order_by(Attachment.id)):
        found.setdefault(each.dispute_id, []).append(each)
    return found


def _dossier(p: Packing, ref: str) -> bytes:
    with p.reading() as r:
        return dossier_pdf(r, get_dispute(r, ref), current_language())


# ── Notices, letters and talks ───────────────────────────────────────────────


def noticed(p: Packing) -> Content:
    """Every reminder and demand that left, as it was rendered then, with the proof of sending."""
    with p.reading() as r:
        rows = r.session.execute(_notices(p)).all()
    content: Content = []
    if rows:
        content.append(record_piece(p, _("notices"), _notice_record(p, rows)))
    else:
        content.append(Lack(_("No reminder or demand has left since the oldest item.")))
    for row in rows:
        content += _notice(p, row.Notice)
    return content


def _notices(p: Packing) -> Select[Any]:
    columns: list[Any] = [Notice, Outbox.message_id]
    rows: Select[Any] = select(*columns).outerjoin(Outbox, Outbox.id == Notice.outbox_id)
    return rows.where(
        Notice.customer_id == p.customer_id,
        Notice.currency == p.currency,
        Notice.on >= p.first_on,
        Notice.on <= p.on,
        Notice.state.in_(LEFT),
    ).order_by(Notice.on, Notice.id)


def _notice_record(p: Packing, rows: Any) -> Record:
    heads = [
        *(_("Notice"), _("How"), _("To"), _("Sent at, proof"), _("Delivered, opened"), "SHA-256"),
    ]
    told = [
        [
            f"N-{each.id}",
            f"{_channel(each.channel)}, {formats.day(each.on)}",
            f"{each.to_name} {each.to_address}".strip(),
            f"{p.moment(each.sent_at or each.rendered_at)} {message_id or each.tracking}".strip(),
            ", ".join(filter(None, (_delivered(each), p.moment(each.opened_at)))),
            each.body_sha256 or each.file_sha256 or "",
        ]
        for each, message_id in rows
    ]
    return Record(_("Reminders and demands"), tables=[Table(heads, told)])


def _delivered(row: Notice) -> str:
    return formats.day(row.delivered_on) if row.delivered_on else ""


def _channel(channel: str) -> str:
    words = {
        "email": _("E-mail"),
        "sms": _("SMS"),
        "letter": _("Letter"),
        "registered_letter": _("Registered letter"),
    }
    return words.get(channel, channel)


def _notice(p: Packing, row: Notice) -> Iterator[Piece | Lack]:
    title = _("Notice of %(day)s to %(who)s", day=formats.day(row.on), who=row.to_name)
    if row.file_sha256:
        yield kept_piece(p, f"N-{row.id}.pdf", title, row.file_sha256)
    if row.body_text:
        # The bytes of the text alone, so that their hash is the one that was kept when it left.
        yield text_piece(f"N-{row.id}.txt", title, row.body_text)
    if not row.file_sha256 and not row.body_text:
        yield Lack(_("The words of notice %(number)s were not kept.", number=f"N-{row.id}"))


def papers(p: Packing) -> Content:
    """Letters of law and what came from courts, as they lie with the case."""
    subject = f"case/{p.view.row.id}"
    with p.reading() as r:
        rows = select(KeptFile).where(subject_is(subject), KeptFile.kind.in_(PAPERS))
        found = list(r.session.scalars(rows.order_by(KeptFile.id)))
    return [
        kept_piece(p, each.file_name, _(FILE_KINDS[each.kind]), each.file_sha256) for each in found
    ]


def talked(p: Packing) -> Content:
    """The log of talks with the customer, where it was asked for."""
    if not p.with_contacts:
        return []
    columns: list[Any] = [ContactLog, User.name, User.email]
    rows: Select[Any] = select(*columns).join(User, User.id == ContactLog.user_id)
    kept = rows.where(
        ContactLog.customer_id == p.customer_id,
        ContactLog.on >= p.first_on,
        ContactLog.on <= p.on,
    )
    with p.reading() as r:
        found = r.session.execute(kept.order_by(ContactLog.on, ContactLog.id)).all()
        told = [_talk(each, name or email) for each, name, email in found]
    if not told:
        return []
    heads = [_("On"), _("How"), _("With"), _("What came of it"), _("Note"), _("Logged by")]
    record = Record(_("Talks with the customer"), tables=[Table(heads, told)])
    return [record_piece(p, _("talks"), record)]


def _talk(row: ContactLog, who: str) -> list[str]:
    outcome = OUTCOMES.get(row.outcome)
    channel = _(CHANNELS[row.channel]) if row.channel in CHANNELS else row.channel
    return [
        *(formats.day(row.on), channel, row.spoke_with),
        *(_(outcome[0]) if outcome else row.outcome, row.note, who),
    ]
