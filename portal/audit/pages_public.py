"""A customer's answer to an auditor: shown by the link of a mail, given with a code."""

from __future__ import annotations

from flask import Blueprint

answers = Blueprint("audit_answers", __name__)
