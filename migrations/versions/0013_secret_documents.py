"""outgoing state secrets by their metadata"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secret_document",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "number_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("secrecy", sa.String(length=100), nullable=False),
        sa.Column("type_name", sa.String(length=100), nullable=False),
        sa.Column("notation", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("signer_name", sa.String(length=100), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_secret_document_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["number_entry_id"],
            ["register_entry.id"],
            name=op.f("fk_secret_document_number_entry_id_register_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_document")),
        sa.UniqueConstraint("form_token", name=op.f("uq_secret_document_form_token")),
    )
    with op.batch_alter_table("secret_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_secret_document_agency_id"), ["agency_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_secret_document_number_entry_id"), ["number_entry_id"], unique=True
        )


def downgrade() -> None:
    with op.batch_alter_table("secret_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secret_document_number_entry_id"))
        batch_op.drop_index(batch_op.f("ix_secret_document_agency_id"))

    op.drop_table("secret_document")
