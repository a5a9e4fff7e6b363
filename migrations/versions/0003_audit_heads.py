"""heads of audit chains lodged with the hub"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lodged_head",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("system_id", sa.String(length=35), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("contradicts", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lodged_head")),
    )
    with op.batch_alter_table("lodged_head", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lodged_head_system_id"), ["system_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("lodged_head", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lodged_head_system_id"))

    op.drop_table("lodged_head")
