"""receipts and their keys, circuits of hubs, reconciliations"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hub_circuit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("endpoint", sa.String(length=500), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_circuit")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_hub_circuit_endpoint")),
    )
    op.create_table(
        "receipt_key",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=500), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_own", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_key")),
        sa.UniqueConstraint("is_own", name=op.f("uq_receipt_key_is_own")),
        sa.UniqueConstraint("owner", "key_id", name=op.f("uq_receipt_key_owner_key_id")),
    )
    with op.batch_alter_table("receipt_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_key_key_id"), ["key_id"], unique=False)

    op.create_table(
        "reconciliation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "checked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_reconciliation_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    with op.batch_alter_table("reconciliation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reconciliation_agency_id"), ["agency_id"], unique=False
        )

    op.create_table(
        "reconciliation_difference",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "reconciliation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliation.id"],
            name=op.f("fk_reconciliation_difference_reconciliation_id_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_difference")),
    )
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reconciliation_difference_reconciliation_id"),
            ["reconciliation_id"],
            unique=False,
        )

    op.create_table(
        "receipt",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("signer_code", sa.String(length=35), nullable=False),
        sa.Column("sender_code", sa.String(length=35), nullable=False),
        sa.Column("document_uid", sa.String(length=200), nullable=False),
        sa.Column("hub_doc_id", sa.String(length=100), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column(
            "hub_message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_receipt_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_receipt_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["hub_message_id"],
            ["hub_message.id"],
            name=op.f("fk_receipt_hub_message_id_hub_message"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["exchange_message.id"],
            name=op.f("fk_receipt_message_id_exchange_message"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index("ix_receipt_for_sender", ["sender_code", "role", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipt_hub_doc_id"), ["hub_doc_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_receipt_hub_message_id"), ["hub_message_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_receipt_message_id"), ["message_id"], unique=False)

    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dispatch_delivered_at"), ["delivered_at"], unique=False
        )

    with op.batch_alter_table("outbox_item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_item_next", ["queue", "state", "priority", "due_at"], unique=False
        )

    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("receipt_key_id", sa.String(length=16), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "receipts_seen",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=False,
                server_default="0",
            )
        )
    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.alter_column("receipt_key_id", server_default=None)
        batch_op.alter_column("receipts_seen", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.drop_column("receipts_seen")
        batch_op.drop_column("receipt_key_id")

    with op.batch_alter_table("outbox_item", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_item_next")

    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_delivered_at"))

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_message_id"))
        batch_op.drop_index(batch_op.f("ix_receipt_hub_message_id"))
        batch_op.drop_index(batch_op.f("ix_receipt_hub_doc_id"))
        batch_op.drop_index("ix_receipt_for_sender")
        batch_op.drop_index(batch_op.f("ix_receipt_delivery_id"))
        batch_op.drop_index(batch_op.f("ix_receipt_agency_id"))

    op.drop_table("receipt")
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reconciliation_difference_reconciliation_id"))

    op.drop_table("reconciliation_difference")
    with op.batch_alter_table("reconciliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reconciliation_agency_id"))

    op.drop_table("reconciliation")
    with op.batch_alter_table("receipt_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_key_key_id"))

    op.drop_table("receipt_key")
    op.drop_table("hub_circuit")
