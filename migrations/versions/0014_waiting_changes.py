"""requests that wait for their document, the documents that revoke"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Rows that are there already get the value a new row would have; the table itself has no default.
FILLED = ("awaits_uid", "awaits_reference", "notices")


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("awaits_uid", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("awaits_reference", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("notices", json, nullable=False, server_default="[]"))
        batch_op.create_index(
            "ix_change_awaits", ["agency_id", "peer_code", "awaits_uid"], unique=False
        )
    for column in FILLED:
        with op.batch_alter_table("change", schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_awaits")
        batch_op.drop_column("notices")
        batch_op.drop_column("awaits_reference")
        batch_op.drop_column("awaits_uid")
