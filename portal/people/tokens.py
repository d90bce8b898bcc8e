"""Random tokens that are handed out once, and what of them is kept."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, fit for a cookie or a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What is kept of a token: it finds the row, and nobody can go back from it."""
    return hashlib.sha256(token.encode()).hexdigest()
