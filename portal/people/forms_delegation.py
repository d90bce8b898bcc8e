"""The form by which a signatory hands their signing to a colleague."""

from __future__ import annotations

import datetime as dt
from typing import cast

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.people.commands import HandOverSigning
from portal.people.commands.delegating import LONGEST_NOTE
from portal.web.forms import DateField, Filled, Form, Pair, SelectField, options


class DelegationForm(Form):
    """To whom, from which day to which, and why."""

    to = SelectField(N_("Colleague"), [Filled(N_("Choose a colleague."))])
    from_on = DateField(N_("First day"), [Filled(N_("Enter the first day."))])
    until_on = DateField(N_("Last day"), [Filled(N_("Enter the last day."))])
    note = wtforms.StringField(N_("Note"), [Length(max=LONGEST_NOTE)])

    def offer(self, colleagues: list[Pair]) -> None:
        """Offers the colleagues, by ref and name."""
        self.to.choices = options([("", _("Choose")), *colleagues])

    def command(self, customer_id: int, to_id: int) -> HandOverSigning:
        """What was filled in."""
        return HandOverSigning(
            customer_id=customer_id,
            to_id=to_id,
            from_on=cast("dt.date", self.from_on.data),
            until_on=cast("dt.date", self.until_on.data),
            note=str(self.note.data or ""),
        )
