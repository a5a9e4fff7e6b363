"""what speaks against an arrival's files; which drawn form made a document"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("incoming_document", "outgoing_document")


def upgrade() -> None:
    with op.batch_alter_table("incoming_document", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "doubts",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default="[]",
            )
        )
    with op.batch_alter_table("incoming_document", schema=None) as batch_op:
        batch_op.alter_column("doubts", server_default=None)
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("form_token", sa.String(length=64), nullable=True))
            batch_op.create_unique_constraint(batch_op.f(f"uq_{table}_form_token"), ["form_token"])


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"uq_{table}_form_token"), type_="unique")
            batch_op.drop_column("form_token")
    with op.batch_alter_table("incoming_document", schema=None) as batch_op:
        batch_op.drop_column("doubts")
