"""The shape of a contact's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import wtforms
from wtforms.validators import Length

from portal.base.access import CUSTOMER_ROLES
from portal.base.language import LANGUAGES, N_
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.customers.commands import KeepContact
from portal.customers.queries import ContactRow
from portal.web.forms import Filled, Form, MoneyField, SelectField
from portal.web.roles import ROLE_NAMES

SHORT = Length(max=200)
LIMIT = "limit_"


def trimmed(text: str | None) -> str:
    """What was typed, without the blanks around it."""
    return (text or "").strip()


class ContactForm(Form):
    """A person at a customer; `contact_form` adds a limit for each currency."""

    name = wtforms.StringField(
        N_("Name"), [Filled(N_("Enter the person's name.")), SHORT], filters=[trimmed]
    )
    email = wtforms.EmailField(
        N_("E-mail address"),
        [Filled(N_("Enter the address to write to.")), Length(max=254)],
        filters=[trimmed],
    )
    phone = wtforms.TelField(N_("Telephone"), [SHORT], filters=[trimmed])
    #: The heading of a page is called `title` already.
    title = wtforms.StringField(N_("Position"), [SHORT], filters=[trimmed], id="contact-title")
    role = SelectField(
        N_("Role when invited"),
        choices=[("", N_("Not decided")), *((role, ROLE_NAMES[role]) for role in CUSTOMER_ROLES)],
    )
    language = SelectField(
        N_("Language of mails"),
        choices=[("", N_("The customer's")), (LANGUAGES[0], "English"), (LANGUAGES[1], "中文")],
    )
    gets_statements = wtforms.BooleanField(N_("Is told when a statement is issued"))

    @property
    def limits(self) -> list[MoneyField]:
        """The fields for how much the person may sign for, one a currency."""
        return [field for field in self if isinstance(field, MoneyField)]

    def command(self, customer_id: int, contact_id: int | None = None) -> KeepContact:
        """What the form asks for."""
        said: dict[str, Any] = {
            name: value for name, value in self.data.items() if not name.startswith(LIMIT)
        }
        limits = tuple(field.data for field in self.limits if isinstance(field.data, Money))
        return KeepContact(
            customer_id=customer_id,
            contact_id=contact_id,
            **{**said, "email": said["email"].lower()},
            limits=limits,
        )


FormOfContact: TypeAlias = type[ContactForm]


def contact_form(currencies: Sequence[str], contact: ContactRow | None = None) -> ContactForm:
    """The form of a contact, with a limit for each of these currencies."""
    fields: dict[str, Any] = {
        f"{LIMIT}{currency}": MoneyField(
            _("May sign for up to, in %(currency)s", currency=currency), currency=currency
        )
        for currency in currencies
    }
    kind: FormOfContact = type("ContactFormWithLimits", (ContactForm,), fields)
    if contact is None:
        return kind(gets_statements=True)
    kept = {name: getattr(contact, name) for name in ContactForm().data}
    limits: dict[str, Any] = {f"{LIMIT}{limit.currency}": limit for limit in contact.limits}
    return kind(**kept, **limits)
