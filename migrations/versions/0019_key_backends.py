"""certificates of tokens and signing services, suspension, warnings; the second factor"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENTS = ("confirmed_at", "suspended_at", "secret_refused_at")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("certificate_binding", schema=None) as batch_op:
        backend = sa.Column("backend", sa.String(10), nullable=False, server_default="pkcs12")
        batch_op.add_column(backend)
        batch_op.add_column(sa.Column("parameters", JSON, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("access_sealed", sa.LargeBinary(), nullable=True))
        for name in MOMENTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("demands_code", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("warned_days", sa.Integer(), nullable=True))
    op.execute("UPDATE certificate_binding SET confirmed_at = created_at")
    with op.batch_alter_table("certificate_binding", schema=None) as batch_op:
        for name in ("backend", "parameters", "demands_code"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "second_factor",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
    )
    op.create_index(op.f("ix_second_factor_person_id"), "second_factor", ["person_id"], unique=True)


def downgrade() -> None:
    op.drop_table("second_factor")
    with op.batch_alter_table("certificate_binding", schema=None) as batch_op:
        batch_op.drop_column("warned_days")
        batch_op.drop_column("demands_code")
        for name in MOMENTS:
            batch_op.drop_column(name)
        batch_op.drop_column("access_sealed")
        batch_op.drop_column("parameters")
        batch_op.drop_column("backend")
