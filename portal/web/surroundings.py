"""What a request says of its sender besides what they do: kept with whatever they sign."""

from __future__ import annotations

from flask import request

from portal.base.evidence import Surroundings, sha256_of_text
from portal.base.language import current_language
from portal.web import sessions

LONGEST_AGENT = 300


def surroundings(otherwise: str = "") -> Surroundings:
    """Of this request; `otherwise` says how somebody came who has no session."""
    found = sessions.signed_in()
    return Surroundings(
        address=request.remote_addr or "",
        agent=request.user_agent.string[:LONGEST_AGENT],
        language=current_language(),
        signed_in_by=found.method if found else otherwise,
        signed_in_at=found.created_at.isoformat() if found else "",
        session_sha256=sha256_of_text(sessions.session_id()) if found else "",
    )
