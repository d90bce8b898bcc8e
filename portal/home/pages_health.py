"""For machines that watch: whether this process lives, and whether it can work."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from portal.base.installation import Installation
from portal.base.schema_version import is_current
from portal.web import current
from portal.web.guard import guard

health = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@health.get("/healthz")
@guard("public")
def alive() -> Response:
    return jsonify(ok=True)


@health.get("/readyz")
@guard("public")
def ready() -> tuple[Response, int]:
    installation = current.installation()
    found = {name: _holds(check, installation) for name, check in CHECKS.items()}
    is_ready = all(found.values())
    return jsonify(ok=is_ready, checks=found), 200 if is_ready else 503


def _answers(installation: Installation) -> bool:
    with installation.database.engine.connect() as connection:
        return connection.exec_driver_sql("select 1").scalar() == 1


CHECKS: dict[str, Callable[[Installation], bool]] = {
    "database": _answers,
    "migrations": lambda installation: is_current(installation.database),
    "storage": lambda installation: installation.storage.is_ready(),
}


def _holds(check: Callable[[Installation], bool], installation: Installation) -> bool:
    """A check that fails says no; why is for the log, not for whoever asks."""
    try:
        return check(installation)
    except Exception:
        log.exception("not ready")
        return False
