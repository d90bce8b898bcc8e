"""The commands about people."""

from __future__ import annotations

import click

from portal.base.access import CUSTOMER_ROLES, STAFF_ROLES
from portal.cli.frame import Refused
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.people.commands import AddUser, add_user


@click.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("email")
@click.option(
    "--role",
    required=True,
    type=click.Choice([*CUSTOMER_ROLES, *STAFF_ROLES]),
    metavar="ROLE",
    help=f"What the person may do: {', '.join([*CUSTOMER_ROLES, *STAFF_ROLES])}.",
)
@click.option(
    "--customer",
    "customers",
    multiple=True,
    metavar="CODE",
    help="Customer of a customer's person; may be repeated.",
)
@click.option("--name", default="", help="Name; by default what stands before the @.")
@click.option("--totp", is_flag=True, help="Set up an authenticator app now and print its key.")
@format_option
def add(
    email: str, role: str, customers: tuple[str, ...], name: str, *, totp: bool, output: str
) -> None:
    """
    Create a person and print where they accept the invitation; it is mailed to them as well.

    For somebody who is here already the role is added.
    """
    if role in CUSTOMER_ROLES and not customers:
        raise Refused(f"The role {role} is one at a customer. Name it with --customer CODE.")
    if role in STAFF_ROLES and customers:
        raise Refused(f"The role {role} is one of our own. Leave --customer out.")
    installation = opened()
    with installation.work() as w:
        added = add_user(w, AddUser(email, role, customers, name, has_totp=totp))
    base = installation.config.public_url.rstrip("/")
    result = {
        "email": added.email,
        "invitation_url": f"{base}{added.invitation_path}" if added.invitation_path else None,
        "totp_secret": added.totp_secret,
    }
    show(output, result, [result], list(result))
