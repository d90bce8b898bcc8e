"""The command that checks whether everything still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import click

from portal.base.access import SYSTEM
from portal.base.chain import Check, check_chain
from portal.base.documents.seal import fingerprint_in, open_seal
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.core.money import Money
from portal.disputes.checks import check_disputes
from portal.invoices import checks as books
from portal.statements.certificate.checks import check_apart, check_document
from portal.statements.checks import check_statements

#: Each looks at one side of the books; the order is that of the report.
CHECKS: tuple[Callable[[Reader], Iterable[Check]], ...] = (
    lambda r: [check_chain(r)],
    books.check_books,
    check_statements,
    check_disputes,
)


def check_files(installation: Installation, r: Reader, files: Iterable[Path]) -> list[Check]:
    """Every question to every document."""
    seal = open_seal(installation.config, r.company.legal_name, r.now)
    return [
        Check(check.name, check.ok, f"{file}: {check.detail}")
        for file in files
        for check in check_document(r, file.read_bytes(), seal.fingerprint).checks
    ]


def check_apart_files(files: Iterable[Path], public_key: Path) -> list[Check]:
    """Every question that a document answers by itself, to every document."""
    try:
        fingerprint = fingerprint_in(public_key.read_bytes())
    except (ValueError, IndexError) as error:
        raise click.UsageError(
            f"{public_key} holds no certificate or public key as PEM; get it at /verify/seal.pem."
        ) from error
    return [
        Check(check.name, check.ok, f"{file}: {check.detail}")
        for file in files
        for check in check_apart(file.read_bytes(), fingerprint).checks
    ]


def check_books(r: Reader) -> list[Check]:
    """Everything that must hold in this installation."""
    return [check for checks in CHECKS for check in checks(r)]


def _accounts(told: Iterable[str]) -> dict[str, Money]:
    """The control accounts that were told, by currency."""
    accounts: dict[str, Money] = {}
    for each in told:
        currency, _, amount = each.partition("=")
        if not amount:
            raise click.UsageError(f"{each} is no control account; write it as CUR=AMOUNT.")
        accounts[currency] = Money.parse(amount, currency)
    return accounts


def _check_here(documents: tuple[Path, ...], controls: tuple[str, ...]) -> list[Check]:
    installation = opened()
    with installation.reading(SYSTEM) as r:
        found = check_files(installation, r, documents) if documents else check_books(r)
        return [*found, *books.check_controls(r, _accounts(controls))]


@click.command()
@click.option(
    "--document",
    "documents",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check this signed PDF instead of the books: is it ours and unchanged? May be repeated.",
)
@click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check the documents by this key (PEM, from /verify/seal.pem) alone, without any books.",
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="CUR=AMOUNT",
    help="Compare today's books with a control account of the general ledger. May be repeated.",
)
@format_option
def verify(
    documents: tuple[Path, ...], public_key: Path | None, controls: tuple[str, ...], output: str
) -> None:
    """Check the invariants of the books, the audit chain and the certificates."""
    if public_key is not None:
        if not documents:
            raise click.UsageError("--public-key checks documents; name one with --document FILE.")
        found = check_apart_files(documents, public_key)
    else:
        found = _check_here(documents, controls)
    rows = [asdict(check) for check in found]
    is_ok = all(check.ok for check in found)
    show(output, {"checks": rows, "ok": is_ok}, rows, ["name", "ok", "detail"])
    if not is_ok:
        raise click.exceptions.Exit(1)
