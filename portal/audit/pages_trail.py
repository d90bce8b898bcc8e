"""The audit trail: looked through, read back, written out; and nothing else can be done with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request

from portal.audit.chain import ReadChain, ask_to_read, latest_checks
from portal.audit.export import CSV_HEAD, csv_rows, signed_archive
from portal.audit.names import ACTORS, TOPICS, actor_name, fact_name, happened
from portal.audit.trail import AskTrail, Trail, read_trail
from portal.base.access import allows
from portal.base.documents.seal import open_seal
from portal.base.language import gettext as _
from portal.tables.audits import ChainCheck
from portal.web import current, lists, respond
from portal.web.controls import address
from portal.web.current import reader
from portal.web.forms import Form, day_typed
from portal.web.guard import guard
from portal.web.traces import note_access

desk = Blueprint("desk_audit", __name__, url_prefix="/desk")


def _asked() -> AskTrail:
    return AskTrail(
        actor=lists.asked("actor"),
        about=lists.asked("about"),
        topic=lists.asked("topic", TOPICS),
        kind=lists.asked("kind"),
        address=lists.asked("address"),
        from_on=_day("from"),
        until_on=_day("until"),
        before=request.args.get("before", None, int),
    )


def _day(name: str) -> dt.date | None:
    return day_typed(lists.asked(name))


@desk.get("/audit")
@guard("audit.view")
def index() -> Response:
    asked, r = _asked(), reader()
    trail = read_trail(r, asked)
    whole, is_reading = latest_checks(r)
    note_access("opened", "audit")
    return respond.page(
        "audit/index.html",
        fragments={"trail-part": "trail"},
        asked=asked,
        trail=trail,
        whole=whole,
        is_reading=is_reading,
        broken=_broken(trail, whole),
        chips=_chips(asked),
        **_words(),
        may_sample=allows(r.actor, "audit.request"),
    )


def _words() -> dict[str, Any]:
    """What the page calls things, and the files that it can be written to."""
    return {
        "topics": [("", _("Everything")), *((name, _(label)) for name, label in TOPICS.items())],
        "happened": happened,
        "actor_name": actor_name,
        "fact_name": fact_name,
        "exports": [
            (_("Signed JSON lines"), address("/desk/audit.jsonl.zip", before=None)),
            *lists.sheet_links("/desk/audit"),
        ],
    }


def _broken(trail: Trail, whole: ChainCheck | None) -> int | None:
    """The first entry that is not as it was written, of all that were read back."""
    found = [entry.id for entry in trail.entries if not entry.is_whole]
    found += [each.broken_id for each in (trail.stretch, whole) if each and each.broken_id]
    return min(found, default=None)


def _chips(asked: AskTrail) -> list[tuple[str, str]]:
    told = {
        "actor": actor_name(asked.actor) if asked.actor in ACTORS else asked.actor,
        "about": asked.about,
        "topic": _(TOPICS[asked.topic]) if asked.topic else "",
        "kind": happened(asked.kind),
        "address": asked.address,
        "from": _("from %(day)s", day=asked.from_on) if asked.from_on else "",
        "until": _("until %(day)s", day=asked.until_on) if asked.until_on else "",
    }
    return lists.chips(told, "before")


@desk.post("/audit/chain")
@guard("audit.view")
def read_chain() -> Response:
    form = Form()
    if respond.attempt(form, ask_to_read, ReadChain()):
        respond.say(
            _("The whole chain is being read back. The result stands here when it is done.")
        )
    return respond.see_other(".index")


@desk.get("/audit.jsonl.zip")
@guard("audit.view")
def signed() -> Response:
    r = reader()
    seal = open_seal(current.installation().config, r.company.legal_name, r.now)
    body = signed_archive(r, _asked(), seal)
    note_access("exported", "audit")
    return respond.download(body, f"audit-{r.today.isoformat()}.zip", "application/zip")


@desk.get("/audit.<any(csv, xlsx):file_format>")
@guard("audit.view")
def sheet(file_format: lists.SheetFormat) -> Response:
    return lists.sheet(file_format, "audit", CSV_HEAD, csv_rows(reader(), _asked()))
