"""who may approve copies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
# As it was for everybody until now; agencies that are made later begin with the head alone.
SO_FAR = '["deputy_leader", "chief_of_office"]'


def upgrade() -> None:
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "copy_approvers",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default=SO_FAR,
            )
        )
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.alter_column("copy_approvers", server_default=None)
    with op.batch_alter_table("certified_copy", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "delegation_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.create_index(
            batch_op.f("ix_certified_copy_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_certified_copy_delegation_id_delegation"),
            "delegation",
            ["delegation_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("certified_copy", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_certified_copy_delegation_id_delegation"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_certified_copy_delegation_id"))
        batch_op.drop_column("delegation_id")
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.drop_column("copy_approvers")
