"""Checking a certificate: anybody who has its code or its file, without signing in."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.base.access import NotFound
from portal.base.documents.check import LARGEST
from portal.base.documents.seal import Seal, open_seal
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.statements.certificate.checks import CheckedDocument, check_document
from portal.statements.forms import CheckForm
from portal.statements.names import result_name
from portal.statements.signing.confirmations import (
    PublicConfirmation,
    find_public_confirmation,
    find_seal_level,
    normal_code,
)
from portal.web import current, respond
from portal.web.controls import yes_or_no
from portal.web.guard import guard

public = Blueprint("verify", __name__)

CHECK_NAMES = {
    "document.unchanged": N_("Unchanged since it was sealed"),
    "document.seal": N_("Sealed with our key"),
    "document.certificate": N_("Kept by us, byte by byte"),
    "document.timestamp": N_("Timestamp"),
    "document.evidence": N_("Evidence as in our books"),
    "document.in_force": N_("In force"),
}


@public.get("/verify")
@guard("public")
def ask() -> Response:
    if request.args.get("code"):
        return respond.see_other(".show", code=normal_code(request.args["code"]))
    return _page(None, None)


@public.get("/verify/seal.pem")
@guard("public")
def seal_certificate() -> Response:
    return respond.download(_seal().public_pem, "seal.pem", "application/x-pem-file")


@public.get("/verify/<code>")
@guard("public")
def show(code: str) -> Response:
    found = find_public_confirmation(current.reader(), code)
    if found is None:
        raise NotFound(code)
    return _page(found, None)


@public.post("/verify")
@guard("public")
def check() -> Response:
    form = CheckForm()
    file = request.files.get("file")
    pdf = file.read(LARGEST + 1) if file else b""
    if not pdf:
        form.file.errors = [_("Choose the certificate’s PDF file.")]
        return _page(None, None, form)
    r = current.reader()
    checked = check_document(r, pdf, _seal().fingerprint)
    found = find_public_confirmation(r, checked.verify_code) if checked.verify_code else None
    return _page(found, checked)


def _seal() -> Seal:
    r = current.reader()
    return open_seal(current.installation().config, r.company.legal_name, r.now)


def _page(
    found: PublicConfirmation | None,
    checked: CheckedDocument | None,
    form: CheckForm | None = None,
) -> Response:
    return respond.page(
        "statements/verify.html",
        422 if form else 200,
        form=form or CheckForm(),
        found=found,
        checked=checked,
        check_facts=[
            (_(CHECK_NAMES[check.name]), f"{yes_or_no(check.ok)}: {check.detail}")
            for check in (checked.checks if checked else ())
        ],
        result_name=result_name,
        fingerprint=_seal().fingerprint,
        level=find_seal_level(current.reader(), found.evidence_sha256) if found else "",
    )
