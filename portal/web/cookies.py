"""Small cookies: their names, flags and where a path may lead."""

from __future__ import annotations

from flask import Response, request

from portal.web import current

A_YEAR = 31_536_000


def cookie_name(name: str) -> str:
    """The name as the address allows it: bound to the host under https, plain on a loopback."""
    prefix = "__Host-" if current.installation().config.is_https else ""
    return f"{prefix}accord_{name}"


def keep(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie that scripts cannot read and other sites cannot send along."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        secure=current.installation().config.is_https,
        httponly=True,
        samesite="Lax",
    )


def kept(name: str) -> str:
    """The value of a cookie of ours; empty when there is none."""
    return request.cookies.get(cookie_name(name), "")


def path_here(value: str | None, otherwise: str = "/") -> str:
    """
    A path of this site to go on to, never another site's.

    >>> (
    ...     path_here("/statements?page=2"),
    ...     path_here("//evil.example/"),
    ...     path_here("https://evil.example"),
    ... )
    ('/statements?page=2', '/', '/')
    """
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")):
        return otherwise
    return otherwise if any(ord(letter) < 32 or letter == "\\" for letter in value) else value
