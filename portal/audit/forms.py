"""What admins type for an auditor's seat, and what an auditor types for samples and requests."""

from __future__ import annotations

import wtforms
from wtforms.validators import Length

from portal.audit.seats import SeatTerms
from portal.base.language import N_
from portal.people.forms import Whom
from portal.web.forms import DateField, Filled, Form

LONGEST_PURPOSE = 200


class SeatForm(Form):
    """The days of a seat and its purpose."""

    from_on = DateField(N_("First day"), [Filled(N_("Choose the first day."))])
    until_on = DateField(N_("Last day"), [Filled(N_("Choose the last day."))])
    purpose = wtforms.StringField(
        N_("Purpose"), [Filled(N_("Say what the seat is for.")), Length(max=LONGEST_PURPOSE)]
    )

    def terms(self) -> SeatTerms:
        """What was typed."""
        return SeatTerms(self.from_on.data, self.until_on.data, str(self.purpose.data).strip())


class InviteAuditorForm(Whom, SeatForm):
    """Somebody from outside, and their seat."""
