"""copies sent through the exchange"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certified_copy", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "sent_as_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_certified_copy_sent_as_id"), ["sent_as_id"], unique=True
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_certified_copy_sent_as_id_outgoing_document"),
            "outgoing_document",
            ["sent_as_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("certified_copy", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_certified_copy_sent_as_id_outgoing_document"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_certified_copy_sent_as_id"))
        batch_op.drop_column("sent_as_id")
