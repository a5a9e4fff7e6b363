"""what nodes tell their hub"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node_site",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("system_id", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column(
            "agencies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counters_version", sa.String(length=64), nullable=False),
        sa.Column(
            "counters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column(
            "head_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("contradicted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("oldest_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("oldest_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_out", sa.Integer(), nullable=False),
        sa.Column("waiting_in", sa.Integer(), nullable=False),
        sa.Column("is_ailing", sa.Boolean(), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_site")),
        sa.UniqueConstraint("system_id", name=op.f("uq_node_site_system_id")),
    )
    op.create_table(
        "spent_nonce",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("system_id", sa.String(length=100), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_nonce")),
        sa.UniqueConstraint("system_id", "nonce", name=op.f("uq_spent_nonce_system_id_nonce")),
    )
    with op.batch_alter_table("spent_nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_nonce_at"), ["at"], unique=False)

    op.create_table(
        "worker_beat",
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "federation_handout",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("system_id", sa.String(length=100), nullable=False),
        sa.Column("hub", sa.String(length=500), nullable=False),
        sa.Column("asked_from", sa.String(length=100), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("was_pushed", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_federation_handout_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_handout")),
    )
    with op.batch_alter_table("federation_handout", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_federation_handout_agency_id"), ["agency_id"], unique=False
        )

    op.create_table(
        "node_report",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_pushed", sa.Boolean(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column(
            "health", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("counters_version", sa.String(length=64), nullable=False),
        sa.Column(
            "head_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("statuses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["node_site.id"], name=op.f("fk_node_report_site_id_node_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_report")),
    )
    with op.batch_alter_table("node_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_node_report_site_id"), ["site_id"], unique=False)

    op.create_table(
        "node_status",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("direction", sa.String(length=5), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column(
            "peers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("code", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["node_site.id"], name=op.f("fk_node_status_site_id_node_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_status")),
        sa.UniqueConstraint("site_id", "sequence", name=op.f("uq_node_status_site_id_sequence")),
    )
    with op.batch_alter_table("node_status", schema=None) as batch_op:
        batch_op.create_index("ix_node_status_document", ["document"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("node_status", schema=None) as batch_op:
        batch_op.drop_index("ix_node_status_document")

    op.drop_table("node_status")
    with op.batch_alter_table("node_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_node_report_site_id"))

    op.drop_table("node_report")
    with op.batch_alter_table("federation_handout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_federation_handout_agency_id"))

    op.drop_table("federation_handout")
    op.drop_table("worker_beat")
    with op.batch_alter_table("spent_nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_nonce_at"))

    op.drop_table("spent_nonce")
    op.drop_table("node_site")
