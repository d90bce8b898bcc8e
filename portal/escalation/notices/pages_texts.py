"""The texts of notices in the settings: each seen on a real customer, drafted, then approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import wtforms
from flask import Blueprint, Response, request, url_for
from wtforms.validators import Length

from portal.base.access import NotFound, allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.core.notice_lint import complaints
from portal.core.notice_text import LETTER, SMS, NoticeText, Strength, Wanted, palette_of
from portal.core.policy_schema import LONGEST_BODY, LONGEST_SUBJECT, WRITTEN
from portal.escalation.names import channel_name
from portal.escalation.notices.names import STRENGTHS, strength_name
from portal.escalation.notices.sample import Sample, SendTest, sample_of, send_test
from portal.escalation.notices.texts import own_texts, shipped_texts, text_for
from portal.settings.pages_entries import WhenForm
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Filled
from portal.web.guard import guard
from portal.web.lists import asked

desk = Blueprint("desk_notice_texts", __name__, url_prefix="/desk/settings/notices")

LANGUAGES = (("en", "English"), ("zh-CN", "简体中文"))
#: What each name in a text stands for.
MEANINGS = {
    "clause": N_("what the contract says of breach"),
    "contact": N_("who reads it"),
    "contract": N_("the contract, where all items come from one"),
    "customer": N_("the customer"),
    "days_overdue": N_("how many days the oldest item is overdue"),
    "deadline": N_("the last day to pay"),
    "due_day": N_("the day on which it is due"),
    "earlier": N_("the days of earlier messages"),
    "help": N_("how to reach you"),
    "interest": N_("late interest so far"),
    "invoices": N_("how many invoices"),
    "items": N_("the table of items, in a paragraph of its own"),
    "law": N_("the law on late payment"),
    "links": N_("the links to pay, promise or object, in a paragraph of its own"),
    "oldest": N_("the number of the oldest item"),
    "oldest_day": N_("the day on which the oldest item was due"),
    "payee": N_("the account to pay into, in a paragraph of its own"),
    "set_off": N_("what is paid but not applied yet"),
    "supplier": N_("your company"),
    "today": N_("today"),
    "total": N_("the sum that is asked for"),
}


class TextForm(WhenForm):
    """The words of a notice."""

    subject = wtforms.StringField(N_("Subject"), [Length(max=LONGEST_SUBJECT)])
    body = wtforms.TextAreaField(
        N_("Text of the message"),
        [Filled(N_("Write the text.")), Length(max=LONGEST_BODY)],
        render_kw={"rows": 18},
    )
    customer = wtforms.StringField(N_("Try it on the customer"), [Length(max=60)])

    def text(self, of: NoticeText) -> NoticeText:
        """The text as it is written now."""
        return replace(
            of,
            subject=str(self.subject.data or "").strip(),
            body=str(self.body.data or "").replace("\r\n", "\n").strip(),
        )


@desk.get("")
@guard("company.view")
def index() -> Response:
    r = reader()
    own = own_texts(r.policy)
    return respond.page(
        "escalation/notices/texts.html",
        groups=[(_(word), _rows(strength, own)) for strength, word in STRENGTHS.items()],
        languages=LANGUAGES,
        channel_name=channel_name,
    )


def _rows(strength: str, own: Sequence[NoticeText]) -> list[dict[str, Any]]:
    """By channel, for each language whose text holds, and the steps that have one of their own."""
    rows = []
    for channel in WRITTEN:
        of = [t for t in (*own, *shipped_texts()) if (t.strength, t.channel) == (strength, channel)]
        if not of:
            continue
        steps = sorted({text.step for text in own if text in of})
        rows += [
            {"channel": channel, "step": step, "cells": _cells(of, own, step)}
            for step in ([""] if "" not in steps else []) + steps
        ]
    return rows


def _cells(
    of: Sequence[NoticeText], own: Sequence[NoticeText], step: str
) -> list[tuple[str, bool]]:
    """By language the address of a text, and whether somebody has written it."""
    return [
        (
            url_for(
                ".edit",
                strength=of[0].strength,
                channel=of[0].channel,
                language=language,
                step=step or None,
            ),
            any(text.language == language and text.step == step for text in of if text in own),
        )
        for language, _name in LANGUAGES
    ]


@desk.get("/<strength>/<channel>/<language>")
@guard("company.view")
def edit(strength: str, channel: str, language: str) -> Response:
    text = _text(strength, channel, language)
    form = TextForm(
        subject=text.subject,
        body=text.body,
        effective_on=reader().today,
        customer=asked("customer"),
    )
    return _page(text, form)


@desk.post("/<strength>/<channel>/<language>")
@guard("ladder.change")
def save(strength: str, channel: str, language: str) -> Response:
    text, form = _text(strength, channel, language), TextForm()
    is_told = form.validate()
    written = form.text(text)
    for broken in complaints(written) if is_told else ():
        form.blame(broken)
        is_told = False
    if is_told and form.draft({"notices": _entries(written)}):
        return form.go_on()
    return _page(text, form)


@desk.post("/<strength>/<channel>/<language>/preview")
@guard("ladder.change")
def preview(strength: str, channel: str, language: str) -> Response:
    return _page(_text(strength, channel, language), TextForm(), status=200)


@desk.post("/<strength>/<channel>/<language>/test")
@guard("ladder.change")
def test(strength: str, channel: str, language: str) -> Response:
    text, form = _text(strength, channel, language), TextForm()
    command = SendTest(form.text(text), str(form.customer.data or ""))
    if respond.attempt(form, send_test, command):
        respond.say(_("A test is on its way to %(address)s.", address=str(form.outcome)))
    return _page(text, form, status=form.status if form.told() else 200)


def _text(strength: str, channel: str, language: str) -> NoticeText:
    """The text that holds, under the name that an own one has; `NotFound` for none of ours."""
    known = {name for name, _word in LANGUAGES}
    if strength not in set(Strength) or channel not in WRITTEN or language not in known:
        raise NotFound(strength)
    step = asked("step") or request.form.get("step", "").strip()
    found = text_for(reader().policy, Wanted(strength, channel, language, step))
    name = " ".join(each for each in (strength, channel, language, step) if each)
    return replace(
        found, name=name[:60], strength=strength, channel=channel, language=language, step=step
    )


def _entries(written: NoticeText) -> list[dict[str, str]]:
    """The texts that somebody wrote, with this one in its place."""
    key = (written.strength, written.channel, written.language, written.step)
    others = [
        text
        for text in own_texts(reader().policy)
        if (text.strength, text.channel, text.language, text.step) != key
    ]
    return [_entry(text) for text in (*others, written)]


def _entry(text: NoticeText) -> dict[str, str]:
    told = {
        "name": text.name,
        "strength": text.strength,
        "channel": text.channel,
        "language": text.language,
        "step": text.step,
        "subject": text.subject,
        "body": text.body,
    }
    return {key: value for key, value in told.items() if value or key not in {"step", "subject"}}


def _page(text: NoticeText, form: TextForm, status: int | None = None) -> Response:
    written = form.text(text)
    wrong = [sentence(broken) for broken in complaints(written)]
    sample = None if wrong else sample_of(reader(), written, str(form.customer.data or ""))
    fallback = form.status if form.told() else 200
    return respond.page(
        "escalation/notices/text.html",
        fallback if status is None else status,
        fragments={"preview": "preview"},
        form=form,
        text=text,
        wrong=wrong,
        sample=sample,
        said=_said(sample),
        shipped=_shipped(text),
        palette=[(f"{{{name}}}", _(MEANINGS[name])) for name in palette_of(text.channel)],
        title=f"{strength_name(text.strength)}, {channel_name(text.channel)}",
        language_name=dict(LANGUAGES)[text.language],
        is_sms=text.channel == SMS,
        is_letter=text.channel == LETTER,
        may_change=allows(actor(), "ladder.change"),
    )


def _said(sample: Sample | None) -> str:
    """What a text message says, in one line."""
    blocks = sample.content.blocks if sample else ()
    return " ".join(block.words for block in blocks if block.words)


def _shipped(text: NoticeText) -> NoticeText | None:
    """The text that comes with the product in this one's place."""
    key = (text.strength, text.channel, text.language)
    return next((t for t in shipped_texts() if (t.strength, t.channel, t.language) == key), None)
