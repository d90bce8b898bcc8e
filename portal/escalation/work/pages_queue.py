"""The work queue at the desk: what waits, ranked with its reason, and what is done about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Response, g, make_response, request, url_for

from portal.approvals.forms import OutcomeForm, OwnerForm
from portal.base.access import NotFound, Permission, allows
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.work_rank import next_monday
from portal.credit.rates import rates_on
from portal.customers.queries import list_contacts
from portal.escalation.notices.queries import count_letters
from portal.escalation.work.comments import colleagues_at, list_comments
from portal.escalation.work.forms import CommentForm, RestForm, TalkForm
from portal.escalation.work.history import curve_in_force
from portal.escalation.work.names import (
    GROUP_NAMES,
    TALK_WORDS,
    WHOSE_NAMES,
    guidance_for,
    reason_of,
    said,
)
from portal.escalation.work.queue import (
    GROUPS,
    Scale,
    WorkFilter,
    WorkPage,
    WorkRow,
    get_work,
    list_head,
    list_work,
)
from portal.escalation.work.talk_list import last_talks
from portal.web import lists, respond
from portal.web.controls import address
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import UNATTENDED

desk = Blueprint("desk_work", __name__, url_prefix="/desk")

PATH = "/desk/work"
#: What can be done about a row, in place.
ACTS = ("done", "rest", "owner", "talk", "comment")
#: So much of the queue stands on the desk's first page.
HEAD = 5
#: A source → the page on which it is dealt with.
PAGES = {
    "dispute": "desk_dispute.show",
    "promise": "promises.show",
    "statement": "statements.show",
    "receipt": "desk_receipts.show",
    "order": "desk_orders.show",
    "approval": "desk_approvals.show",
}
#: What a row is opened for is no part of the list.
OPENED = {"item": None, "act": None, "at": None}

UNATTENDED.add("desk_work.counts")


@dataclass(frozen=True)
class Opened:
    """The row that is opened, with what helps to deal with it."""

    row: WorkRow
    act: str
    at: int
    form: Form | None
    values: Mapping[str, Any]


@desk.get("/work")
@guard("desk.view")
def index() -> Response:
    if respond.asks_for("pane"):
        return respond.page(
            "escalation/work/index.html",
            fragments=REGIONS,
            opened=_opened(),
            act_url=act_url,
            open_url=open_url,
            form=None,
            **TALK_WORDS,
            today=reader().today,
            monday=next_monday(reader().today),
        )
    return queue_page(opened=_opened())


#: The regions of the page.
REGIONS = {"work-part": "work", "pane": "pane"}


@desk.get("/work/counts")
@guard("desk.view")
def counts() -> Response:
    """How much waits, asked again each minute; nothing is answered where it is as it was."""
    if not respond.asks_for("work-counts"):
        return respond.redirect_to(here())
    found = list_work(reader(), asked(), scale())
    tag = _tag(found, letters := count_letters(reader()))
    if tag in {request.args.get("seen"), request.if_none_match.to_header().strip('"')}:
        return make_response("", 304)
    answer = respond.page(
        "escalation/work/index.html",
        fragments={"work-counts": "counts"},
        **_counted(found, letters),
    )
    answer.set_etag(tag)
    return answer


@desk.get("/work/first")
@guard("desk.view")
def first() -> Response:
    """The head of the reader's own queue, for the desk's first page."""
    if not respond.asks_for("first-part"):
        return respond.redirect_to(PATH)
    weighed = scale()
    rows = list_head(reader(), weighed, HEAD)
    return respond.page(
        "escalation/work/first.html",
        fragments={"first-part": "first"},
        head=[(row, said(row), reason_of(row, weighed.curve)) for row in rows],
    )


def _tag(found: WorkPage, letters: int) -> str:
    told = repr((found.count, sorted(found.counts.items()), letters))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def asked() -> WorkFilter:
    """What the queue is narrowed to by its address: one's own and nobody's unless told."""
    whose = lists.asked("whose", WHOSE_NAMES) or "mine_or_nobody"
    return WorkFilter(
        group=lists.asked("kind", GROUPS),
        whose="" if whose == "all" else whose,
        text=lists.asked("q"),
        customer_id=_customer_id(),
        is_resting=lists.asked("state", ["resting"]) != "",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _customer_id() -> int | None:
    ref = lists.asked("customer")
    return reader().id_of("cu", ref) if ref else None


def scale() -> Scale:
    """By what rows are weighed today; asked for once a request."""
    if "work_scale" not in g:
        # The rates are asked for later, when an act may have taken the place of this reader.
        rates = cache(lambda: rates_on(reader(), reader().today))
        g.work_scale = Scale(curve_in_force(reader()), rates)
    found: Scale = g.work_scale
    return found


def queue_page(
    *, opened: Opened | None = None, form: Form | None = None, done: str = "", at: int | None = None
) -> Response:
    """The queue as its address asks for it; after an act without what was opened."""
    r, weighed = reader(), scale()
    found = list_work(r, asked(), weighed)
    focus = at if at is not None else request.args.get("at", -1, int)
    fragments = {"pane": "pane", "work-part": "work"}
    return respond.page(
        "escalation/work/index.html",
        form.status if form else 200,
        fragments=fragments,
        also={"work-part": "work", "work-counts": "counts"} if done else None,
        announce=_("%(done)s %(count)s left.", done=done, count=found.count) if done else "",
        rows=[(row, said(row), reason_of(row, weighed.curve)) for row in found.rows],
        found=found,
        focus=min(focus, len(found.rows) - 1),
        opened=opened,
        form=form,
        colleagues=list_colleagues(r, Permission.TASK_DO),
        monday=next_monday(r.today),
        is_own=weighed.curve.is_own,
        may_do=allows(actor(), "task.do"),
        may_talk=allows(actor(), "contact.log"),
        **_counted(found, count_letters(r)),
        **_words(found),
        **TALK_WORDS,
    )


def _counted(found: WorkPage, letters: int) -> dict[str, Any]:
    """How much waits of each kind, and where that is seen; letters for who prints them."""
    return {
        "counted": [
            (
                _(GROUP_NAMES[group]),
                found.counts[group],
                here(kind=group),
                lists.asked("kind") == group,
            )
            for group in GROUPS
            if found.counts.get(group)
        ],
        "all_url": here(kind=None),
        "counts_url": address(f"{PATH}/counts", **OPENED, seen=_tag(found, letters)),
        "letters": letters,
    }


def here(**changes: object) -> str:
    """The address of the list with some of its query changed, whatever was posted to."""
    return address(PATH, **{**OPENED, "page": None, **changes})


def open_url(ref: str, at: int, act: str = "") -> str:
    """The address of the list with a row opened beside it."""
    if "work_path" not in g:
        path = address(PATH, **OPENED)
        g.work_path = path + ("&" if "?" in path else "?")
    opened = f"{g.work_path}item={ref}&at={at}"
    return f"{opened}&act={act}" if act else opened


def act_url(ref: str, act: str) -> str:
    """Where an act on a row is posted to; the list that comes back is the one it was asked from."""
    return address(f"{PATH}/{ref}/{act}", item=None, act=None)


def back_to(at: int) -> str:
    """The list as it was, the focus on a row of it."""
    return address(PATH, item=None, act=None, at=at)


def _words(found: WorkPage) -> dict[str, Any]:
    wanted = asked()
    whose = lists.asked("whose", WHOSE_NAMES) or "mine_or_nobody"
    chips = {
        "q": wanted.text,
        "kind": _(GROUP_NAMES[wanted.group]) if wanted.group else "",
        "state": _("Resting") if wanted.is_resting else "",
        "customer": _("One customer") if wanted.customer_id else "",
    }
    return {
        "asked": wanted,
        "whose": whose,
        "whose_names": [(name, _(words)) for name, words in WHOSE_NAMES.items()],
        "chips": [(label, here(**{name: None})) for name, label in chips.items() if label],
        "here": here,
        "open_url": open_url,
        "act_url": act_url,
        "pager": _pager(found, wanted),
        "today": reader().today,
    }


def _pager(found: WorkPage, wanted: WorkFilter) -> lists.Pager:
    page, size = found.page, wanted.per_page
    return lists.Pager(
        first=min((page - 1) * size + 1, found.count),
        last=min(page * size, found.count),
        total=found.count,
        previous_url=here(page=page - 1) if page > 1 else "",
        next_url=here(page=page + 1) if page < found.pages else "",
        sizes=[(each, here(rows=each), each == size) for each in lists.SIZES],
    )


# ── What is opened beside the list ───────────────────────────────────────────


def _opened() -> Opened | None:
    """The row that the address names, for the act that it names."""
    ref = lists.asked("item")
    if not ref:
        return None
    try:
        row = get_work(reader(), ref, scale())
    except NotFound:
        # Done meanwhile, perhaps by somebody else: the list says what is left.
        return None
    return open_row(row, lists.asked("act", ACTS))


def open_row(row: WorkRow, act: str, form: Form | None = None) -> Opened:
    """A row with what helps to deal with it; a form that was refused as it was sent."""
    r = reader()
    subject = row.subject if row.src == "task" else f"customer/{row.customer_id}"
    values: dict[str, Any] = {
        "talks": last_talks(r, row.customer_id) if row.customer_id else [],
        "contacts": list_contacts(r, row.customer_id)[:4] if row.customer_id else [],
        "comments": list_comments(r, subject) if row.customer_id else [],
        "guidance": guidance_for(row.facts.get("strength", "polite")) if act == "talk" else [],
        "page": page_about(row),
        "acts": _acts(row),
        "said": said(row),
        "reason": reason_of(row, scale().curve),
    }
    shown = form if form is not None else _fresh(row, act)
    return Opened(row, act, request.args.get("at", 0, int), shown, values)


def _fresh(row: WorkRow, act: str) -> Form | None:
    """The form of an act, not filled yet."""
    if act == "owner":
        colleagues = list_colleagues(reader(), Permission.TASK_DO)
        return OwnerForm(colleagues, is_fresh=True, owner=str(row.owner_id or ""))
    if act == "comment" and row.customer_id:
        return CommentForm(colleagues_at(reader(), row.customer_id), is_fresh=True)
    forms: dict[str, type[Form]] = {"done": OutcomeForm, "rest": RestForm, "talk": TalkForm}
    if act == "talk":
        return TalkForm(is_fresh=True, on=reader().today, ends_task=row.group == "call")
    return forms[act](is_fresh=True) if act in forms else None


def _acts(row: WorkRow) -> list[str]:
    """What the reader may do about it here."""
    may = {
        "done": row.src == "task" and allows(actor(), "task.do"),
        "rest": row.customer_id is not None and allows(actor(), "task.do"),
        "owner": row.customer_id is not None and allows(actor(), "task.do"),
        "talk": row.customer_id is not None and allows(actor(), "contact.log"),
        "comment": row.customer_id is not None and allows(actor(), "comment.write"),
    }
    return [act for act in ACTS if may[act]]


def page_about(row: WorkRow) -> str:
    """Where it is dealt with: its own page, or for a task that of what the task is about."""
    if row.src in PAGES:
        return url_for(PAGES[row.src], ref=row.ref)
    return url_for("desk_tasks.about", ref=row.ref)
