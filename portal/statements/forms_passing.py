"""What is typed when a statement goes to its approver, and when it comes back."""

from __future__ import annotations

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.statements.answers import LONGEST_NOTE
from portal.statements.authorities import Signatory
from portal.statements.passing import PassStatement, ReturnStatement
from portal.web.forms import Filled, Form

#: Any of the signatories.
ALL = "all"


class PassForm(Form):
    """To which signatory, and what to tell them."""

    to = wtforms.RadioField(N_("Who shall sign?"), [Filled(N_("Choose who shall sign."))])
    comment = wtforms.TextAreaField(N_("Comment"), [Length(max=LONGEST_NOTE)])

    def offer(self, signatories: list[Signatory]) -> None:
        """Offers the signatories, and all of them where there are several."""
        named = [(each.ref, _named(each)) for each in signatories]
        every = [(ALL, _("Any of them"))] if len(named) > 1 else []
        self.to.choices = [*every, *named]
        if self.to.data is None and named:
            self.to.data = self.to.choices[0][0]

    def command(self, statement_id: int, to_id: int | None) -> PassStatement:
        """What was filled in."""
        return PassStatement(statement_id, to_id, str(self.comment.data or ""))


def _named(each: Signatory) -> str:
    if not each.for_name:
        return each.name
    return _("%(name)s, on behalf of %(other)s", name=each.name, other=each.for_name)


class ReturnForm(Form):
    """What should be looked at again."""

    comment = wtforms.TextAreaField(
        N_("What should be looked at again?"),
        [Filled(N_("Say in a sentence what should be looked at again.")), Length(max=LONGEST_NOTE)],
    )

    def command(self, statement_id: int) -> ReturnStatement:
        """What was filled in."""
        return ReturnStatement(statement_id, str(self.comment.data or ""))
