"""What managers type: why they decide so, and who decides while somebody is away."""

from __future__ import annotations

from typing import Any

import wtforms
from wtforms.validators import Length

from portal.approvals.deciding import LONGEST_COMMENT, ApproveRequest, RefuseRequest
from portal.approvals.stand_ins import NameStandIn
from portal.approvals.tasks import LONGEST_OUTCOME
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.web.forms import DateField, Filled, Form, SelectField, options

Managers = list[tuple[int, str]]


class ApproveForm(Form):
    """A remark with the approval, if anything."""

    comment = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_COMMENT)])

    def command(self, approval_id: int) -> ApproveRequest:
        """That it is approved."""
        return ApproveRequest(approval_id, str(self.comment.data or ""))


class RefuseForm(Form):
    """Why a request is refused."""

    comment = wtforms.TextAreaField(
        N_("Why not"),
        [
            Filled(N_("Write why you refuse it; the proposer reads it.")),
            Length(max=LONGEST_COMMENT),
        ],
    )

    def __init__(self, **options_: Any) -> None:
        """Keep its field apart from the approval's on the same page."""
        super().__init__(prefix="refuse-", **options_)

    def command(self, approval_id: int) -> RefuseRequest:
        """That it is refused."""
        return RefuseRequest(approval_id, str(self.comment.data or ""))


class StandInForm(Form):
    """Who decides for whom, from when until when."""

    absent = SelectField(N_("Who is away"), [Filled(N_("Choose who is away."))])
    stand_in = SelectField(N_("Who decides meanwhile"), [Filled(N_("Choose a colleague."))])
    from_on = DateField(N_("From"), [Filled(N_("Enter the first day."))])
    until_on = DateField(N_("Until"), [Filled(N_("Enter the last day."))])

    def __init__(self, away: Managers, managers: Managers, **kept: Any) -> None:
        """Offer who can be away and who can decide."""
        super().__init__(**kept)
        self.absent.choices = options([(str(user_id), name) for user_id, name in away])
        others = [(str(user_id), name) for user_id, name in managers]
        self.stand_in.choices = options([("", _("Choose")), *others])

    def command(self) -> NameStandIn:
        """What was chosen."""
        assert self.from_on.data is not None
        assert self.until_on.data is not None
        return NameStandIn(
            int(self.absent.data), int(self.stand_in.data), self.from_on.data, self.until_on.data
        )


class OutcomeForm(Form):
    """What came of a task."""

    result = wtforms.StringField(
        N_("What came of it"),
        [Filled(N_("Write in a few words what came of it.")), Length(max=LONGEST_OUTCOME)],
    )


class OwnerForm(Form):
    """Who is to do a task, or looks after something."""

    owner = SelectField(N_("Who does it"), choices=[])

    def __init__(self, colleagues: list[tuple[int, str]], **options: Any) -> None:
        """Offer the colleagues who do tasks, and nobody."""
        super().__init__(**options)
        offered = ((str(user_id), name) for user_id, name in colleagues)
        self.owner.choices = [("", _("Nobody in particular")), *offered]

    @property
    def owner_id(self) -> int | None:
        """Who was chosen."""
        return int(self.owner.data) if self.owner.data else None
