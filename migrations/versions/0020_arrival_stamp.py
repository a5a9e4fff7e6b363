"""where the stamp "ĐẾN" is shown"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incoming_document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stamp_left", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("stamp_top", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("incoming_document", schema=None) as batch_op:
        batch_op.drop_column("stamp_top")
        batch_op.drop_column("stamp_left")
