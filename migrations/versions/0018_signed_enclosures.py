"""enclosures signed by the agency"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enclosure", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("manner", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("signed_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("signature_sha256", sa.String(length=64), nullable=True))
    with op.batch_alter_table("enclosure", schema=None) as batch_op:
        batch_op.alter_column("manner", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("enclosure", schema=None) as batch_op:
        batch_op.drop_column("signature_sha256")
        batch_op.drop_column("signed_sha256")
        batch_op.drop_column("manner")
