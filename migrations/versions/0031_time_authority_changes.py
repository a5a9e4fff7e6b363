"""since when the time authority was away and when it came back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("time_authority_check") as batch_op:
        batch_op.add_column(
            sa.Column(
                "changes",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default="[]",
            )
        )
    with op.batch_alter_table("time_authority_check") as batch_op:
        batch_op.alter_column("changes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("time_authority_check") as batch_op:
        batch_op.drop_column("changes")
