"""the directory: forwarding, who may register, files to import; deliveries held back; payloads whose
time is over"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FILLED = (
    ("delivery", "addressed"),
    ("delivery", "parked_reason"),
    ("directory_entry", "forwards"),
    ("hub_account", "may_register"),
    ("hub_account", "calls"),
)


def upgrade() -> None:
    op.create_table(
        "directory_import",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column(
            "problem_fields",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("applied_line", sa.Integer(), nullable=False),
        sa.Column("directory_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import")),
    )
    op.create_table(
        "directory_import_line",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column(
            "values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column(
            "problem_fields",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["directory_import.id"],
            name=op.f("fk_directory_import_line_import_id_directory_import"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import_line")),
    )
    with op.batch_alter_table("directory_import_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_import_line_import_id"), ["import_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory_import_line_shown", ["import_id", "change", "line"], unique=False
        )

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("addressed", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("parked_reason", sa.String(length=500), nullable=False, server_default="")
        )

    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("forwards", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("hub_account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("may_register", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column(
                "calls",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=False,
                server_default="0",
            )
        )
        batch_op.add_column(sa.Column("last_refused_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("hub_message", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("payload_removed_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_hub_message_created_at"), ["created_at"], unique=False)
        batch_op.create_index("ix_hub_message_payload", ["payload_sha256"], unique=False)

    for table, column in FILLED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("hub_message", schema=None) as batch_op:
        batch_op.drop_index("ix_hub_message_payload")
        batch_op.drop_index(batch_op.f("ix_hub_message_created_at"))
        batch_op.drop_column("payload_removed_at")

    with op.batch_alter_table("hub_account", schema=None) as batch_op:
        batch_op.drop_column("last_refused_at")
        batch_op.drop_column("calls")
        batch_op.drop_column("may_register")

    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.drop_column("changed_at")
        batch_op.drop_column("forwards")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("parked_reason")
        batch_op.drop_column("parked_at")
        batch_op.drop_column("addressed")

    with op.batch_alter_table("directory_import_line", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_import_line_shown")
        batch_op.drop_index(batch_op.f("ix_directory_import_line_import_id"))

    op.drop_table("directory_import_line")
    op.drop_table("directory_import")
