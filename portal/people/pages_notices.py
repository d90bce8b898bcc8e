"""Which messages one gets: the choice of who is signed in, and the link that stops some of them."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response
from werkzeug.exceptions import Gone
from wtforms.validators import Length

from portal.base.access import NotFound
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.notices import EVENTS, read_unsubscribe
from portal.base.sms import TEXTS
from portal.core.notices import Pace
from portal.people.commands import ChooseNotices, ChooseTexts, choose_notices, stop_notices
from portal.people.forms import LANGUAGE_CHOICES, trimmed
from portal.people.queries import NoticeChoices, get_notice_choices
from portal.people.recognising import actor_of
from portal.people.words import always_sent, notice_name, notices_for, texted_to
from portal.web import current, respond
from portal.web.forms import Form, RadioField, SelectField
from portal.web.guard import guard

notices = Blueprint("notices", __name__)

PACES = [
    (Pace.AT_ONCE.value, N_("At once")),
    (Pace.DAILY.value, N_("Once a day")),
    (Pace.OFF.value, N_("Not at all")),
]
HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]


class NoticesForm(Form):
    """One choice an event, the language, the hours without messages."""

    language = RadioField(N_("Language of mails"), choices=LANGUAGE_CHOICES)
    has_quiet = wtforms.BooleanField(N_("Keep back what can wait in these hours"))
    quiet_from = SelectField(N_("From"), choices=HOURS, default="20")
    quiet_until = SelectField(N_("Until"), choices=HOURS, default="8")
    phone = wtforms.TelField(N_("Mobile phone"), [Length(max=40)], filters=[trimmed])

    def command(self) -> ChooseNotices:
        """What was chosen."""
        paces = {event: str(self[event].data) for event in EVENTS if event in self}
        hours = (int(self.quiet_from.data), int(self.quiet_until.data))
        quiet = hours if self.has_quiet.data else None
        texts = ChooseTexts(self.phone.data or "", self._texts()) if self.has_texts else None
        return ChooseNotices(str(self.language.data), paces, quiet, texts)

    @property
    def has_texts(self) -> bool:
        """Whether texts can be chosen here at all."""
        return any(text_field(event) in self for event in TEXTS)

    def _texts(self) -> frozenset[str]:
        fields = {event: text_field(event) for event in TEXTS}
        return frozenset(
            event for event, name in fields.items() if name in self and self[name].data
        )


def text_field(event: str) -> str:
    """The name of the box that asks for texts about an event."""
    return f"text_{event}"


def _form(chosen: NoticeChoices) -> NoticesForm:
    fields = {
        event: RadioField(words, choices=PACES)
        for event, words in notices_for(current.actor().kind)
    }
    texted = texted_to(current.actor().kind) if current.installation().config.sms else []
    boxes = {text_field(event): wtforms.BooleanField(words) for event, words in texted}
    quiet = chosen.quiet or (20, 8)
    form: NoticesForm = type("Chosen", (NoticesForm,), fields | boxes)(
        language=chosen.language,
        has_quiet=chosen.quiet is not None,
        quiet_from=str(quiet[0]),
        quiet_until=str(quiet[1]),
        phone=chosen.phone,
        **{event: chosen.paces.get(event, Pace.AT_ONCE.value) for event in fields},
        **{text_field(event): event in chosen.texts for event, _words in texted},
    )
    return form


@notices.route("/account/notifications", methods=["GET", "POST"])
@guard("notification.own")
def choose() -> Response:
    form = _form(get_notice_choices(current.reader()))
    is_valid = form.is_submitted and form.validate()
    if is_valid and respond.attempt(form, choose_notices, form.command()):
        respond.say(_("Your messages come as you chose."))
        return respond.see_other(".choose")
    return respond.page(
        "people/notices.html",
        form.status if form.is_submitted else 200,
        form=form,
        text_field=text_field,
        events=[event for event, _words in notices_for(current.actor().kind)],
        paces=PACES,
        always=always_sent(current.actor().kind),
        zone=current.reader().company.timezone,
        is_staff=current.actor().kind == "staff",
    )


# ── By the link of a mail, without signing in ────────────────────────────────


@notices.get("/unsubscribe/<token>")
@guard("public")
def ask(token: str) -> Response:
    _user_id, event = _read(token)
    return respond.page(
        "people/unsubscribe.html", what=notice_name(event), token=token, is_done=False
    )


@notices.post("/unsubscribe/<token>")
@guard("public")
def stop(token: str) -> Response:
    user_id, event = _read(token)
    try:
        person = actor_of(current.reader(), user_id)
    except NotFound as error:
        raise Gone from error
    form = Form()
    if not respond.attempt(form, stop_notices, event, person):
        raise Gone
    return respond.page(
        "people/unsubscribe.html", what=notice_name(event), token=token, is_done=True
    )


def _read(token: str) -> tuple[int, str]:
    found = read_unsubscribe(current.reader(), token)
    if found is None:
        raise Gone
    return found
