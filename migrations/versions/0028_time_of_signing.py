"""the time a signature bears, fixed before it is made"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("signing_request", "copy_signing")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("signing_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(f"UPDATE {table} SET signing_at = requested_at")  # noqa: S608 names of our own
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("signing_at", nullable=False)


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("signing_at")
