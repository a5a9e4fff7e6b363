"""receipt keys that were replaced; receipts of recipients behind uplinks"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("receipt_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("uplink", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "receipts_seen",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=False,
                server_default="0",
            )
        )
        batch_op.add_column(
            sa.Column("receipts_refused_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("uplink", schema=None) as batch_op:
        batch_op.alter_column("receipts_seen", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("uplink", schema=None) as batch_op:
        batch_op.drop_column("receipts_refused_at")
        batch_op.drop_column("receipts_seen")
    with op.batch_alter_table("receipt_key", schema=None) as batch_op:
        batch_op.drop_column("valid_to")
