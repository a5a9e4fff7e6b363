"""calls of a system by operation, until the audit chain has them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("hub_account") as batch_op:
        batch_op.add_column(
            sa.Column(
                "recent_calls",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default="{}",
            )
        )
    with op.batch_alter_table("hub_account") as batch_op:
        batch_op.alter_column("recent_calls", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("hub_account") as batch_op:
        batch_op.drop_column("recent_calls")
