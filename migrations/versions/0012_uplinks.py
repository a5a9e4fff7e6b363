"""uplinks of a hub, routes by code, kinds of connectors"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FILLED = (("delivery", "via_code"), ("hub_message", "via_code"), ("hub_link", "kind"))


def upgrade() -> None:
    op.create_table(
        "uplink",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("endpoint", sa.String(length=500), nullable=False),
        sa.Column("system_id", sa.String(length=35), nullable=False),
        sa.Column("credentials_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplink")),
    )
    op.create_table(
        "code_route",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("pattern", sa.String(length=36), nullable=False),
        sa.Column("uplink_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(uplink_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_code_route_one_way")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["hub_account.id"], name=op.f("fk_code_route_account_id_hub_account")
        ),
        sa.ForeignKeyConstraint(
            ["uplink_id"], ["uplink.id"], name=op.f("fk_code_route_uplink_id_uplink")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_route")),
        sa.UniqueConstraint("pattern", name=op.f("uq_code_route_pattern")),
    )
    with op.batch_alter_table("code_route", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_route_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_route_uplink_id"), ["uplink_id"], unique=False)

    op.create_table(
        "relay",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "uplink_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=True),
        sa.Column("remote_doc_id", sa.String(length=100), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["hub_message.id"], name=op.f("fk_relay_message_id_hub_message")
        ),
        sa.ForeignKeyConstraint(
            ["uplink_id"], ["uplink.id"], name=op.f("fk_relay_uplink_id_uplink")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay")),
    )
    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relay_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relay_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_relay_uplink_id"), ["uplink_id"], unique=False)

    op.create_table(
        "uplink_arrival",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "uplink_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("remote_doc_id", sa.String(length=100), nullable=False),
        sa.Column("recipient_code", sa.String(length=35), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["hub_message.id"],
            name=op.f("fk_uplink_arrival_message_id_hub_message"),
        ),
        sa.ForeignKeyConstraint(
            ["uplink_id"], ["uplink.id"], name=op.f("fk_uplink_arrival_uplink_id_uplink")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplink_arrival")),
        sa.UniqueConstraint(
            "uplink_id", "remote_doc_id", name=op.f("uq_uplink_arrival_uplink_id_remote_doc_id")
        ),
    )
    with op.batch_alter_table("uplink_arrival", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_uplink_arrival_message_id"), ["message_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_uplink_arrival_uplink_id"), ["uplink_id"], unique=False
        )

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("via_code", sa.String(length=35), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "relay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(batch_op.f("ix_delivery_relay_id"), ["relay_id"], unique=False)
        batch_op.create_index("ix_delivery_via", ["via_code", "state"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_relay_id_relay"), "relay", ["relay_id"], ["id"]
        )

    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="axis")
        )

    with op.batch_alter_table("hub_message", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("via_code", sa.String(length=35), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "uplink_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("original_sha256", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_hub_message_uplink_id"), ["uplink_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hub_message_via_code"), ["via_code"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_hub_message_sender_code_kind_original_sha256"),
            ["sender_code", "kind", "original_sha256"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_hub_message_uplink_id_uplink"), "uplink", ["uplink_id"], ["id"]
        )

    for table, column in FILLED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("hub_message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_hub_message_uplink_id_uplink"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("uq_hub_message_sender_code_kind_original_sha256"), type_="unique"
        )
        batch_op.drop_index(batch_op.f("ix_hub_message_via_code"))
        batch_op.drop_index(batch_op.f("ix_hub_message_uplink_id"))
        batch_op.drop_column("original_sha256")
        batch_op.drop_column("uplink_id")
        batch_op.drop_column("via_code")

    with op.batch_alter_table("hub_link", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_relay_id_relay"), type_="foreignkey")
        batch_op.drop_index("ix_delivery_via")
        batch_op.drop_index(batch_op.f("ix_delivery_relay_id"))
        batch_op.drop_column("relay_id")
        batch_op.drop_column("via_code")

    with op.batch_alter_table("uplink_arrival", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uplink_arrival_uplink_id"))
        batch_op.drop_index(batch_op.f("ix_uplink_arrival_message_id"))

    op.drop_table("uplink_arrival")
    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relay_uplink_id"))
        batch_op.drop_index(batch_op.f("ix_relay_state"))
        batch_op.drop_index(batch_op.f("ix_relay_message_id"))

    op.drop_table("relay")
    with op.batch_alter_table("code_route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_route_uplink_id"))
        batch_op.drop_index(batch_op.f("ix_code_route_account_id"))

    op.drop_table("code_route")
    op.drop_table("uplink")
