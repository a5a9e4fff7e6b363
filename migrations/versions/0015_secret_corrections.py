"""secret documents corrected and cancelled; what secrets are about is not searched"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from domain.text import fold

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "secret_document_change",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", json, nullable=False),
        sa.Column("after", json, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["secret_document.id"],
            name=op.f("fk_secret_document_change_document_id_secret_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_document_change")),
    )
    with op.batch_alter_table("secret_document_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_secret_document_change_document_id"), ["document_id"], unique=False
        )
    _search_no_secrets(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("secret_document_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secret_document_change_document_id"))
    op.drop_table("secret_document_change")


def _search_no_secrets(bind: sa.Connection) -> None:
    """Papers of the program before this one put their subject into the text that is searched."""
    rows = bind.execute(
        sa.text(
            "SELECT d.id, d.sender_name, d.arrival_number, p.reference, p.issuer_name"
            " FROM incoming_document d JOIN paper p ON p.document_id = d.id"
            " WHERE p.secrecy <> ''"
        )
    ).all()
    for row in rows:  # a state secret has one paper: it is registered by hand and has no file
        said = (row.sender_name, row.arrival_number, row.reference, row.issuer_name)
        text = fold(" ".join(str(part) for part in said if part))
        bind.execute(
            sa.text("UPDATE incoming_document SET search_text = :text WHERE id = :id"),
            {"text": text, "id": row.id},
        )
