"""Every table, for the metadata: what migrations compare with and tests create."""

from portal.tables import (
    customers,
    files,
    guards,
    invoices,
    journal,
    payments,
    people,
    settings,
    statements,
)
from portal.tables.base import Base

__all__ = [
    "Base",
    "customers",
    "files",
    "guards",
    "invoices",
    "journal",
    "payments",
    "people",
    "settings",
    "statements",
]
