"""The shape of the settings forms."""

from __future__ import annotations

import wtforms
from wtforms.validators import Length, NumberRange

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.settings.commands import ChangeCompany, ChangePolicy
from portal.web.forms import Filled, Form, SelectField

SHORT, LONG = Length(max=200), Length(max=600)


class CompanyForm(Form):
    """Who we are, how to reach us, where to pay."""

    name = wtforms.StringField(
        N_("Name"), [Filled(N_("Enter the name that customers know you by.")), SHORT]
    )
    legal_name = wtforms.StringField(
        N_("Legal name"), [Filled(N_("Enter the name in the commercial register.")), SHORT]
    )
    tax_id = wtforms.StringField(N_("Tax number"), [SHORT])
    address = wtforms.TextAreaField(N_("Address"), [LONG])
    country = wtforms.StringField(N_("Country (two letters)"), [Length(max=2)])
    language = SelectField(N_("Language"), choices=[("en", "English"), ("zh-CN", "简体中文")])
    help_email = wtforms.StringField(N_("E-mail for questions"), [SHORT])
    help_phone = wtforms.StringField(N_("Telephone for questions"), [SHORT])
    bank_name = wtforms.StringField(N_("Bank"), [SHORT])
    bank_holder = wtforms.StringField(N_("Account holder"), [SHORT])
    bank_account = wtforms.StringField(N_("Account number or IBAN"), [SHORT])

    def command(self) -> ChangeCompany:
        """What the form asks for."""
        data = {name: (value or "").strip() for name, value in self.data.items()}
        return ChangeCompany(**{**data, "country": data["country"].upper()})


class PolicyForm(Form):
    """How workdays are counted, ages made and answers asked for."""

    calendar_country = SelectField(N_("Country whose holidays count"))
    ageing_buckets = wtforms.StringField(
        N_("Ageing: last day of each column"), [Filled(N_("Enter days, such as 30, 60, 90."))]
    )
    statement_remind_after_workdays = wtforms.StringField(
        N_("Workdays after which who has not answered is reminded"), [SHORT]
    )
    statement_silence_after_workdays = wtforms.IntegerField(
        N_("Workdays past the answer day after which agreed silence counts"),
        [NumberRange(1, 60, N_("Enter 1 to 60 workdays."))],
    )
    invoice_within_days = wtforms.IntegerField(
        N_("Days after a delivery to invoice it in"),
        [NumberRange(0, 365, N_("Enter 0 to 365 days."))],
    )
    retention_years = wtforms.IntegerField(
        N_("Years that records are kept"), [NumberRange(1, 100, N_("Enter 1 to 100 years."))]
    )

    def validate_statement_remind_after_workdays(self, field: wtforms.StringField) -> None:
        """Whole numbers, divided by commas; none at all reminds nobody."""
        days = (field.data or "").strip()
        if days and not all(part.strip().isdecimal() for part in days.split(",")):
            raise wtforms.ValidationError(_("Enter workdays, such as 3, 5, 8."))

    def validate_ageing_buckets(self, field: wtforms.StringField) -> None:
        """Whole numbers, divided by commas."""
        if not all(part.strip().isdecimal() for part in (field.data or "").split(",")):
            raise wtforms.ValidationError(_("Enter days, such as 30, 60, 90."))

    def command(self) -> ChangePolicy:
        """What the form asks for."""
        days = self.statement_remind_after_workdays.data or ""
        return ChangePolicy(
            calendar_country=self.calendar_country.data or "",
            ageing_buckets=tuple(int(part) for part in (self.ageing_buckets.data or "").split(",")),
            statement_remind_after_workdays=tuple(map(int, filter(str.strip, days.split(",")))),
            statement_silence_after_workdays=self.statement_silence_after_workdays.data or 0,
            invoice_within_days=self.invoice_within_days.data or 0,
            retention_years=self.retention_years.data or 0,
        )
