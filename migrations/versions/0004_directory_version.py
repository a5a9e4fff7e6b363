"""how far the directory was copied over each line to a hub"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("directory_version", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.alter_column("directory_version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.drop_column("directory_version")
