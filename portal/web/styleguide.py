"""Every component once, with believable figures, for eyes and for axe."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response, current_app

from portal.base.access import NotFound
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.web import current, respond
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField
from portal.web.guard import guard

styleguide = Blueprint("desk_styleguide", __name__, url_prefix="/desk/styleguide")


class SampleForm(Form):
    """One field of each kind; it is never sent anywhere."""

    name = wtforms.StringField(N_("Your name"), [Filled(N_("Enter your name."))])
    note = wtforms.TextAreaField(N_("Note"))
    amount = MoneyField(N_("Your amount"), [Filled(N_("Enter an amount."))])
    pay_on = DateField(N_("When will you pay?"), [Filled(N_("Enter a day."))])
    code = wtforms.StringField(N_("Six digits from the mail"), [Filled(N_("Enter the code."))])
    password = wtforms.PasswordField(N_("Password"), [Filled(N_("Enter your password."))])
    answer = RadioField(
        N_("Your answer"),
        choices=[
            ("confirmed", N_("Confirm")),
            ("confirmed_with_differences", N_("Confirm with differences")),
            ("refused", N_("Do not agree")),
        ],
    )
    is_authorised = wtforms.BooleanField(
        N_("I am authorised to confirm balances for Huadong Trading Co., Ltd.")
    )
    file = wtforms.FileField(N_("Your ledger"), [Filled(N_("Choose a file."))])


def sample_form() -> SampleForm:
    """A form filled in and, in two places, wrongly."""
    form = SampleForm(currency="CNY", name="Chen Wei", answer="confirmed_with_differences")
    form.blame(RuleBroken("money.malformed", field="amount", value="12,5"))
    return form


def sample_lines() -> list[dict[str, object]]:
    """Lines of a statement."""
    amounts = [(-90000, "agreed"), (841900, "open"), (1633800, "differs"), (2425700, "open")]
    balance = 12840000
    lines: list[dict[str, object]] = []
    for number, (minor, answer) in enumerate(amounts, start=4100):
        balance += minor
        kind = "RCT" if minor < 0 else "INV"
        lines.append(
            {
                "ref": f"ln-{number}",
                "number": f"{kind}-2026-0{number}",
                "po": "" if minor < 0 else f"PO-8{number}",
                "debit": Money(minor, "CNY") if minor > 0 else "",
                "credit": Money(-minor, "CNY") if minor < 0 else "",
                "balance": Money(balance, "CNY"),
                "answer": answer,
            }
        )
    return lines


def sample_ageing() -> list[tuple[int, str, Money]]:
    """An ageing in the classic buckets."""
    minors = (98400000, 31207000, 15360000, 0, 8611200)
    names = (_("Not due"), "1–30", "31–60", "61–90", "91+")
    grades = (1, 3, 4, 5, 7)
    return [
        (grade, name, Money(minor, "CNY"))
        for grade, name, minor in zip(grades, names, minors, strict=True)
    ]


@styleguide.get("")
@guard("styleguide.view")
def show() -> Response:
    if not (current_app.debug or current.installation().config.is_demo):
        raise NotFound("styleguide")
    return respond.page(
        "styleguide.html",
        form=sample_form(),
        lines=sample_lines(),
        ageing=sample_ageing(),
        money=lambda minor: Money(minor, "CNY"),
    )
