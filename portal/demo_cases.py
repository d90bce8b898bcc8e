"""The demo's cases: one at law, one with an agency that has reported, one not agreed to yet."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.case import Act, Happened, Kind
from portal.demo_stage import LEAD, MANAGER, At, Stage, approve, customer_id, do, paper, papers
from portal.escalation.cases.approving import CASE
from portal.escalation.cases.candidates import list_candidates
from portal.escalation.cases.keeping import NoteEvent, note_event
from portal.escalation.cases.opening import Partner, ProposeCase, propose_case
from portal.escalation.cases.pack.making import make_pack
from portal.escalation.cases.pack.ordering import OrderPack, order_pack
from portal.tables.cases import CollectionCase

#: Older claims alone go to court: what is a few months late is still talked about.
AT_LAW = ("LINHAI", "CNY", 180)
WITH_AGENCY = ("OAKLEY", "GBP", 30)
SOON_AT_LAW = ("BEIFANG", "CNY", 28)
#: When the agency's case was proposed.
HANDED_OVER = 11
FIRM = Partner("浙江恒通律师事务所", "周律师 0576-8500 1122", "恒通-2026-0417")
AGENCY = Partner("Harper Recoveries Ltd", "cases@harper-recoveries.example")


def go_to_law(at: At, on: dt.date) -> None:
    """A case at law with its letter, filing and next hearing; another that is proposed."""
    know_kinds((CASE,))
    stage = Stage(at, on)
    reason = "五次催款、两次上门均无结果，最早一笔款项临近诉讼时效。"
    case_id = _proposed(stage.ago(58), Kind.LEGAL, AT_LAW, reason, FIRM)
    _agreed(stage.ago(56, 15), case_id)
    letter = paper("Demand by letter of law", "Linhai Fastener Works", "Pay within 14 days.")
    _happens(stage.ago(55), case_id, Act.DEMAND, 14, "律师函已寄出，限期十四日付款。", letter)
    filing = paper("Statement of claim", "People's Court of Linhai", "Case 2026-MC-1187")
    _happens(stage.ago(34), case_id, Act.FILE, 21, "已向临海市人民法院起诉。", filing)
    _happens(stage.ago(33), case_id, Act.PRESERVE, None, "已申请冻结其银行账户。")
    _happens(stage.ago(12), case_id, Act.HEAR, 28, "庭前会议，对方承认大部分货款；定于下次开庭。")
    told = "两次付款承诺均未兑现，最终催告期满，建议起诉。"
    _proposed(stage.ago(2), Kind.LEGAL, SOON_AT_LAW, told, FIRM)


def hand_over(at: At, on: dt.date) -> None:
    """A case is handed over, reported on once, and all that proves its claim is in one file."""
    know_kinds((CASE,))
    stage = Stage(at, on)
    told = "The plan was broken at its first instalment, and nobody picks up the telephone."
    case_id = _proposed(stage.ago(HANDED_OVER, 14), Kind.AGENCY, WITH_AGENCY, told, AGENCY)
    _agreed(stage.ago(10, 15), case_id, "Agreed. No more letters of ours meanwhile.")
    _happens(stage.ago(9), case_id, Act.HAND_OVER, 7, "Handed over with the evidence pack.")
    then = stage.ago(9, 16)
    pack_id = do(then, LEAD, order_pack, OrderPack(case_id, "en"))
    make_pack(then, {"pack_id": pack_id})
    words = "They reached Tom Oakley: he offers half within two weeks. We ask for all of it."
    _happens(stage.ago(3), case_id, Act.REPORT, 10, words)


def _proposed(
    then: Installation, kind: Kind, about: tuple[str, str, int], reason: str, partner: Partner
) -> int:
    code, currency, days = about
    owner = customer_id(then, code)
    with then.reading(SYSTEM) as r:
        found = list_candidates(r, owner, kind, currency)
    parts = [
        (each.entry_id, each.part)
        for each in found
        if each.days_late >= days and each.claimable.minor
    ]
    return int(
        do(then, LEAD, propose_case, ProposeCase(owner, kind, currency, parts, reason, partner))
    )


def _agreed(then: Installation, case_id: int, words: str = "同意，注意诉讼时效。") -> None:
    with then.reading(SYSTEM) as r:
        wanted = select(CollectionCase.approval_id).where(CollectionCase.id == case_id)
        approval_id = r.session.scalar(wanted)
    approve(then, MANAGER, approval_id, words)


def _happens(
    then: Installation,
    case_id: int,
    act: Act,
    next_in: int | None,
    words: str,
    file: bytes | None = None,
) -> None:
    """Something that happened that day; so many days later somebody looks at it again."""
    with then.reading(SYSTEM) as r:
        today = r.today
    next_on = today + dt.timedelta(days=next_in) if next_in else None
    told = Happened(act, today, next_on, 1_250_00 if act is Act.FILE else None)
    files = papers(then, (f"{act.value}.pdf", file)) if file else None
    key = f"demo/{case_id}/{act.value}"
    do(then, LEAD, note_event, NoteEvent(case_id, told, key, words, files))
