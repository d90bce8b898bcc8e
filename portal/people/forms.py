"""The forms of signing in, of one's own security, and of inviting people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import wtforms
from wtforms.validators import Length, StopValidation

from portal.base.access import CUSTOMER_ROLES, STAFF_ROLES
from portal.base.language import LANGUAGES, N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.people.addresses import folded, is_address
from portal.people.commands.delegating import LONGEST_NOTE, HandOverSigning
from portal.people.passwords import check_password
from portal.web.forms import (
    DateField,
    Filled,
    Form,
    MoneyField,
    Pair,
    RadioField,
    SelectField,
    TicksField,
    options,
)
from portal.web.roles import ROLE_NAMES

#: What stands for an address, a code, a password: nothing longer is even looked at.
LONGEST = 254
LONGEST_CODE = 40
LONGEST_SECRET = 512
#: In the languages' own words, so that everybody finds theirs.
LANGUAGE_CHOICES = [(LANGUAGES[0], "English"), (LANGUAGES[1], "中文")]
CUSTOMER_CHOICES = [(role, ROLE_NAMES[role]) for role in CUSTOMER_ROLES]
STAFF_CHOICES = [(role, ROLE_NAMES[role]) for role in STAFF_ROLES]


class AtMost:
    """The field holds no more than so many characters."""

    def __init__(self, most: int) -> None:
        """Keep the number."""
        self.most = most

    def __call__(self, form: wtforms.Form, field: wtforms.Field) -> None:
        """Refuse what is longer before anybody computes with it."""
        if len(field.data or "") > self.most:
            raise StopValidation(_("Enter at most %(most)s characters.", most=self.most))


def one_address(_form: wtforms.Form, field: wtforms.Field) -> None:
    """Refuses what cannot be an e-mail address."""
    if not is_address(folded(field.data or "")):
        raise StopValidation(_("Enter one e-mail address, such as name@example.com."))


def trimmed(text: str | None) -> str:
    """What was typed, without the blanks around it."""
    return (text or "").strip()


class EmailForm(Form):
    """The first step: who."""

    email = wtforms.EmailField(
        N_("E-mail address"),
        [
            Filled(N_("Enter your e-mail address.")),
            AtMost(LONGEST),
            one_address,
        ],
        filters=[trimmed],
    )


class CodeForm(Form):
    """A code that was mailed, shown by an app, or kept for the day the app is lost."""

    code = wtforms.StringField(
        N_("Code"),
        [Filled(N_("Enter the code.")), AtMost(LONGEST_CODE)],
        filters=[trimmed],
    )


class PasswordForm(Form):
    """The password of who signs in."""

    password = wtforms.PasswordField(
        N_("Password"),
        [Filled(N_("Enter your password.")), AtMost(LONGEST_SECRET)],
    )


class SecondFactorForm(CodeForm):
    """A code of the app, and whether this browser shall be asked again."""

    remembers = wtforms.BooleanField(N_("Do not ask for it on this device for 30 days"))


class ChoosePassword(Form):
    """A password that is to be chosen; the rules are those of `passwords.check_password`."""

    own_words: tuple[str, ...] = ()
    password = wtforms.PasswordField(
        N_("New password"),
        [Filled(N_("Choose a password.")), AtMost(LONGEST_SECRET)],
    )

    def is_acceptable(self) -> bool:
        """Whether it is filled in right and may be chosen; the refusal stands on the field."""
        if not self.validate():
            return False
        try:
            check_password(str(self.password.data), *self.own_words)
        except RuleBroken as broken:
            self.blame(broken)
            return False
        return True


class MaybePassword(ChoosePassword):
    """A customer's person may do without a password and get a code by mail each time."""

    password = wtforms.PasswordField(N_("Password"))

    def is_acceptable(self) -> bool:
        """Whether nothing was chosen, or something that may be."""
        return not self.password.data or super().is_acceptable()


