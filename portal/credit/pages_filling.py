"""
An application page by page, on either side: each page is saved by itself, and nothing gets lost.

The routes stand with their sides; here is what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.core.application import Field, Shape, Step
from portal.credit import application_names as names
from portal.credit.application_list import ApplicationView, get_application
from portal.credit.applications import (
    SIGNABLE,
    SIGNED_FORM,
    AddFiles,
    DropApplication,
    SaveStep,
    SubmitApplication,
    add_files,
    drop_application,
    remove_file,
    save_step,
    submit_application,
)
from portal.credit.pages_application_forms import ApplicationFilesForm, StepForm, step_form
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.uploads import FilesForm

#: As a rule of the address: one of the pages.
STEP = "<any(ask, standing, finances, figures, operations, files, check):step>"


@dataclass(frozen=True)
class Side:
    """Whose pages these are: the blueprint, and the tab that is open."""

    blueprint: str

    def url(self, endpoint: str, **values: str) -> str:
        """An address on this side."""
        return url_for(f"{self.blueprint}.{endpoint}", **values)  # type: ignore[arg-type]


def opened(ref: str, step: str = "") -> tuple[ApplicationView, Step]:
    """The application, and the page of it; `NotFound` where it has no such page."""
    view = get_application(reader(), ref)
    found = Step(step) if step else view.steps[0]
    if found not in view.steps:
        raise NotFound(ref)
    return view, found


def page_of(side: Side, view: ApplicationView, step: Step, form: Any = None) -> Response:
    """One page of a draft."""
    currency = view.row.currency
    if form is None and step not in {Step.FILES, Step.CHECK}:
        form = step_form(step, view.answers, currency, view.row.version)
    template = {Step.FILES: "files", Step.CHECK: "check"}.get(step, "step")
    return respond.page(
        f"credit/application_{template}.html",
        form.status if form is not None and form.is_submitted else 200,
        side=side,
        view=view,
        step=step,
        form=form,
        files_form=form if step is Step.FILES and form else ApplicationFilesForm(is_fresh=True),
        steps=_steps(side, view),
        position=view.steps.index(step) + 1,
        lead=names.step_lead(step, currency),
        before_url=_before(side, view, step),
        **words(),
    )


def words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {"names": names, "is_amount": _is_amount, "Shape": Shape}


def _is_amount(field: Field) -> bool:
    return field.shape is Shape.AMOUNT


def _steps(side: Side, view: ApplicationView) -> list[tuple[str, str]]:
    return [
        (names.step_name(each), side.url("step", ref=view.row.ref, step=each.value))
        for each in view.steps
    ]


def _before(side: Side, view: ApplicationView, step: Step) -> str:
    place = view.steps.index(step)
    if not place:
        return ""
    return side.url("step", ref=view.row.ref, step=view.steps[place - 1].value)


def saved(side: Side, view: ApplicationView, step: Step) -> Response:
    """What a page says is kept; on to the next one, or away for now."""
    form = step_form(step, view.answers, view.row.currency, view.row.version)
    command = SaveStep(view.row.id, step, {}, 0)
    if form.validate():
        command = SaveStep(view.row.id, step, form.typed_all(), form.version.data or 0)
        if respond.attempt(form, save_step, command):
            return _onward(side, view, step)
        _renew_version(form, view)
    return page_of(side, get_application(reader(), view.row.ref), step, form)


def _renew_version(form: StepForm, view: ApplicationView) -> None:
    """After a conflict: what is typed stays, and saved again it counts."""
    form.version.raw_data = None
    form.version.data = get_application(reader(), view.row.ref).row.version


def _onward(side: Side, view: ApplicationView, step: Step) -> Response:
    if request.form.get("then") == "leave":
        respond.say(_("Saved. You can go on any time."))
        return respond.redirect_to(side.url("index"))
    following = view.steps[view.steps.index(step) + 1]
    return respond.redirect_to(side.url("step", ref=view.row.ref, step=following.value))


def files_added(side: Side, view: ApplicationView) -> Response:
    """Files go with the draft; with what was handed in goes the signed form."""
    if not view.row.is_draft:
        return _signed_form_added(side, view)
    form = ApplicationFilesForm()
    if form.validate():
        found = form.looked_at()
        if found is not None:
            command = AddFiles(view.row.id, form.kind.data, found)
            if respond.attempt(form, add_files, command):
                return respond.redirect_to(
                    side.url("step", ref=view.row.ref, step=Step.FILES.value)
                )
    return page_of(side, get_application(reader(), view.row.ref), Step.FILES, form)


def _signed_form_added(side: Side, view: ApplicationView) -> Response:
    form = FilesForm()
    found = form.looked_at() if form.validate() else None
    command = AddFiles(view.row.id, SIGNED_FORM, found) if found is not None else None
    if command is not None and respond.attempt(form, add_files, command):
        respond.say(_("The signed form is kept with the application."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.redirect_to(side.url("show", ref=view.row.ref))


def takes_signed_form(view: ApplicationView) -> dict[str, Any]:
    """Whether the printed form can be added signed, and the form to do it with."""
    may = view.row.state in SIGNABLE and allows(actor(), "credit.apply", view.row)
    return {"signed_form": FilesForm(is_fresh=True) if may else None}


def file_removed(side: Side, view: ApplicationView, file_ref: str) -> Response:
    """A file no longer goes with the draft."""
    file_id, form = reader().id_of("fl", file_ref), Form()
    respond.attempt(form, lambda w, c: remove_file(w, view.row.id, c), file_id)
    if form.form_errors:
        respond.say(form.told()[0][1], "bad")
    return respond.redirect_to(side.url("step", ref=view.row.ref, step=Step.FILES.value))


def handed_in(side: Side, view: ApplicationView) -> Response:
    """The draft is handed in; what is missing is said on the page that lists it."""
    form = Form()
    if respond.attempt(form, submit_application, SubmitApplication(view.row.id)):
        respond.say(_("The application is handed in."))
        return respond.redirect_to(side.url("show", ref=view.row.ref))
    return page_of(side, get_application(reader(), view.row.ref), Step.CHECK, form)


def withdrawn(side: Side, view: ApplicationView) -> Response:
    """It is asked for no longer."""
    form = Form()
    if respond.attempt(form, drop_application, DropApplication(view.row.id)):
        respond.say(_("The application is withdrawn."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.redirect_to(side.url("index"))
