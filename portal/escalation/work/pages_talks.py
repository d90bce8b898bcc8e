"""Talks with a customer and comments of colleagues on it, on pages of their own at the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.customers.queries import CustomerFile, get_customer
from portal.escalation.work.comments import colleagues_at, comments_on, write_comment
from portal.escalation.work.forms import CommentForm, TalkForm
from portal.escalation.work.names import TALK_WORDS, guidance_for
from portal.escalation.work.talk_list import LATELY, last_talks, list_talks, talks_with
from portal.escalation.work.talks import log_talk
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

desk = Blueprint("desk_talks", __name__, url_prefix="/desk")

#: So many talks stand on the customer's first page.
GLANCE = 4


def _customer(ref: str) -> CustomerFile:
    return get_customer(reader(), ref)


@desk.get("/customers/<ref>/talks")
@guard("customer.view")
def talks(ref: str) -> Response:
    r = reader()
    if respond.asks_for("talks-part"):
        customer_id = r.id_of("cu", ref)
        return respond.page(
            "escalation/work/talks.html",
            fragments={"talks-part": "glance"},
            talks=last_talks(r, customer_id, GLANCE),
            counted=talks_with(r, customer_id, r.today - LATELY, r.today),
            ref=ref,
            is_glance=True,
            may_talk=allows(actor(), "contact.log"),
            **TALK_WORDS,
        )
    return _talks_page(ref, TalkForm(is_fresh=True, on=r.today))


def _talks_page(ref: str, form: TalkForm) -> Response:
    r, customer = reader(), _customer(ref)
    found = list_talks(r, customer.row.id, lists.page_number(), lists.page_size())
    return respond.page(
        "escalation/work/talks.html",
        form.status if form.told() else 200,
        customer=customer,
        ref=ref,
        found=found,
        talks=found.rows,
        counted=talks_with(r, customer.row.id, r.today - LATELY, r.today),
        pager=lists.pager(found.page, found.pages, found.count, lists.page_size()),
        form=form,
        guidance=guidance_for(""),
        is_glance=False,
        may_talk=allows(actor(), "contact.log"),
        **TALK_WORDS,
    )


@desk.post("/customers/<ref>/talks")
@guard("contact.log")
def log(ref: str) -> Response:
    form, customer_id = TalkForm(), _customer(ref).row.id
    if form.validate():
        command = form.command(customer_id, reader().today, None)
        if respond.attempt(form, log_talk, command):
            respond.say(_("The talk is noted."))
            return respond.see_other(".talks", ref=ref)
    return _talks_page(ref, form)


@desk.get("/customers/<ref>/comments")
@guard("desk.view")
def comments(ref: str) -> Response:
    return _comments_page(ref, None)


def _comments_page(ref: str, form: CommentForm | None) -> Response:
    r, customer = reader(), _customer(ref)
    told: dict[str, Any] = {"may_write": allows(actor(), "comment.write")}
    shown = form or CommentForm(colleagues_at(r, customer.row.id), is_fresh=True)
    return respond.page(
        "escalation/work/comments.html",
        form.status if form and form.told() else 200,
        customer=customer,
        comments=comments_on(r, customer.row.id),
        form=shown,
        **told,
    )


@desk.post("/customers/<ref>/comments")
@guard("comment.write")
def comment(ref: str) -> Response:
    customer_id = _customer(ref).row.id
    form = CommentForm(colleagues_at(reader(), customer_id))
    command = form.command(f"customer/{customer_id}") if form.validate() else None
    if command is not None and respond.attempt(form, write_comment, command):
        respond.say(_("The comment is written."))
        return respond.see_other(".comments", ref=ref)
    return _comments_page(ref, form)