class ReproofMixin:
    """The proof of who sits there, before a change: the present password, or a mailed code."""

    current = wtforms.PasswordField(N_("Present password"))
    code = wtforms.StringField(N_("Code from the mail"), filters=[trimmed])


class ChangePasswordForm(ReproofMixin, ChoosePassword):
    """A new password, with the proof of who asks for it."""


class ReproofForm(ReproofMixin, Form):
    """Only the proof."""


class EnrolForm(Form):
    """The key that was offered, and the code that the app makes of it."""

    offer = wtforms.HiddenField()
    code = wtforms.StringField(
        N_("Code that the app shows"),
        [Filled(N_("Enter the code.")), AtMost(LONGEST_CODE)],
        filters=[trimmed],
    )


class EnrolAgainForm(ReproofMixin, Form):
    """A new app instead of the old one, with the proof of who sets it up."""

    offer = wtforms.HiddenField()
    app_code = wtforms.StringField(
        N_("Code that the app shows"), [Filled(N_("Enter the code."))], filters=[trimmed]
    )


class Whom(Form):
    """Somebody to invite."""

    email = wtforms.EmailField(
        N_("E-mail address"),
        [Filled(N_("Enter the address to send the invitation to."))],
        filters=[trimmed],
    )
    name = wtforms.StringField(
        N_("Name"),
        [Filled(N_("Enter the person's name.")), AtMost(LONGEST)],
        filters=[trimmed],
    )
    language = RadioField(N_("Language of mails"), choices=LANGUAGE_CHOICES, default="en")


class InviteForm(Whom):
    """Whom to invite to a customer's portal."""

    role = RadioField(N_("Role"), choices=CUSTOMER_CHOICES, default="customer_accountant")


class InviteStaffForm(Whom):
    """Whom to invite among our own."""

    role = SelectField(N_("Role"), choices=STAFF_CHOICES)


class InviteToForm(Whom):
    """Whom to invite, as what, and to which branches."""

    roles = TicksField(
        N_("Roles"), [Filled(N_("Choose at least one role."))], choices=CUSTOMER_CHOICES
    )
    branches = TicksField(N_("Branches"))


class AccessForm(Form):
    """What a person may do at each branch; `access_form` adds the fields, one a branch."""

    @property
    def places(self) -> list[TicksField]:
        """The fields, in the order of the branches."""
        return [field for field in self if isinstance(field, TicksField)]


class LimitsForm(Form):
    """How much a person may sign for; `limits_form` adds the fields, one a currency."""

    @property
    def limits(self) -> list[MoneyField]:
        """The fields, by currency."""
        return [field for field in self if isinstance(field, MoneyField)]


def access_form(
    branches: Sequence[tuple[str, str]], roles: Mapping[str, list[str]], *, is_fresh: bool = False
) -> AccessForm:
    """The form over these branches, as reference and name, filled with the roles held there."""
    fields = {ref: TicksField(name, choices=CUSTOMER_CHOICES) for ref, name in branches}
    kind: type[AccessForm] = type("AccessFormOfBranches", (AccessForm,), fields)
    held: dict[str, Any] = {ref: roles.get(ref, []) for ref in fields}
    return kind(is_fresh=is_fresh, **held)


def limits_form(
    currencies: Sequence[str], limits: Sequence[Money], *, is_fresh: bool = False
) -> LimitsForm:
    """The form over these currencies, filled with the limits that are on file."""
    fields = {
        f"limit_{currency}": MoneyField(
            _("May sign for up to, in %(currency)s", currency=currency), currency=currency
        )
        for currency in sorted({*currencies, *(limit.currency for limit in limits)})
    }
    kind: type[LimitsForm] = type("LimitsFormOfCurrencies", (LimitsForm,), fields)
    set_already: dict[str, Any] = {f"limit_{limit.currency}": limit for limit in limits}
    return kind(is_fresh=is_fresh, **set_already)


class StaffRoleForm(Form):
    """What one of our own may do."""

    role = SelectField(N_("Role"), choices=STAFF_CHOICES)


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
