"""The shape of what people type about letters."""

from __future__ import annotations

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.escalation.notices.commands import LONGEST_TRACKING, DeliverLetter, PostLetters
from portal.web.forms import DateField, Filled, Form


class PostForm(Form):
    """That a letter was handed to the post."""

    tracking = wtforms.StringField(N_("The post’s number"), [Length(max=LONGEST_TRACKING)])

    def command(self, notice_id: int) -> PostLetters:
        """What the form asks for."""
        return PostLetters((notice_id,), str(self.tracking.data or ""))


class DeliveryForm(Form):
    """That the post has handed it over."""

    on = DateField(N_("Delivered on"), [Filled(N_("Enter the day on which it was delivered."))])

    def command(self, notice_id: int) -> DeliverLetter:
        """What the form asks for."""
        assert self.on.data is not None
        return DeliverLetter(notice_id, self.on.data)
