"""One dispute at the desk: the claim, the talk, the house's own notes, and the decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base.access import Permission, allows
from portal.base.attaching import ENDINGS
from portal.base.language import LANGUAGES
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.dispute import OPEN, Act, Side, Verdict, may
from portal.disputes import names, queries
from portal.disputes.answers import NONE, Facts, filled, text_for
from portal.disputes.crediting import needs_second
from portal.disputes.deciding import DecideDispute, OpenAgain, decide_dispute, open_again
from portal.disputes.desk import find_row, list_decisions
from portal.disputes.desk_names import SPOKEN, credit_name, next_step_name, standing_name
from portal.disputes.desk_rows import DeskRow
from portal.disputes.forms import MessageForm
from portal.disputes.notes import list_notes, write_note
from portal.disputes.owning import AssignDispute, assign_dispute
from portal.disputes.pages_desk_forms import AssignForm, DecideForm, NoteForm, VersionForm
from portal.disputes.pages_record import next_round
from portal.disputes.reasons import reasons_of, root_causes_of
from portal.disputes.rows import DisputeView
from portal.disputes.talking import OVER, say_in_dispute
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

deciding = Blueprint("desk_dispute", __name__, url_prefix="/desk")


@deciding.get("/disputes/<ref>")
@guard("desk.view")
def show(ref: str) -> Response:
    return _page(queries.get_dispute(reader(), ref))


@deciding.post("/disputes/<ref>/decisions/<any(accept, accept_part, reject):verdict>")
@guard("dispute.decide")
def decide(ref: str, verdict: str) -> Response:
    asked = _asked(ref)
    form = asked.form(Verdict(verdict))
    is_fit = form.validate()
    if is_fit and respond.attempt(form, decide_dispute, asked.command(form)):
        respond.say(_said(queries.get_dispute(reader(), ref)))
        return respond.see_other(".show", ref=ref)
    return _page(queries.get_dispute(reader(), ref), form)


def _said(view: DisputeView) -> str:
    """What became of a decision: it counts, or waits for somebody else."""
    if view.row.state in OPEN:
        return _("It waits for a second person; the customer is told once they agree.")
    return _("The customer reads the answer and is mailed.")


@deciding.post("/disputes/<ref>/messages")
@guard("dispute.reply")
def reply(ref: str) -> Response:
    view, form = queries.get_dispute(reader(), ref), MessageForm()
    files = form.looked_at() if form.validate() else None
    if files is not None and respond.attempt(
        form, say_in_dispute, form.message(view.row.id, files)
    ):
        respond.say(_("Your message is sent."))
        return respond.see_other(".show", ref=ref, _anchor="talk")
    return _page(queries.get_dispute(reader(), ref), form)


@deciding.post("/disputes/<ref>/notes")
@guard("dispute.note")
def note(ref: str) -> Response:
    view, form = queries.get_dispute(reader(), ref), NoteForm(prefix="note-")
    files = form.looked_at() if form.validate() else None
    if files is not None and respond.attempt(form, write_note, form.command(view.row.id, files)):
        respond.say(_("Noted. The customer never sees it."))
        return respond.see_other(".show", ref=ref, _anchor="notes")
    return _page(queries.get_dispute(reader(), ref), form)


@deciding.get("/disputes/<ref>/owner")
@guard("dispute.decide")
def owner(ref: str) -> Response:
    r = reader()
    row, _spoken = find_row(r, queries.get_dispute(r, ref).row.id)
    has_it = r.refs.of("us", row.owner_id) if row.owner_id else ""
    return _owner_page(row, AssignForm(_people(), is_fresh=True, owner=has_it))


@deciding.post("/disputes/<ref>/owner")
@guard("dispute.decide")
def assign(ref: str) -> Response:
    dispute_id = queries.get_dispute(reader(), ref).row.id
    form = AssignForm(_people())
    chosen = reader().refs.id("us", str(form.owner.data or ""))
    owner_id = actor().user_id if request.form.get("take") else chosen
    is_fit = bool(request.form.get("take")) or form.validate()
    if is_fit and respond.attempt(form, assign_dispute, AssignDispute(dispute_id, owner_id)):
        return respond.see_other(".show", ref=ref)
    return _owner_page(find_row(reader(), dispute_id)[0], form)


def _owner_page(row: DeskRow, form: AssignForm) -> Response:
    return respond.page(
        "disputes/owner.html",
        form.status if form.told() else 200,
        row=row,
        form=form,
    )


@deciding.post("/disputes/<ref>/reopening")
@guard("dispute.decide")
def reopen(ref: str) -> Response:
    view, form = queries.get_dispute(reader(), ref), VersionForm()
    if respond.attempt(form, open_again, OpenAgain(view.row.id, form.version)):
        respond.say(_("The dispute is open again, and yours to decide."))
        return respond.see_other(".show", ref=ref)
    return _page(queries.get_dispute(reader(), ref), form)


# ── What the page shows ──────────────────────────────────────────────────────


def _page(view: DisputeView, form: Form | None = None) -> Response:
    r = reader()
    row, language = find_row(r, view.row.id)
    reasons = reasons_of(r.policy)
    return respond.page(
        "disputes/desk_dispute.html",
        form.status if form and form.told() else 200,
        fragments={"decision-part": "decision"},
        view=view,
        row=row,
        form=form,
        state=names.state_name(row.state),
        reason=names.reason_name(row.reason, reasons),
        decisions=list_decisions(r, row.id),
        causes=root_causes_of(r.policy),
        names=names,
        next_step=next_step_name(row.next_step),
        standing_name=standing_name,
        credit_name=credit_name,
        company=r.company.name,
        today=r.today,
        endings=ENDINGS,
        round=next_round(r, view),
        **_deciding(row, Asked(view, _language(language)), form),
        **_talking(view, form),
    )


@dataclass(frozen=True)
class Asked:
    """The dispute that a decision is made on, and the language of its text."""

    view: DisputeView
    language: str

    @property
    def document(self) -> str:
        """What the text calls what is disputed."""
        return self.view.row.document or self.view.row.statement_number

    def command(self, form: DecideForm) -> DecideDispute:
        """What is decided."""
        return form.command(self.view.row.id, self.facts, self.language)

    @property
    def facts(self) -> Facts:
        """What the text's braces stand for; what is accepted is only known once it is typed."""
        row = self.view.row
        return Facts(row.number, self.document, row.amount)

    def form(self, verdict: Verdict, *, is_fresh: bool = False) -> DecideForm:
        """The form for a verdict; a fresh one begins with the text in its reader's language."""
        r, row = reader(), self.view.row
        kept: dict[str, Any] = {}
        if is_fresh:
            reason = row.reason if row.amount.minor else NONE
            text = text_for(r.policy, verdict, reason, self.language)
            is_whole = verdict is Verdict.ACCEPT
            facts = replace(self.facts, accepted=row.amount) if is_whole else self.facts
            kept["answer"] = filled(text, facts, self.language)
        causes = root_causes_of(r.policy)
        return DecideForm(verdict, row.amount, causes, is_fresh=is_fresh, **kept)


