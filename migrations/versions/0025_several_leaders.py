"""several leaders"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outgoing_signer",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "delegation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("output_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_outgoing_signer_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_outgoing_signer_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["outgoing_document.id"],
            name=op.f("fk_outgoing_signer_document_id_outgoing_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_signer")),
        sa.UniqueConstraint(
            "document_id", "ordinal", name=op.f("uq_outgoing_signer_document_id_ordinal")
        ),
    )
    with op.batch_alter_table("outgoing_signer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outgoing_signer_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_outgoing_signer_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_outgoing_signer_document_id"), ["document_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("outgoing_signer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_signer_document_id"))
        batch_op.drop_index(batch_op.f("ix_outgoing_signer_delegation_id"))
        batch_op.drop_index(batch_op.f("ix_outgoing_signer_appointment_id"))

    op.drop_table("outgoing_signer")
