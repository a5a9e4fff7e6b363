"""signing by delegation"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column(
            "grantor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "passed_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("content", sa.String(length=500), nullable=False),
        sa.Column("basis", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_delegation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["grantor_id"], ["appointment.id"], name=op.f("fk_delegation_grantor_id_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["appointment.id"], name=op.f("fk_delegation_holder_id_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["passed_from_id"],
            ["delegation.id"],
            name=op.f("fk_delegation_passed_from_id_delegation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_grantor_id"), ["grantor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delegation_passed_from_id"), ["passed_from_id"], unique=False
        )

    with op.batch_alter_table("outgoing_document", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "delegation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_outgoing_document_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_outgoing_document_delegation_id_delegation"),
            "delegation",
            ["delegation_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("outgoing_document", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_outgoing_document_delegation_id_delegation"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_outgoing_document_delegation_id"))
        batch_op.drop_column("delegation_id")

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_passed_from_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_holder_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_grantor_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_agency_id"))

    op.drop_table("delegation")