def _language(spoken: str) -> str:
    """The language of the answer: the one that was asked for, else the customer's."""
    return (
        request.values.get("language", "")
        if request.values.get("language") in LANGUAGES
        else spoken
    )


def _asked(ref: str) -> Asked:
    view = queries.get_dispute(reader(), ref)
    return Asked(view, _language(find_row(reader(), view.row.id)[1]))


def _deciding(row: DeskRow, asked: Asked, form: Form | None) -> dict[str, Any]:
    """The decision's form for the verdict that was chosen, and who may have the dispute."""
    r = reader()
    may_decide = allows(r.actor, "dispute.decide", asked.view.row)
    chosen = lists.asked("verdict", _verdicts(row))
    shown = form if isinstance(form, DecideForm) else None
    if chosen and shown is None and may_decide and row.is_open:
        shown = asked.form(Verdict(chosen), is_fresh=True)
    return {
        "may_decide": may_decide,
        "may_reopen": may_decide and may(row.state, Act.REOPEN, Side.HOUSE),
        "verdicts": _verdicts(row),
        "decide_form": shown,
        "language": asked.language,
        "languages": [(name, SPOKEN[name]) for name in LANGUAGES],
        "needs_second": shown is not None and _needs_second(shown),
        "is_mine": row.owner_id == r.actor.user_id,
    }


def _verdicts(row: DeskRow) -> list[Verdict]:
    """What can be decided: of no amount there is no part."""
    return [each for each in Verdict if row.amount.minor or each is not Verdict.ACCEPT_PART]


def _needs_second(form: DecideForm) -> bool:
    """Whether all that could be accepted would wait for a second person."""
    lowers = any(each.lowers_the_claim for each in form.settlements)
    return lowers and needs_second(reader(), form.disputed)


def _people() -> list[tuple[str, str]]:
    r = reader()
    return [
        (r.refs.of("us", user_id), name)
        for user_id, name in list_colleagues(r, Permission.DISPUTE_DECIDE)
    ]


def _talking(view: DisputeView, form: Form | None) -> dict[str, Any]:
    """The talk's form and, for those who write them, the house's own notes."""
    r, row = reader(), view.row
    may_note = allows(r.actor, "dispute.note", row)
    return {
        "may_reply": allows(r.actor, "dispute.reply", row) and row.state not in OVER,
        "message_form": form if isinstance(form, MessageForm) else MessageForm(is_fresh=True),
        "may_note": may_note,
        "notes": list_notes(r, row.id) if may_note else [],
        "note_form": form
        if isinstance(form, NoteForm)
        else NoteForm(prefix="note-", is_fresh=True),
    }
