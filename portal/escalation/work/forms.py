"""What people type about their work: a rest, a comment, a talk."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms.validators import Length, Optional

from portal.approvals.tasks import LONGEST_OUTCOME
from portal.base.language import N_
from portal.base.talks_said import CHANNELS, OUTCOMES
from portal.core.promise import Reason
from portal.core.talk import LONGEST_NOTE, Channel, Outcome
from portal.core.work_rank import next_monday
from portal.escalation.work.comments import LONGEST_WORDS, WriteComment
from portal.escalation.work.talks import LONGEST_NAME, LogTalk
from portal.promises.names import REASONS
from portal.web.forms import DateField, Filled, Form, SelectField, TicksField, key_of_form

TOMORROW, MONDAY = "tomorrow", "monday"


class RestForm(Form):
    """Until when something rests: tomorrow, Monday, or a day with a reason."""

    until = DateField(N_("Until"), [Optional()])
    reason = wtforms.StringField(N_("Why"), [Optional(), Length(max=LONGEST_OUTCOME)])
    when = wtforms.StringField()

    def day(self, today: dt.date) -> dt.date:
        """The day that was chosen; today, which is refused, where none was."""
        if self.when.data == TOMORROW:
            return today + dt.timedelta(days=1)
        if self.when.data == MONDAY:
            return next_monday(today)
        found: dt.date = self.until.data or today
        return found


def _new_key() -> str:
    return secrets.token_hex(16)


class CommentForm(Form):
    """A comment, and who is called in by it."""

    key = wtforms.HiddenField(default=_new_key)
    words = wtforms.TextAreaField(
        N_("Comment"),
        [Filled(N_("Write what you want to say.")), Length(max=LONGEST_WORDS)],
    )
    mentions = TicksField(N_("Call in"), choices=[])

    def __init__(self, colleagues: list[tuple[int, str]], **options: Any) -> None:
        """Offer the colleagues who see the customer."""
        super().__init__(**options)
        self.mentions.choices = [(str(user_id), name) for user_id, name in colleagues]

    def command(self, subject: str) -> WriteComment:
        """What was written, about what; a name behind an @ calls its bearer in as a tick does."""
        words = str(self.words.data or "")
        named = _called_in(words, self.mentions.choices)
        ticked = {int(each) for each in self.mentions.data or ()}
        return WriteComment(subject, words, tuple(sorted(named | ticked)), key_of_form())


def _called_in(words: str, people: Sequence[tuple[str, str]]) -> set[int]:
    """Whose name stands behind an @; of names that begin alike the longest that fits."""
    left, found = words.lower(), set()
    for value, name in sorted(people, key=_length):
        if f"@{name}".lower() in left:
            left = left.replace(f"@{name}".lower(), " ")
            found.add(int(value))
    return found


def _length(person: tuple[str, str]) -> int:
    return -len(person[1])


class TalkForm(Form):
    """A talk: what came of it, with whom, and when it goes on."""

    key = wtforms.HiddenField(default=_new_key)
    result = SelectField(
        N_("What came of it"),
        [Filled(N_("Choose what came of it."))],
        choices=[("", N_("Choose")), *((name, words) for name, (words, _tone) in OUTCOMES.items())],
    )
    spoke_with = wtforms.StringField(N_("Spoke with"), [Optional(), Length(max=LONGEST_NAME)])
    decides = wtforms.BooleanField(N_("This person decides about payments"))
    reason = SelectField(
        N_("Why it is late"),
        [Optional()],
        choices=[(each.value, words) for each, words in REASONS.items()],
        default=Reason.UNSAID.value,
    )
    next_on = DateField(N_("Goes on"), [Optional()])
    note = wtforms.TextAreaField(N_("Note"), [Optional(), Length(max=LONGEST_NOTE)])
    channel = SelectField(N_("How"), choices=list(CHANNELS.items()), default=Channel.CALL.value)
    on = DateField(N_("On"), [Optional()])
    is_incoming = wtforms.BooleanField(N_("They called us"))
    ends_task = wtforms.BooleanField(N_("The task is done with it"))

    def command(self, customer_id: int, today: dt.date, task_id: int | None) -> LogTalk:
        """The talk as it was noted."""
        return LogTalk(
            customer_id=customer_id,
            on=self.on.data or today,
            channel=Channel(self.channel.data),
            outcome=Outcome(self.result.data),
            reason=Reason(self.reason.data or Reason.UNSAID),
            is_incoming=bool(self.is_incoming.data),
            spoke_with=str(self.spoke_with.data or ""),
            decides=bool(self.decides.data),
            note=str(self.note.data or ""),
            next_on=self.next_on.data,
            task_id=task_id,
            ends_task=bool(self.ends_task.data),
            key=key_of_form(),
        )
