"""The policy as text: what is in force, its versions side by side, a file that is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import wtforms
from flask import Blueprint, Response, request

from portal.base.access import NotFound, allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.policy import PolicyInForce
from portal.base.sentences import sentence
from portal.core.errors import RuleBroken
from portal.core.policy_difference import Change, differences
from portal.core.policy_text import Fault, decoded
from portal.core.toml_writing import assignment
from portal.settings.pages_entries import Together, WhenForm
from portal.settings.policy_files import Compared, PolicyRefused, compare_policy, export_policy
from portal.settings.policy_versions import get_policy, list_presets, list_versions, preset_text
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk_policy = Blueprint("desk_policy", __name__, url_prefix="/desk/settings/policy")

PRESET_NAMES = {
    "four_stages": N_("Ladder of four stages"),
    "twelve_steps": N_("Ladder of twelve steps"),
}


class TryForm(Form):
    """A policy as a file, or as text that is typed."""

    file = wtforms.FileField(N_("File"))
    text = wtforms.TextAreaField(
        N_("Policy as text"), render_kw={"rows": 16, "spellcheck": "false"}
    )

    def read(self) -> str:
        """The text of the file, else what was typed; none where it cannot be read."""
        upload = request.files.get(self.file.name)
        body = upload.read() if upload and upload.filename else None
        try:
            return decoded((self.text.data or "").encode() if body is None else body)
        except RuleBroken as broken:
            where = "text" if body is None else "file"
            self.blame(RuleBroken(broken.code, field=where, **broken.facts))
            return ""


@dataclass(frozen=True)
class Tried:
    """What became of a text: its difference, or its faults."""

    compared: Compared | None = None
    faults: Sequence[Fault] = ()
    text: str = ""
    lines: dict[int, list[str]] = field(default_factory=dict)


@desk_policy.get("")
@guard("company.view")
def show() -> Response:
    policy = _asked_version()
    return respond.page(
        "settings/policy.html",
        policy=policy,
        number=policy.id or 0,
        is_in_force=policy.id == reader().policy.id,
        lines=export_policy(reader(), policy).splitlines(),
        versions=list_versions(reader()),
        in_force=reader().policy.id,
        presets=[(name, _(PRESET_NAMES.get(name, name))) for name in list_presets()],
        may_change=allows(actor(), "terms.change"),
    )


@desk_policy.get("/policy.toml")
@guard("company.view")
def download() -> Response:
    policy = _asked_version()
    name = f"policy-{policy.id or 0}.toml"
    return respond.download(export_policy(reader(), policy), name, "application/toml")


@desk_policy.get("/compare")
@guard("company.view")
def compare() -> Response:
    one, other = (_version(lists.asked(name)) for name in ("one", "other"))
    found = differences(one.values, other.values)
    return respond.page(
        "settings/policy_compare.html",
        one=one.id or 0,
        other=other.id or 0,
        changes=said(found),
        count=len(found),
        versions=list_versions(reader()).rows,
    )


@desk_policy.get("/try")
@guard("terms.change")
def begin() -> Response:
    preset = lists.asked("preset")
    return _try_page(TryForm(text=preset_text(preset) if preset else ""), _when(), Tried())


@desk_policy.post("/try")
@guard("terms.change")
def try_() -> Response:
    form = TryForm()
    text = form.read()
    if not text.strip() and not form.told():
        form.blame(RuleBroken("policy.nothing_chosen", field="file"))
    tried = Tried() if form.told() else _tried(text, WhenForm(is_fresh=True))
    return _try_page(form, _when(), tried)


@desk_policy.post("/changes")
@guard("terms.change")
def take_over() -> Response:
    form, when = TryForm(), WhenForm()
    text = form.read()
    is_told = when.validate()
    tried = _tried(text, when)
    after = tried.compared.after if tried.compared else {}
    if is_told and after and when.draft(after):
        return when.go_on()
    return _try_page(form, when, tried)


@dataclass
class Difference:
    """What differs of a section, or of one entry of a list: its keys before and after."""

    title: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def said(changes: Sequence[Change]) -> list[Difference]:
    """The changes by section and entry, each key as the text writes it."""
    found: dict[str, Difference] = {}
    for each in changes:
        title = " · ".join(filter(None, (each.section, each.name)))
        difference = found.setdefault(title, Difference(title))
        for lines, value in ((difference.before, each.before), (difference.after, each.after)):
            if value is not None:
                lines.append(assignment(each.key, value))
    return list(found.values())


def _asked_version() -> PolicyInForce:
    number = lists.asked("version")
    return _version(number) if number else reader().policy


def _version(number: str) -> PolicyInForce:
    """The version that an address names; the one in force where it names none."""
    if not number:
        return reader().policy
    if not number.isdecimal() or len(number) > 12:
        raise NotFound("policy")
    return get_policy(reader(), int(number))


def _when() -> WhenForm:
    return WhenForm(is_fresh=True, effective_on=reader().today)


def _tried(text: str, when: WhenForm) -> Tried:
    """The difference of a text from the day that is chosen, or its faults by line."""
    try:
        return Tried(compare_policy(reader(), text, when.effective_on.data), text=text)
    except PolicyRefused as refused:
        lines: dict[int, list[str]] = {}
        for fault in refused.faults:
            lines.setdefault(fault.line or 1, []).append(_fault_said(fault))
        return Tried(faults=refused.faults, text=text, lines=lines)


def _fault_said(fault: Fault) -> str:
    text = sentence(fault.broken)
    return f"{fault.key}: {text}" if fault.key else text


def _try_page(form: TryForm, when: WhenForm, tried: Tried) -> Response:
    problems = Together(form, when)
    form.text.data = tried.text or form.text.data
    values: dict[str, Any] = {
        "faults": [(each.line, _fault_said(each)) for each in tried.faults],
        "changes": said(tried.compared.changes) if tried.compared else [],
        "count": len(tried.compared.changes) if tried.compared else 0,
    }
    return respond.page(
        "settings/policy_try.html",
        422 if tried.faults else problems.status,
        form=form,
        when=when,
        problems=problems,
        tried=tried,
        numbered=tried.text.splitlines() if tried.faults else [],
        **values,
    )
