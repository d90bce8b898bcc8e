"""Every table, for the metadata: what migrations compare with and tests create."""

from portal.tables import (
    agreements,
    audits,
    comparison,
    customers,
    deliveries,
    files,
    guards,
    hand,
    invoices,
    journal,
    payments,
    people,
    resolutions,
    runs,
    settings,
    signing,
    statements,
)
from portal.tables.base import Base

__all__ = [
    "Base",
    "agreements",
    "audits",
    "comparison",
    "customers",
    "deliveries",
    "files",
    "guards",
    "hand",
    "invoices",
    "journal",
    "payments",
    "people",
    "resolutions",
    "runs",
    "settings",
    "signing",
    "statements",
]
