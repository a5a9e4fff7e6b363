"""saved groups of recipients"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recipient_group",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("folded_name", sa.String(length=100), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_recipient_group_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_group")),
        sa.UniqueConstraint(
            "agency_id", "folded_name", name=op.f("uq_recipient_group_agency_id_folded_name")
        ),
    )
    with op.batch_alter_table("recipient_group", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recipient_group_agency_id"), ["agency_id"], unique=False
        )

    op.create_table(
        "recipient_group_member",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["recipient_group.id"],
            name=op.f("fk_recipient_group_member_group_id_recipient_group"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_group_member")),
        sa.UniqueConstraint(
            "group_id", "code", name=op.f("uq_recipient_group_member_group_id_code")
        ),
    )
    with op.batch_alter_table("recipient_group_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recipient_group_member_group_id"), ["group_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("recipient_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipient_group_member_group_id"))

    op.drop_table("recipient_group_member")
    with op.batch_alter_table("recipient_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipient_group_agency_id"))

    op.drop_table("recipient_group")
