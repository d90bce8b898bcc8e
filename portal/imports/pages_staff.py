"""Imports as staff see them: upload, say what is what, check, import, correct what was wrong."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.base.access import allows
from portal.base.filenames import plain_name
from portal.base.language import gettext as _
from portal.base.spreadsheets import CSV_TYPE
from portal.imports.background import run_import
from portal.imports.commands import StartImport, keep_upload, read_upload, start_import
from portal.imports.forms import ReadingForm, UploadForm
from portal.imports.labels import field_label, kind_label
from portal.imports.queries import (
    ImportFile,
    Layout,
    annotated,
    get_import,
    layout_of,
    list_imports,
)
from portal.imports.undoing import UndoImport, undo_import
from portal.web import lists, respond
from portal.web.current import actor, installation, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_imports", __name__, url_prefix="/desk")

#: Bad rows shown on the page; the annotated file has them all.
SHOWN = 200
TONES = {
    "staged": "neutral",
    "checked": "info",
    "running": "info",
    "done": "ok",
    "failed": "bad",
    "undone": "neutral",
}


@desk.get("/imports")
@guard("import.view")
def index() -> Response:
    found = list_imports(reader(), lists.page_number())
    return respond.page(
        "imports/index.html",
        found=found,
        pager=lists.pager(found.page, found.pages, found.count, 50),
        state_of=state_of,
        kind_label=kind_label,
        may_import=allows(actor(), "import.run"),
    )


@desk.route("/imports/new", methods=["GET", "POST"])
@guard("import.run")
def new() -> Response:
    form = UploadForm()
    if form.is_submitted and form.validate():
        command = form.command(installation().storage)
        if respond.attempt(form, keep_upload, command):
            return respond.see_other(".show", ref=reader().refs.of("im", form.outcome))
    return respond.page("imports/new.html", form.status if form.is_submitted else 200, form=form)


@desk.get("/imports/<ref>")
@guard("import.view")
def show(ref: str) -> Response:
    return _page(get_import(reader(), ref))


def _page(found: ImportFile, form: ReadingForm | None = None) -> Response:
    layout, unreadable = _layout(found)
    return respond.page(
        "imports/show.html",
        422 if form is not None else 200,
        fragments={"import-progress": "progress"},
        found=found,
        layout=layout,
        unreadable=unreadable,
        form=form or ReadingForm(found, layout),
        state_of=state_of,
        kind_label=kind_label,
        field_label=field_label,
        shown=SHOWN,
        may_import=allows(actor(), "import.run"),
    )


def _layout(found: ImportFile) -> tuple[Layout | None, str]:
    """How the file is laid out, while that can still be changed; or why it cannot be read."""
    if found.row.state in {"running", "done", "undone"}:
        return None, ""
    layout = layout_of(reader(), installation().storage, found)
    return (None, layout) if isinstance(layout, str) else (layout, "")


@desk.post("/imports/<ref>/check")
@guard("import.run")
def check(ref: str) -> Response:
    """Sets how the file is read, and checks it so: a dry run."""
    found = get_import(reader(), ref)
    form = ReadingForm(found, _layout(found)[0])
    chosen = {
        name.removeprefix("map_"): value
        for name, value in request.form.items()
        if name.startswith("map_")
    }
    command = form.command(chosen)
    if form.validate() and respond.attempt(form, read_upload, command):
        return _start(ref, form, is_dry_run=True)
    return _page(get_import(reader(), ref), form)


@desk.post("/imports/<ref>/import")
@guard("import.run")
def import_(ref: str) -> Response:
    return _start(ref, Form(), is_dry_run=False)


def _start(ref: str, form: Form, *, is_dry_run: bool) -> Response:
    """Begins the work; a small file is done before the answer, a large one by a worker."""
    run_id = get_import(reader(), ref).row.id
    if not respond.attempt(form, start_import, StartImport(run_id, is_dry_run)):
        for _id, text in form.told():
            respond.say(text, "bad")
    elif not form.outcome:
        run_import(installation(), run_id, actor())
    return respond.see_other(".show", ref=ref)


@desk.post("/imports/<ref>/undo")
@guard("import.run")
def undo(ref: str) -> Response:
    form = Form()
    if respond.attempt(form, undo_import, UndoImport(get_import(reader(), ref).row.id)):
        respond.say(_("The import was taken back. You can upload the mended file now."))
    for _id, sentence in form.told():
        respond.say(sentence, "bad")
    return respond.see_other(".show", ref=ref)


@desk.get("/imports/<ref>/problems.csv")
@guard("import.view")
def problems(ref: str) -> Response:
    found = get_import(reader(), ref)
    body = "".join(annotated(reader(), installation().storage, found))
    stem = plain_name(found.row.file_name).split(".")[0]
    return respond.download(body, f"{stem}-problems.csv", CSV_TYPE)


def state_of(found: str) -> tuple[str, str]:
    """What a state is called, and its tone."""
    words = {
        "staged": _("Not checked yet"),
        "checked": _("Checked"),
        "running": _("Running"),
        "done": _("Imported"),
        "failed": _("Failed"),
        "undone": _("Taken back"),
    }
    return words[found], TONES[found]
