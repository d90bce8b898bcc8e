"""The terms of an invoice that was posted are kept by the database itself."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OTHER_TERMS = (
    "old.terms_text {differs} new.terms_text or old.terms_version {differs} new.terms_version"
    " or old.terms_source <> new.terms_source and new.terms_source <> 'parts'"
)
KEEPS = (
    "create trigger invoice_keeps_terms "
    "before update of terms_text, terms_source, terms_version on invoice "
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"{KEEPS}when {OTHER_TERMS.format(differs='is not')} "
            "begin select raise(abort, 'invoice.frozen'); end"
        )
        return
    op.execute(
        f"{KEEPS}for each row when ({OTHER_TERMS.format(differs='is distinct from')}) "
        "execute function refuse_change('invoice.frozen')"
    )


def downgrade() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " on invoice"
    op.execute(f"drop trigger invoice_keeps_terms{on}")
